import { expect, test } from "vitest";
import { CounterRates, percentShares } from "./host-vitals-rates.ts";

test("CounterRates gives nothing at first, then the growth per second", () => {
  const rates = new CounterRates();
  expect(rates.rate("bytes", 1000, 0)).toBeUndefined();
  expect(rates.rate("bytes", 6000, 5000)).toBe(1000);
  expect(rates.rate("bytes", 6000, 10_000)).toBe(0);
});

test("CounterRates takes a counter that went back as set anew", () => {
  const rates = new CounterRates();
  rates.rate("bytes", 1000, 0);
  expect(rates.rate("bytes", 10, 5000)).toBeUndefined();
  expect(rates.rate("bytes", 20, 10_000)).toBe(2);
});

test("CounterRates gives no rate over no time", () => {
  const rates = new CounterRates();
  rates.rate("bytes", 1, 100);
  expect(rates.rate("bytes", 2, 100)).toBeUndefined();
});

test("CounterRates forgets a counter that a round did not read", () => {
  const rates = new CounterRates();
  rates.rate("disk", 1, 0);
  rates.rate("network", 1, 0);
  rates.endRound();
  rates.rate("disk", 2, 1000);
  rates.endRound();
  expect(rates.counterCount).toBe(1);
  expect(rates.rate("network", 5, 2000)).toBeUndefined();
});

test.each([
  { rates: [1, 1, 2], expected: [25, 25, 50] },
  { rates: [0, 0], expected: undefined },
  { rates: [1, undefined], expected: undefined },
])("percentShares($rates) is $expected", ({ rates, expected }) => {
  expect(percentShares(rates)).toEqual(expected);
});
