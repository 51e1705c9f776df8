import { expect, test } from "vitest";
import { checkGrubbs } from "./grubbs.ts";
import { cycled, runOn } from "./check.fixture.ts";

test.each([
  { name: "two values", values: [1, 900], expected: "calm" },
  { name: "a tail far above", values: cycled([1, 3], 500, 30, 30, 30), expected: "fired" },
  { name: "a tail as far below", values: cycled([1, 3], 500, -30, -30, -30), expected: "calm" },
  { name: "a flat series", values: cycled([4], 50), expected: "calm" },
])("grubbs on $name is $expected", ({ values, expected }) => {
  const run = runOn(checkGrubbs, values);
  expect(run.answer).toBe(expected);
  expect(run.lower).toBe(null);
});

test("grubbs takes the critical value of the published table: 2.290 for ten values", () => {
  // Two-sided 5 %: Grubbs and Beck (1972), table I, n = 10.
  const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const { upper } = runOn(checkGrubbs, values);
  expect((upper! - 5.5) / Math.sqrt(8.25)).toBeCloseTo(2.29, 2);
});
