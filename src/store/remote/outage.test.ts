import { cp, readdir } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock, systemClock, type Clock } from "../../base/clock.ts";
import { silentLogger } from "../../base/log.ts";
import { batchOf } from "../../model/index.ts";
import {
  hourMs,
  makeFolder,
  minuteMs,
  pairsOf,
  rowsOf,
  testNowMs,
  type TestFolder,
} from "../embedded/small-store.fixture.ts";
import { errorCode } from "../log/disk.ts";
import { FaultyDisk } from "../log/faulty-disk.fixture.ts";
import { MemoryRemote } from "./memory-series.fixture.ts";
import { RemoteStore } from "./remote-store.ts";
import type { RemoteStoreOptions } from "./remote-store-options.ts";

const always = { fromMs: 0, untilMs: 2 ** 47 };
const patienceMs = 20_000;
let folder: TestFolder;
let remote: MemoryRemote;
let today: ManualClock;
let opened: RemoteStore[];

beforeEach(async () => {
  folder = await makeFolder();
  remote = new MemoryRemote();
  today = new ManualClock(testNowMs);
  opened = [];
});
afterEach(async () => {
  remote.failure = undefined;
  remote.losesAnswers = false;
  for (const store of opened) await store.close();
  await folder.end();
});

async function open(
  options: Partial<RemoteStoreOptions> = {},
  path = folder.path,
): Promise<RemoteStore> {
  const clock: Clock = { nowMs: () => today.nowMs(), elapsedMs: () => systemClock.elapsedMs() };
  const store = await RemoteStore.open(path, remote.connect(), {
    clock,
    logger: silentLogger,
    windowMs: 4 * hourMs,
    chunkSampleCount: 16,
    commitIntervalMs: 5,
    flushIntervalMs: 5,
    retryDelayMinMs: 2,
    retryDelayMaxMs: 10,
    closePatienceMs: 200,
    maintainIntervalMs: 0,
    ...options,
  });
  opened.push(store);
  return store;
}

/** What another process would find after `kill -9` now. */
async function killedNow(options: Partial<RemoteStoreOptions> = {}): Promise<RemoteStore> {
  const copy = `${folder.path}/killed-${opened.length}`;
  const names = (await readdir(folder.path)).filter((name) => !name.startsWith("killed"));
  for (const name of names) {
    // What is acknowledged at this moment may go while we look.
    await cp(`${folder.path}/${name}`, `${copy}/${name}`).catch((error: unknown) => {
      if (errorCode(error) !== "ENOENT") throw error;
    });
  }
  return open(options, copy);
}

async function until(isSo: () => boolean): Promise<void> {
  const endMs = systemClock.elapsedMs() + patienceMs;
  while (!isSo()) {
    if (systemClock.elapsedMs() > endMs)
      throw new Error(`not in ${patienceMs} ms: ${String(isSo)}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function waitingCount(store: RemoteStore): number {
  return store.stats().remote?.waitingSampleCount ?? NaN;
}

test("what was written while the remote was away is there once it is back, exactly once", async () => {
  const store = await open();
  await store.warm;
  remote.failure = "REMOTE_UNREACHABLE";
  for (let i = 0; i < 20; i++) {
    await store.write(rowsOf("a", testNowMs - hourMs + i * minuteMs, { count: 6, stepMs: 10_000 }));
    await store.write(rowsOf("old", testNowMs - 48 * hourMs + i * 1000, { count: 1, stepMs: 1 }));
    await store.commit();
  }
  await until(() => (store.stats().remote?.retryCount ?? 0) > 3);
  expect(store.stats()).toMatchObject({
    isDurable: true,
    remote: { isReachable: false, problem: "the test took it away", waitingSampleCount: 140 },
  });
  expect(store.stats().remote?.failingSinceMs).toBe(testNowMs);
  expect(store.stats().remote?.oldestWaitingMs).toBe(testNowMs);

  remote.failure = undefined;
  await until(() => waitingCount(store) === 0);
  expect(remote.pairs("a")).toHaveLength(120);
  expect(remote.pairs("old")).toHaveLength(20);
  expect(remote.doubleCount).toBe(0);
  expect(store.stats().remote).toMatchObject({ isReachable: true, failingSinceMs: null });
  expect(store.stats().remote?.writtenSampleCount).toBe(140);
});

test("a batch whose answer is lost is given again within the same bounds, as a repeat", async () => {
  const store = await open();
  remote.losesAnswers = true;
  await store.write(rowsOf("a", testNowMs - hourMs, { count: 10, stepMs: 10_000 }));
  await store.commit();
  await until(() => remote.given.length >= 3);
  await store.write(rowsOf("a", testNowMs, { count: 5, stepMs: 1000 }));
  await store.commit();
  const seen = remote.given.length;
  await until(() => remote.given.length >= seen + 2);
  remote.losesAnswers = false;
  await until(() => waitingCount(store) === 0);
  const [first, ...later] = remote.given;
  expect(first?.isRepeat).toBe(false);
  const repeats = later.slice(0, -1);
  for (const given of repeats) expect(given).toEqual({ ...first, isRepeat: true });
  expect(later.at(-1)).toMatchObject({ isRepeat: false, names: ["a", "a", "a", "a", "a"] });
  expect(remote.pairs("a")).toHaveLength(15);
});

test.each([
  ["before the batch was given", "REMOTE_UNREACHABLE", 0],
  ["when the remote had done half of it", "REMOTE_UNREACHABLE", 7],
  ["while the remote refused the password", "REMOTE_DENIED", 0],
] as const)("after a kill %s the outbox is given again", async (when, failure, partialRowCount) => {
  const store = await open();
  remote.failure = failure;
  remote.partialRowCount = partialRowCount;
  await store.write(rowsOf("a", testNowMs - hourMs, { count: 20, stepMs: 10_000 }));
  await store.write(rowsOf("old", testNowMs - 30 * hourMs, { count: 20, stepMs: 10_000 }));
  await store.commit();
  await until(() => remote.given.length >= 2);
  await store.write(rowsOf("b", testNowMs - hourMs, { count: 3, stepMs: 10_000 }));
  await store.commit();
  const [given] = remote.given;
  remote.given.length = 0;

  const killed = await killedNow();
  for (const [name, count] of [
    ["a", 20],
    ["old", 20],
    ["b", 3],
  ] as const) {
    remote.failure = undefined;
    expect(pairsOf(await killed.read(name, always)), name).toHaveLength(count);
  }
  await until(() => waitingCount(killed) === 0);
  expect(remote.given[0]).toEqual({ ...given, isRepeat: true });
  expect(remote.pairs("a")).toHaveLength(20);
  expect(remote.pairs("old")).toHaveLength(20);
  expect(remote.pairs("b")).toHaveLength(3);
  expect(killed.stats().faults.filter(({ code }) => code === "corrupt-record")).toEqual([]);
});

test("kills at any moment, with the remote coming and going, lose and double nothing", async () => {
  let writtenCount = 0;
  let store = await open({ batchRowCountMax: 50 });
  for (let life = 0; life < 12; life++) {
    for (let i = 0; i < 10; i++) {
      remote.failure = (life + i) % 4 === 0 ? "REMOTE_UNREACHABLE" : undefined;
      remote.partialRowCount = i;
      remote.losesAnswers = (life + i) % 5 === 0;
      const firstMs = testNowMs - 2 * hourMs + writtenCount * 1000;
      await store.write(rowsOf("a", firstMs, { count: 13, stepMs: 1000, plus: writtenCount }));
      await store.commit();
      writtenCount += 13;
      if (i % 3 === life % 3) await new Promise((resolve) => setTimeout(resolve, 3));
    }
    // From here on the first store's file is the one that the killed process left.
    remote.failure = "REMOTE_UNREACHABLE";
    remote.partialRowCount = 0;
    const next = await killedNow({ batchRowCountMax: 50 });
    await store.close();
    store = next;
    folder = { ...folder, path: `${folder.path}/killed-${opened.length - 1}` };
  }
  remote.failure = undefined;
  remote.losesAnswers = false;
  await until(() => waitingCount(store) === 0);
  const expected = Array.from({ length: writtenCount }, (unused, i) => [
    testNowMs - 2 * hourMs + i * 1000,
    i,
  ]);
  expect(remote.pairs("a")).toEqual(expected);
  expect(remote.doubleCount).toBe(0);
});

test("at its limit the outbox makes writers wait, says so, and lets them go on when there is room", async () => {
  const store = await open({ outboxBytesMax: 4000 });
  await store.warm;
  remote.failure = "REMOTE_UNREACHABLE";
  let written = 0;
  const writing = (async () => {
    for (let i = 0; i < 60; i++) {
      await store.write(rowsOf("a", testNowMs - hourMs + i * 10_000, { count: 10, stepMs: 1000 }));
      await store.commit();
      written += 1;
    }
  })();
  await until(() => store.stats().remote?.isHolding === true);
  expect(written).toBeLessThan(60);
  expect(store.stats().faults.map(({ code }) => code)).toContain("outbox-full");
  expect(store.stats().remote?.heldWriteCount).toBe(1);
  // What is in the window is served all the same.
  expect(
    pairsOf(await store.read("a", { fromMs: testNowMs - 2 * hourMs, untilMs: testNowMs })),
  ).not.toHaveLength(0);
  remote.failure = undefined;
  await writing;
  await until(() => waitingCount(store) === 0);
  expect(remote.pairs("a")).toHaveLength(600);
  expect(store.stats().remote?.isHolding).toBe(false);
});

test("letIn() and close() let go of a writer that waits, and what it wrote is kept", async () => {
  const store = await open({ outboxBytesMax: 1 });
  remote.failure = "REMOTE_UNREACHABLE";
  await store.write(batchOf([["a", testNowMs, 1]]));
  await store.commit();
  const waiting = store.write(batchOf([["b", testNowMs, 2]]));
  await until(() => store.stats().remote?.isHolding === true);
  store.letIn();
  await waiting;
  await store.close();
  remote.failure = undefined;
  const again = await open();
  await until(() => waitingCount(again) === 0);
  expect(remote.pairs("a")).toEqual([[testNowMs, 1]]);
  expect(remote.pairs("b")).toEqual([[testNowMs, 2]]);
});

test("history beyond the limit of older rows waits too", async () => {
  const store = await open({ olderRowCountMax: 10 });
  remote.failure = "REMOTE_UNREACHABLE";
  await store.write(rowsOf("old", testNowMs - 30 * hourMs, { count: 12, stepMs: 1000 }));
  const waiting = store.write(rowsOf("old", testNowMs - 20 * hourMs, { count: 3, stepMs: 1000 }));
  await until(() => store.stats().remote?.isHolding === true);
  remote.failure = undefined;
  await waiting;
  await until(() => waitingCount(store) === 0);
  expect(remote.pairs("old")).toHaveLength(15);
});

test("a busy remote is asked again later, and the intake is slowed, not stopped", async () => {
  const store = await open();
  remote.failure = "REMOTE_BUSY";
  await store.write(batchOf([["a", testNowMs, 1]]));
  await until(() => (store.stats().remote?.busyCount ?? 0) > 2);
  await store.write(batchOf([["a", testNowMs + 1000, 2]]));
  expect(store.stats().remote).toMatchObject({ failingSinceMs: null });
  remote.failure = undefined;
  await until(() => waitingCount(store) === 0);
  expect(remote.pairs("a")).toHaveLength(2);
});

test("rows that are refused for good are set aside and counted, and those behind them go on", async () => {
  const store = await open({ refusalPatienceMs: 20 });
  remote.failure = "REMOTE_REFUSED";
  await store.write(rowsOf("bad", testNowMs, { count: 7, stepMs: 1000 }));
  await until(() => store.stats().remote?.refusedSampleCount === 7);
  remote.failure = undefined;
  await store.write(rowsOf("good", testNowMs, { count: 7, stepMs: 1000 }));
  await until(() => waitingCount(store) === 0);
  expect(remote.pairs("good")).toHaveLength(7);
  expect(remote.pairs("bad")).toHaveLength(0);
  expect(store.stats().faults).toContainEqual(
    expect.objectContaining({ code: "remote-refused", count: 7 }),
  );
  expect((await readdir(folder.path)).filter((name) => name.startsWith("refused"))).toHaveLength(1);
});

test("read() rejects where the remote is needed and away; what the window holds is served", async () => {
  remote.series.set("far", new Map([[testNowMs - 30 * hourMs, 1]]));
  const store = await open();
  await store.warm;
  await store.write(batchOf([["near", testNowMs, 1]]));
  remote.failure = "REMOTE_UNREACHABLE";
  await expect(store.read("far", always)).rejects.toMatchObject({ code: "REMOTE_UNREACHABLE" });
  await expect(store.read("near", always)).rejects.toMatchObject({ code: "REMOTE_UNREACHABLE" });
  await expect(store.findNames({ query: "", limit: 5 })).rejects.toMatchObject({
    code: "REMOTE_UNREACHABLE",
  });
  const lastHour = { fromMs: testNowMs - hourMs, untilMs: testNowMs + 1 };
  expect(pairsOf(await store.read("near", lastHour))).toEqual([[testNowMs, 1]]);
});

test("the window is filled under what came meanwhile, once the remote can be read", async () => {
  remote.failure = "REMOTE_UNREACHABLE";
  const history = Array.from({ length: 100 }, (unused, i): [number, number] => [
    testNowMs - 2 * hourMs + i * minuteMs,
    i,
  ]);
  remote.series.set("a", new Map(history));
  remote.series.set("not wanted", new Map(history));
  const store = await open({ wants: (name) => name === "a" });
  const newest = testNowMs - 2 * hourMs + 99 * minuteMs;
  await store.write(batchOf([["a", newest, -1]]));
  await store.write(batchOf([["a", newest + minuteMs, -2]]));
  await until(() => store.stats().remote?.warmth.state === "waiting");
  remote.failure = undefined;
  await store.warm;
  expect(store.stats().remote?.warmth).toEqual({ state: "warm", doneCount: 1, totalCount: 1 });
  const id = store.window.find("a")!;
  const timesMs = new Float64Array(200);
  const values = new Float64Array(200);
  expect(store.window.copy(id, always, timesMs, values)).toBe(101);
  expect([...values.subarray(97, 101)]).toEqual([97, 98, -1, -2]);
  expect(store.window.find("not wanted")).toBeUndefined();
});

test("what left the window is read from the remote; what the remote lacks does not leave it", async () => {
  const store = await open();
  await store.warm;
  await store.write(rowsOf("a", testNowMs, { count: 60, stepMs: minuteMs }));
  await until(() => waitingCount(store) === 0);
  today.advance(hourMs);
  remote.failure = "REMOTE_UNREACHABLE";
  await store.write(rowsOf("b", today.nowMs(), { count: 60, stepMs: minuteMs }));
  await store.commit();
  today.advance(12 * hourMs);
  await store.maintain();
  remote.failure = undefined;
  expect(pairsOf(await store.read("b", always))).toHaveLength(60);
  await until(() => waitingCount(store) === 0);
  today.advance(12 * hourMs);
  // What was acknowledged a moment ago may go with the next round only.
  for (let round = 0; store.stats().seriesCount > 0 && round < 1000; round++) {
    await store.maintain();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(store.stats().seriesCount).toBe(0);
  expect(pairsOf(await store.read("a", always))).toHaveLength(60);
  expect(pairsOf(await store.read("b", always))).toHaveLength(60);
});

test("a disk that refuses is said; what came meanwhile is given once there is room", async () => {
  const disk = new FaultyDisk();
  const store = await open({ disk });
  await store.write(batchOf([["a", testNowMs, 1]]));
  await store.commit();
  disk.refusal = "ENOSPC";
  disk.writesLeft = 0;
  await store.write(batchOf([["a", testNowMs + 1000, 2]]));
  await expect(store.commit()).rejects.toMatchObject({ code: "STORE_DISK_FULL" });
  expect(store.stats()).toMatchObject({ isDurable: false, uncommittedCount: 1 });
  disk.refusal = undefined;
  await store.write(batchOf([["a", testNowMs + 2000, 3]]));
  await store.commit();
  await until(() => waitingCount(store) === 0);
  expect(remote.pairs("a").map(([, value]) => value)).toEqual([1, 2, 3]);
  const killed = await killedNow();
  await killed.warm;
  expect(pairsOf(await killed.read("a", always))).toHaveLength(3);
});

test("files of the outbox go when their rows are acknowledged", async () => {
  const store = await open({ batchRowCountMax: 100_000 });
  remote.failure = "REMOTE_UNREACHABLE";
  for (let i = 0; i < 40; i++) {
    const noise = Array.from({ length: 8000 }, (unused, k): [string, number, number] => [
      `n${k % 50}`,
      testNowMs - hourMs + i * 10_000 + k,
      Math.sin(i * 8000 + k),
    ]);
    await store.write(batchOf(noise));
  }
  await store.commit();
  expect(store.stats().diskBytes).toBeGreaterThan(1 << 20);
  remote.failure = undefined;
  await until(() => waitingCount(store) === 0);
  await until(() => store.stats().diskBytes < 1 << 20);
  expect(remote.sampleCount).toBe(320_000);
});

test("the sender's types travel with the rows", async () => {
  const store = await open();
  const batch = batchOf([
    ["a", testNowMs, 1],
    ["b", testNowMs, 2],
  ]);
  await store.write({ ...batch, types: Uint8Array.of(1, 2) });
  await until(() => waitingCount(store) === 0 && remote.given.length > 0);
  expect(remote.given[0]?.types).toEqual([1, 2]);
});
