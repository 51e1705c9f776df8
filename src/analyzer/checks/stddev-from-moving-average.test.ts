import { expect, test } from "vitest";
import { checkStddevFromMovingAverage } from "./stddev-from-moving-average.ts";
import { cycled, runOn } from "./check.fixture.ts";

test.each([
  { name: "one value", values: [7], expected: "calm" },
  { name: "a calm series", values: cycled([1, 3], 500), expected: "calm" },
  { name: "a spike", values: cycled([1, 3], 500, 60), expected: "fired" },
  { name: "a flat series", values: cycled([0.1], 500), expected: "calm" },
])("stddev_from_moving_average on $name is $expected", ({ values, expected }) => {
  expect(runOn(checkStddevFromMovingAverage, values).answer).toBe(expected);
});

test("stddev_from_moving_average is corrected for bias: two values spread as any two do", () => {
  const { upper, lower } = runOn(checkStddevFromMovingAverage, [10, 20]);
  expect((upper! - lower!) / 6).toBeCloseTo(Math.sqrt(50), 12);
});

test("stddev_from_moving_average feels what lies far back where it was great enough", () => {
  const { upper, lower } = runOn(checkStddevFromMovingAverage, [1e12, ...cycled([0], 2500), 0.001]);
  const weight = (50 / 51) ** 2501 / 51;
  expect((upper! - lower!) / 6).toBeGreaterThan(0.9 * 1e12 * Math.sqrt(weight));
});
