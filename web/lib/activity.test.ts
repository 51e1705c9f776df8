import { expect, test } from "vitest";
import { barAt, outstanding } from "./activity.ts";

test("outstanding() marks what is far above the day's usual count", () => {
  expect(outstanding([0, 1, 0, 2, 9])).toEqual([false, false, false, false, true]);
  expect(outstanding([10, 11, 10, 12, 25])).toEqual([false, false, false, false, true]);
  expect(outstanding([])).toEqual([]);
});

test("barAt() stays inside the strip", () => {
  expect([-5, 0, 50, 99.9, 100, 140].map((x) => barAt(x, 100, 10))).toEqual([0, 0, 5, 9, 9, 9]);
});
