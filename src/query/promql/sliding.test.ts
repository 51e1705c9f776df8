import { expect, test } from "vitest";
import { nextInteger, type Random, seededRandom } from "../../base/random.ts";
import { countChanges, exactSums, SlidingExtreme } from "./sliding.ts";

const odd = [NaN, 0, -0, Infinity, -Infinity, 1e308];

function anyValues(random: Random): Float64Array {
  return Float64Array.from({ length: 1 + nextInteger(random, 80) }, () =>
    random.next() < 0.3 ? odd[nextInteger(random, odd.length)]! : nextInteger(random, 19) - 9,
  );
}

/** Ranges with at least one value, neither end of which goes back. */
function ranges(random: Random, count: number): [from: number, until: number][] {
  const made: [number, number][] = [];
  let from = 0;
  let until = 1;
  while (until <= count) {
    made.push([from, until]);
    until += nextInteger(random, 5);
    from = Math.min(until - 1, from + nextInteger(random, 5));
    if (made.length > 4 * count) break;
  }
  return made;
}

/** As Prometheus goes through the samples of a range. */
function slowExtreme(values: Float64Array, from: number, until: number, sign: 1 | -1): number {
  let found = values[from]!;
  for (let i = from; i < until; i++) {
    const value = values[i]!;
    if (sign * value > sign * found || Number.isNaN(found)) found = value;
  }
  return found;
}

test.each([1, -1] as const)(
  "SlidingExtreme of sign %i gives what a look at every sample of the range gives",
  (sign) => {
    for (let seed = 0; seed < 300; seed++) {
      const random = seededRandom(seed);
      const values = anyValues(random);
      const sliding = new SlidingExtreme(values, sign);
      for (const [from, until] of ranges(random, values.length)) {
        const found = sliding.of(from, until);
        expect(found, `seed ${seed}`).toBe(slowExtreme(values, from, until, sign));
      }
    }
  },
);

test("exactSums() gives sums of whole numbers, and none where one might be rounded", () => {
  expect(exactSums(Float64Array.of(3, -5, 0))).toEqual(Float64Array.of(0, 3, -2, -2));
  expect(exactSums(Float64Array.of())).toEqual(Float64Array.of(0));
  const largest = Number.MAX_SAFE_INTEGER;
  expect(exactSums(Float64Array.of(largest))).toEqual(Float64Array.of(0, largest));
  for (const bad of [[0.5], [NaN], [Infinity], [largest, 1], [-largest, -1]]) {
    expect(exactSums(Float64Array.from(bad))).toBe(undefined);
  }
});

test("countChanges() takes a NaN after a NaN for the same, and 0 and -0 too", () => {
  const values = Float64Array.of(1, 1, 2, NaN, NaN, 0, -0, 1);
  expect([...countChanges(values)]).toEqual([0, 0, 1, 2, 2, 3, 3, 4]);
});
