import { expect, test } from "vitest";
import { checkMedianAbsoluteDeviation } from "./median-absolute-deviation.ts";
import { cycled, runOn } from "./check.fixture.ts";

test.each([
  {
    name: "a newest value six distances out",
    values: cycled([1, 2, 3], 99, 8),
    expected: "silent",
  },
  { name: "one farther", values: cycled([1, 2, 3], 99, 9), expected: "fired" },
  { name: "half the window of one value", values: cycled([5, 5, 5, 6], 100, 99), expected: "calm" },
  {
    name: "an even count, middle distances 0 and 2",
    values: [5, 5, 7, 3, 9, 5],
    expected: "silent",
  },
  { name: "one value", values: [5], expected: "calm" },
])("median_absolute_deviation on $name is $expected", ({ values, expected }) => {
  const run = runOn(checkMedianAbsoluteDeviation, values);
  expect(run).toMatchObject({ answer: expected, quickAnswer: expected, observed: values.at(-1) });
});
