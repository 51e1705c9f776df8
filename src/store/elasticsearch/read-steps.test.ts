/** Steps that a real OpenSearch adds up, against the same steps added up from the samples. */
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
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
import { seededRandom } from "../../base/random.ts";
import { EngineClient, refreshIndex } from "../../engine/index.ts";
import {
  batchOf,
  partitionOfName,
  partitionsOfShard,
  type StepColumns,
  type TimeRange,
} from "../../model/index.ts";
import { makeFolder, type TestFolder } from "../embedded/small-store.fixture.ts";
import { RemoteStore } from "../remote/index.ts";
import { stepColumnsOf, summarizePoints } from "../remote/step-summaries.ts";
import { type ElasticsearchSeries, openElasticsearchSeries } from "./index.ts";
import { spansOf } from "./summaries.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
// 2026-11-23 12:20 UTC.
const nowMs = 1_795_436_400_000;
const firstMs = Math.floor(nowMs / dayMs) * dayMs - 3 * dayMs;
const windowMs = 5 * hourMs + 10 * minuteMs;
const patienceMs = 60_000;
const names = ["plain", "late", "shared", "gaps", "waiting", "new.today"];

type Rows = (readonly [name: string, timeMs: number, value: number])[];

// A cold server on a busy machine takes seconds for what takes milliseconds later.
vi.setConfig({ testTimeout: 180_000 });

describeWith(openSearch, "readSteps() on a real OpenSearch", () => {
  let url: string;
  let client: EngineClient;
  let prefix: string;
  let clock: ManualClock;
  const ends: (() => Promise<void>)[] = [];
  /** By name and time: what was written last. */
  const truth = new Map<string, Map<number, number>>();

  beforeAll(async () => {
    url = await sharedOpenSearch();
    client = new EngineClient({ nodes: [url], clock: systemClock });
    return () => client.close();
  }, openSearchPatienceMs);
  beforeEach(() => {
    prefix = uniquePrefix();
    clock = new ManualClock(nowMs);
    truth.clear();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await removeByPrefix(url, prefix);
  });

  /** A process of its own: samples wait in its outbox until it is flushed. */
  async function open(
    writer: string,
  ): Promise<{ store: RemoteStore; series: ElasticsearchSeries }> {
    const folder: TestFolder = await makeFolder();
    ends.push(() => folder.end());
    const series = await openElasticsearchSeries({
      clock,
      logger: silentLogger,
      connection: { nodes: [url] },
      prefix,
      writer,
      retentionMs: 14 * dayMs,
      graceMs: 0,
    });
    const store = await RemoteStore.open(folder.path, series, {
      clock: { nowMs: () => clock.nowMs(), elapsedMs: () => systemClock.elapsedMs() },
      logger: silentLogger,
      windowMs,
      retentionMs: 14 * dayMs,
      commitIntervalMs: 5,
      flushIntervalMs: dayMs,
      batchRowCountMax: 1_000_000,
      maintainIntervalMs: 0,
      closePatienceMs: 0,
      isShared: true,
      partitions: partitionsOfShard(0, 1),
    });
    ends.push(() => store.close());
    return { store, series };
  }

  async function give(store: RemoteStore, rows: Rows): Promise<void> {
    await store.write(batchOf(rows));
    for (const [name, timeMs, value] of rows) {
      const samples = truth.get(name) ?? new Map<number, number>();
      truth.set(name, samples.set(timeMs, value));
    }
  }

  /** Given in several flushes, so that hours grow as they do in life. */
  async function giveAndFlush(store: RemoteStore, rows: Rows): Promise<void> {
    const third = Math.ceil(rows.length / 3);
    for (let from = 0; from < rows.length; from += third) {
      await give(store, rows.slice(from, from + third));
      await store.flush(patienceMs);
    }
    expect(store.stats().remote?.waitingSampleCount).toBe(0);
  }

  function fromTruth(name: string, range: TimeRange, stepMs: number): StepColumns {
    const samples = [...(truth.get(name) ?? [])]
      .filter(([timeMs]) => timeMs >= range.fromMs && timeMs < range.untilMs)
      .sort(([a], [b]) => a - b);
    const timesMs = Float64Array.from(samples, ([timeMs]) => timeMs);
    const values = Float64Array.from(samples, ([, value]) => value);
    return stepColumnsOf(summarizePoints({ timesMs, values }, stepMs));
  }

  async function fromSamples(
    store: RemoteStore,
    ...[name, range, stepMs]: [name: string, range: TimeRange, stepMs: number]
  ): Promise<StepColumns> {
    const columns = await store.read(name, range);
    return stepColumnsOf(columns === undefined ? [] : summarizePoints(columns, stepMs));
  }

  /** @returns how many steps of them the engine added up */
  async function expectSame(store: RemoteStore, which: string): Promise<number> {
    const before = store.stats().remote?.summedStepCount ?? 0;
    for (const stepMs of [hourMs, 6 * hourMs, dayMs]) {
      for (const range of [
        { fromMs: firstMs, untilMs: firstMs + 4 * dayMs },
        { fromMs: firstMs + dayMs, untilMs: firstMs + 2 * dayMs },
      ]) {
        const answers = names.map((name) => store.readSteps({ name, range, stepMs }));
        for (const [i, answer] of (await Promise.all(answers)).entries()) {
          const name = names[i]!;
          const told = `${name} at ${which} by ${stepMs / hourMs} h from ${range.fromMs}`;
          const { sums, ...expected } = fromTruth(name, range, stepMs);
          // Where it leaves them to the samples, as after an old one that waits.
          const steps = answer ?? (await fromSamples(store, name, range, stepMs));
          const { sums: found, ...others } = steps;
          expect(others, told).toEqual(expected);
          // Of hours to the last digit; of longer steps the hours are added up.
          if (stepMs === hourMs) expect(found, told).toEqual(sums);
          else {
            for (const [at, sum] of sums.entries())
              expect(Math.abs(found[at]! - sum), told).toBeLessThan(1e-9);
          }
        }
      }
    }
    return (store.stats().remote?.summedStepCount ?? 0) - before;
  }

  test("gives what the samples come to: late points, open hours, gaps, several writers, an outbox", async () => {
    const { store, series } = await open("a");
    const other = await open("b");
    const random = seededRandom(11);
    const rowsOf = (name: string, fromMs: number, untilMs: number): Rows => {
      const rows: Rows = [];
      for (
        let timeMs = fromMs;
        timeMs < untilMs;
        timeMs += minuteMs + Math.floor(random.next() * 3e5)
      ) {
        if (name === "gaps" && Math.floor(timeMs / hourMs) % 5 < 2) continue;
        rows.push([name, timeMs, (random.next() - 0.3) * 100]);
      }
      return rows;
    };
    for (const name of names) {
      const fromMs = name === "new.today" ? nowMs - 3 * hourMs : firstMs + 90 * minuteMs;
      await giveAndFlush(store, rowsOf(name, fromMs, nowMs));
    }
    await series.maintain();
    // What the engine does not show yet is known here; others see it a little later.
    await expectSame(store, "the writer, nothing refreshed");
    await refreshIndex(client, `${prefix}-*`);
    const all = await expectSame(other.store, "the other");
    expect(all).toBeGreaterThan(300);

    // The same hour in several documents: changed later, and of another writer.
    const changed = [...truth.get("late")!.keys()].filter((_, i) => i % 40 === 7);
    await giveAndFlush(
      store,
      changed.map((timeMs) => ["late", timeMs, 1000]),
    );
    clock.advance(hourMs);
    await series.maintain();
    await giveAndFlush(store, [
      ["late", changed[0]!, -1000],
      ...rowsOf("late", firstMs, firstMs + hourMs),
    ]);
    await giveAndFlush(other.store, rowsOf("shared", firstMs + 26 * hourMs, firstMs + 27 * hourMs));
    await refreshIndex(client, `${prefix}-*`);
    expect(await expectSame(store, "the writer, late points")).toBeLessThan(all);
    expect(await expectSame(other.store, "the other, late points")).toBeLessThan(all);

    // Waits in the outbox: older than the window, in it, and over what is there.
    await give(store, rowsOf("waiting", firstMs + 30 * hourMs, firstMs + 31 * hourMs));
    await give(store, [...rowsOf("plain", nowMs - hourMs, nowMs), ["gaps", nowMs - 4 * hourMs, 1]]);
    expect(store.stats().remote?.waitingSampleCount).toBeGreaterThan(30);
    expect(await expectSame(store, "the writer, an outbox")).toBeGreaterThan(100);

    // The window of some is filled, and answers for the end of the range.
    const half = names.slice(0, 3).map(partitionOfName);
    await store.takeOver(half, () => undefined);
    expect(await expectSame(store, "the writer, a window")).toBeGreaterThan(100);
    await store.flush(patienceMs);
    expect(await expectSame(store, "the writer, a window and no outbox")).toBeGreaterThan(100);
    const now = { fromMs: clock.nowMs() - windowMs, untilMs: clock.nowMs() };
    const range = { fromMs: Math.ceil(now.fromMs / hourMs) * hourMs, untilMs: firstMs + 4 * dayMs };
    expect(await store.readSteps({ name: names[0]!, range, stepMs: hourMs })).toBeUndefined();
  });

  test("leaves to the samples what the engine cannot add up or cannot count", async () => {
    const { store, series } = await open("a");
    await giveAndFlush(store, [
      ["plain", firstMs, 1e308],
      ["plain", firstMs + 1, 1e308],
      ["plain", firstMs + hourMs, 1],
    ]);
    await series.maintain();
    await refreshIndex(client, `${prefix}-*`);
    const range = { fromMs: firstMs, untilMs: firstMs + dayMs };
    const ask = (stepMs: number) => store.readSteps({ name: "plain", range, stepMs });
    expect((await ask(hourMs))?.sums).toEqual(Float64Array.of(Infinity, 1));
    expect((await ask(dayMs))?.sums).toEqual(Float64Array.of(Infinity));
    expect(await ask(30 * minuteMs)).toBeUndefined();
    const nobody = await store.readSteps({ name: "nobody", range, stepMs: hourMs });
    expect(nobody?.timesMs.length).toBe(0);
  });
});

test("spansOf() reads steps that lie near each other as one, and no others", () => {
  expect(spansOf([], hourMs)).toEqual([]);
  expect(
    spansOf(
      [26, 0, 1, 100].map((at) => at * hourMs),
      hourMs,
    ),
  ).toEqual([
    { fromMs: 0, untilMs: 27 * hourMs },
    { fromMs: 100 * hourMs, untilMs: 101 * hourMs },
  ]);
});
