import { readdir, cp } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { batchOf } from "../../model/index.ts";
import type { EmbeddedStore } from "./embedded-store.ts";
import { FaultyDisk } from "../log/faulty-disk.fixture.ts";
import {
  hourMs,
  makeFolder,
  minuteMs,
  openSmall,
  pairsOf,
  rowsOf,
  testNowMs,
  type TestFolder,
} from "./small-store.fixture.ts";

const always = { fromMs: 0, untilMs: 2 ** 47 };
let folder: TestFolder;
let disk: FaultyDisk;
let clock: ManualClock;
let store: EmbeddedStore;

beforeEach(async () => {
  folder = await makeFolder();
  disk = new FaultyDisk();
  clock = new ManualClock(testNowMs);
  store = await openSmall(folder.path, { clock, disk });
});
afterEach(async () => {
  disk.refusal = undefined;
  await store.close();
  await folder.end();
});

/** What the store would be after `kill -9` now. */
async function killedNow(): Promise<{ store: EmbeddedStore; end(): Promise<void> }> {
  const copy = await makeFolder();
  await cp(folder.path, copy.path, { recursive: true });
  const killed = await openSmall(copy.path, { clock });
  return {
    store: killed,
    end: async () => {
      await killed.close();
      await copy.end();
    },
  };
}

function refuse(code: string, writesLeft = 0): void {
  disk.refusal = code;
  disk.writesLeft = writesLeft;
}

test.each(["ENOSPC", "EDQUOT", "EIO"])(
  "on %s the store goes on in memory, says so, and loses nothing once there is room",
  async (code) => {
    await store.write(rowsOf("before", testNowMs - hourMs, { count: 40, stepMs: 10_000 }));
    await store.commit();
    refuse(code);
    await store.write(rowsOf("during", testNowMs - hourMs, { count: 100, stepMs: 10_000 }));
    await store.write(rowsOf("before", testNowMs, { count: 5, stepMs: 1000 }));
    await expect(store.commit()).rejects.toMatchObject({ code: "STORE_DISK_FULL" });
    expect(store.stats()).toMatchObject({ isDurable: false, faults: [{ code: "disk-full" }] });
    expect(pairsOf(await store.read("during", always))).toHaveLength(100);
    await store.maintain();
    expect(store.stats().isDurable).toBe(false);
    await store.write(rowsOf("late", testNowMs - hourMs, { count: 33, stepMs: 10_000 }));

    disk.refusal = undefined;
    await store.maintain();
    expect(store.stats()).toMatchObject({
      isDurable: true,
      uncommittedCount: 0,
      faults: [{ code: "disk-full", message: expect.stringMatching(/it does again/) as string }],
    });
    await store.write(batchOf([["after", testNowMs, 1]]));
    await store.commit();

    const killed = await killedNow();
    expect(pairsOf(await killed.store.read("before", always))).toHaveLength(45);
    expect(pairsOf(await killed.store.read("during", always))).toHaveLength(100);
    expect(pairsOf(await killed.store.read("late", always))).toHaveLength(33);
    expect(pairsOf(await killed.store.read("after", always))).toHaveLength(1);
    expect(killed.store.stats().faults).toEqual([]);
    await killed.end();
  },
);

test("what was committed before the disk was full survives a kill during the outage", async () => {
  await store.write(rowsOf("a", testNowMs - hourMs, { count: 100, stepMs: 10_000 }));
  await store.commit();
  refuse("ENOSPC");
  await store.write(rowsOf("a", testNowMs, { count: 100, stepMs: 1000 }));
  await store.commit().catch(() => undefined);
  const killed = await killedNow();
  expect(pairsOf(await killed.store.read("a", always)).length).toBeGreaterThanOrEqual(100);
  expect(killed.store.stats().faults).toEqual([]);
  await killed.end();
});

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14])(
  "a disk that fills up after %i more writes, in whatever file, costs nothing in the end",
  async (writesLeft) => {
    for (let half = 0; half < 10; half++) {
      await store.write(rowsOf("a", clock.nowMs(), { count: 30, stepMs: minuteMs }));
      clock.advance(30 * minuteMs);
      if (half === 9) refuse("ENOSPC", writesLeft);
      await store.commit().catch(() => undefined);
      await store.maintain();
    }
    await store.write(rowsOf("a", clock.nowMs(), { count: 30, stepMs: minuteMs }));
    await store.commit().catch(() => undefined);
    expect(pairsOf(await store.read("a", always))).toHaveLength(330);
    disk.refusal = undefined;
    await store.maintain();
    await store.commit();
    expect(pairsOf(await store.read("a", always))).toHaveLength(330);
    expect((await readdir(folder.path)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    const killed = await killedNow();
    expect(pairsOf(await killed.store.read("a", always))).toHaveLength(330);
    expect(killed.store.stats().faults).toEqual([]);
    await killed.end();
  },
);

test("a failing sync is an outage too, and the file it failed on is not written again", async () => {
  disk.refuses = new Set(["sync"]);
  await store.write(batchOf([["a", testNowMs, 1]]));
  refuse("EIO");
  await expect(store.commit()).rejects.toMatchObject({ code: "STORE_DISK_FULL" });
  disk.refusal = undefined;
  const before = await readdir(folder.path);
  await store.maintain();
  await store.write(batchOf([["a", testNowMs + 1, 2]]));
  await store.commit();
  const after = (await readdir(folder.path)).filter((name) => name.startsWith("samples-"));
  expect(after.some((name) => !before.includes(name))).toBe(true);
  const killed = await killedNow();
  expect(pairsOf(await killed.store.read("a", always))).toHaveLength(2);
  await killed.end();
});

test("an outage longer than the window lets go of the oldest, and counts it", async () => {
  await store.write(rowsOf("a", testNowMs, { count: 60, stepMs: minuteMs }));
  refuse("ENOSPC");
  await store.commit().catch(() => undefined);
  for (let hour = 0; hour < 12; hour++) {
    clock.advance(hourMs);
    await store.write(rowsOf("a", clock.nowMs(), { count: 60, stepMs: minuteMs }));
    await store.maintain();
  }
  const codes = store.stats().faults.map(({ code }) => code);
  expect(codes).toContain("unsaved-samples");
  disk.refusal = undefined;
  await store.maintain();
  await store.commit();
  expect(pairsOf(await store.read("a", always)).length).toBeGreaterThanOrEqual(240);
});
