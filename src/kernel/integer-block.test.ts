import fc from "fast-check";
import { expect, test } from "vitest";
import { emptyBlockPlan, planIntegers, readIntegers, writeIntegers } from "./integer-block.ts";

function encode(numbers: readonly number[]): Uint8Array | undefined {
  const codes = Float64Array.from(numbers);
  const plan = emptyBlockPlan();
  planIntegers(codes, numbers.length, plan);
  if (plan.bodyBytes === Infinity) return undefined;
  const out = new Uint8Array(numbers.length * 8 + 64);
  return out.slice(0, writeIntegers(codes, numbers.length, plan, out, 0));
}

function decode(bytes: Uint8Array, count: number, divisor = 1): number[] | undefined {
  const numbers = new Float64Array(count);
  const end = readIntegers(bytes, 0, bytes.length, count, divisor, numbers, 0);
  return end === bytes.length ? [...numbers] : undefined;
}

test.each([
  { name: "one number", numbers: [7], bytes: 2 },
  { name: "equal numbers", numbers: new Array<number>(480).fill(-12345), bytes: 4 },
  { name: "one bit each", numbers: [5, 6, 5, 5, 6, 6, 5, 5], bytes: 3 },
  { name: "multiples of a page", numbers: [4096, 8192, 0, 12288], bytes: 2 + 2 + 1 },
  {
    name: "a spike among zeros",
    numbers: [...new Array<number>(119).fill(0), 99],
    bytes: 2 + 1 + 2 + 1 + 1,
  },
  {
    name: "a spike at index 300",
    numbers: [...new Array<number>(300).fill(0), 999, 0, 0],
    bytes: 2 + 2 + 2 + 2 + 1,
  },
  { name: "the whole exact range", numbers: [-(2 ** 52), 2 ** 52 - 1, 0], bytes: 1 + 8 + 18 },
])("an integer block holds $name in $bytes bytes", ({ numbers, bytes }) => {
  const block = encode(numbers);
  expect(block?.length).toBe(bytes);
  expect(decode(block!, numbers.length)).toEqual(numbers);
});

test("an integer block refuses numbers 2^53 apart, and leaves them as they were", () => {
  const numbers = Float64Array.of(-(2 ** 52), 2 ** 52);
  const plan = emptyBlockPlan();
  planIntegers(numbers, 2, plan);
  expect(plan.bodyBytes).toBe(Infinity);
  expect([...numbers]).toEqual([-(2 ** 52), 2 ** 52]);
});

test("an integer block returns any whole numbers exactly", () => {
  const small = fc.integer({ min: -20, max: 20 });
  const steps = small.map((n) => n * 12_500);
  const mixed = fc.oneof(
    { weight: 9, arbitrary: small },
    { weight: 1, arbitrary: fc.maxSafeInteger().map((n) => Math.trunc(n / 2)) },
  );
  const columns = fc.oneof(
    fc.array(small, { minLength: 1, maxLength: 480 }),
    fc.array(steps, { minLength: 1, maxLength: 480 }),
    fc.array(mixed, { minLength: 1, maxLength: 480, size: "max" }),
  );
  fc.assert(
    fc.property(columns, (numbers) => {
      const exact = numbers.map((n) => n + 0); // no -0: whole numbers have one zero
      expect(decode(encode(exact)!, exact.length)).toEqual(exact);
    }),
  );
});

test("readIntegers() answers any bytes without going astray", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 480 }),
      (bytes, count) => {
        const numbers = new Float64Array(count + 1).fill(7);
        const end = readIntegers(bytes, 0, bytes.length, count, 1, numbers, 0);
        expect(end).toBeLessThanOrEqual(bytes.length);
        expect(numbers[count]).toBe(7);
      },
    ),
    { numRuns: 2000 },
  );
});
