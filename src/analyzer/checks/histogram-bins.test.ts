import { expect, test } from "vitest";
import { checkHistogramBins } from "./histogram-bins.ts";
import { cycled, runOn } from "./check.fixture.ts";

test.each([
  { name: "twenty values or fewer", values: cycled([1, 3, 5], 12), expected: "fired", observed: 4 },
  { name: "a full bin", values: cycled([0, 7, 15], 900, 7, 7, 7), expected: "calm", observed: 303 },
  { name: "an empty bin", values: cycled([0, 15], 900, 0, 15, 4), expected: "fired", observed: 0 },
  {
    name: "a tail in the first bin, above the least",
    values: cycled([0, 15], 900, 0.5, 0.5, 0.5),
    expected: "calm",
    observed: null,
  },
  {
    name: "a tail that is the least, and rare",
    values: cycled([9, 10], 900, 0, 0, 0),
    expected: "fired",
    observed: 3,
  },
  {
    name: "a tail that is the greatest",
    values: cycled([0, 1], 900, 9, 9, 9),
    expected: "calm",
    observed: null,
  },
  {
    name: "a tail that is the greatest, whose sum by three lies one digit below",
    values: cycled([0, 1], 900, 3.3, 3.3, 3.3),
    expected: "fired",
    observed: 3,
  },
  {
    name: "a tail that is the least, whose sum by three lies one digit above",
    values: cycled([9, 10], 900, 0.1, 0.1, 0.1),
    expected: "calm",
    observed: null,
  },
  { name: "a flat series", values: cycled([4], 50), expected: "calm", observed: 50 },
])("histogram_bins on $name is $expected", ({ values, expected, observed }) => {
  const run = runOn(checkHistogramBins, values);
  expect(run).toMatchObject({
    answer: expected,
    quickAnswer: expected,
    observed,
    lower: 20,
    upper: null,
  });
});
