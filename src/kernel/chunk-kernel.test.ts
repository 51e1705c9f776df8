import fc from "fast-check";
import { expect, test } from "vitest";
import { builtKernel } from "../../test/support/kernels.ts";
import { nextInteger, type Random, seededRandom } from "../base/random.ts";
import { type ChunkKernel, openChunkKernel } from "./chunk-kernel.ts";
import { chunkBytesMax, chunkCount, decodeChunk, encodeChunk } from "./index.ts";
import { seriesKinds, valuesOf } from "./mixture.fixture.ts";

const kernel = openChunkKernel({ checks: builtKernel("checks") }, 1);
const twin = openChunkKernel({});
const own = kernel.takePair();
const plain = twin.takePair();

test("openChunkKernel() runs the module, and without it the twin", () => {
  expect(kernel.module).toBeDefined();
  expect(twin.module).toBeUndefined();
});

/** Values of every form a chunk has, and those that break arithmetic. */
const makers: readonly ((random: Random, k: number) => number)[] = [
  ...seriesKinds.map((kind, seed) => {
    const next = valuesOf(kind, seed + 1);
    return () => next();
  }),
  (random) => (random.next() < 0.5 ? 0 : -0),
  (random) => 2 ** 53 - nextInteger(random, 3),
  (random) => (random.next() - 0.5) * 2 ** (1 + nextInteger(random, 54)),
  (random, k) => (k % 2 === 0 ? 1 : -1) * 2 ** 52,
  (random) => nextInteger(random, 9) * 5e-324,
  (random) => (random.next() - 0.5) * 1.7e308,
  (random) => nextInteger(random, 2 ** 30) * 2 ** 23,
  (random) => Math.round(random.next() * 2 ** (1 + nextInteger(random, 52))),
  (random) => Math.round(random.next() * 1e9) / 10 ** nextInteger(random, 9),
  (random, k) => 1e15 + k * 1e6 + nextInteger(random, 100),
  (random) => (random.next() < 0.01 ? 2 ** 50 : nextInteger(random, 3)),
];

function makeColumns(
  random: Random,
  count: number,
): { timesMs: Float64Array; values: Float64Array } {
  const maker = makers[nextInteger(random, makers.length)]!;
  const width = nextInteger(random, 30);
  const kind = nextInteger(random, 4);
  const timesMs = new Float64Array(count);
  let timeMs = nextInteger(random, 2 ** 40);
  for (let k = 0; k < count; k++) {
    timesMs[k] = timeMs;
    timeMs += 10_000;
    if (kind === 1) timeMs += nextInteger(random, 2 ** width);
    if (kind === 2 && random.next() < 0.05) timeMs += 600_000;
    if (kind === 3 && k === 5) timeMs += 2 ** 33;
  }
  return { timesMs, values: Float64Array.from({ length: count }, (_, k) => maker(random, k)) };
}

test("the kernel's encoder writes the twin's bytes", () => {
  const random = seededRandom(411);
  const bytes = new Uint8Array(chunkBytesMax(480));
  const twinBytes = new Uint8Array(chunkBytesMax(480));
  for (let round = 0; round < 6_000; round++) {
    const count = 1 + nextInteger(random, round % 10 === 0 ? 480 : 130);
    const { timesMs, values } = makeColumns(random, count);
    const length = kernel.encode(timesMs, values, 0, count, bytes, 0);
    const twinLength = encodeChunk(timesMs, values, 0, count, twinBytes, 0);
    expect(
      Buffer.compare(bytes.subarray(0, length), twinBytes.subarray(0, twinLength)),
      `round ${round}`,
    ).toBe(0);
  }
});

test("the kernel decodes runs of chunks to the twin's bits, where columns lie and elsewhere", () => {
  const random = seededRandom(412);
  const elsewhere = twin.takePair();
  for (let round = 0; round < 600; round++) {
    let total = 0;
    for (let chunk = 1 + nextInteger(random, 20); chunk > 0; chunk--) {
      const count = 1 + nextInteger(random, 200);
      const { timesMs, values } = makeColumns(random, count);
      const words = encoded(timesMs, values, count);
      for (const each of [kernel, twin]) {
        expect(each.put(words.words, 0, words.sizeBytes)).toBe(true);
      }
      total += count;
      if (chunk > 1) continue;
      const at = nextInteger(random, 5);
      own.values.fill(7, 0, total + 20);
      own.timesMs.fill(7, 0, total + 20);
      expect(twin.decode(plain.timesMs, plain.values, at)).toBe(total);
      expect(kernel.decode(own.timesMs, own.values, at)).toBe(total);
      expect([own.timesMs[at + total], own.values[at + total]]).toEqual([7, 7]);
      expectSameBits(own.timesMs, plain.timesMs, at, total);
      expectSameBits(own.values, plain.values, at, total);
    }
    const { timesMs, values } = makeColumns(random, 100);
    const one = encoded(timesMs, values, 100);
    kernel.put(one.words, 0, one.sizeBytes);
    expect(kernel.decode(elsewhere.timesMs, elsewhere.values, 3)).toBe(100);
    expect(elsewhere.values.slice(3, 103)).toEqual(values);
    expect(elsewhere.timesMs.slice(3, 103)).toEqual(timesMs);
  }
});

test("the kernel refuses what the twin refuses, and of damaged chunks makes what the twin makes", () => {
  const random = seededRandom(413);
  for (let round = 0; round < 30_000; round++) {
    const count = 1 + nextInteger(random, 60);
    const { timesMs, values } = makeColumns(random, count);
    const { words, sizeBytes } = encoded(timesMs, values, count);
    const bytes = new Uint8Array(words.buffer);
    for (let flip = nextInteger(random, 4); flip >= 0; flip--) {
      bytes[nextInteger(random, sizeBytes)]! ^= 1 << nextInteger(random, 8);
    }
    expectSameAnswer(words, `round ${round}`);
  }
});

test("the kernel makes of any bytes what the twin makes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 20, maxLength: 300 }), (bytes) => {
      bytes[0] = 0x10 | (bytes[0]! & 5);
      bytes[2] = bytes[2]! & 1;
      bytes[3] = bytes.length;
      bytes[4] = bytes.length >>> 8;
      const words = new Uint32Array((bytes.length + 3) >>> 2);
      new Uint8Array(words.buffer).set(bytes);
      expectSameAnswer(words, "any bytes");
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  { name: "a run of differences", values: [0x08, 64, 0, 64] },
  { name: "a run of differences of tenths", values: [0x09, 64, 0, 64] },
  { name: "equal numbers", values: [0x00, 0, 64] },
])("the kernel keeps the sign of a -0 that begins $name", ({ values }) => {
  for (let count = 2; count < 12; count++) {
    const words = new Uint32Array(8);
    const bytes = new Uint8Array(words.buffer);
    bytes.set([0x10, count, 0, 15 + values.length, 0, 0, 0, 0, 0, 0, 0, count - 1, 0, 0, 0]);
    bytes.set(values, 15);
    expectSameAnswer(words, `${count} samples`);
    expect(Object.is(own.values[0], -0)).toBe(true);
  }
});

test("the kernel writes nothing outside the room it is given", () => {
  const { timesMs, values } = makeColumns(seededRandom(5), 100);
  const { words, sizeBytes } = encoded(timesMs, values, 100);
  own.timesMs.fill(7);
  own.values.fill(7);
  const short = own.values.subarray(0, 99);
  kernel.put(words, 0, sizeBytes);
  expect(kernel.decode(own.timesMs, short, 0)).toBe(-1);
  expect(own.timesMs.every((timeMs) => timeMs === 7)).toBe(true);
  kernel.put(words, 0, sizeBytes);
  expect(kernel.decode(own.timesMs, short, 99)).toBe(-1);
  expect(kernel.decode(own.timesMs, short, 100)).toBe(-1);
});

test.each([
  { name: "descend", timesMs: [5, 4] },
  { name: "stand still", timesMs: [5, 5] },
  { name: "descend inside", timesMs: [5, 9, 8, 20] },
  { name: "have fractions", timesMs: [5.5] },
  { name: "have fractions inside", timesMs: [5, 6.5, 9] },
  { name: "are negative", timesMs: [-1] },
  { name: "are no numbers", timesMs: [5, NaN, 8] },
  { name: "lie past 2^48", timesMs: [2 ** 48] },
])("the kernel's encoder refuses times that $name as our mistake", ({ timesMs }) => {
  const column = Float64Array.from(timesMs);
  const out = new Uint8Array(chunkBytesMax(column.length));
  expect(() => kernel.encode(column, column, 0, column.length, out, 0)).toThrow(/broken assertion/);
});

test("a run is full at its bytes or its samples, and is decoded then", () => {
  const constant = encoded(
    Float64Array.from({ length: 480 }, (_, k) => k),
    new Float64Array(480),
    480,
  );
  for (const each of [kernel, twin] satisfies ChunkKernel[]) {
    let putCount = 0;
    while (each.put(constant.words, 0, constant.sizeBytes)) putCount += 1;
    expect(putCount).toBe(Math.floor(131_072 / 480));
    const pair = each === kernel ? own : plain;
    expect(each.decode(pair.timesMs, pair.values, 0)).toBe(putCount * 480);
  }
});

function encoded(
  timesMs: Float64Array,
  values: Float64Array,
  count: number,
): { readonly words: Uint32Array; readonly sizeBytes: number } {
  const words = new Uint32Array((chunkBytesMax(count) + 3) >>> 2);
  const bytes = new Uint8Array(words.buffer);
  return { words, sizeBytes: encodeChunk(timesMs, values, 0, count, bytes, 0) };
}

/** One damaged chunk of whatever length it says, behind which other bytes lie. */
function expectSameAnswer(words: Uint32Array, message: string): void {
  const sizeBytes = words.length * 4;
  const bytes = new Uint8Array(words.buffer);
  const wanted = decodeChunk(bytes, 0, plain.timesMs, plain.values, 0);
  const wholeBytes = wanted < 0 ? sizeBytes : bytes[3]! | (bytes[4]! << 8);
  kernel.put(words, 0, wholeBytes);
  const count = kernel.decode(own.timesMs, own.values, 0);
  expect(count, message).toBe(wanted);
  if (wanted < 0) return;
  expect(chunkCount(bytes, 0)).toBe(count);
  expectSameBits(own.timesMs, plain.timesMs, 0, count, message);
  expectSameBits(own.values, plain.values, 0, count, message);
}

function expectSameBits(
  column: Float64Array,
  wanted: Float64Array,
  from: number,
  count: number,
  message = "",
): void {
  for (let i = from; i < from + count; i++) {
    if (!Object.is(column[i], wanted[i])) {
      expect(column[i], `${message}, sample ${i}`).toBe(wanted[i]);
    }
  }
}
