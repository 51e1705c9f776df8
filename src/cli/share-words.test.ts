import { expect, test } from "vitest";
import type {
  ShareReport,
  SimilarityAnswer,
  SimilarityQuery,
  SimilarityReader,
} from "../model/index.ts";
import { withShareWords } from "./share-words.ts";

const range = { fromMs: 0, untilMs: 3_600_000 };
const answer: SimilarityAnswer = {
  ...{ range, queryValues: new Float64Array(0), matches: [], isFinal: true, isExact: true },
  ...{ comparedCount: 0, totalCount: 0, unmatchedCounts: {}, tookMs: 0 },
};
const query: SimilarityQuery = {
  ...{ target: { kind: "series", name: "a" }, range, method: "dtw", filter: "" },
  ...{ exclude: [], limit: 20, offset: 0 },
};

test.each<[string, Partial<SimilarityAnswer>, number | undefined, RegExp | undefined]>([
  ["all by shards of one process", {}, 64, undefined],
  ["all by the engine", { searchedBy: "painless" }, 32, undefined],
  ["a share, without an engine", {}, 32, /^Only .*32 of 64 parts.* Set oculus.engine/],
  ["a share, since the engine cannot", { whyShards: "No lags." }, 32, /32 of 64.*\. No lags\.$/],
  ["nothing, where nothing is judged", {}, undefined, /holds no metrics/],
])("withShareWords() tells what was searched: %s", async (_, change, heldCount, words) => {
  const report: ShareReport | undefined =
    heldCount === undefined
      ? undefined
      : { processId: "a", heldCount, partitionCount: 64, processes: [] };
  const reader: SimilarityReader = {
    search(asked, { onProgress }) {
      expect(asked).toBe(query);
      onProgress?.({ ...answer, ...change, isFinal: false });
      return Promise.resolve({ ...answer, ...change });
    },
  };
  const told: SimilarityAnswer[] = [];
  const found = await withShareWords(reader, () => report).search(query, {
    onProgress: (each) => told.push(each),
  });
  expect(told.map(({ isFinal }) => isFinal)).toEqual([false]);
  for (const each of [found, ...told]) {
    if (words === undefined) expect(each.limitedTo).toBeUndefined();
    else expect(each.limitedTo).toMatch(words);
  }
});
