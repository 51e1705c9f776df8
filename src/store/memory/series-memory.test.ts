import { describe, expect, test } from "vitest";
import { nextInteger, type Random, seededRandom } from "../../base/random.ts";
import { builtKernel } from "../../../test/support/kernels.ts";
import { chunkBytes, chunkCount, openChunkKernel } from "../../kernel/index.ts";
import { integerValue, statedBits, statedCounter, statedGauge } from "../../model/index.ts";
import { SeriesMemory, type SeriesMemoryOptions } from "./index.ts";

const start = 1_700_000_000_000;
const always = { fromMs: 0, untilMs: Infinity };
const encoder = new TextEncoder();

interface Sealed {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly isRewrite: boolean;
}

const kernel = openChunkKernel({ checks: builtKernel("checks") });

/** A memory with the disk that would stand beside it: keeps all that the hooks were shown. */
class Rig {
  readonly memory: SeriesMemory;
  readonly names = new Map<number, string>();
  readonly sealed: Sealed[] = [];

  constructor(options: Partial<SeriesMemoryOptions> = {}) {
    this.memory = new SeriesMemory({
      seriesCountMax: 100,
      chunks: kernel,
      onNewSeries: (id, bytes, from, end) => {
        this.names.set(id, new TextDecoder().decode(bytes.subarray(from, end)));
      },
      onSealed: (id, bytes, offset, length, isRewrite) => {
        expect(chunkBytes(bytes, offset)).toBe(length);
        this.sealed.push({ id, bytes: bytes.slice(offset, offset + length), isRewrite });
      },
      ...options,
    });
  }

  resolve(name: string): number {
    const bytes = encoder.encode(name);
    return this.memory.resolve(bytes, 0, bytes.length);
  }

  samples(id: number, range = always, roomMax = Infinity): [number, number][] {
    const room = Math.min(roomMax, this.memory.sampleCountMax(id, range));
    const timesMs = new Float64Array(room);
    const values = new Float64Array(room);
    const count = this.memory.copy(id, range, timesMs, values);
    expect(count).toBeLessThanOrEqual(this.memory.sampleCountMax(id, range));
    return [...timesMs.subarray(0, count)].map((t, k) => [t, values[k]!]);
  }

  /** A new memory from what the disk would have. */
  restarted(options: Partial<SeriesMemoryOptions> = {}): Rig {
    const next = new Rig(options);
    const open = new Uint8Array(this.memory.openBytesMax + 7);
    for (const [id, name] of this.names) {
      const bytes = encoder.encode(name);
      expect(next.memory.restoreName(id, bytes, 0, bytes.length)).toBe(true);
      next.names.set(id, name);
    }
    for (const { id, bytes, isRewrite } of this.sealed) {
      expect(next.memory.restoreSealed(id, bytes, 0, bytes.length)).toBe(true);
      next.sealed.push({ id, bytes, isRewrite });
    }
    for (const id of this.names.keys()) {
      const length = this.memory.encodeOpen(id, open, 7);
      if (length > 0) expect(next.memory.restoreOpen(id, open, 7, length)).toBe(true);
    }
    return next;
  }
}

function rowsOf(
  samples: ReadonlyMap<number, number>,
  fromMs: number,
  untilMs: number,
): [number, number][] {
  return [...samples].filter(([t]) => t >= fromMs && t < untilMs).sort(([a], [b]) => a - b);
}

describe("SeriesMemory against a Map of Maps", () => {
  /** What a sender may do next to one series, as the time of its next sample. */
  const habits: readonly ((random: Random, newestMs: number, firstMs: number) => number)[] = [
    (random, newestMs) => newestMs + 10_000,
    (random, newestMs) => newestMs + 1 + nextInteger(random, 20_000),
    (random, newestMs) => newestMs + 10_000 * (1 + nextInteger(random, 300)),
    (random, newestMs) => newestMs,
    (random, newestMs) => newestMs - 10_000 * nextInteger(random, 15),
    (random, newestMs, firstMs) =>
      firstMs + 5000 * nextInteger(random, 1 + (newestMs - firstMs) / 5000),
    (random, newestMs, firstMs) => Math.max(0, firstMs - 10_000),
    (random, newestMs) => newestMs + (random.next() < 0.02 ? 2 ** 31 : 10_000),
    (random, newestMs) => Math.max(0, newestMs - (random.next() < 0.02 ? 2 ** 31 + 5 : 10_000)),
  ];

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("it reads what was written, seed %i", (seed) => {
    const random = seededRandom(seed);
    const options = { seriesCountMax: 6, chunkSampleCount: [2, 5, 16, 120][seed % 4]! };
    let rig = new Rig(options);
    const twins = new Map<
      number,
      { samples: Map<number, number>; cutMs: number; newestMs: number }
    >();
    let revisions = new Map<number, number>();
    for (let round = 0; round < 600; round++) {
      const name = `series ${nextInteger(random, 7)}`;
      const known = [...rig.names].find(([, other]) => other === name)?.[0];
      const id = rig.resolve(name);
      if (known === undefined && twins.size === 6) {
        expect(id).toBe(-1);
        rig.memory.removeSeries(nextInteger(random, 6));
        for (const other of twins.keys()) {
          if (rig.memory.isLive(other)) continue;
          twins.delete(other);
          rig.names.delete(other);
          rig.sealed.splice(0, Infinity, ...rig.sealed.filter((one) => one.id !== other));
        }
        continue;
      }
      if (known === undefined) twins.set(id, { samples: new Map(), cutMs: 0, newestMs: -Infinity });
      else expect(id).toBe(known);
      const twin = twins.get(id)!;

      const habit = habits[nextInteger(random, habits.length)]!;
      for (let k = nextInteger(random, 30); k >= 0; k--) {
        const newestMs = twin.samples.size === 0 ? start : twin.newestMs;
        const timeMs = habit(random, newestMs, Math.max(twin.cutMs, newestMs - 3_000_000));
        // An evicted time is no longer kept, so nothing can be said of a sample sent there again.
        const value = nextInteger(random, 1000) / 4;
        expect(rig.memory.add(id, timeMs, value)).toBe(true);
        twin.samples.set(timeMs, value);
        twin.newestMs = Math.max(twin.newestMs, timeMs);
        expect(rig.memory.revision(id)).not.toBe(revisions.get(id));
        revisions.set(id, rig.memory.revision(id));
      }
      expect(rig.memory.newestMs(id)).toBe(twin.newestMs);

      const choice = random.next();
      if (choice < 0.1) {
        twin.cutMs = Math.max(twin.cutMs, twin.newestMs - nextInteger(random, 3_000_000));
        rig.memory.evictBefore(id, twin.cutMs);
      } else if (choice < 0.11) {
        rig = rig.restarted(options);
        revisions = new Map();
      } else if (choice < 0.5) {
        const a =
          twin.cutMs + nextInteger(random, Math.max(1, twin.newestMs - twin.cutMs + 50_000));
        const b = a + nextInteger(random, 2_000_000);
        const expected = rowsOf(twin.samples, a, b);
        expect(rig.samples(id, { fromMs: a, untilMs: b })).toEqual(expected);
        const room = 1 + nextInteger(random, expected.length + 3);
        expect(rig.samples(id, { fromMs: a, untilMs: b }, room)).toEqual(expected.slice(-room));
      }
    }
    for (const [id, twin] of twins) {
      expect(rig.samples(id, { fromMs: twin.cutMs, untilMs: Infinity })).toEqual(
        rowsOf(twin.samples, twin.cutMs, Infinity),
      );
    }
  });
});

/** Adds samples as [time after the start, value]. */
function add(rig: Rig, id: number, rows: readonly (readonly [number, number])[]): void {
  for (const [t, value] of rows) expect(rig.memory.add(id, start + t, value)).toBe(true);
}

function rows(count: number, value: (k: number) => number = (k) => k): [number, number][] {
  return Array.from({ length: count }, (unused, k) => [k * 10_000, value(k)]);
}

test("SeriesMemory tells of each new name once, and finds it again", () => {
  const rig = new Rig();
  expect([rig.resolve("a.b"), rig.resolve("ü"), rig.resolve("a.b")]).toEqual([0, 1, 0]);
  expect([...rig.names]).toEqual([
    [0, "a.b"],
    [1, "ü"],
  ]);
  expect(rig.memory.name(1)).toBe("ü");
  expect(rig.memory.find("ü")).toBe(1);
  expect(rig.memory.find("none")).toBeUndefined();
  expect(rig.memory.newestMs(0)).toBe(-Infinity);
  expect(rig.samples(0)).toEqual([]);
});

test("SeriesMemory refuses and counts series over the limit, no name, and a name too long", () => {
  const rig = new Rig({ seriesCountMax: 2 });
  expect([rig.resolve("a"), rig.resolve("b"), rig.resolve("c"), rig.resolve("a")]).toEqual([
    0, 1, -1, 0,
  ]);
  rig.memory.removeSeries(0);
  expect([rig.resolve(""), rig.resolve("x".repeat(1025)), rig.resolve("c")]).toEqual([-1, -1, 0]);
  expect(rig.memory.stats()).toMatchObject({ seriesCount: 2, refusedSeriesCount: 3 });
});

test.each([
  { timeMs: -1, value: 1 },
  { timeMs: 1.5, value: 1 },
  { timeMs: 2 ** 48, value: 1 },
  { timeMs: NaN, value: 1 },
  { timeMs: start, value: NaN },
  { timeMs: start, value: Infinity },
  { timeMs: start, value: -Infinity },
])("SeriesMemory refuses and counts $value at $timeMs", ({ timeMs, value }) => {
  const rig = new Rig();
  const id = rig.resolve("a");
  expect(rig.memory.add(id, timeMs, value)).toBe(false);
  expect(rig.samples(id)).toEqual([]);
  expect(rig.memory.stats().refusedSampleCount).toBe(1);
});

test("SeriesMemory keeps every finite double bit for bit", () => {
  const rig = new Rig({ chunkSampleCount: 3 });
  const id = rig.resolve("a");
  const values = [-0, 0, 2 ** 53, -(2 ** 53) + 1, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3];
  add(
    rig,
    id,
    rows(8, (k) => values[k]!),
  );
  expect(rig.samples(id).map(([, value]) => value)).toEqual(values);
});

test("SeriesMemory seals the first chunks of a fleet staggered, the others when they are full", () => {
  const rig = new Rig({ chunkSampleCount: 4 });
  const ids = ["a", "b", "c", "d", "e"].map((name) => rig.resolve(name));
  for (const [t, value] of rows(12)) for (const id of ids) add(rig, id, [[t, value]]);
  const counts = ids.map((id) =>
    rig.sealed.filter((one) => one.id === id).map((one) => chunkCount(one.bytes, 0)),
  );
  expect(counts).toEqual([
    [4, 4, 4],
    [3, 4, 4],
    [2, 4, 4],
    [1, 4, 4],
    [4, 4, 4],
  ]);
});

test("SeriesMemory counts late samples and duplicates, and the last of one time wins", () => {
  const rig = new Rig({ chunkSampleCount: 4 });
  const id = rig.resolve("a");
  add(rig, id, [
    [0, 1],
    [20_000, 2],
    [20_000, 3],
    [10_000, 4],
  ]);
  expect(rig.memory.stats()).toMatchObject({ lateCount: 1, duplicateCount: 1, sampleCount: 3 });
  add(rig, id, [[30_000, 5]]); // sealed now
  add(rig, id, [
    [0, 6],
    [15_000, 7],
    [0, 8],
  ]); // wait
  const expected = [
    [0, 8],
    [10_000, 4],
    [15_000, 7],
    [20_000, 3],
    [30_000, 5],
  ];
  expect(rig.samples(id).map(([t, v]) => [t - start, v])).toEqual(expected);
  add(rig, id, rows(10).slice(4, 8)); // sealed again, and what waited is merged
  expect(
    rig
      .samples(id)
      .slice(0, 5)
      .map(([t, v]) => [t - start, v]),
  ).toEqual(expected);
  expect(rig.sealed.map((one) => one.isRewrite)).toEqual([false, true, false]);
  expect(rig.memory.stats()).toMatchObject({ lateCount: 4, duplicateCount: 3, sampleCount: 9 });
});

test("SeriesMemory writes nothing anew when late samples bring nothing new", () => {
  const rig = new Rig({ chunkSampleCount: 4 });
  const id = rig.resolve("a");
  add(rig, id, rows(8));
  add(rig, id, rows(4));
  add(rig, id, rows(12).slice(8));
  expect(rig.sealed.map((one) => one.isRewrite)).toEqual([false, false, false]);
});

test.each([
  { name: "descending", order: (t: number) => -t },
  { name: "ascending before what is there", order: (t: number) => t },
  { name: "in disorder", order: (t: number) => (t * 7919) % 10_007 },
])(
  "SeriesMemory takes old history $name for about one rewrite per chunk of samples",
  ({ order }) => {
    const rig = new Rig({ chunkSampleCount: 20 });
    const id = rig.resolve("a");
    add(rig, id, [
      [0, 0],
      [1000, 0],
    ]);
    add(
      rig,
      id,
      rows(20).map(([t, v]) => [t + 100_000, v]),
    );
    const before = rig.sealed.length;
    const history = Array.from({ length: 1000 }, (unused, k) => k);
    history.sort((a, b) => order(a) - order(b));
    for (const k of history) rig.memory.add(id, start - 20_000_000 + k * 10_000, k);
    const rewrites = rig.sealed.length - before;
    // In disorder each batch of 20 may touch each of the chunks there are.
    expect(rewrites).toBeLessThanOrEqual(order(1) > 1 ? 1000 : 2 * (1000 / 20));
    const read = rig.samples(id);
    expect(read.length).toBe(1022);
    expect(read.slice(0, 1000).map(([, v]) => v)).toEqual(
      Array.from({ length: 1000 }, (unused, k) => k),
    );
  },
);

test("SeriesMemory lets go of sealed chunks wholly before a time, and uses their memory again", () => {
  const rig = new Rig({ chunkSampleCount: 4 });
  const id = rig.resolve("a");
  add(rig, id, rows(14));
  rig.memory.evictBefore(id, start + 70_000);
  expect(rig.samples(id)[0]).toEqual([start + 40_000, 4]);
  rig.memory.evictBefore(id, start + 1e9);
  expect(rig.samples(id)).toEqual([
    [start + 120_000, 12],
    [start + 130_000, 13],
  ]);
  expect(rig.memory.newestMs(id)).toBe(start + 130_000);

  const usedBytes = rig.memory.memoryBytes;
  for (let k = 14; k < 50_000; k++) {
    rig.memory.add(id, start + k * 10_000, k % 100);
    if (k % 50 === 0) rig.memory.evictBefore(id, start + (k - 100) * 10_000);
  }
  expect(rig.memory.memoryBytes - usedBytes).toBeLessThan(2 ** 20);
});

test("SeriesMemory merges late samples before it lets go of their chunk, so that none is lost on disk", () => {
  const rig = new Rig({ chunkSampleCount: 4 });
  const id = rig.resolve("a");
  add(rig, id, rows(8));
  add(rig, id, [[5000, 99]]);
  rig.memory.evictBefore(id, start + 1e9);
  expect(rig.sealed.at(-1)).toMatchObject({ isRewrite: true });
  expect(chunkCount(rig.sealed.at(-1)!.bytes, 0)).toBe(5);
});

test("SeriesMemory at its memory limit refuses new series and shortens the window of the others", () => {
  const rig = new Rig({ chunkSampleCount: 20, memoryBytesMax: 60_000 });
  const ids = Array.from({ length: 10 }, (unused, k) => rig.resolve(`a${k}`));
  const random = seededRandom(1);
  for (let k = 0; k < 3000; k++) {
    for (const id of ids) rig.memory.add(id, start + k * 1000, random.next() / 3);
  }
  const stats = rig.memory.stats();
  expect(stats.shedSampleCount).toBeGreaterThan(0);
  expect(stats.sampleCount + stats.shedSampleCount).toBe(30_000);
  // Ten sealing at once may each be a chunk over; tables and half-used pages come on top.
  expect(stats.sampleCount * 7.5).toBeLessThan(60_000 + 10 * 200);
  expect(rig.samples(ids[0]!).at(-1)![0]).toBe(start + 2_999_000);
  for (let k = 0; k < 5; k++)
    for (const id of ids) rig.memory.add(id, start + 3e6 + k, random.next());
  const refused = ["new 1", "new 2", "new 3"].map((name) => rig.resolve(name));
  expect(rig.memory.stats().refusedSeriesCount).toBe(refused.filter((id) => id < 0).length);
});

test("SeriesMemory gives the id of a removed series to another, which begins empty", () => {
  const rig = new Rig({ chunkSampleCount: 4 });
  const id = rig.resolve("a");
  add(rig, id, rows(10));
  add(rig, id, [[5, 5]]);
  const revision = rig.memory.revision(id);
  rig.memory.removeSeries(id);
  expect([rig.memory.isLive(id), rig.samples(id), rig.memory.newestMs(id)]).toEqual([
    false,
    [],
    -Infinity,
  ]);
  expect(rig.memory.stats()).toMatchObject({ seriesCount: 0, sampleCount: 0 });
  expect(rig.resolve("b")).toBe(id);
  expect(rig.samples(id)).toEqual([]);
  expect(rig.memory.revision(id)).toBeGreaterThan(revision);
});

test("SeriesMemory forgets what is not sealed when told, and begins again at the sealed end", () => {
  const rig = new Rig({ chunkSampleCount: 4 });
  const id = rig.resolve("a");
  add(rig, id, rows(6));
  add(rig, id, [[5, 5]]);
  rig.memory.discardOpen(id);
  expect(rig.samples(id).map(([, v]) => v)).toEqual([0, 1, 2, 3]);
  expect(rig.memory.newestMs(id)).toBe(start + 30_000);
  expect(rig.memory.encodeOpen(id, new Uint8Array(rig.memory.openBytesMax), 0)).toBe(0);
  add(rig, id, [[40_000, 7]]);
  expect(rig.samples(id).at(-1)).toEqual([start + 40_000, 7]);
});

test("SeriesMemory visits the sealed chunks that touch a range", () => {
  const rig = new Rig({ chunkSampleCount: 4 });
  const id = rig.resolve("a");
  add(rig, id, rows(16));
  const visited: number[] = [];
  rig.memory.visitSealed(
    id,
    { fromMs: start + 70_000, untilMs: start + 80_001 },
    (bytes, offset, length) => {
      expect(chunkBytes(bytes, offset)).toBe(length);
      visited.push(bytes[offset + 1]!);
    },
  );
  expect(visited).toEqual([4, 4]);
});

test("SeriesMemory restores chunks in any order, the later call winning", () => {
  const source = new Rig({ chunkSampleCount: 4 });
  const id = source.resolve("a");
  add(source, id, rows(12));
  add(source, id, [
    [0, 77],
    [15_000, 78],
  ]);
  add(source, id, rows(16).slice(12));
  const rewritten = source.samples(id);
  const restored = source.restarted({ chunkSampleCount: 4 });
  expect(restored.samples(id)).toEqual(rewritten);
  expect(restored.sealed.length).toBe(source.sealed.length);

  const [first, ...rest] = source.sealed;
  const late = new Rig({ chunkSampleCount: 4 });
  late.resolve("a");
  for (const { bytes } of [...rest.toReversed(), first!]) {
    expect(late.memory.restoreSealed(id, bytes, 0, bytes.length)).toBe(true);
  }
  // The chunk from before the rewrite came last, so its value of the first sample holds.
  expect(late.samples(id)).toEqual(rewritten.map(([t, v]) => [t, t === start ? 0 : v]));
});

test("SeriesMemory seals what restoreOpen brought when a restored chunk reaches into it", () => {
  const source = new Rig();
  const id = source.resolve("a");
  add(source, id, rows(20));
  const open = new Uint8Array(source.memory.openBytesMax);
  const length = source.memory.encodeOpen(id, open, 0);
  const rig = new Rig();
  rig.resolve("a");
  expect(rig.memory.restoreOpen(id, open, 0, length)).toBe(true);
  expect(rig.memory.stats().lateCount).toBe(0);
  const other = new Rig({ chunkSampleCount: 4 });
  add(
    other,
    other.resolve("a"),
    rows(4, (k) => 100 + k),
  );
  expect(
    rig.memory.restoreSealed(id, other.sealed[0]!.bytes, 0, other.sealed[0]!.bytes.length),
  ).toBe(true);
  expect(rig.sealed.length).toBe(1);
  expect(rig.samples(id)).toEqual(
    rows(20, (k) => (k < 4 ? 100 + k : k)).map(([t, v]) => [start + t, v]),
  );
});

test("SeriesMemory refuses to restore bytes that are no sound chunk, and a name or id that is taken", () => {
  const rig = new Rig({ chunkSampleCount: 4 });
  const id = rig.resolve("a");
  add(rig, id, rows(4));
  const { bytes } = rig.sealed[0]!;
  const bad = bytes.slice();
  bad[1] = 200;
  for (const restore of ["restoreSealed", "restoreOpen"] as const) {
    expect(rig.memory[restore](id, bad, 0, bad.length)).toBe(false);
    expect(rig.memory[restore](id, bytes, 0, bytes.length - 1)).toBe(false);
    expect(rig.memory[restore](id, new Uint8Array(3), 0, 3)).toBe(false);
  }
  const name = encoder.encode("a");
  expect(rig.memory.restoreName(1, name, 0, 1)).toBe(false);
  expect(rig.memory.restoreName(0, encoder.encode("b"), 0, 1)).toBe(false);
  expect(rig.memory.restoreName(0, name, 0, 1)).toBe(true);
  expect(rig.samples(id).length).toBe(4);
});

test("SeriesMemory sheds the oldest chunks of a series that has as many as a list holds", () => {
  const rig = new Rig({ chunkSampleCount: 2, onSealed: () => undefined });
  const id = rig.resolve("a");
  for (let k = 0; k < 9000; k++) rig.memory.add(id, start + k * 1000, k);
  const { sampleCount, shedSampleCount } = rig.memory.stats();
  expect(sampleCount + shedSampleCount).toBe(9000);
  expect(sampleCount).toBeGreaterThan(6000);
  expect(rig.samples(id).at(-1)![1]).toBe(8999);
});

test("appendSealed() takes a chunk that follows all there is, and leaves every other to restoreSealed()", () => {
  const rig = new Rig();
  const id = rig.resolve("a");
  for (let i = 0; i < 360; i++) rig.memory.add(id, start + i * 1000, i);
  const [first, second, third] = rig.sealed;
  const next = new Rig();
  const to = next.resolve("a");
  const append = ({ bytes }: Sealed): boolean =>
    next.memory.appendSealed(to, bytes, 0, bytes.length);
  expect(append(second!)).toBe(true);
  expect(append(first!)).toBe(false);
  expect(append(second!)).toBe(false);
  const seconds = next.samples(to);
  expect(seconds.length).toBe(120);
  next.memory.add(to, start + 300_000, 1);
  expect(append(third!)).toBe(false);
  expect(next.samples(to)).toEqual([...seconds, [start + 300_000, 1]]);
  expect(next.memory.appendSealed(to, new Uint8Array(40), 0, 40)).toBe(false);
});

test("SeriesMemory tells its listener of each sample it takes and of a series that is gone", () => {
  const memory = new SeriesMemory({
    seriesCountMax: 10,
    onNewSeries: () => undefined,
    onSealed: () => undefined,
  });
  const heard: (readonly number[])[] = [];
  const name = Buffer.from("a");
  const id = memory.resolve(name, 0, name.length);
  memory.add(id, 1000, 1);
  memory.listen({
    onRow: (...row) => heard.push(row),
    onStated: (stated) => heard.push([-1, stated]),
    onGone: (gone) => heard.push([gone]),
  });
  memory.add(id, 3000, 3);
  memory.add(id, 2000, 2);
  memory.state(id, statedCounter);
  memory.state(id, statedCounter);
  memory.add(id, 4000, NaN);
  memory.removeSeries(id);
  memory.listen(undefined);
  memory.resolve(name, 0, name.length);
  memory.add(0, 9000, 9);
  expect(heard).toEqual([[id, 3000, 3], [id, 2000, 2], [-1, id], [id]]);
});

test("SeriesMemory joins what rows state of a series, and forgets it with the series", () => {
  const rig = new Rig({ chunkSampleCount: 4 });
  const id = rig.resolve("a");
  expect([rig.memory.stated(id), rig.memory.stated(999)]).toEqual([0, 0]);
  rig.memory.state(id, statedCounter | integerValue);
  expect(rig.memory.stated(id)).toBe(statedCounter);
  rig.memory.state(id, 0);
  expect(rig.memory.stated(id)).toBe(statedCounter);
  rig.memory.state(id, statedGauge);
  expect(rig.memory.stated(id)).toBe(statedBits);
  rig.memory.removeSeries(id);
  expect(rig.memory.stated(rig.resolve("b"))).toBe(0);
});

test("SeriesMemory tells of each name it refuses why, with the last one, and takes more at a higher limit", () => {
  const rig = new Rig({ seriesCountMax: 2 });
  for (const name of ["a", "b", "c", "d"]) rig.resolve(name);
  rig.memory.limitMemory(0);
  rig.resolve("e");
  rig.resolve("x".repeat(2000));
  expect(rig.memory.stats().refusedNames).toEqual([
    { reason: "series-limit", count: 2, lastExample: "d" },
    { reason: "memory-limit", count: 1, lastExample: "e" },
    { reason: "bad-name", count: 1, lastExample: "x".repeat(200) },
  ]);
  expect(rig.resolve("a")).toBe(0);
  rig.memory.removeSeries(1);
  expect(rig.resolve("f")).toBe(-1);
  rig.memory.limitMemory(1 << 20);
  expect(rig.resolve("f")).toBe(1);
});

test("SeriesMemory does not grow however long a fleet comes and goes", () => {
  const rig = new Rig({ seriesCountMax: 100, onSealed: () => undefined });
  const { memory } = rig;
  const random = seededRandom(7);
  const peaks: number[] = [];
  for (let day = 0; day < 40; day++) {
    const ids = Array.from({ length: 60 }, (_, i) => rig.resolve(`day${day}.host${i}.load`));
    const startMs = start + day * 86_400_000;
    for (const id of ids) {
      const scale = 10 ** nextInteger(random, 5);
      for (let k = 0; k < 600; k++)
        memory.add(id, startMs + k * 10_000, Math.round(random.next() * scale));
    }
    peaks.push(memory.memoryBytes);
    for (const id of ids) memory.removeSeries(id);
  }
  expect(memory.idCount).toBeLessThanOrEqual(100);
  const early = Math.max(...peaks.slice(0, 8));
  expect(Math.max(...peaks)).toBeLessThanOrEqual(early * 1.1);
  expect(memory.stats().sealedBytes).toBe(0);
});

test("SeriesMemory seals series that begin together, or later, at different rounds, after a restart too", () => {
  const sealedAt: number[][] = [];
  let round = 0;
  const onSealed = (id: number): void => {
    (sealedAt[id] ??= []).push(round);
  };
  const options = { seriesCountMax: 1000, onSealed };
  let rig = new Rig(options);
  const step = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const id = rig.resolve(`s${i}`);
      rig.memory.add(id, start + round * 10_000, round);
    }
    round += 1;
  };
  while (round < 100) step(240);
  // Another two hundred begin; then the program is started again, with open chunks as they are.
  while (round < 300) step(440);
  const open = new Uint8Array(rig.memory.openBytesMax);
  const next = new Rig(options);
  for (const [id, name] of rig.names) {
    const bytes = encoder.encode(name);
    next.memory.restoreName(id, bytes, 0, bytes.length);
    rig.memory.visitSealed(id, always, (sealed, offset, length) => {
      next.memory.appendSealed(id, sealed, offset, length);
    });
    const length = rig.memory.encodeOpen(id, open, 0);
    if (length > 0) next.memory.restoreOpen(id, open, 0, length);
  }
  rig = next;
  while (round < 700) step(440);
  const counts = new Map<number, number>();
  for (const rounds of sealedAt) for (const at of rounds) counts.set(at, (counts.get(at) ?? 0) + 1);
  // 440 series in 120 rounds are 3.7 a round.
  expect(Math.max(...counts.values())).toBeLessThanOrEqual(8);
});
