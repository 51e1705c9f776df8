import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import type { TimeRange } from "../../model/index.ts";
import type { EmbeddedStore } from "./embedded-store.ts";
import {
  hourMs,
  makeFolder,
  minuteMs,
  openSmall,
  rowsOf,
  testNowMs,
  type TestFolder,
} from "./small-store.fixture.ts";

/** A whole hour: blocks begin there. */
const startMs = Math.ceil(testNowMs / hourMs) * hourMs;
const always = { fromMs: 0, untilMs: 2 ** 47 };
let folder: TestFolder;
let clock: ManualClock;
let store: EmbeddedStore;

beforeEach(async () => {
  folder = await makeFolder();
  clock = new ManualClock(startMs);
  store = await openSmall(folder.path, { clock });
});
afterEach(async () => {
  await store.close();
  await folder.end();
});

/** A sample a minute of each series in each hour in which it lives. */
async function live(hours: number, livesIn: Record<string, (hour: number) => boolean>) {
  for (let hour = 0; hour < hours; hour++) {
    for (const [name, isIn] of Object.entries(livesIn)) {
      if (isIn(hour)) {
        await store.write(rowsOf(name, clock.nowMs(), { count: 60, stepMs: minuteMs }));
      }
    }
    clock.advance(hourMs);
    await store.maintain();
  }
}

/** In hours since the start, by name. */
async function extents(names: readonly string[], range: TimeRange): Promise<unknown> {
  const ids = names.map((name) => store.window.find(name)!);
  const { firstMs, lastMs } = await store.keptExtents(ids, range);
  const hours = (atMs: number): number => (atMs - startMs) / hourMs;
  return names.map((name, i) => [name, hours(firstMs[i]!), Math.ceil(hours(lastMs[i]!))]);
}

test("keptExtents() tells of each series, in the order asked, how far its archives reach", async () => {
  await live(12, {
    whole: () => true,
    late: (hour) => hour >= 3,
    torn: (hour) => hour === 1 || hour >= 6,
    fresh: (hour) => hour >= 11,
  });
  const before = { fromMs: 0, untilMs: startMs + 7 * hourMs };
  expect(await extents(["fresh", "torn", "whole", "late"], before)).toEqual([
    ["fresh", Infinity, -Infinity],
    ["torn", 1, 7],
    ["whole", 0, 7],
    ["late", 3, 7],
  ]);
  const between = { fromMs: startMs + 2 * hourMs, untilMs: startMs + 5 * hourMs };
  expect(await extents(["torn", "whole", "late"], between)).toEqual([
    ["torn", Infinity, -Infinity],
    ["whole", 2, 5],
    ["late", 3, 5],
  ]);
});

test("keptExtents() knows backfill that is not archived yet, and a start changes nothing", async () => {
  await live(6, { a: () => true, b: () => true });
  await store.write(rowsOf("b", startMs - 20 * hourMs, { count: 2, stepMs: minuteMs }));
  const before = { fromMs: startMs - 40 * hourMs, untilMs: startMs };
  const expected = [
    ["a", Infinity, -Infinity],
    ["b", -20, -19],
  ];
  expect(await extents(["a", "b"], before)).toEqual(expected);
  await store.close();
  store = await openSmall(folder.path, { clock });
  expect(await extents(["a", "b"], before)).toEqual(expected);
});

test("keptExtents() reads no run: a file of which only the index is left tells the same", async () => {
  const names = Array.from({ length: 300 }, (_, i) => `s${i}`);
  await live(6, Object.fromEntries(names.map((name) => [name, () => true])));
  const archive = join(folder.path, "archive");
  const [first] = (await readdir(archive)).sort();
  const bytes = await readFile(join(archive, first!));
  bytes.fill(0, 100, 5000);
  await writeFile(join(archive, first!), bytes);
  const found = (await extents(names, always)) as [string, number, number][];
  expect(found.every(([, from]) => from === 0)).toBe(true);
  expect(store.stats().faults).toEqual([]);
});
