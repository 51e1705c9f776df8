import { expect, test } from "vitest";
import { MinuteRate } from "./minute-rate.ts";

test("MinuteRate is over its age while younger than a minute, and over a minute then", () => {
  const rate = new MinuteRate(5000);
  rate.add(100, 5100);
  expect(rate.perSecond(5100)).toBe(100);
  expect(rate.perSecond(15_000)).toBe(10);
  expect(rate.perSecond(64_999)).toBeCloseTo(100 / 59.999, 6);
  expect(rate.perSecond(65_000)).toBe(0);
});

test("MinuteRate forgets second by second, and everything after a long silence", () => {
  const rate = new MinuteRate(0);
  for (let second = 0; second < 200; second++) rate.add(7, second * 1000 + 500);
  expect(rate.perSecond(199_999)).toBe(7);
  expect(rate.perSecond(229_999)).toBe(3.5);
  expect(rate.perSecond(10_000_000)).toBe(0);
  rate.add(60, 10_000_001);
  expect(rate.perSecond(10_000_002)).toBe(1);
});
