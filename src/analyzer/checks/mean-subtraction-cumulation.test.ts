import { expect, test } from "vitest";
import { checkMeanSubtractionCumulation } from "./mean-subtraction-cumulation.ts";
import { cycled, runOn } from "./check.fixture.ts";

test.each([
  { name: "two values", values: [1, 900], expected: "calm", upper: null },
  {
    name: "a newest value within",
    values: [1, 3, 1, 3, 4],
    expected: "calm",
    upper: 2 + 3 * Math.sqrt(4 / 3),
  },
  {
    name: "a newest value beyond",
    values: [1, 3, 1, 3, 6],
    expected: "fired",
    upper: 2 + 3 * Math.sqrt(4 / 3),
  },
  { name: "a drop", values: [1, 3, 1, 3, -6], expected: "fired", upper: 2 + 3 * Math.sqrt(4 / 3) },
  { name: "ones and a thousand", values: cycled([1], 200, 1000), expected: "fired", upper: 1 },
])("mean_subtraction_cumulation on $name is $expected", ({ values, expected, upper }) => {
  const run = runOn(checkMeanSubtractionCumulation, values);
  expect(run.answer).toBe(expected);
  if (upper === null) expect(run.upper).toBe(null);
  else {
    expect(run.observed).toBe(values.at(-1));
    expect(run.upper).toBeCloseTo(upper, 10);
  }
});
