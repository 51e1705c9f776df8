import { existsSync } from "node:fs";
import { readdir, readFile, readlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ManualClock } from "../../base/clock.ts";
import { nextInteger, seededRandom } from "../../base/random.ts";
import type { TimeRange } from "../../model/index.ts";
import { ByteWriter } from "../log/bytes.ts";
import type { DiskFile } from "../log/disk.ts";
import { FaultyDisk } from "../log/faulty-disk.fixture.ts";
import type { Damage } from "../log/frame.ts";
import { Slicer } from "../log/slice.ts";
import { ColumnsBuilder, encodeRun } from "../memory/columns.ts";
import { Archive } from "./archive.ts";
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
const startMs = Math.floor(testNowMs / hourMs) * hourMs;
const seriesCount = 400;
const slicer = new Slicer(new ManualClock(0), { sliceMs: 2 });
/** Can spoil what it reads on the way, and holds back removals until told. */
class TroubledDisk extends FaultyDisk {
  spoiledReadsLeft = 0;
  removal: Promise<void> = Promise.resolve();

  override async open(path: string, mode: "read" | "create" | "change"): Promise<DiskFile> {
    const file = await super.open(path, mode);
    const read = async (into: Uint8Array, atOffset: number): Promise<number> => {
      const count = await file.read(into, atOffset);
      if (this.spoiledReadsLeft > 0) into[40]! ^= 1;
      if (this.spoiledReadsLeft > 0) this.spoiledReadsLeft -= 1;
      return count;
    };
    return { ...file, read };
  }

  override async remove(path: string): Promise<void> {
    await this.removal;
    await super.remove(path);
  }
}

let folder: TestFolder;
let disk: TroubledDisk;
let archive: Archive;
let damages: [path: string, damage: Damage][];

beforeEach(async () => {
  folder = await makeFolder();
  disk = new TroubledDisk();
  damages = [];
  archive = await open();
});
afterEach(async () => {
  disk.refusal = undefined;
  await archive.close();
  expect(disk.openCount).toBe(0);
  await folder.end();
});

function open(): Promise<Archive> {
  return Archive.open(disk, folder.path, (path, damage) => {
    damages.push([path, damage]);
    return Promise.resolve();
  });
}

/** What was written, by serial and time: the obvious twin of the archive. */
type Written = Map<number, Map<number, number>>;

/** A file of a block, with some samples of those series that `isIn` names. */
async function addFile(
  hour: number,
  written: Written,
  random: { next(): number },
  isIn: (serial: number) => boolean = () => true,
): Promise<void> {
  const block = { startMs: startMs + hour * hourMs, endMs: startMs + (hour + 1) * hourMs };
  const writer = await archive.begin({ ...block, coversChunkLog: 0, isFull: true });
  for (let serial = 1; serial <= seriesCount; serial++) {
    if (!isIn(serial)) continue;
    const count = 1 + nextInteger(random, 59);
    const timesMs = Float64Array.from({ length: count }, (_, i) => block.startMs + i * minuteMs);
    const values = timesMs.map(() => nextInteger(random, 10_000) / 10);
    const run = new ByteWriter();
    encodeRun(timesMs, values, 0, count, run);
    writer.addRun(serial, run.written());
    let samples = written.get(serial);
    if (samples === undefined) written.set(serial, (samples = new Map<number, number>()));
    for (const [i, timeMs] of timesMs.entries()) samples.set(timeMs, values[i]!);
  }
  await archive.finish(writer);
}

async function read(serial: number, range: TimeRange = always): Promise<[number, number][]> {
  const into = new ColumnsBuilder();
  await archive.read(serial, range, into, slicer);
  return pairsOf(into.take(range));
}

function expected(written: Written, serial: number, range: TimeRange): [number, number][] {
  const samples = [...(written.get(serial) ?? [])];
  return samples
    .filter(([timeMs]) => timeMs >= range.fromMs && timeMs < range.untilMs)
    .sort(([a], [b]) => a - b);
}

test("read() gives what was written, in order of the series, at random, and several at once", async () => {
  const random = seededRandom(2026);
  const written: Written = new Map();
  for (let hour = 0; hour < 6; hour++) {
    await addFile(hour, written, random, (serial) => serial !== 7 || hour > 2);
    await addFile(hour, written, random, (serial) => serial % 3 === hour % 3);
  }
  for (let serial = 1; serial <= seriesCount + 2; serial++)
    expect(await read(serial), `series ${serial}`).toEqual(expected(written, serial, always));
  for (let turn = 0; turn < 100; turn++) {
    const asked = Array.from({ length: 4 }, (_, i) => {
      const serial = i === 0 ? 1 + turn * 3 : 1 + nextInteger(random, seriesCount);
      const fromMs = startMs + nextInteger(random, 5 * 60) * minuteMs;
      return { serial, range: { fromMs, untilMs: fromMs + nextInteger(random, 120) * minuteMs } };
    });
    const found = await Promise.all(asked.map(({ serial, range }) => read(serial, range)));
    expect(found).toEqual(asked.map(({ serial, range }) => expected(written, serial, range)));
    if (turn % 20 === 19) await archive.closeUnused();
  }
  expect(damages).toEqual([]);
});

test("series after series are read in stretches: far fewer reads of the disk than series", async () => {
  const written: Written = new Map();
  for (let hour = 0; hour < 3; hour++) await addFile(hour, written, seededRandom(hour));
  const before = disk.readCount;
  for (let serial = 1; serial <= seriesCount; serial++) await read(serial);
  expect(disk.readCount - before).toBeLessThan((3 * seriesCount) / 10);
  expect(archive.cacheBytes).toBeGreaterThan(0);
  // As before, but gone when two rounds have passed without a read.
  await archive.closeUnused();
  await archive.closeUnused();
  expect([archive.cacheBytes, archive.openCount, disk.openCount]).toEqual([0, 0, 0]);
  expect(await read(5)).toEqual(expected(written, 5, always));
});

test("an archive of many files holds no more than its share of them open", async () => {
  const written: Written = new Map();
  const random = seededRandom(5);
  for (let hour = 0; hour < 90; hour++)
    await addFile(hour, written, random, (serial) => serial < 20);
  for (const serial of [3, 4, 5]) {
    expect(await read(serial)).toEqual(expected(written, serial, always));
    expect(archive.openCount).toBe(64);
  }
  await expect.poll(() => disk.openCount, { timeout: 30_000 }).toBe(64);
});

test("a file that retention removes while it is read takes nothing from the others", async () => {
  const written: Written = new Map();
  for (let hour = 0; hour < 8; hour++) await addFile(hour, written, seededRandom(hour));
  await read(1);
  const untilMs = startMs + 8 * hourMs;
  for (let hour = 1; hour < 8; hour++) {
    const range = { fromMs: startMs + hour * hourMs, untilMs };
    const reads = Array.from({ length: 20 }, (_, i) => read(hour * 20 + i));
    const [removedCount, ...found] = await Promise.all([
      archive.removeBefore(range.fromMs),
      ...reads,
    ]);
    expect(removedCount).toBe(1);
    for (const [i, pairs] of found.entries()) {
      const kept = pairs.filter(([timeMs]) => timeMs >= range.fromMs);
      expect(kept).toEqual(expected(written, hour * 20 + i, range));
    }
    expect(await read(2)).toEqual(expected(written, 2, range));
  }
  await archive.removeBefore(Infinity);
  await expect.poll(() => disk.openCount, { timeout: 30_000 }).toBe(0);
  expect(archive.cacheBytes).toBe(0);
});

test("a file that is about to be removed is closed and not opened again, however long that takes", async () => {
  const written: Written = new Map();
  for (let hour = 0; hour < 3; hour++) await addFile(hour, written, seededRandom(hour));
  await read(1);
  const gate = Promise.withResolvers<undefined>();
  disk.removal = gate.promise.then(() => undefined);
  const [oldest] = archive.files;
  const removing = archive.removeBefore(startMs + hourMs);
  await expect(oldest!.read(300)).rejects.toMatchObject({ code: "ENOENT" });
  const range = { fromMs: startMs + hourMs, untilMs: Infinity };
  expect(await read(300)).toEqual(expected(written, 300, range));
  await expect.poll(() => disk.openCount, { timeout: 30_000 }).toBe(2);
  gate.resolve(undefined);
  expect(await removing).toBe(1);
});

test("a run spoiled on its way, in a stretch or alone, is read again and is no damage", async () => {
  const written: Written = new Map();
  await addFile(0, written, seededRandom(1));
  for (const serial of [1, 2, 3, 300]) {
    // The index page is known from the read before.
    await read(serial + 90);
    await archive.closeUnused();
    disk.spoiledReadsLeft = 1;
    expect(await read(serial)).toEqual(expected(written, serial, always));
  }
  for (let serial = 1; serial <= seriesCount; serial++) {
    disk.spoiledReadsLeft = serial % 50 === 0 ? 1 : 0;
    expect(await read(serial)).toEqual(expected(written, serial, always));
  }
  expect(damages).toEqual([]);
});

test("read() lets go of the thread although all lies in memory", async () => {
  const written: Written = new Map();
  for (let hour = 0; hour < 8; hour++) await addFile(hour, written, seededRandom(hour));
  for (const serial of [1, 2, 3]) await read(serial);
  let pauseCount = 0;
  const due = { isDue: true, pause: () => Promise.resolve(void (pauseCount += 1)) };
  const before = disk.readCount;
  await archive.read(4, always, new ColumnsBuilder(), due);
  expect(disk.readCount).toBe(before);
  expect(pauseCount).toBe(4);
});

test("files that are merged while they are read give each sample once, the newest word", async () => {
  const written: Written = new Map();
  for (let file = 0; file < 6; file++) await addFile(0, written, seededRandom(file));
  await read(1);
  const merging = archive.mergeCrowded(slicer);
  for (let serial = 1; serial <= seriesCount; serial++)
    expect(await read(serial)).toEqual(expected(written, serial, always));
  await merging;
  expect(archive.files).toHaveLength(1);
  for (let serial = 1; serial <= seriesCount; serial++)
    expect(await read(serial)).toEqual(expected(written, serial, always));
});

test("a read that the disk refuses says so, and the next one opens the file anew", async () => {
  const written: Written = new Map();
  for (let hour = 0; hour < 3; hour++) await addFile(hour, written, seededRandom(hour));
  await read(1);
  disk.refuses = new Set(["read"]);
  disk.refusal = "EIO";
  disk.writesLeft = 0;
  await expect(read(200)).rejects.toMatchObject({ code: "EIO" });
  await expect.poll(() => disk.openCount, { timeout: 30_000 }).toBe(archive.openCount);
  disk.refusal = undefined;
  expect(await read(200)).toEqual(expected(written, 200, always));
  expect(damages).toEqual([]);
});

test("a damaged run costs its series alone, read in a stretch or not, and is told once", async () => {
  const written: Written = new Map();
  await addFile(0, written, seededRandom(1));
  const [{ path } = { path: "" }] = archive.files;
  const bytes = await readFile(path);
  bytes[1000]! ^= 4;
  await writeFile(path, bytes);
  for (let turn = 0; turn < 2; turn++) {
    const lost: number[] = [];
    for (let serial = 1; serial <= seriesCount; serial++) {
      const found = await read(serial);
      if (found.length === 0) lost.push(serial);
      else expect(found).toEqual(expected(written, serial, always));
    }
    expect(lost).toHaveLength(1);
  }
  expect(damages).toHaveLength(1);
  expect(damages[0]).toMatchObject([path, { isTornTail: false }]);
});

test("a file cut off while it is open serves the runs that are left", async () => {
  const written: Written = new Map();
  await addFile(0, written, seededRandom(1));
  await read(1);
  const [{ path, sizeBytes } = { path: "", sizeBytes: 0 }] = archive.files;
  await truncate(path, Math.floor(sizeBytes / 2));
  let servedCount = 0;
  for (let serial = 1; serial <= seriesCount; serial++) {
    const found = await read(serial);
    if (found.length === 0) continue;
    expect(found).toEqual(expected(written, serial, always));
    servedCount += 1;
  }
  expect(servedCount).toBeGreaterThan(100);
  expect(servedCount).toBeLessThan(300);
  expect(damages.length).toBeGreaterThan(0);
});

test("close() of a store leaves no descriptor of its folder open, though it read archives", async () => {
  const clock = new ManualClock(testNowMs);
  const counting = new FaultyDisk();
  const path = join(folder.path, "store");
  const store = await openSmall(path, { clock, disk: counting });
  for (let hour = 0; hour < 10; hour++) {
    await store.write(rowsOf("a", clock.nowMs(), { count: 60, stepMs: minuteMs }));
    clock.advance(hourMs);
    await store.maintain();
  }
  expect(pairsOf(await store.read("a", always))).toHaveLength(600);
  const openBefore = await openArchives(path);
  if (openBefore !== undefined) expect(openBefore.length).toBeGreaterThanOrEqual(5);
  const last = store.read("a", always);
  await store.close();
  expect(pairsOf(await last)).toHaveLength(600);
  await expect.poll(() => counting.openCount, { timeout: 30_000 }).toBe(0);
  expect((await openArchives(path)) ?? []).toEqual([]);
});

/** Paths below the folder that this process has open; undefined where the system does not tell. */
async function openArchives(path: string): Promise<string[] | undefined> {
  if (!existsSync("/proc/self/fd")) return undefined;
  const names = await readdir("/proc/self/fd");
  const open = await Promise.all(
    names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => "")),
  );
  return open.filter((file) => file.startsWith(path));
}
