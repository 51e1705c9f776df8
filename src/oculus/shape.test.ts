import { expect, test } from "vitest";
import { nextNormal, seededRandom } from "../base/random.ts";
import { resample, zNormalise } from "./shape.ts";

test.each([
  { name: "small values", scale: 1e-200, offset: 0 },
  { name: "large values", scale: 1e200, offset: 0 },
  { name: "a high level", scale: 1, offset: 1e6 },
  { name: "the largest doubles", scale: 1e307, offset: 0 },
])("zNormalise() leaves mean 0 and deviation 1 of $name", ({ scale, offset }) => {
  const random = seededRandom(1);
  const values = Float64Array.from({ length: 100 }, () => offset + scale * nextNormal(random));
  expect(zNormalise(values)).toBe(true);
  const mean = values.reduce((sum, value) => sum + value, 0) / 100;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 100;
  expect(mean).toBeCloseTo(0, 8);
  expect(variance).toBeCloseTo(1, 8);
});

test("zNormalise() leaves what is z-normalised already as it is, bit for bit", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = seededRandom(seed);
    const raw = Array.from({ length: 2 + seed }, () => 100 + nextNormal(random));
    // As somebody else may do it, in another order of operations.
    const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
    const deviation = Math.hypot(...raw.map((value) => value - mean)) / Math.sqrt(raw.length);
    const theirs = Float64Array.from(raw, (value) => (value - mean) / deviation);
    const ours = theirs.slice();
    expect(zNormalise(ours)).toBe(true);
    expect(ours).toEqual(theirs);
  }
});

test("zNormalise() and resample() do not overflow", () => {
  const shape = resample([1.5e308, -1.5e308, 1.5e308], 5);
  expect([...shape]).toEqual([1.5e308, 0, -1.5e308, 0, 1.5e308]);
  expect(zNormalise(shape)).toBe(true);
  expect(shape[0]).toBeCloseTo(1.0690449676, 8);
  expect(zNormalise(Float64Array.of(1, Infinity, 2))).toBe(false);
  expect(zNormalise(Float64Array.of(1, Number.NaN, 2))).toBe(false);
});

test.each([
  { name: "zeros", values: [0, 0, 0] },
  { name: "one level", values: [0.1, 0.1, 0.1] },
  { name: "a level with rounding", values: [0.1 + 0.2, 0.3, 0.3] },
  { name: "nothing", values: [] },
])("zNormalise() finds no shape in $name and leaves it as it is", ({ values }) => {
  const copy = Float64Array.from(values);
  expect(zNormalise(copy)).toBe(false);
  expect([...copy]).toEqual(values);
});

test.each([
  { values: [0, 1, 2], count: 5, expected: [0, 0.5, 1, 1.5, 2] },
  { values: [0, 1, 2, 3, 4], count: 3, expected: [0, 2, 4] },
  { values: [3, 5], count: 2, expected: [3, 5] },
  { values: [7], count: 3, expected: [7, 7, 7] },
])("resample($values, $count) keeps first and last", ({ values, count, expected }) => {
  expect([...resample(values, count)]).toEqual(expected);
});
