/** Series in a real OpenSearch. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import {
  openSearch,
  openSearchPatienceMs,
  removeByPrefix,
  sharedOpenSearch,
  uniquePrefix,
} from "../../../test/support/opensearch.ts";
import { describeWith } from "../../../test/support/requirements.ts";
import { ManualClock, systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/log.ts";
import { backingIndexes, count, EngineClient, refreshIndex, search } from "../../engine/index.ts";
import {
  batchOf,
  partitionOfName,
  SampleBatchBuilder,
  type SampleColumns,
  statedCounter,
  type TimeRange,
} from "../../model/index.ts";
import type { ScannedSeries } from "../remote/remote-series.ts";
import { type ElasticsearchSeries, openElasticsearchSeries } from "./index.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
// 2026-11-23 12:00 UTC.
const startMs = 1_795_435_200_000;
const always: TimeRange = { fromMs: 0, untilMs: 2 ** 47 };

// A cold server on a busy machine takes seconds for what takes milliseconds later.
vi.setConfig({ testTimeout: 120_000 });

describeWith(openSearch, "series in a real OpenSearch", () => {
  let url: string;
  let client: EngineClient;
  let prefix: string;
  let clock: ManualClock;
  const opened: ElasticsearchSeries[] = [];

  beforeAll(async () => {
    url = await sharedOpenSearch();
    client = new EngineClient({ nodes: [url], clock: systemClock });
  }, openSearchPatienceMs);
  beforeEach(() => {
    prefix = uniquePrefix();
    clock = new ManualClock(startMs);
  });
  afterEach(async () => {
    for (const series of opened.splice(0)) await series.close();
    await removeByPrefix(url, prefix);
  });
  afterAll(() => client.close());

  async function open(writer = "w1"): Promise<ElasticsearchSeries> {
    const series = await openElasticsearchSeries({
      clock,
      logger: silentLogger,
      connection: { nodes: [url] },
      prefix,
      writer,
      retentionMs: 14 * dayMs,
    });
    opened.push(series);
    return series;
  }

  async function refresh(): Promise<void> {
    await refreshIndex(client, `${prefix}-*`);
  }

  function rowsFrom(name: string, fromMs: number, pointCount: number) {
    return Array.from(
      { length: pointCount },
      (_, i) => [name, fromMs + i * 10_000, (i * 7) % 13] as const,
    );
  }

  test("read() sees what was written at once, from this writer, a new one and one opened again", async () => {
    const series = await open();
    expect(await series.read("a", always)).toBeUndefined();
    const rows = rowsFrom("a", startMs - hourMs - 5 * minuteMs, 400);
    await series.write(batchOf(rows.slice(0, 250)));
    await series.write(batchOf(rows.slice(250)));
    const expected = rows.map(([, timeMs, value]) => [timeMs, value]);
    expect(pairs(await series.read("a", always))).toEqual(expected);
    expect(pairs(await series.read("a", { fromMs: startMs, untilMs: startMs + 1 }))).toEqual(
      expected.filter(([timeMs]) => timeMs === startMs),
    );
    expect(pairs(await series.read("a", { fromMs: 0, untilMs: 1 }))).toEqual([]);
    await series.close();
    expect(pairs(await (await open()).read("a", always))).toEqual(expected);
    await refresh();
    expect(pairs(await (await open("w2")).read("a", always))).toEqual(expected);
  });

  test("a batch written twice stands there once", async () => {
    const series = await open();
    const rows = rowsFrom("a", startMs, 20);
    await series.write(batchOf(rows));
    await series.close();
    const again = await open();
    await again.write(batchOf(rows));
    await refresh();
    expect(await count(client, `${prefix}-open`)).toBe(1);
    expect(pairs(await again.read("a", always)).length).toBe(20);
  });

  test("an hour that is over is sealed into the data stream, once, and late samples join it", async () => {
    const series = await open();
    const rows = rowsFrom("a", startMs, 360);
    await series.write(batchOf(rows.filter((_, i) => i !== 100)));
    await series.maintain();
    expect(await count(client, `${prefix}-points`)).toBe(0);
    clock.advance(2 * hourMs);
    await series.maintain();
    await refresh();
    expect(await count(client, `${prefix}-points`)).toBe(1);
    expect(await count(client, `${prefix}-open`)).toBe(0);

    await series.write(batchOf([rows[100]!, ["a", startMs, 99]]));
    clock.advance(hourMs);
    await series.maintain();
    await refresh();
    expect(await count(client, `${prefix}-points`)).toBe(2);
    const expected = rows.map(([, timeMs, value], i) => [timeMs, i === 0 ? 99 : value]);
    expect(pairs(await series.read("a", always))).toEqual(expected);
    expect(pairs(await (await open("w2")).read("a", always))).toEqual(expected);
  });

  test("a seal that was broken off is done again without a second document", async () => {
    const rows = rowsFrom("a", startMs, 30);
    const series = await open();
    await series.write(batchOf(rows));
    await refresh();
    const other = await open();
    await other.read("a", always);
    clock.advance(2 * hourMs);
    await series.maintain();
    // As a process would that died before it removed the open document.
    await other.maintain();
    await refresh();
    expect(await count(client, `${prefix}-points`)).toBe(1);
    expect(pairs(await other.read("a", always)).length).toBe(30);
  });

  test("what a writer that is gone left open is sealed by another after hours", async () => {
    const rows = rowsFrom("a", startMs, 30);
    await (await open("gone")).write(batchOf(rows));
    await refresh();
    clock.advance(7 * hourMs);
    const series = await open("w2");
    await series.maintain();
    await refresh();
    expect(await count(client, `${prefix}-open`)).toBe(0);
    expect(await count(client, `${prefix}-points`)).toBe(1);
    expect(pairs(await series.read("a", always)).length).toBe(30);
  });

  test("two writers of one series are joined, and each learns what the other wrote", async () => {
    const [one, two] = [await open("one"), await open("two")];
    await one.write(batchOf([["a;host=x", startMs, 1]]));
    clock.advance(1000);
    await two.write(batchOf([["a;host=x", startMs + 1000, 2]]));
    await two.write(batchOf([["a;host=x", startMs, 3]]));
    await refresh();
    const expected = [
      [startMs, 3],
      [startMs + 1000, 2],
    ];
    expect(pairs(await one.read("a;host=x", always))).toEqual(expected);
    const partitions = Array.from({ length: 64 }, (_, partition) => partition);
    const changed = await all(one.changedSince(startMs, partitions));
    expect(changed.map(({ name, columns }) => [name, pairs(columns)])).toEqual([
      ["a;host=x", expected],
    ]);
    expect(await all(one.changedSince(startMs + 10_000, partitions))).toEqual([]);
  });

  test("what senders stated of a series is told to other processes, over a restart and a seal", async () => {
    const [one, two] = [await open("w1"), await open("w2")];
    const builder = new SampleBatchBuilder(2);
    const name = Buffer.from("orders");
    builder.add(name, 0, name.length, startMs, 1, statedCounter);
    await one.write(builder.take());
    await one.close();
    const again = await open("w1");
    await again.write(batchOf([["orders", startMs + hourMs, 2]]));
    clock.advance(2 * hourMs);
    await again.maintain();
    await refresh();
    const changed = await all(two.changedSince(startMs, [partitionOfName("orders")]));
    expect(changed.map(({ stated }) => stated)).toEqual([statedCounter]);
    const request = { range: { fromMs: startMs + hourMs, untilMs: 2 ** 47 }, wants: () => true };
    const found = await all(two.scan({ ...request, onProgress: () => undefined }));
    expect(found).toMatchObject([{ name: "orders", stated: statedCounter }]);
  });

  test("scan() gives every wanted series with samples in range, once", async () => {
    const series = await open();
    const names = Array.from({ length: 150 }, (_, i) => `site.host${i}.load`);
    await series.write(batchOf(names.flatMap((name) => rowsFrom(name, startMs - dayMs, 3))));
    await series.write(batchOf(names.map((name, i) => [name, startMs, i])));
    await series.write(batchOf([["old", startMs - 3 * dayMs, 1]]));
    await refresh();
    const other = await open("w2");
    const progress: (readonly [number, number])[] = [];
    const found = await all(
      other.scan({
        range: { fromMs: startMs - 2 * dayMs, untilMs: startMs + 1 },
        wants: (name) => !name.includes("host7"),
        onProgress: (done, total) => progress.push([done, total]),
      }),
    );
    const wanted = names.filter((name) => !name.includes("host7"));
    expect(found.map(({ name }) => name).sort()).toEqual([...wanted].sort());
    for (const { columns } of found) expect(columns.timesMs.length).toBe(4);
    expect(progress.at(-1)).toEqual([300, 300]);
  });

  test("findNames() and select() ask the engine for names", async () => {
    const series = await open();
    const names = [
      "load",
      "load.a",
      "LOAD.b",
      "x.load",
      "größe.Straße",
      "cpu;dc=a;host=fe1",
      "cpu;host=fe2",
      "50%_*?\\x",
    ];
    await series.write(batchOf(names.map((name) => [name, startMs, 1])));
    const find = async (query: string, limit = 10) => await series.findNames({ query, limit });
    expect(await find("load")).toEqual({
      names: ["load", "LOAD.b", "load.a", "x.load"],
      totalCount: 4,
    });
    expect(await find("load", 1)).toEqual({ names: ["load"], totalCount: 4 });
    expect((await find("STRASSE")).totalCount).toBe(0);
    expect((await find("STRAße")).names).toEqual(["größe.Straße"]);
    expect((await find("_*?\\")).names).toEqual([]);
    expect((await find("load.*")).names).toEqual(["load.a"]);
    expect((await find("*o?d*")).totalCount).toBe(3);
    expect((await find("")).totalCount).toBe(8);

    const select = async (
      ...matchers: [string, "equal" | "unequal" | "wildcard" | "match", string][]
    ) =>
      (
        await series.select({
          matchers: matchers.map(([key, kind, value]) => ({ key, test: kind, value })),
          limit: 10,
        })
      ).names;
    expect(await select(["name", "equal", "cpu"])).toEqual(["cpu;dc=a;host=fe1", "cpu;host=fe2"]);
    expect(await select(["dc", "equal", ""], ["host", "wildcard", "fe*"])).toEqual([
      "cpu;host=fe2",
    ]);
    expect(await select(["host", "unequal", "fe1"], ["host", "match", "fe[0-9]"])).toEqual([
      "cpu;host=fe2",
    ]);
    expect(await select(["host", "unequal", ""])).toEqual(["cpu;dc=a;host=fe1", "cpu;host=fe2"]);
  });

  test("what is past the retention is dropped with its index", async () => {
    const series = await open();
    await series.write(batchOf(rowsFrom("a", startMs, 10)));
    clock.advance(2 * hourMs);
    await series.maintain();
    const [first] = await backingIndexes(client, `${prefix}-points`);
    await client.send({ method: "POST", path: `/${prefix}-points/_rollover` });
    clock.advance(10 * dayMs);
    await series.maintain();
    expect(await backingIndexes(client, `${prefix}-points`)).toContain(first);
    clock.advance(5 * dayMs);
    await series.maintain();
    expect(await backingIndexes(client, `${prefix}-points`)).not.toContain(first);
    await refresh();
    expect(pairs(await series.read("a", always))).toEqual([]);
    clock.advance(2 * dayMs);
    await series.maintain();
    await refresh();
    expect(await count(client, `${prefix}-names`)).toBe(0);
  });

  test("the summary fields add up in the engine, for any dashboard", async () => {
    const series = await open();
    await series.write(batchOf(rowsFrom("disk;host=a", startMs, 100)));
    await refresh();
    const { aggregations } = await search(client, `${prefix}-open`, {
      size: 0,
      query: { term: { tags: "host=a" } },
      aggs: {
        sum: { sum: { field: "sum" } },
        count: { sum: { field: "count" } },
        max: { max: { field: "max" } },
      },
    });
    const sum = rowsFrom("", 0, 100).reduce((total, [, , value]) => total + value, 0);
    expect(aggregations).toMatchObject({
      sum: { value: sum },
      count: { value: 100 },
      max: { value: 12 },
    });
  });

  test("readSteps() adds up in the engine what the points add up to, late and open hours too", async () => {
    const series = await open();
    const firstMs = Math.floor(startMs / dayMs) * dayMs - 2 * dayMs;
    const names = ["a", "b", "late", "open"];
    const truth = new Map(names.map((name) => [name, new Map<number, number>()]));
    const give = async (rows: (readonly [string, number, number])[]): Promise<void> => {
      await series.write(batchOf(rows));
      for (const [name, timeMs, value] of rows) truth.get(name)!.set(timeMs, value);
    };
    for (const name of names) {
      const rows = Array.from(
        { length: 500 },
        (_, i) => [name, firstMs + i * 5 * minuteMs, ((i * 31) % 17) - 3] as const,
      );
      await give(rows);
    }
    clock.advance(hourMs);
    await series.maintain();
    // One value is changed later, in a document of its own; it must not count twice.
    await give([["late", firstMs + 10 * minuteMs, 1000]]);
    clock.advance(hourMs);
    await series.maintain();
    await give([["open", startMs + hourMs, 7]]);
    await refresh();

    const range = { fromMs: firstMs, untilMs: firstMs + 4 * dayMs };
    for (const stepMs of [hourMs, 6 * hourMs, dayMs]) {
      const asked = [...names, "nobody"];
      // Of one moment, so that the engine is asked once.
      const answers = asked.map((name) => series.readSteps({ name, range, stepMs }));
      const summaries = new Map((await Promise.all(answers)).map((steps, i) => [asked[i], steps]));
      expect(summaries.get("nobody")).toEqual([]);
      for (const name of names) {
        const steps = new Map<number, number[]>();
        for (const [timeMs, value] of [...truth.get(name)!].sort(([a], [b]) => a - b)) {
          const fromMs = Math.floor(timeMs / stepMs) * stepMs;
          steps.set(fromMs, [...(steps.get(fromMs) ?? []), value]);
        }
        expect(summaries.get(name), `${name} by ${stepMs}`).toEqual(
          [...steps].map(([fromMs, values]) => ({
            fromMs,
            count: values.length,
            sum: values.reduce((sum, value) => sum + value, 0),
            min: Math.min(...values),
            max: Math.max(...values),
          })),
        );
      }
    }
  });

  test("health() tells what it is, and what is wrong while the cluster is away", async () => {
    const series = await open();
    await series.write(batchOf([["a", startMs, 1]]));
    expect(series.health()).toMatchObject({
      description: "opensearch 3.6.0, 1 node",
      isReachable: true,
      problem: undefined,
      writtenSampleCount: 1,
      lastWriteMs: startMs,
    });
    const away = await openElasticsearchSeries({
      clock,
      logger: silentLogger,
      connection: { nodes: ["http://127.0.0.1:1"] },
      prefix,
      writer: "w",
      retentionMs: dayMs,
    });
    await expect(away.write(batchOf([["a", startMs, 1]]))).rejects.toMatchObject({
      code: "REMOTE_UNREACHABLE",
    });
    expect(away.health().isReachable).toBe(false);
    expect(away.health().problem).toContain("127.0.0.1:1");
    await away.close();
  });
});

function pairs(columns: SampleColumns | undefined): [timeMs: number, value: number][] {
  if (columns === undefined) throw new Error("the series is unknown");
  return Array.from(columns.timesMs, (timeMs, i) => [timeMs, columns.values[i]!]);
}

async function all(scanned: AsyncIterable<ScannedSeries>): Promise<ScannedSeries[]> {
  const found: ScannedSeries[] = [];
  for await (const series of scanned) found.push(series);
  return found;
}
