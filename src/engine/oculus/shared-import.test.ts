/** Two processes' imports into one real OpenSearch: searches find what one process with all would. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  openSearch,
  openSearchPatienceMs,
  removeByPrefix,
  sharedOpenSearch,
  uniquePrefix,
} from "../../../test/support/opensearch.ts";
import { describeWith } from "../../../test/support/requirements.ts";
import { systemClock } from "../../base/clock.ts";
import { nextNormal, seededRandom } from "../../base/random.ts";
import {
  partitionCount,
  partitionOfName,
  type ShapeWindow,
  type SimilarityAnswer,
  type SimilarityQuery,
} from "../../model/index.ts";
import { aliasedIndexes, EngineClient, listIndexes } from "../index.ts";
import { EngineSimilarity } from "./engine-similarity.ts";
import type { ImportShare } from "./import-share.ts";
import { MemoryShapes, type MemorySeries } from "./memory-shapes.fixture.ts";
import { chooseServing } from "./serving-choice.ts";
import { originOf, readIndexes, stateIndexOf } from "./shape-index.ts";
import { type ImportOutcome, importShapes } from "./shape-importer.ts";

const pointCount = 60;
const untilMs = Math.floor(systemClock.nowMs() / 60_000) * 60_000;
const seriesCount = 400;

describeWith(openSearch, "imports of two processes that share the series", () => {
  let url: string;
  let client: EngineClient;
  const prefix = uniquePrefix();
  const all = Array.from({ length: partitionCount }, (_, partition) => partition);
  const low = all.slice(0, 32);
  const high = all.slice(32);

  beforeAll(async () => {
    url = await sharedOpenSearch();
    client = new EngineClient({ nodes: [url], clock: systemClock });
  }, openSearchPatienceMs);
  afterAll(async () => {
    client.close();
    await removeByPrefix(url, prefix);
  });

  const importAs = async (
    owner: string,
    window: ShapeWindow,
    partitions: readonly number[],
    share: Partial<ImportShare> = {},
  ): Promise<ImportOutcome> =>
    await importShapes(
      {
        ...{ client, prefix, holder: owner, window, clock: systemClock },
        shapes: new MemoryShapes(seriesOf(partitions), window, 2),
        share: { owner, partitionsSince: () => partitions, ...share },
        signal: new AbortController().signal,
      },
      () => undefined,
    );

  /** What a process finds: it asks the indexes which of them serve, as every other does. */
  async function find(window: ShapeWindow, query: SimilarityQuery): Promise<SimilarityAnswer> {
    const { complete } = await readIndexes(client, prefix);
    const serving = chooseServing(prefix, complete, systemClock.nowMs());
    const shapes = new MemoryShapes(seriesOf(all), window, 1);
    const similarity = new EngineSimilarity({
      ...{ client, shapes, shards: shapes, clock: systemClock },
      state: {
        update: () => Promise.resolve(undefined),
        serving: () => serving,
        scorer: () => "painless",
        problem: () => undefined,
        lookAgain: () => Promise.resolve(),
        count: () => undefined,
      },
    });
    return await similarity.search(query, {});
  }

  async function expectWhole(window: ShapeWindow): Promise<void> {
    const whole = new MemoryShapes(seriesOf(all), window, 1);
    for (const method of ["euclidean", "dtw"] as const) {
      for (const [name, limit] of [
        [nameOf(0), 20],
        [nameOf(1), seriesCount],
      ] as const) {
        const query: SimilarityQuery = {
          ...{ target: { kind: "series", name }, range: window.range, method, filter: "" },
          ...{ exclude: [], limit, offset: 0 },
        };
        const answer = await find(window, query);
        expect(answer).toMatchObject({ searchedBy: "painless", isExact: true });
        expect(answer.totalCount).toBe(seriesCount);
        expect(answer.matches).toEqual((await whole.search(query)).matches);
      }
    }
  }

  const owners = async (indexes: Promise<string[]>): Promise<string[]> =>
    (await indexes).flatMap((index) => originOf(prefix, index)?.owner ?? []).sort();

  test(
    "serve together, go on when partitions change hands, and need nobody who is gone",
    {
      timeout: 240_000,
    },
    async () => {
      const first = windowEndingAt(untilMs - 300_000);
      expect(await importAs("a", first, low)).toEqual({ outcome: "done", serving: undefined });
      const outcome = await importAs("b", first, high);
      expect(outcome).toMatchObject({ serving: { comparableCount: seriesCount } });
      await expectWhole(first);
      expect(await owners(aliasedIndexes(client, `${prefix}-oculus`))).toEqual(["a", "b"]);

      // b takes some of a's over, within the window: they are in two indexes.
      await importAs("b", first, all.slice(20));
      await expectWhole(first);
      expect(await owners(listIndexes(client, `${prefix}*`))).toEqual(["a", "b"]);

      // Of the next window a writes its part, which does not serve until b's is there.
      const second = windowEndingAt(untilMs - 240_000);
      await importAs("a", second, low);
      await expectWhole(first);
      // But a dies; what b imports meanwhile is a part, too, and then b has all.
      const third = windowEndingAt(untilMs - 180_000);
      await importAs("b", third, high);
      await expectWhole(first);
      const fourth = windowEndingAt(untilMs - 120_000);
      await importAs("b", fourth, all);
      await expectWhole(fourth);
      expect((await listIndexes(client, `${prefix}*`)).length).toBe(2);
      expect(await owners(listIndexes(client, `${prefix}*`))).toEqual(["b"]);
      expect(await owners(aliasedIndexes(client, `${prefix}-oculus`))).toEqual(["b"]);
      expect(await listIndexes(client, `${prefix}*`)).toContain(stateIndexOf(prefix));

      // A share that changes while it is imported would leave holes: nothing of it serves.
      let askedCount = 0;
      const losing = { partitionsSince: () => (askedCount++ === 0 ? all : low) };
      const fifth = windowEndingAt(untilMs - 60_000);
      await expect(importAs("b", fifth, all, losing)).rejects.toThrow(/share changed/);
      await expectWhole(fourth);
      expect((await listIndexes(client, `${prefix}*`)).length).toBe(2);
    },
  );

  test("run at the same time, each under a lock of its own", { timeout: 120_000 }, async () => {
    const window = windowEndingAt(untilMs);
    const outcomes = await Promise.all([
      importAs("a", window, low),
      importAs("b", window, high),
      importAs("b", window, high),
    ]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["done", "done", "locked"]);
    await expectWhole(window);
  });
});

function windowEndingAt(endMs: number): ShapeWindow {
  return { range: { fromMs: endMs - 3_600_000, untilMs: endMs }, pointCount };
}

/** No two are equally like a third: ties are ranked by the order of the shards, which differs. */
function seriesOf(partitions: readonly number[]): MemorySeries[] {
  const random = seededRandom(11);
  return Array.from({ length: seriesCount }, (_, i) => ({
    name: nameOf(i),
    values: Float64Array.from({ length: pointCount }, () => nextNormal(random)),
  })).filter(({ name }) => partitions.includes(partitionOfName(name)));
}

function nameOf(i: number): string {
  return `app.web${i % 7}.cpu.host${i}`;
}
