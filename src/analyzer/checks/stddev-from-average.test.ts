import { expect, test } from "vitest";
import { checkStddevFromAverage } from "./stddev-from-average.ts";
import { cycled, runOn } from "./check.fixture.ts";

test.each([
  { name: "one value", values: [7], expected: "calm", observed: null },
  { name: "two values, whose last is the tail", values: [1, 3], expected: "calm", observed: 3 },
  {
    name: "one spike in a long calm",
    values: cycled([1, 3], 1000, 50),
    expected: "fired",
    observed: 18,
  },
  {
    name: "a spike of one among small noise",
    values: cycled([1, 3], 1000, 4),
    expected: "calm",
    observed: 8 / 3,
  },
])("stddev_from_average on $name is $expected", ({ values, expected, observed }) => {
  const run = runOn(checkStddevFromAverage, values);
  expect(run.answer).toBe(expected);
  expect(run.observed).toBe(observed);
});
