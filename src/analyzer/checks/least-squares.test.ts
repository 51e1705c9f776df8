import { expect, test } from "vitest";
import { checkLeastSquares } from "./least-squares.ts";
import { cycled, runOn } from "./check.fixture.ts";

const rising = Array.from({ length: 1000 }, (value, i) => 10 * i + 4 * (i % 2));

test.each([
  { name: "two values", values: [1, 900], expected: "calm", upper: null },
  { name: "a rising line with its noise", values: rising, expected: "calm", upper: "number" },
  {
    name: "a rise that breaks off",
    values: [...rising, 0, 0, 0],
    expected: "fired",
    upper: "number",
  },
  {
    name: "a break in a metric below one",
    values: cycled([0.1, 0.2], 1000, 0.9, 0.9, 0.9),
    expected: "calm",
    upper: null,
  },
])("least_squares on $name is $expected", ({ values, expected, upper }) => {
  const run = runOn(checkLeastSquares, values);
  expect(run.answer).toBe(expected);
  expect(run.upper === null ? null : typeof run.upper).toBe(upper);
});

test("least_squares fits a constant where the span is short against the age of the epoch", () => {
  const short = Array.from({ length: 100 }, (value, i) => 10 * i);
  const { lower, upper } = runOn(checkLeastSquares, short);
  expect((lower! + upper!) / 2).toBeCloseTo(495, 6);
  const long = Array.from({ length: 150 }, (value, i) => 10 * i + 4 * (i % 2));
  const line = runOn(checkLeastSquares, long);
  expect((line.lower! + line.upper!) / 2).toBeCloseTo(1482, 0);
});
