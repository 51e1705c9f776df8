import { expect, test } from "vitest";
import { MinuteMax } from "./minute-max.ts";

test("MinuteMax keeps a peak for at least a minute, and forgets it after two", () => {
  const peak = new MinuteMax();
  peak.add(3, 0);
  peak.add(9, 59_000);
  expect(peak.max(59_000)).toBe(9);
  peak.add(2, 61_000);
  expect(peak.max(118_000)).toBe(9);
  expect(peak.max(121_000)).toBe(2);
  expect(peak.max(500_000)).toBe(0);
});
