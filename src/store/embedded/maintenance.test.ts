import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { batchOf } from "../../model/index.ts";
import type { EmbeddedStore } from "./embedded-store.ts";
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
let clock: ManualClock;
let store: EmbeddedStore;

beforeEach(async () => {
  folder = await makeFolder();
  clock = new ManualClock(testNowMs);
  store = await openSmall(folder.path, { clock });
});
afterEach(async () => {
  await store.close();
  await folder.end();
});

/** Hours of samples, one a minute for each series, with a round of maintenance each half hour. */
async function live(hours: number, names: readonly string[]): Promise<void> {
  for (let half = 0; half < hours * 2; half++) {
    for (const name of names) {
      await store.write(rowsOf(name, clock.nowMs(), { count: 30, stepMs: minuteMs }));
    }
    clock.advance(30 * minuteMs);
    await store.commit();
    await store.maintain();
  }
}

function inMemory(name: string): number {
  const id = store.window.find(name)!;
  return store.window.copy(id, always, new Float64Array(9999), new Float64Array(9999));
}

async function archives(): Promise<string[]> {
  return readdir(join(folder.path, "archive"));
}

test("memory keeps the window, archives keep what left it, and read() gives both", async () => {
  await live(12, ["a", "b"]);
  const rows = pairsOf(await store.read("a", always));
  expect(rows.map(([timeMs]) => timeMs)).toEqual(
    Array.from({ length: 720 }, (unused, i) => testNowMs + i * minuteMs),
  );
  expect(inMemory("a")).toBeGreaterThanOrEqual(240);
  expect(inMemory("a")).toBeLessThan(300);
  expect((await archives()).length).toBeGreaterThanOrEqual(8);
});

test("the logs go once archives and checkpoint have what they hold", async () => {
  await live(12, ["a", "b"]);
  const names = await readdir(folder.path);
  expect(names.filter((name) => name.startsWith("samples-")).length).toBeLessThanOrEqual(2);
  const chunkLogs = names.filter((name) => name.startsWith("chunks-"));
  expect(chunkLogs).not.toContain("chunks-00000001.log");
});

test("a range that ends within the archive, and one across its edge, are cut exactly", async () => {
  await live(8, ["a"]);
  const range = { fromMs: testNowMs + 90 * minuteMs, untilMs: testNowMs + 100 * minuteMs };
  expect(pairsOf(await store.read("a", range)).map(([timeMs]) => timeMs)).toEqual(
    Array.from({ length: 10 }, (unused, i) => range.fromMs + i * minuteMs),
  );
  const across = { fromMs: testNowMs + 3 * hourMs, untilMs: testNowMs + 6 * hourMs };
  expect(pairsOf(await store.read("a", across))).toHaveLength(180);
});

test("a sparse series keeps its samples although its chunk never fills", async () => {
  const names = ["busy"];
  for (let i = 0; i < 10; i++) {
    await store.write(batchOf([["sparse", clock.nowMs(), i]]));
    await live(1, names);
  }
  expect(pairsOf(await store.read("sparse", always))).toHaveLength(10);
  expect(inMemory("sparse")).toBeLessThan(7);
});

test("a sample late by more than the window wins over what is archived", async () => {
  await live(10, ["a"]);
  const oldMs = testNowMs + 30 * minuteMs;
  await store.write(
    batchOf([
      ["a", oldMs, 1e6],
      ["a", oldMs + 1, -5],
      ["a", oldMs, 999],
    ]),
  );
  const expectKept = async (): Promise<void> => {
    const range = { fromMs: oldMs, untilMs: oldMs + 2 };
    expect(pairsOf(await store.read("a", range))).toEqual([
      [oldMs, 999],
      [oldMs + 1, -5],
    ]);
  };
  await expectKept();
  await live(1, ["a"]); // into an archive
  await expectKept();
  await store.close();
  store = await openSmall(folder.path, { clock });
  await expectKept();
  expect(pairsOf(await store.read("a", always))).toHaveLength(11 * 60 + 1);
});

test("a late sample into a block that is archived but still in memory reaches the archive", async () => {
  await live(6, ["a"]);
  // The window begins at hour 2; the block of hour 2 to 3 is archived when it does.
  const lateMs = testNowMs + 2 * hourMs + 45 * minuteMs + 1;
  await store.write(batchOf([["a", lateMs, 77]]));
  await live(8, ["a"]);
  expect(inMemory("a")).toBeLessThan(300);
  const range = { fromMs: lateMs, untilMs: lateMs + 1 };
  expect(pairsOf(await store.read("a", range))).toEqual([[lateMs, 77]]);
});

test("backfill beside the edge of memory is not overtaken by what memory still holds there", async () => {
  await store.close();
  store = await openSmall(folder.path, { clock, backfillCountMax: 1 });
  await live(6, ["a"]);
  const expected = new Map<number, number>();
  for (let half = 0; half < 6; half++) {
    const edgeMs = clock.nowMs() - 4 * hourMs;
    for (let minute = 1; minute <= 25; minute++) {
      const timeMs = edgeMs - minute * minuteMs;
      expected.set(timeMs, 5000 + half * 100 + minute);
      await store.write(batchOf([["a", timeMs, 5000 + half * 100 + minute]]));
    }
    await store.maintain(); // into an archive, after which the block changes once more
    await store.write(batchOf([["a", edgeMs + 11 * minuteMs + 7, 1]]));
    await live(0.5, ["a"]);
  }
  const found = new Map(pairsOf(await store.read("a", always)));
  for (const [timeMs, value] of expected) expect(found.get(timeMs)).toBe(value);
});

test("files of the chunk log are not taken for earlier ones that archives cover", async () => {
  await live(6, ["a"]);
  clock.advance(238 * minuteMs); // the window begins within the last block that has samples
  await store.maintain();
  const names = await readdir(folder.path);
  expect(names.filter((name) => name.startsWith("chunks-"))).toEqual([]);
  await store.close();
  store = await openSmall(folder.path, { clock });
  const lateMs = testNowMs + 357 * minuteMs + 7;
  await store.write(rowsOf("a", lateMs, { count: 32, stepMs: 3000 }));
  await store.checkpoint();
  await store.close(); // before they are archived
  store = await openSmall(folder.path, { clock });
  for (let hour = 0; hour < 4; hour++) {
    clock.advance(hourMs);
    await store.write(batchOf([["a", clock.nowMs(), 1]]));
    await store.maintain();
  }
  const range = { fromMs: lateMs, untilMs: lateMs + 32 * 3000 };
  const late = pairsOf(await store.read("a", range)).filter(([timeMs]) => timeMs % 1000 === 7);
  expect(late).toHaveLength(32);
});

test("many files of one block are merged, and the newest word stays", async () => {
  await live(6, ["a", "b"]);
  for (let i = 0; i < 12; i++) {
    await store.write(
      batchOf([
        ["a", testNowMs + 7, i],
        ["b", testNowMs + 100 + i, i],
      ]),
    );
    await live(0.5, ["a"]);
  }
  const block = Math.floor(testNowMs / hourMs) * hourMs;
  const files = (await archives()).filter((name) => name.startsWith(`block-${block}-`));
  expect(files.length).toBeLessThanOrEqual(4);
  const range = { fromMs: testNowMs + 7, untilMs: testNowMs + 8 };
  expect(pairsOf(await store.read("a", range))).toEqual([[testNowMs + 7, 11]]);
  const others = { fromMs: testNowMs + 100, untilMs: testNowMs + 200 };
  expect(pairsOf(await store.read("b", others))).toHaveLength(12);
});

test("retention removes whole archives, and a series with none left is forgotten", async () => {
  await live(2, ["gone", "kept"]);
  await live(56, ["kept"]);
  expect(await store.read("gone", always)).toBeUndefined();
  expect(store.stats().seriesCount).toBe(1);
  const rows = pairsOf(await store.read("kept", always));
  expect(rows[0]![0]).toBeGreaterThan(clock.nowMs() - 50 * hourMs);
  expect(rows).toHaveLength((rows.at(-1)![0] - rows[0]![0]) / minuteMs + 1);

  // Its name and its place in memory are free for another life, on disk too.
  await store.write(batchOf([["gone", clock.nowMs(), 5]]));
  await store.commit();
  await store.close();
  store = await openSmall(folder.path, { clock });
  expect(pairsOf(await store.read("gone", always))).toEqual([[clock.nowMs(), 5]]);
});

test("a stopped series is served from its archives until the retention", async () => {
  await live(2, ["stopped", "busy"]);
  await live(20, ["busy"]);
  expect(inMemory("stopped")).toBe(0);
  await store.close();
  store = await openSmall(folder.path, { clock });
  await live(10, ["busy"]);
  expect(pairsOf(await store.read("stopped", always))).toHaveLength(120);
});

test("samples older than the retention and values that are none are counted, not kept", async () => {
  await store.write(
    batchOf([
      ["a", testNowMs - 49 * hourMs, 1],
      ["a", testNowMs, NaN],
      ["a", testNowMs, -Infinity],
      ["a", testNowMs + 0.5, 1],
      ["a", -1, 1],
      ["a", testNowMs, 2],
    ]),
  );
  expect(pairsOf(await store.read("a", always))).toEqual([[testNowMs, 2]]);
  const counts = Object.fromEntries(store.stats().faults.map(({ code, count }) => [code, count]));
  expect(counts).toEqual({ "expired-sample": 1, "bad-sample": 4 });
});

test("memory above its limit shortens the window and says so; nothing is lost", async () => {
  await store.close();
  store = await openSmall(folder.path, { clock, memoryBytesMax: 1 });
  await live(6, ["a"]);
  expect(store.stats().faults.map(({ code }) => code)).toEqual(["memory-full"]);
  for (let round = 0; round < 20; round++) await store.maintain();
  expect(inMemory("a")).toBeLessThan(60);
  expect(pairsOf(await store.read("a", always))).toHaveLength(360);
});
