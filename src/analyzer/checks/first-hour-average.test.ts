import { expect, test } from "vitest";
import { checkFirstHourAverage } from "./first-hour-average.ts";
import { cycled, runOn } from "./check.fixture.ts";

test.each([
  {
    name: "less than a day of data",
    values: cycled([1, 3], 100, 900),
    expected: "calm",
    upper: null,
  },
  {
    name: "a calm day",
    values: cycled([1, 3], 8640),
    expected: "calm",
    upper: 2 + 3 * Math.sqrt(359 / 358),
  },
  {
    name: "a tail beyond the first hour",
    values: cycled([1, 3], 8637, 9, 9, 9),
    expected: "fired",
    upper: 2 + 3 * Math.sqrt(359 / 358),
  },
  {
    name: "any change from a flat hour",
    values: [...cycled([5], 8639), 5.5],
    expected: "fired",
    upper: 5,
  },
  {
    name: "a flat day of 0.1, which sums do not hold",
    values: cycled([0.1], 8640),
    expected: "calm",
    upper: 0.1,
  },
])("first_hour_average on $name is $expected", ({ values, expected, upper }) => {
  const run = runOn(checkFirstHourAverage, values);
  expect(run.answer).toBe(expected);
  if (upper === null) expect(run).toMatchObject({ observed: null, lower: null, upper });
  else expect(run.upper).toBeCloseTo(upper, 2);
});
