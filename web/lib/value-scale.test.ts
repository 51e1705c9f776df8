import { expect, test } from "vitest";
import { valueScale } from "./value-scale.ts";

test("valueScale() starts at 0 where nothing is negative and the shape stays readable", () => {
  expect(valueScale([60, 410]).min).toBe(0);
  expect(valueScale([998, 1002]).min).toBeGreaterThan(990);
  expect(valueScale([-5, 5]).min).toBeLessThan(-5);
});

test("valueScale() makes room for a near line and ignores a far one", () => {
  expect(valueScale([100, 110], [114]).max).toBeGreaterThan(114);
  expect(valueScale([100, 110], [5000]).max).toBeLessThan(120);
});

test.each([
  ["nothing", [], { min: 0, max: 1 }],
  ["gaps only", [null, undefined], { min: 0, max: 1 }],
  ["one flat value", [50, 50], { min: 45, max: 55 }],
  ["a flat zero", [0, 0], { min: 0, max: 1 }],
] as const)("valueScale() of %s has room", (name, values, expected) => {
  expect(valueScale(values)).toEqual(expected);
});
