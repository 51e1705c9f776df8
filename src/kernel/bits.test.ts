import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../base/random.ts";
import { bitLength, bitWidthMax, packBits, packedBytes, readBits, unpackBits } from "./bits.ts";

const plain = { base: 0, multiplier: 1, divisor: 1 };

/** The obvious twin: one bit at a time. */
function packSlowly(numbers: readonly number[], width: number): number[] {
  const bytes = new Array<number>(packedBytes(numbers.length, width)).fill(0);
  for (const [k, n] of numbers.entries()) {
    for (let bit = 0; bit < width; bit++) {
      const at = k * width + bit;
      if ((BigInt(n) >> BigInt(bit)) % 2n === 1n) bytes[at >> 3]! |= 1 << (at & 7);
    }
  }
  return bytes;
}

const widths = [...new Array<number>(bitWidthMax + 1).keys()];

test.each(widths)("packBits() and unpackBits() agree with bit by bit at width %i", (width) => {
  const random = seededRandom(width + 1);
  for (const count of [1, 2, 7, 33]) {
    const numbers = Array.from({ length: count }, () => Math.floor(random.next() * 2 ** width));
    numbers[0] = 2 ** width - 1;
    const expected = packSlowly(numbers, width);

    const out = new Uint8Array(8 * count + 16).fill(0xaa);
    expect(packBits(Float64Array.from(numbers), count, width, out, 3)).toBe(3 + expected.length);
    expect([...out.subarray(3, 3 + expected.length)]).toEqual(expected);

    // Once with bytes behind the run and once without, where the last numbers go the careful way.
    for (const bytes of [out, out.slice(0, 3 + expected.length)]) {
      const back = new Float64Array(count + 2).fill(-1);
      unpackBits(bytes, 3, width, count, plain, back, 1);
      expect([...back]).toEqual([-1, ...numbers, -1]);
      const k = nextInteger(random, count);
      expect(readBits(bytes, 3, k * width, width)).toBe(numbers[k]);
    }
  }
});

test("packBits() takes the low bits of wider numbers", () => {
  const out = new Uint8Array(8);
  packBits(Float64Array.of(2 ** 52 + 5, 2 ** 33 + 6), 2, 3, out, 0);
  expect(out[0]).toBe(5 | (6 << 3));
});

test("unpackBits() scales what it reads", () => {
  const out = new Float64Array(2);
  const scale = { base: 1000, multiplier: 25, divisor: 100 };
  unpackBits(Uint8Array.of(0b0111), 0, 2, 2, scale, out, 0);
  expect([...out]).toEqual([10.75, 10.25]);
});

test.each([
  [0, 0],
  [1, 1],
  [255, 8],
  [256, 9],
  [2 ** 32 - 1, 32],
  [2 ** 32, 33],
  [2 ** 53 - 1, 53],
])("bitLength(%d) is %d", (n, bits) => {
  expect(bitLength(n)).toBe(bits);
});
