import { expect, test } from "vitest";
import { nextInteger, nextNormal, seededRandom } from "../../base/random.ts";
import { kolmogorovSmirnov, kolmogorovSmirnovChance } from "./kolmogorov-smirnov.ts";

test.each([
  { first: [1, 2, 3], second: [1, 2, 3], expected: 0 },
  { first: [1, 2, 3], second: [4, 5], expected: 1 },
  { first: [1, 1, 1], second: [1, 1, 2, 2], expected: 0.5 },
  { first: [0, 5], second: [1, 2, 3], expected: 0.5 },
])("kolmogorovSmirnov($first, $second) is $expected", ({ first, second, expected }) => {
  expect(kolmogorovSmirnov(Float64Array.from(first), Float64Array.from(second))).toBe(expected);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "kolmogorovSmirnov() equals the definition, seed %i",
  (seed) => {
    const random = seededRandom(seed);
    const draw = (): Float64Array =>
      Float64Array.from({ length: 1 + nextInteger(random, 60) }, () =>
        seed % 2 === 0 ? nextInteger(random, 8) : nextNormal(random),
      ).sort();
    const first = draw();
    const second = draw();
    const shareUpTo = (values: Float64Array, limit: number): number =>
      values.filter((value) => value <= limit).length / values.length;
    const gaps = [...first, ...second].map((x) =>
      Math.abs(shareUpTo(first, x) - shareUpTo(second, x)),
    );
    expect(kolmogorovSmirnov(first, second)).toBeCloseTo(Math.max(...gaps), 12);
  },
);

test.each([
  // λ = 1.3581 and 1.6276 are the tabled 5 % and 1 % points of Kolmogorov's distribution.
  { lambda: 1.3581, chance: 0.05 },
  { lambda: 1.6276, chance: 0.01 },
])("kolmogorovSmirnovChance() is $chance at λ = $lambda", ({ lambda, chance }) => {
  const root = Math.sqrt(1e6 / 2);
  const distance = lambda / (root + 0.12 + 0.11 / root);
  expect(kolmogorovSmirnovChance(distance, 1e6, 1e6)).toBeCloseTo(chance, 4);
});

test("kolmogorovSmirnovChance() of no distance is 1, of a full one with many values 0", () => {
  expect(kolmogorovSmirnovChance(0, 50, 50)).toBe(1);
  expect(kolmogorovSmirnovChance(1, 500, 500)).toBeLessThan(1e-100);
});
