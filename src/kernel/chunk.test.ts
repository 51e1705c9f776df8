import fc from "fast-check";
import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../base/random.ts";
import {
  chunkBytes,
  chunkBytesMax,
  chunkCount,
  chunkFirstMs,
  chunkLastMs,
  chunkSampleCountMax,
  decodeChunk,
  decodeChunkTimes,
  encodeChunk,
} from "./index.ts";
import { measureChunks } from "./chunk.bench.ts";
import { mixtureKinds, seriesKinds, valuesOf } from "./mixture.fixture.ts";

const start = 1_700_000_000_000;

function encode(timesMs: readonly number[], values: readonly number[]): Uint8Array {
  const count = values.length;
  const out = new Uint8Array(chunkBytesMax(count) + 5);
  const length = encodeChunk(
    Float64Array.from(timesMs),
    Float64Array.from(values),
    0,
    count,
    out,
    5,
  );
  return out.slice(5, 5 + length);
}

/** Encodes, checks that every sample comes back bit for bit, and gives the chunk. */
function roundTrip(timesMs: readonly number[], values: readonly number[]): Uint8Array {
  const chunk = encode(timesMs, values);
  const count = values.length;
  expect(chunkCount(chunk, 0)).toBe(count);
  expect(chunkBytes(chunk, 0)).toBe(chunk.length);
  expect(chunkFirstMs(chunk, 0)).toBe(timesMs[0]);
  expect(chunkLastMs(chunk, 0)).toBe(timesMs[count - 1]);
  // Once alone, so that nothing lies behind it, and once in the middle of other bytes.
  const among = new Uint8Array(chunk.length + 40).fill(0xff);
  among.set(chunk, 20);
  for (const [bytes, offset] of [
    [chunk, 0],
    [among, 20],
  ] as const) {
    const backMs = new Float64Array(count + 2).fill(-1);
    const back = new Float64Array(count + 2).fill(-1);
    expect(decodeChunk(bytes, offset, backMs, back, 1)).toBe(count);
    expect([...backMs]).toEqual([-1, ...timesMs, -1]);
    expect([...back]).toEqual([-1, ...values, -1]);
    backMs.fill(-1);
    expect(decodeChunkTimes(bytes, offset, backMs, 1)).toBe(count);
    expect([...backMs]).toEqual([-1, ...timesMs, -1]);
  }
  return chunk;
}

const everyTenSeconds = (count: number): number[] =>
  [...new Array<number>(count).keys()].map((k) => start + k * 10_000);

test.each([
  { name: "one sample", values: [1.5], bytesMax: 19 },
  { name: "a constant", values: new Array<number>(120).fill(42), bytesMax: 18 },
  { name: "zero", values: new Array<number>(480).fill(0), bytesMax: 18 },
  { name: "negative zero", values: new Array<number>(120).fill(-0), bytesMax: 40 },
  { name: "both zeros", values: [0, -0, 0, -0], bytesMax: 48 },
  { name: "2^53 and its neighbours", values: [2 ** 53, 2 ** 53 - 1, 2 ** 53 - 2], bytesMax: 28 },
  { name: "the ends of the exact range", values: [2 ** 53, -(2 ** 53)], bytesMax: 40 },
  { name: "past 2^53", values: [2 ** 53 + 2, 2 ** 60, -(2 ** 63)], bytesMax: 48 },
  { name: "denormals", values: [5e-324, 1e-310, -5e-324, 2.2250738585072014e-308], bytesMax: 48 },
  { name: "huge and tiny", values: [1.7976931348623157e308, 5e-324, -1e308, 1], bytesMax: 48 },
  { name: "sums that are no decimals", values: [0.1 + 0.2, 0.3, 0.1 * 3], bytesMax: 44 },
  { name: "two decimals", values: [21.37, 21.4, 20.99, 22], bytesMax: 26 },
  {
    name: "a counter",
    values: [...new Array<number>(120).keys()].map((k) => 1e9 + 250 * k),
    bytesMax: 26,
  },
  { name: "bytes in pages", values: [4096, 409600, 8192, 4096e3], bytesMax: 26 },
  { name: "one spike", values: [...new Array<number>(119).fill(3), 1e6], bytesMax: 30 },
])("a chunk holds $name in at most $bytesMax bytes", ({ values, bytesMax }) => {
  expect(roundTrip(everyTenSeconds(values.length), values).length).toBeLessThanOrEqual(bytesMax);
});

test.each([
  { name: "regular", step: () => 10_000, bytesMax: 0 },
  { name: "one long gap", step: (k: number) => (k === 50 ? 3_600_000 : 10_000), bytesMax: 12 },
  {
    name: "every 20th missing",
    step: (k: number) => (k % 20 === 19 ? 20_000 : 10_000),
    bytesMax: 15,
  },
  { name: "jitter in whole seconds", step: (k: number) => 10_000 + (k % 3) * 1000, bytesMax: 36 },
  { name: "jitter in milliseconds", step: (k: number) => 10_000 + ((k * 7) % 16), bytesMax: 65 },
  {
    name: "a span of 50 days",
    step: (k: number) => (k === 9 ? 50 * 86_400_000 : 60_000),
    bytesMax: 15,
  },
  { name: "a regular step of 50 days", step: () => 50 * 86_400_000, bytesMax: 2 },
  { name: "one millisecond", step: () => 1, bytesMax: 0 },
])("times with $name take at most $bytesMax bytes", ({ step, bytesMax }) => {
  const timesMs = [start];
  for (let k = 0; k < 119; k++) timesMs.push(timesMs[k]! + step(k));
  const chunk = roundTrip(timesMs, new Array<number>(120).fill(0));
  expect(chunk.length - 18).toBeLessThanOrEqual(bytesMax);
});

test.each([[[0]], [[2 ** 48 - 1]], [[0, 2 ** 48 - 1]], [[0, 1, 2 ** 48 - 1]]])(
  "a chunk holds the times %j",
  (timesMs) => {
    roundTrip(
      timesMs,
      timesMs.map(() => 1),
    );
  },
);

test.each([
  { name: "descend", timesMs: [5, 4] },
  { name: "stand still", timesMs: [5, 5] },
  { name: "descend inside", timesMs: [5, 9, 8, 20] },
  { name: "have fractions", timesMs: [5.5] },
  { name: "have fractions inside", timesMs: [5, 6.5, 9] },
  { name: "are negative", timesMs: [-1] },
  { name: "lie past 2^48", timesMs: [2 ** 48] },
  { name: "are none", timesMs: [] },
])("encodeChunk() refuses times that $name as our mistake", ({ timesMs }) => {
  expect(() => encode(timesMs, timesMs)).toThrow(/broken assertion/);
});

test.each([
  {
    name: "120 samples of 42",
    timesMs: everyTenSeconds(120),
    values: new Array<number>(120).fill(42),
    bytes: "10 7800 1200 0068e5cf8b01 70281200 00 00 2a",
  },
  {
    name: "four decimals with a gap",
    timesMs: [start, start + 10_000, start + 20_000, start + 50_000],
    values: [21.5, 21.25, 22, 21.75],
    bytes: "11 0400 1d00 0068e5cf8b01 50c30000 41909c01a09c0104 02 428d2119b1",
  },
])("the format stays as docs/formats/chunk.md draws it: $name", ({ timesMs, values, bytes }) => {
  const chunk = roundTrip(timesMs, values);
  const digits = [...chunk].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  expect(digits).toBe(bytes.replaceAll(" ", ""));
});

const steps = fc.oneof(
  fc.constant(10_000),
  fc.integer({ min: 1, max: 3 }).map((n) => n * 1000),
  fc.integer({ min: 1, max: 2 ** 33 }),
);
const values = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -5, max: 300 }),
  fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 100),
  fc.constantFrom(0, -0, 2 ** 53, -(2 ** 53), 5e-324, 1e308),
);
const samples = fc
  .oneof(
    steps,
    steps.map((step) => fc.constant(step)),
  )
  .chain((step) => fc.tuple(fc.constant(typeof step === "number" ? steps : step), values))
  .chain(([step, value]) =>
    fc.array(fc.tuple(step, fc.oneof(values, fc.constant(value))), {
      minLength: 1,
      maxLength: 300,
    }),
  );

test("a chunk returns any samples bit for bit", () => {
  fc.assert(
    fc.property(samples, (rows) => {
      let timeMs = start;
      const timesMs = rows.map(([step]) => (timeMs += step));
      const chunk = roundTrip(
        timesMs,
        rows.map(([, value]) => value),
      );
      expect(chunk.length).toBeLessThanOrEqual(chunkBytesMax(rows.length));
    }),
    { numRuns: 400 },
  );
});

test("chunks of full-entropy doubles stay within chunkBytesMax()", () => {
  const random = seededRandom(5);
  const words = new Uint32Array(2 * chunkSampleCountMax);
  const doubles = new Float64Array(words.buffer);
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < words.length; i++) words[i] = random.next() * 2 ** 32;
    const column = [...doubles].map((value) => (Number.isFinite(value) ? value : 1));
    const timesMs: number[] = [];
    for (let k = 0, t = 0; k < column.length; k++)
      timesMs.push((t += 1 + nextInteger(random, 2 ** 38)));
    expect(roundTrip(timesMs, column).length).toBeLessThan(480 * 14);
  }
});

test("the mixture takes at most 1.2 bytes per sample, times included", () => {
  const options = { sampleCount: 720, roundCount: 1 };
  expect(measureChunks(mixtureKinds(100), options).bytesPerSample).toBeLessThanOrEqual(1.2);
});

test("a chunk returns every kind of series bit for bit", () => {
  const timesMs = everyTenSeconds(120);
  for (const [seed, kind] of seriesKinds.entries()) {
    const next = valuesOf(kind, seed + 1);
    for (let c = 0; c < 20; c++) roundTrip(timesMs, timesMs.map(next));
  }
});

test("decodeChunk() wants room in both columns", () => {
  const chunk = encode([1, 2, 3], [1, 2, 3]);
  expect(decodeChunk(chunk, 0, new Float64Array(3), new Float64Array(2), 0)).toBe(-1);
  expect(decodeChunk(chunk, 0, new Float64Array(2), new Float64Array(3), 0)).toBe(-1);
  expect(decodeChunk(chunk, 0, new Float64Array(4), new Float64Array(4), 2)).toBe(-1);
});

test("damaged chunks are refused or read within bounds, never more", () => {
  const random = seededRandom(77);
  const timesMs = new Float64Array(chunkSampleCountMax + 1);
  const column = new Float64Array(chunkSampleCountMax + 1);
  for (const [seed, kind] of mixtureKinds(40).entries()) {
    const next = valuesOf(kind, seed + 1);
    const count = 1 + nextInteger(random, 200);
    let t = start;
    const isIrregular = seed % 2 === 0;
    const times = Array.from(
      { length: count },
      () => (t += isIrregular ? 1 + nextInteger(random, 9e4) : 1e4),
    );
    const chunk = encode(times, times.map(next));
    for (let round = 0; round < 200; round++) {
      const bad = chunk.slice(
        0,
        round % 3 === 0 ? nextInteger(random, chunk.length) : chunk.length,
      );
      for (let flip = nextInteger(random, 4); flip >= 0 && bad.length > 0; flip--) {
        bad[nextInteger(random, bad.length)]! ^= 1 << nextInteger(random, 8);
      }
      column.fill(7);
      const decoded = decodeChunk(bad, 0, timesMs, column, 0);
      expect(decoded).toBeGreaterThanOrEqual(-1);
      expect(decoded).toBeLessThanOrEqual(chunkSampleCountMax);
      const doubtAt = timesMs
        .subarray(1, Math.max(1, decoded))
        .findIndex((t, k) => !(t > timesMs[k]!));
      expect(doubtAt).toBe(-1);
      expect(column[chunkSampleCountMax]).toBe(7);
    }
  }
});

test("random bytes are no chunk, or one that lies inside them", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(20), (bytes, offset) => {
      if (bytes.length > offset) bytes[offset] = 0x10 | (bytes[offset]! & 5);
      const count = decodeChunk(bytes, offset, new Float64Array(480), new Float64Array(480), 0);
      expect(count).toBeLessThanOrEqual(480);
      if (count >= 0) expect(offset + chunkBytes(bytes, offset)).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 3000 },
  );
});
