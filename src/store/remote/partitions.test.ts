import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock, systemClock } from "../../base/clock.ts";
import { silentLogger } from "../../base/log.ts";
import {
  batchOf,
  partitionOfName,
  partitionsOfShard,
  statedCounter,
  statedGauge,
} from "../../model/index.ts";
import {
  hourMs,
  makeFolder,
  minuteMs,
  pairsOf,
  rowsOf,
  testNowMs,
  type TestFolder,
} from "../embedded/small-store.fixture.ts";
import { MemoryRemote } from "./memory-series.fixture.ts";
import { RemoteStore } from "./remote-store.ts";

const always = { fromMs: 0, untilMs: 2 ** 47 };
const lastHour = { fromMs: testNowMs - hourMs, untilMs: testNowMs + hourMs };
const mine = "web.load";
const theirs = "db.load";
let folder: TestFolder;
let remote: MemoryRemote;
let today: ManualClock;
let store: RemoteStore;

beforeEach(async () => {
  folder = await makeFolder();
  remote = new MemoryRemote();
  today = new ManualClock(testNowMs);
  store = await RemoteStore.open(folder.path, remote.connect(), {
    clock: { nowMs: () => today.nowMs(), elapsedMs: () => systemClock.elapsedMs() },
    logger: silentLogger,
    windowMs: 4 * hourMs,
    chunkSampleCount: 16,
    commitIntervalMs: 5,
    flushIntervalMs: 5,
    maintainIntervalMs: 0,
    isShared: true,
    partitions: partitionsOfShard(0, 1),
  });
});
afterEach(async () => {
  await store.close();
  await folder.end();
});

function history(): Map<number, number> {
  return new Map(
    Array.from({ length: 60 }, (unused, i) => [testNowMs - (60 - i) * minuteMs, i] as const),
  );
}

function shownCount(name: string): number {
  const id = store.window.find(name);
  if (id === undefined) return 0;
  return store.window.copy(id, always, new Float64Array(500), new Float64Array(500));
}

async function until(isSo: () => boolean): Promise<void> {
  const endMs = systemClock.elapsedMs() + 30_000;
  while (!isSo()) {
    if (systemClock.elapsedMs() > endMs) throw new Error(`not in time: ${String(isSo)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("of a shared store nothing is judged before it is taken over, and nothing after it was dropped", async () => {
  expect(partitionOfName(mine)).not.toBe(partitionOfName(theirs));
  remote.series.set(mine, history());
  remote.series.set(theirs, history());
  await store.write(batchOf([[mine, testNowMs, 1]]));
  await store.write(batchOf([[theirs, testNowMs, 2]]));
  expect(shownCount(mine) + shownCount(theirs)).toBe(0);
  // Anybody may still ask for either of them.
  expect(pairsOf(await store.read(mine, lastHour))).toHaveLength(61);
  expect(pairsOf(await store.read(theirs, lastHour))).toHaveLength(61);

  let shownThen = -1;
  await store.takeOver([partitionOfName(mine)], () => {
    shownThen = shownCount(mine);
  });
  expect(shownThen).toBe(61);
  expect(shownCount(theirs)).toBe(0);
  await store.maintain();
  expect(store.stats().seriesCount).toBe(1);

  store.drop([partitionOfName(mine)]);
  expect(shownCount(mine)).toBe(0);
  expect(pairsOf(await store.read(mine, lastHour))).toHaveLength(61);
});

test("what others write into a partition that is judged here comes into the window", async () => {
  await store.takeOver([partitionOfName(mine)], () => undefined);
  remote.series.set(mine, history());
  remote.series.set(theirs, history());
  await until(() => shownCount(mine) === 60);
  expect(shownCount(theirs)).toBe(0);
  // What was written here has the last word.
  await store.write(batchOf([[mine, testNowMs, 7]]));
  remote.series.get(mine)?.set(testNowMs, 8);
  remote.series.get(mine)?.set(testNowMs + 1000, 9);
  await until(() => shownCount(mine) === 62);
  expect(pairsOf(await store.read(mine, { ...lastHour, fromMs: testNowMs }))).toEqual([
    [testNowMs, 7],
    [testNowMs + 1000, 9],
  ]);
});

test("what was stated of a series elsewhere is known where it is judged", async () => {
  remote.series.set(mine, history());
  remote.stated.set(mine, statedCounter);
  await store.takeOver([partitionOfName(mine), partitionOfName(theirs)], () => undefined);
  const stated = (name: string): number => store.window.stated(store.window.find(name) ?? -1);
  expect(stated(mine)).toBe(statedCounter);
  remote.series.set(theirs, history());
  remote.stated.set(theirs, statedGauge);
  await until(() => shownCount(theirs) === 60);
  expect(stated(theirs)).toBe(statedGauge);
});

test("names lists series that others judge too", async () => {
  remote.series.set(theirs, history());
  await store.write(batchOf([[mine, testNowMs, 1]]));
  await store.maintain();
  const names = Array.from({ length: store.names.idCount }, (unused, id) => store.names.name(id));
  expect(names.sort()).toEqual([theirs, mine]);
});

test("a partition that was dropped while it was filled is not shown", async () => {
  remote.series.set(mine, history());
  const partition = partitionOfName(mine);
  const taking = store.takeOver([partition], () => undefined);
  store.drop([partition]);
  await taking;
  expect(shownCount(mine)).toBe(0);
});

test("series of others leave memory some minutes after the remote has them", async () => {
  await store.write(rowsOf(theirs, testNowMs - hourMs, { count: 50, stepMs: minuteMs }));
  await until(() => store.stats().remote?.waitingSampleCount === 0);
  today.advance(20 * minuteMs);
  for (let round = 0; store.stats().sampleCount > 0 && round < 1000; round++) {
    await store.maintain();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(store.stats().sampleCount).toBe(0);
  expect(pairsOf(await store.read(theirs, always))).toHaveLength(50);
});
