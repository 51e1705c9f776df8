/** Import into a real OpenSearch that has Kale's plugin, and searches in it against those of shards. */
import { chmodSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  openSearchHomeWithPlugin,
  openSearchWithPlugin,
} from "../../../test/support/oculus-scorer.ts";
import { openSearchPatienceMs, uniquePrefix } from "../../../test/support/opensearch.ts";
import { type OpenSearchNode, startOpenSearchNode } from "../../../test/support/opensearch-node.ts";
import { describeWith } from "../../../test/support/requirements.ts";
import { until } from "../../../test/support/kale-process.ts";
import { systemClock } from "../../base/clock.ts";
import { createLogger } from "../../base/log.ts";
import { nextInteger, seededRandom } from "../../base/random.ts";
import type { SimilarityQuery } from "../../model/index.ts";
import { fingerprint } from "../../oculus/index.ts";
import { randomValues } from "../../oculus/distance/naive.fixture.ts";
import {
  aliasedIndexes,
  deleteIndex,
  EngineClient,
  getDocument,
  listIndexes,
  putDocument,
} from "../index.ts";
import { EngineSimilarity, type EngineState } from "./engine-similarity.ts";
import { type MemorySeries, MemoryShapes } from "./memory-shapes.fixture.ts";
import { OculusEngine } from "./oculus-engine.ts";
import { wholeShare } from "./import-share.ts";
import { chooseServing, type ServingIndex } from "./serving-choice.ts";
import { readIndexes, stateIndexOf } from "./shape-index.ts";
import { importShapes } from "./shape-importer.ts";

const pointCount = 60;
const untilMs = Math.floor(systemClock.nowMs() / 60_000) * 60_000;
const range = { fromMs: untilMs - 3_600_000, untilMs };
const window = { range, pointCount };
const logger = createLogger({
  clock: systemClock,
  level: "error",
  format: "text",
  write: () => undefined,
});

describeWith(openSearchWithPlugin, "Oculus on a real OpenSearch", () => {
  let folder: string;
  let node: OpenSearchNode;
  let client: EngineClient;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kale-oculus-engine-"));
    chmodSync(folder, 0o755);
    const options = { folder: join(folder, "node"), home: openSearchHomeWithPlugin };
    node = await startOpenSearchNode(options);
    client = new EngineClient({ nodes: [node.url], clock: systemClock });
  }, openSearchPatienceMs);
  afterAll(async () => {
    client.close();
    await node.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const importInto = (prefix: string, shapes: MemoryShapes) =>
    importShapes(
      {
        ...{ client, shapes, prefix, holder: "test", window, share: wholeShare },
        signal: new AbortController().signal,
        clock: systemClock,
      },
      () => undefined,
    );

  const servingOf = async (prefix: string): Promise<ServingIndex | undefined> =>
    chooseServing(prefix, (await readIndexes(client, prefix)).complete, systemClock.nowMs());

  describe("a search", () => {
    const prefix = uniquePrefix();
    const series = seededSeries(1500);
    const shapes = new MemoryShapes(series, window, 3);
    let serving: ServingIndex;

    beforeAll(async () => {
      const outcome = await importInto(prefix, shapes);
      if (outcome.outcome !== "done") throw new Error("the import was locked out");
      serving = outcome.serving!;
    }, 120_000);

    const similarityBy = (scorer: "plugin" | "painless"): EngineSimilarity => {
      const state: EngineState = {
        update: () => Promise.resolve(undefined),
        serving: () => serving,
        scorer: () => scorer,
        problem: () => undefined,
        lookAgain: () => Promise.resolve(),
        count: () => undefined,
      };
      return new EngineSimilarity({ client, state, shards: shapes, shapes, clock: systemClock });
    };

    const asked: readonly { readonly name: string; readonly query: Partial<SimilarityQuery> }[] = [
      { name: "euclidean", query: { method: "euclidean" } },
      { name: "euclidean, both signs", query: { method: "euclidean", inverse: true } },
      { name: "euclidean, third page", query: { method: "euclidean", offset: 40 } },
      { name: "euclidean, all", query: { method: "euclidean", limit: 5000 } },
      { name: "dtw", query: { method: "dtw" } },
      { name: "dtw, both signs", query: { method: "dtw", inverse: true } },
      { name: "dtw, no band", query: { method: "dtw", bandShare: 1, limit: 5 } },
      { name: "dtw, band of nothing", query: { method: "dtw", bandShare: 0 } },
      { name: "fastdtw", query: { method: "fastdtw" } },
      {
        name: "fastdtw, both signs, radius 1",
        query: { method: "fastdtw", inverse: true, radius: 1 },
      },
      { name: "part of a name", query: { method: "euclidean", filter: "HOST1" } },
      { name: "a glob", query: { method: "dtw", filter: "app.{web,db}?.cp[t-v].*" } },
      { name: "a glob of signs", query: { method: "euclidean", filter: "*odd \\*(x)+[^0-8!-/]*" } },
      { name: "a glob of nothing", query: { method: "euclidean", filter: "app[z-a]*" } },
      {
        name: "exclusions",
        query: { method: "dtw", exclude: ["web1", "dc=b", "*.host1*", "app.db2.cpu.host7"] },
      },
    ];
    for (const scorer of ["plugin", "painless"] as const) {
      const cases = asked.filter(({ query }) => scorer === "plugin" || query.method !== "fastdtw");
      test.each(cases)(
        `by ${scorer} finds exactly what shards find: $name`,
        async ({ query: change }) => {
          const similarity = similarityBy(scorer);
          // Three of them have copies, so that ties stand in and across the end of the page.
          for (const at of [0, 1, 2, 700, 1100]) {
            const target = { kind: "series", name: series[at]!.name } as const;
            const query = { ...baseQuery(target), ...change };
            const bySearchEngine = await similarity.search(query, {});
            const byShards = await shapes.search(query);
            expect(bySearchEngine).toMatchObject({ searchedBy: scorer, isExact: true });
            expect(bySearchEngine.matches).toEqual(byShards.matches);
          }
        },
        120_000,
      );
    }

    test("finds a drawn shape as shards do", async () => {
      const values = Float64Array.from({ length: 17 }, (_, i) => Math.sin(i));
      const query = { ...baseQuery({ kind: "shape", values }), method: "dtw" } as const;
      const answer = await similarityBy("plugin").search(query, {});
      expect(answer.searchedBy).toBe("plugin");
      expect(answer.matches).toEqual((await shapes.search(query)).matches);
    });

    test("says how many could not be compared", async () => {
      const query = {
        ...baseQuery({ kind: "series", name: series[0]!.name }),
        method: "dtw",
      } as const;
      const answer = await similarityBy("plugin").search(query, {});
      expect(answer.unmatchedCounts).toEqual({ flat: 15 });
      expect(answer.totalCount).toBe(series.length - 15);
    });

    test.each([
      { name: "another method", query: { method: "correlation" }, why: /no method correlation/ },
      { name: "a lag", query: { method: "euclidean", lagMaxMs: 60_000 }, why: /no lags/ },
      { name: "other points", query: { method: "dtw", pointCount: 30 }, why: /60 points/ },
      { name: "FastDTW without the plugin", query: { method: "fastdtw" }, why: /plugin/ },
      {
        name: "another window",
        query: { method: "dtw", range: { fromMs: range.fromMs - 1, untilMs } },
        why: /newest window/,
      },
    ] as const)("leaves $name to the shards and says why", async ({ query: change, why }) => {
      const query = { ...baseQuery({ kind: "series", name: series[0]!.name }), ...change };
      const answer = await similarityBy("painless").search(query, {});
      expect(answer.searchedBy).toBe("shards");
      expect(answer.whyShards).toMatch(why);
    });

    test.each(["plugin", "painless"] as const)(
      "classic by %s ranks by FastDTW those that hold the fingerprint's words in order",
      async (scorer) => {
        const similarity = similarityBy(scorer);
        const target = { kind: "series", name: series[1]!.name } as const;
        const query = { ...baseQuery(target), method: "classic", slop: 0, limit: 1000 } as const;
        const { matches } = await similarity.search(query, {});
        // A slop of 0 is the phrase itself.
        const words = ` ${fingerprint(series[1]!.values)} `;
        const holders = new Set(
          series
            .filter(({ values }) => ` ${fingerprint(values)} `.includes(words))
            .map(({ name }) => name),
        );
        const ranked = await shapes.search({ ...query, method: "fastdtw", limit: 5000 });
        expect(matches.length).toBeGreaterThan(1);
        expect(matches).toEqual(ranked.matches.filter(({ name }) => holders.has(name)));
        const withSlop = await similarity.search({ ...query, slop: 20 }, {});
        expect(withSlop.matches.length).toBeGreaterThanOrEqual(matches.length);
      },
    );

    test("classic of a shape without steps is refused", async () => {
      const values = Float64Array.from({ length: 60 }, (_, i) => i / 100);
      const query = { ...baseQuery({ kind: "shape", values }), method: "classic" } as const;
      await expect(similarityBy("plugin").search(query, {})).rejects.toMatchObject({
        code: "no-fingerprint",
      });
    });
  });

  describe("an import", () => {
    const few = (seed: number): MemoryShapes =>
      new MemoryShapes(seededSeries(900, seed), window, 2);

    test("takes the place of the one before, which goes", async () => {
      const prefix = uniquePrefix();
      await importInto(prefix, few(1));
      const first = await servingOf(prefix);
      const outcome = await importInto(prefix, few(2));
      const second = await servingOf(prefix);
      expect(outcome).toEqual({ outcome: "done", serving: second });
      expect(second?.parts).toHaveLength(1);
      expect(second?.parts).not.toEqual(first?.parts);
      expect(second).toMatchObject({ ...window, comparableCount: 891, faultCounts: { flat: 9 } });
      expect((await listIndexes(client, `${prefix}*`)).sort()).toEqual(
        [second!.parts[0]!.index, stateIndexOf(prefix)].sort(),
      );
    });

    test("that fails leaves the one before serving, and nothing else behind", async () => {
      const prefix = uniquePrefix();
      await importInto(prefix, few(1));
      const before = await servingOf(prefix);
      const failing = few(2);
      failing.beforePage = (pageCount) => {
        if (pageCount === 2) throw new Error("a shard is gone");
      };
      await expect(importInto(prefix, failing)).rejects.toThrow("a shard is gone");
      expect(await servingOf(prefix)).toEqual(before);
      expect((await listIndexes(client, `${prefix}*`)).length).toBe(2);
      // Its lock went, too.
      expect((await importInto(prefix, few(3))).outcome).toBe("done");
    });

    test("that lacks documents at its end is not switched in", async () => {
      const prefix = uniquePrefix();
      await importInto(prefix, few(1));
      const before = await servingOf(prefix);
      const shapes = few(2);
      const pages = shapes.shapePages.bind(shapes);
      // A page that comes twice is written over itself: fewer documents than were sent.
      shapes.shapePages = async function* (...args) {
        for await (const page of pages(...args)) {
          yield page;
          yield page;
        }
      };
      await expect(importInto(prefix, shapes)).rejects.toMatchObject({ code: "ENGINE_CORRUPT" });
      expect(await servingOf(prefix)).toEqual(before);
    });

    test("is locked out while another one runs, and goes on when that one died", async () => {
      const prefix = uniquePrefix();
      const state = stateIndexOf(prefix);
      await importInto(prefix, few(1));
      const lock = { index: state, id: "import-lock", refresh: true } as const;
      const soonMs = systemClock.nowMs() + 60_000;
      await putDocument(client, { ...lock, source: { holder: "other", expiresMs: soonMs } });
      expect((await importInto(prefix, few(2))).outcome).toBe("locked");
      await putDocument(client, { ...lock, source: { holder: "other", expiresMs: 1 } });
      expect((await importInto(prefix, few(2))).outcome).toBe("done");
      expect(await getDocument(client, state, "import-lock")).toBeUndefined();
    });

    test("of two at once one is locked out", async () => {
      const prefix = uniquePrefix();
      const outcomes = await Promise.all([1, 2].map((seed) => importInto(prefix, few(seed))));
      expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(["done", "locked"]);
      expect((await aliasedIndexes(client, `${prefix}-oculus`)).length).toBe(1);
    });
  });

  test("an OculusEngine imports by itself, answers, and tells of it", async () => {
    const prefix = uniquePrefix();
    const series = seededSeries(300);
    const shapes = new MemoryShapes(series, window, 2);
    const engine = new OculusEngine({
      ...{ client, nodes: [node.url], shapes, shards: shapes, prefix, holder: "test" },
      ...{ importIntervalMs: 60_000, seriesCount: () => Promise.resolve(300) },
      clock: systemClock,
      logger,
    });
    const query = {
      ...baseQuery({ kind: "series", name: series[0]!.name }),
      method: "dtw",
    } as const;
    const early = await engine.similarity.search(query, {});
    expect(early).toMatchObject({ searchedBy: "shards", whyShards: /Nothing was imported/ });
    engine.start();
    try {
      await until(() => engine.report().lastImport?.outcome === "done", 60_000);
      expect(engine.startImport()).toBe(true);
      expect(engine.startImport()).toBe(false);
      await until(() => engine.report().lastImport?.outcome === "done", 60_000);
      expect(engine.report()).toMatchObject({
        ...{ scorer: "plugin", window, seriesCount: 297, problem: "" },
        lastImport: { outcome: "done", seriesCount: 300, totalCount: 300 },
      });
      expect((await engine.similarity.search(query, {})).searchedBy).toBe("plugin");

      // An index that was replaced behind its back is found again.
      await importInto(prefix, shapes);
      expect((await engine.similarity.search(query, {})).searchedBy).toBe("plugin");

      for (const index of await listIndexes(client, `${prefix}*`)) await deleteIndex(client, index);
      const answer = await engine.similarity.search(query, {});
      expect(answer.searchedBy).toBe("shards");
      expect(answer.matches).toEqual((await shapes.search(query)).matches);
      expect(engine.report()).toMatchObject({ answeredCount: 2 });
    } finally {
      await engine.stop();
    }
  }, 180_000);
});

function baseQuery(target: SimilarityQuery["target"]): SimilarityQuery {
  return { target, range, method: "euclidean", filter: "", exclude: [], limit: 20, offset: 0 };
}

/** Some with many copies and mirror images under other names, one in a hundred level. */
function seededSeries(count: number, seed = 5): MemorySeries[] {
  const random = seededRandom(seed);
  const series: MemorySeries[] = [];
  for (let i = 0; i < count; i++) {
    const original = series[nextInteger(random, 3)]?.values;
    let values = randomValues(pointCount, random);
    if (i % 100 === 99) values.fill(3);
    else if (i % 9 === 1 && original !== undefined) {
      // Powers of two: the rows are then equal to the last bit.
      const factor = nextInteger(random, 4) === 0 ? -2 : 4;
      values = original.map((value) => factor * value);
    }
    series.push({ name: nameOf(i), values });
  }
  return series;
}

function nameOf(i: number): string {
  const part = ["web1", "web2", "db1", "db2", "Cache"][i % 5]!;
  const what = ["cpu", "cpt", "mem", "odd *(x)+9"][i % 4]!;
  const tags = i % 6 === 0 ? `;dc=${i % 12 === 0 ? "a" : "b"}` : "";
  return `app.${part}.${what}.host${i}${tags}`;
}
