import { expect, test } from "vitest";
import { builtKernel } from "../../test/support/kernels.ts";
import { nextInteger, type Random, seededRandom } from "../base/random.ts";
import { decodeChunk } from "./chunk.ts";
import { RowKernel } from "./row-kernel.ts";
import { SeriesRecords } from "./series-records.ts";
import { PackedSamples } from "./packed-samples.ts";

const odd = [
  ...[0, -0, 1, -1, 0.1 + 0.2, 1 / 3, 5e-324, 1.7e308, -1.7e308, 2 ** 31, -(2 ** 31), 2 ** 32],
  ...[2 ** 52, -(2 ** 52), 2 ** 53 + 2, 0.005, -0.005, 4_503_599_627_370.49, 1e-3, 99.995],
];

const kinds: readonly ((random: Random) => number)[] = [
  () => 7.25,
  (random) => nextInteger(random, 200) - 100,
  (random) => nextInteger(random, 60_000),
  (random) => 5e12 + nextInteger(random, 1000),
  (random) => nextInteger(random, 100_000) / 100 - 300,
  (random) => nextInteger(random, 1_000_000) / 1000,
  (random) => nextInteger(random, 2 ** 31) * 4096,
  (random) => nextInteger(random, 2 ** 31) * 2 - 5,
  (random) => random.next() * 1000,
  (random) => odd[nextInteger(random, odd.length)]!,
];

test.each([1, 2, 3, 4])(
  "PackedSamples gives back what it was given, bit for bit, while ids grow, seed %i",
  (seed) => {
    const random = seededRandom(seed);
    const records = new SeriesRecords();
    const samples = new PackedSamples(records);
    records.growTo(10);
    const twin = Array.from({ length: 10 }, (): number[] => []);
    for (let round = 0; round < 2000; round++) {
      const id = nextInteger(random, 10);
      if (random.next() < 0.005) records.growTo(10 + round * 10);
      if (random.next() < 0.05) {
        samples.clear(id);
        twin[id] = [];
        continue;
      }
      const kind = random.next() < 0.8 ? kinds[id]! : kinds[nextInteger(random, kinds.length)]!;
      const count = 1 + nextInteger(random, 12);
      const column = Float64Array.from({ length: 3 + count }, () => kind(random));
      if (twin[id]!.length + count > 500) continue;
      samples.append(id, column, 3, count);
      twin[id]!.push(...column.subarray(3));
      const read = new Float64Array(records.packedCount(id));
      samples.copy(id, read);
      expect(read).toEqual(Float64Array.from(twin[id]!));
    }
    expect(records.usedSegmentBytes).toBeGreaterThanOrEqual(records.liveSegmentBytes);
    const usedBytes = records.usedSegmentBytes;
    for (let id = 0; id < 10; id++) samples.clear(id);
    expect(records.liveSegmentBytes).toBe(0);
    // What was let go of serves others.
    for (let k = 0; k < 20; k++) samples.append(1, new Float64Array(12).fill(k / 7), 0, 12);
    expect(records.usedSegmentBytes).toBe(usedBytes);
  },
);

test.each([
  { name: "that stand still", value: () => 12.5, bytes: 64 },
  { name: "of a gauge of two decimals", value: (k: number) => 50 + (k % 7) / 100, bytes: 256 },
  { name: "of a counter", value: (k: number) => 1e9 + 37 * k, bytes: 320 },
  { name: "of full doubles", value: (k: number) => Math.sin(k), bytes: 1280 },
])("PackedSamples needs at most $bytes bytes for 120 samples $name", ({ value, bytes }) => {
  const records = new SeriesRecords();
  const samples = new PackedSamples(records);
  for (let k = 0; k < 120; k += 12) {
    samples.append(
      0,
      Float64Array.from({ length: 12 }, (ignored, i) => value(k + i)),
      0,
      12,
    );
  }
  expect(records.liveSegmentBytes).toBeLessThanOrEqual(bytes);
});

const startMs = 1_700_000_000_000;
const stepMs = 10_000;

test.each([1, 2, 3, 4, 5, 6])(
  "the kernel packs, keeps and seals the same bytes as its twin, seed %i",
  (seed) => {
    const sides = [new RowKernel({ rows: builtKernel("rows") }), new RowKernel({})];
    const random = seededRandom(seed);
    const count = 121 + nextInteger(random, 120);
    const column = Array.from({ length: kinds.length }, (ignored, id) =>
      Float64Array.from({ length: count }, (unused, k) => {
        const kind = random.next() < 0.98 ? kinds[id]! : kinds[nextInteger(random, kinds.length)]!;
        return k % 40 < 13 ? kinds[0]!(random) : kind(random);
      }),
    );
    for (const { records } of sides) {
      records.growTo(kinds.length);
      for (let id = 0; id < kinds.length; id++) {
        records.setNewestMs(id, startMs);
        records.expect(id, { stepMs, hasNext: true, left: 250 });
      }
    }
    for (let k = 0; k < count - 1; k++) {
      const values = Float64Array.from(column, (of) => of[k]!);
      const timesMs = values.map(() => startMs + (k + 1) * stepMs);
      for (const rows of sides) {
        rows.load({ timesMs, values }, { from: 0, until: kinds.length });
        for (let id = 0; id < kinds.length; id++) rows.records.ids[id] = id;
        expect(rows.take({ from: 0, until: kinds.length })).toBe(kinds.length);
      }
    }
    for (let id = 0; id < kinds.length; id++) {
      const [kernel, twin] = sides.map((rows) => {
        const open = rows.records.chunk.slice(0, rows.encode(id));
        const chunk = rows.records.chunk.slice(0, rows.seal(id, column[id]![count - 1]!));
        const packed = new Float64Array(rows.records.packedCount(id));
        rows.samples.copy(id, packed);
        return { chunk, open, packed, segment: rows.records.segment(id) };
      });
      expect(kernel).toEqual(twin);
      const timesMs = new Float64Array(count);
      const values = new Float64Array(count);
      expect(decodeChunk(kernel!.chunk, 0, timesMs, values, 0)).toBe(count);
      expect(values).toEqual(column[id]);
      expect([timesMs[0], timesMs[count - 1]]).toEqual([
        ...[startMs + stepMs, startMs + count * stepMs],
      ]);
      expect(decodeChunk(kernel!.open, 0, timesMs, values, 0)).toBe(count - 1);
      expect(values.subarray(0, count - 1)).toEqual(column[id]!.subarray(0, count - 1));
      expect([timesMs[0], timesMs[count - 2]]).toEqual([
        ...[startMs + stepMs, startMs + (count - 1) * stepMs],
      ]);
    }
    expect(segmentsOf(sides[0]!)).toEqual(segmentsOf(sides[1]!));
  },
);

/** All that was ever written to segments. */
function segmentsOf({ records }: RowKernel): string {
  const from = records.segmentAt(1);
  return Buffer.from(records.bytes.slice(from, from + records.usedSegmentBytes)).toString("hex");
}
