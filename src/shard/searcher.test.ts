import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { builtKernel } from "../../test/support/kernels.ts";
import { type Clock, systemClock } from "../base/clock.ts";
import { nextNormal, seededRandom } from "../base/random.ts";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Rpc } from "../base/rpc.ts";
import { zNormalise } from "../oculus/index.ts";
import {
  type SeriesWindow,
  type ShapePage,
  shardOfName,
  type SimilarityAnswer,
  type SimilarityQuery,
  SimilarityRefusal,
  type TimeRange,
} from "../model/index.ts";
import type { ShapePageQuestion, ShapeQuestion, ShardSearch } from "./search-messages.ts";
import { SearchPool } from "./search-pool.ts";
import { Searcher } from "./searcher.ts";
import { ShapeKeeper, tableCellMax } from "./shape-keeper.ts";

const stepMs = 10_000;
const hourMs = 3_600_000;
const ports: MessagePort[] = [];
const keepers: ShapeKeeper[] = [];

afterEach(() => {
  for (const port of ports.splice(0)) port.close();
  for (const keeper of keepers.splice(0)) keeper.stop();
});

/** One hour of values per name, ending at `nowMs`, a sample every 10 s. */
class HourWindow implements SeriesWindow {
  readonly names: string[] = [];
  readonly values: (readonly number[])[] = [];
  readonly endMs: number;

  constructor(endMs: number) {
    this.endMs = endMs;
  }

  add(name: string, values: readonly number[]): void {
    this.names.push(name);
    this.values.push(values);
  }
  get idCount(): number {
    return this.names.length;
  }
  isLive(): boolean {
    return true;
  }
  name(id: number): string {
    return this.names[id]!;
  }
  find(name: string): number | undefined {
    const id = this.names.indexOf(name);
    return id < 0 ? undefined : id;
  }
  stated(): number {
    return 0;
  }
  newestMs(): number {
    return this.endMs - stepMs;
  }
  revision(id: number): number {
    return this.values[id]!.length;
  }
  sampleCountMax(id: number): number {
    return this.values[id]!.length;
  }
  copy(id: number, range: TimeRange, timesMs: Float64Array, into: Float64Array): number {
    const values = this.values[id]!;
    let count = 0;
    for (const [i, value] of values.entries()) {
      const timeMs = this.endMs - (values.length - i) * stepMs;
      if (timeMs < range.fromMs || timeMs >= range.untilMs) continue;
      timesMs[count] = timeMs;
      into[count++] = value;
    }
    return count;
  }
}

function walk(seed: number, count = 360): number[] {
  const random = seededRandom(seed);
  let level = 0;
  return Array.from({ length: count }, () => (level += nextNormal(random)));
}

interface Fleet {
  readonly pool: SearchPool;
  readonly endMs: number;
  readonly range: TimeRange;
  readonly values: Map<string, readonly number[]>;
}

/** Real searchers behind real message ports, without the rest of a shard. */
function startFleet(
  series: readonly (readonly [name: string, values: readonly number[]])[],
  shardCount = 2,
): Fleet {
  const endMs = Math.floor(systemClock.nowMs() / 60_000) * 60_000 - 300_000;
  const windows = Array.from({ length: shardCount }, () => new HourWindow(endMs));
  for (const [name, values] of series) windows[shardOfName(name, shardCount)]!.add(name, values);
  const pool = new SearchPool(systemClock, {
    windowMs: 24 * hourMs,
    warmDurationMs: hourMs,
    budgetMs: 10_000,
  });
  const rpcs = windows.map((window, shard) => {
    const { port1, port2 } = new MessageChannel();
    ports.push(port1);
    // Every second shard has the kernel of distances: nothing may tell them apart.
    const kernel = shard % 2 === 0 ? builtKernel("distances") : undefined;
    const keeper = new ShapeKeeper(window, systemClock, { warmDurationMs: hourMs, kernel });
    keepers.push(keeper);
    const searcher: Searcher = new Searcher(window, keeper, systemClock, (reply) => {
      server.tell("searchProgress", reply);
    });
    const server: Rpc = new Rpc(port2, {
      shapeOf: (question: ShapeQuestion) => searcher.shapeOf(question),
      shapePage: (asked: ShapePageQuestion) => searcher.shapePage(shard, asked),
      search: (asked: ShardSearch) => searcher.search(asked),
      cancelSearch: (searchId: number) => {
        searcher.cancel(searchId);
      },
    });
    return new Rpc(port1, {
      searchProgress: (reply: never) => {
        pool.progress(shard, reply);
      },
    });
  });
  pool.connect(rpcs);
  return {
    pool,
    endMs,
    range: { fromMs: endMs - hourMs, untilMs: endMs },
    values: new Map(series),
  };
}

function query(fleet: Fleet, change: Partial<SimilarityQuery> = {}): SimilarityQuery {
  return {
    target: { kind: "series", name: "web.0.load" },
    range: fleet.range,
    method: "euclidean",
    filter: "",
    exclude: [],
    limit: 5,
    offset: 0,
    ...change,
  };
}

/** Pearson's r of the means of six samples each: what 60 points of an hour are. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const cells = (values: readonly number[]): number[] =>
    Array.from({ length: 60 }, (_, i) => mean(values.slice(i * 6, i * 6 + 6)));
  const [x, y] = [cells(a), cells(b)];
  const [mx, my] = [mean(x), mean(y)];
  const dot = x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  const size = (values: number[], m: number): number =>
    Math.sqrt(values.reduce((sum, value) => sum + (value - m) ** 2, 0));
  return dot / (size(x, mx) * size(y, my));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const walks = Array.from({ length: 200 }, (_, i) => [`web.${i}.load`, walk(i + 1)] as const);

test("SearchPool finds over all shards what a plain computation finds", async () => {
  const fleet = startFleet(walks, 3);
  const answer = await fleet.pool.search(query(fleet, { limit: 10 }), {});
  const asked = fleet.values.get("web.0.load")!;
  const expected = walks
    .slice(1)
    .map(([name, values]) => ({ name, r: correlation(asked, values) }))
    .sort((a, b) => b.r - a.r)
    .slice(0, 10);
  expect(answer.matches.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
  for (const [i, { r }] of expected.entries()) {
    expect(answer.matches[i]!.likeness).toBeCloseTo(100 * Math.max(0, r), 2);
  }
  expect(answer).toMatchObject({
    isFinal: true,
    isExact: true,
    comparedCount: 199,
    totalCount: 199,
  });
});

test("SearchPool pages, filters and leaves out by parts of names", async () => {
  const fleet = startFleet([...walks, ["db.0.load", walk(1)], ["web.0.cpu", walk(1)]]);
  const names = async (change: Partial<SimilarityQuery>): Promise<string[]> =>
    (await fleet.pool.search(query(fleet, change), {})).matches.map(({ name }) => name);
  const all = await names({ limit: 12 });
  expect(all.slice(0, 2).sort()).toEqual(["db.0.load", "web.0.cpu"]);
  expect(await names({ limit: 4, offset: 8 })).toEqual(all.slice(8));
  expect((await names({ exclude: ["db"] }))[0]).toBe("web.0.cpu");
  expect((await names({ exclude: ["*.cpu", "db"] }))[0]).toMatch(/^web\.\d+\.load$/);
  expect(await names({ filter: "db.*" })).toEqual(["db.0.load"]);
});

test("SearchPool tells the lag in time, and the sign", async () => {
  const base = walk(77, 400);
  const late = base.slice(0, 360);
  const early = base.slice(18, 378).map((value) => -value);
  const fleet = startFleet([["web.0.load", late], ["early", early], ...walks.slice(1, 40)]);
  const answer = await fleet.pool.search(query(fleet, { method: "correlation" }), {});
  expect(answer.matches[0]).toMatchObject({ name: "early", lagMs: -180_000, sign: -1 });
});

test("SearchPool looks for a drawn shape of any length", async () => {
  const shape = Float64Array.from({ length: 25 }, (_, i) => (i < 12 ? 0 : 10));
  const step = Array.from({ length: 360 }, (_, i) => (i < 173 ? 3 : 9) + (i % 5) * 0.1);
  const fleet = startFleet([["queue.step", step], ...walks]);
  const target = { kind: "shape", values: shape } as const;
  const answer = await fleet.pool.search(query(fleet, { target, method: "dtw" }), {});
  expect(answer.matches[0]!.name).toBe("queue.step");
  expect(answer.matches[0]!.likeness).toBeGreaterThan(95);
});

test.each([
  {
    what: "an unknown series",
    change: { target: { kind: "series", name: "nobody" } },
    code: "unknown-series",
  },
  { what: "a flat series", change: { target: { kind: "series", name: "flat" } }, code: "flat" },
  {
    what: "a series that starts late",
    change: { target: { kind: "series", name: "late" } },
    code: "starts-late",
  },
  {
    what: "a flat shape",
    change: { target: { kind: "shape", values: new Float64Array(9) } },
    code: "flat",
  },
  {
    what: "a lag that cannot be",
    change: { method: "correlation", lagMaxMs: hourMs },
    code: "bad-lag",
  },
  { what: "a band that cannot be", change: { method: "dtw", bandShare: 7 }, code: "bad-band" },
  {
    what: "a window of long ago",
    change: { range: { fromMs: 0, untilMs: hourMs } },
    code: "old-window",
  },
] as const)("SearchPool refuses $what with the reason", async ({ change, code }) => {
  const fleet = startFleet([
    ["flat", new Array<number>(360).fill(4)],
    ["late", walk(3, 90)],
    ...walks,
  ]);
  const searching = fleet.pool.search(query(fleet, change), {});
  await expect(searching).rejects.toBeInstanceOf(SimilarityRefusal);
  await expect(searching).rejects.toMatchObject({ code });
});

test("SearchPool counts what could not be compared, by reason", async () => {
  const fleet = startFleet([
    ["flat", new Array<number>(360).fill(4)],
    ["late", walk(3, 90)],
    ...walks,
  ]);
  const { unmatchedCounts, totalCount } = await fleet.pool.search(query(fleet), {});
  expect(unmatchedCounts).toMatchObject({ flat: 1, "starts-late": 1, empty: 0 });
  expect(totalCount).toBe(199);
});

test("a newer search of the same page ends the older one; of another page it does not", async () => {
  const many = Array.from({ length: 3000 }, (_, i) => [`web.${i}.load`, walk(i + 1)] as const);
  const fleet = startFleet(many);
  const slow = query(fleet, { method: "fastdtw" });
  const first = fleet.pool.search(slow, { page: "a" });
  first.catch(() => undefined);
  await sleep(20);
  const other = fleet.pool.search(query(fleet), { page: "b" });
  const newer = fleet.pool.search(query(fleet), { page: "a" });
  await expect(first).rejects.toMatchObject({ code: "cancelled" });
  expect((await newer).isExact).toBe(true);
  expect((await other).isExact).toBe(true);
});

test("SearchPool tells of better answers on the way, and ends when the asker hangs up", async () => {
  const many = Array.from({ length: 3000 }, (_, i) => [`web.${i}.load`, walk(i + 1)] as const);
  const fleet = startFleet(many);
  const seen: SimilarityAnswer[] = [];
  const abort = new AbortController();
  const searching = fleet.pool.search(query(fleet, { method: "fastdtw" }), {
    signal: abort.signal,
    onProgress: (answer) => {
      seen.push(answer);
      abort.abort();
    },
  });
  await expect(searching).rejects.toMatchObject({ code: "cancelled" });
  expect(seen[0]).toMatchObject({ isFinal: false, isExact: false });
  expect(seen[0]!.matches.length).toBeGreaterThan(0);
});

test("SearchPool hands out every shape, page by page, as a search compares them", async () => {
  const many = Array.from({ length: 2300 }, (_, i) => {
    const values = i % 10 === 0 ? Array.from({ length: 360 }, () => 7) : walk(i + 1);
    return [`web.${i}.load`, values] as const;
  });
  const fleet = startFleet(many);
  const window = { range: fleet.range, pointCount: 60 };
  const pages: ShapePage[] = [];
  for await (const page of fleet.pool.shapePages(window)) pages.push(page);
  expect(pages.map(({ shard, names }) => [shard, names.length <= 1000])).toEqual([
    [0, true],
    [0, true],
    [1, true],
    [1, true],
  ]);
  const faults = new Map<string, string>();
  const rows = new Map<string, Float32Array>();
  for (const page of pages) {
    expect(page.ids).toEqual(Int32Array.from(page.ids).sort());
    for (const [at, name] of page.names.entries()) {
      faults.set(name, page.faults[at]!);
      rows.set(name, page.rows.subarray(60 * at, 60 * (at + 1)));
    }
  }
  expect(faults).toEqual(new Map(many.map(([name], i) => [name, i % 10 === 0 ? "flat" : ""])));
  const target = { kind: "series", name: "web.11.load" } as const;
  const asked = await fleet.pool.queryValues(target, window, "euclidean");
  const [match] = (await fleet.pool.search(query(fleet, { target, limit: 1 }), {})).matches;
  const shape = Float64Array.from(asked);
  expect(zNormalise(shape)).toBe(true);
  const row = rows.get(match!.name)!;
  expect(Math.hypot(...row.map((value, i) => value - shape[i]!))).toBeCloseTo(match!.distance, 4);
});

/** A clock by which each look at it takes a millisecond: time is the number of looks. */
class LookClock implements Clock {
  looks = 0;
  nowMs(): number {
    return systemClock.nowMs();
  }
  elapsedMs(): number {
    return (this.looks += 1);
  }
}

function shardOf(window: HourWindow, clock: Clock): { searcher: Searcher; keeper: ShapeKeeper } {
  const keeper = new ShapeKeeper(window, clock, { warmDurationMs: hourMs });
  keepers.push(keeper);
  return { keeper, searcher: new Searcher(window, keeper, clock, () => undefined) };
}

function shardSearch(window: HourWindow, change: Partial<ShardSearch> = {}): ShardSearch {
  const range = { fromMs: window.endMs - hourMs, untilMs: window.endMs };
  return {
    ...{ searchId: 1, range, values: Float64Array.from(walk(1, 60)), method: "euclidean" },
    ...{ bandShare: undefined, radius: undefined, lagMax: undefined, inverse: undefined },
    ...{ filter: "", exclude: [], excludeName: undefined, limit: 5, offset: 0 },
    budgetMs: 1_000_000,
    ...change,
  };
}

function windowOf(count: number): HourWindow {
  const window = new HourWindow(Math.floor(systemClock.nowMs() / 60_000) * 60_000);
  for (let i = 0; i < count; i++) window.add(`web.${i}.load`, walk(i + 1));
  return window;
}

test("however many searches are under way, judging waits for one slice at a time", async () => {
  const clock = new LookClock();
  const window = windowOf(1500);
  const { searcher } = shardOf(window, clock);
  const asked = [
    { method: "fastdtw", pointCount: 60 },
    { method: "dtw", pointCount: 60 },
    { method: "best", pointCount: 60 },
    { method: "change", pointCount: 0 },
    { method: "correlation", pointCount: 30 },
    { method: "euclidean", pointCount: 1000 },
  ] as const;
  let before = clock.looks;
  let longest = 0;
  let turns = 0;
  let isOver = false;
  const judge = (): void => {
    longest = Math.max(longest, clock.looks - before);
    turns += 1;
    before = clock.looks;
    if (!isOver) setImmediate(judge);
  };
  setImmediate(judge);
  await Promise.all(
    asked.map(({ method, pointCount }, searchId) => {
      const values = Float64Array.from(walk(searchId + 1, pointCount));
      return searcher.search(shardSearch(window, { searchId, method, values }));
    }),
  );
  isOver = true;
  expect(turns).toBeGreaterThan(50);
  // A slice is over when 4 ms have passed by the clock; beginning and telling take a few looks more.
  expect(longest).toBeLessThanOrEqual(16);
});

test("a search whose time is up while its window is made ready answers with what it has", async () => {
  const clock = new LookClock();
  const window = windowOf(2000);
  const { searcher } = shardOf(window, clock);
  const reply = await searcher.search(shardSearch(window, { budgetMs: 60 }));
  expect(reply.isExact).toBe(false);
  expect(reply.matches.length).toBeGreaterThan(0);
  expect(reply.comparedCount).toBeGreaterThan(0);
  expect(reply.comparedCount).toBeLessThan(1990);
  expect(reply.totalCount).toBe(2000);
});

test("a window that several ask for at once is made ready once, and one that is too large is refused", async () => {
  const window = windowOf(300);
  const { searcher, keeper } = shardOf(window, new LookClock());
  const replies = await Promise.all(
    [1, 2, 3].map((searchId) => searcher.search(shardSearch(window, { searchId }))),
  );
  expect(replies.map(({ isExact, comparedCount }) => [isExact, comparedCount])).toEqual(
    Array.from({ length: 3 }, () => [true, 300]),
  );
  expect(keeper.memoryBytes).toBeLessThan(2 * 300 * 60 * 4);

  const values = new Float64Array(tableCellMax / 256).map((value, i) => i % 7);
  const reply = await searcher.search(shardSearch(window, { values }));
  expect(reply).toMatchObject({ isExact: false, matches: [] });
  expect(reply.pointCountMax).toBe(Math.floor(tableCellMax / 300));
});

test("SearchPool refuses the original's search, which the shards do not have", async () => {
  const fleet = startFleet(walks.slice(0, 3));
  const search = fleet.pool.search(query(fleet, { method: "classic" }), {});
  await expect(search).rejects.toMatchObject({ code: "bad-method", message: /search engine/ });
});
