import { expect, test } from "vitest";
import { checkKsTest } from "./ks-test.ts";
import { cycled, runOn } from "./check.fixture.ts";

import { seededRandom } from "../../base/random.ts";

const random = seededRandom(4);
const noise = (count: number, shift: number): number[] =>
  Array.from({ length: count }, () => shift + random.next());

test.each([
  { name: "a calm hour", values: noise(400, 0), stepMs: 10_000, expected: "calm", over: false },
  {
    name: "a shift of ten minutes",
    values: [...noise(340, 0), ...noise(60, 5)],
    stepMs: 10_000,
    expected: "fired",
    over: true,
  },
  {
    name: "the same at one sample a minute",
    values: [...noise(60, 0), ...noise(10, 5)],
    stepMs: 60_000,
    expected: "calm",
    over: null,
  },
  {
    name: "a shift of a ramp, which is not stationary",
    values: [...Array.from({ length: 340 }, (value, i) => i + random.next()), ...noise(60, 900)],
    stepMs: 10_000,
    expected: "calm",
    over: true,
  },
  {
    name: "a shift after a flat hour",
    values: cycled([3], 340, ...noise(61, 5)),
    stepMs: 10_000,
    expected: "calm",
    over: true,
  },
])("ks_test on $name is $expected", ({ values, stepMs, expected, over }) => {
  const run = runOn(checkKsTest, values, stepMs);
  expect(run).toMatchObject({
    answer: expected,
    quickAnswer: expected,
    upper: 0.5,
    isValue: false,
  });
  expect(run.observed === null ? null : run.observed > 0.5).toBe(over);
});
