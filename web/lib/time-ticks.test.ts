import { expect, test } from "vitest";
import { timeTickLabels, timeTicks } from "./time-ticks.ts";

const utc = { timeZone: "UTC" };
const midnight = 1_795_392_000; // Mon 23 Nov 2026 00:00 UTC

test("timeTickLabels() names the day where it changes", () => {
  const splits = [midnight - 21_600, midnight, midnight + 21_600];
  expect(timeTickLabels(splits, 21_600, utc)).toEqual(["18:00", "Mon 23 Nov", "06:00"]);
});

test("timeTickLabels() shows seconds on a narrow range and only days on a wide one", () => {
  expect(timeTickLabels([midnight, midnight + 15], 15, utc)).toEqual(["00:00:00", "00:00:15"]);
  expect(timeTickLabels([midnight, midnight + 86_400], 86_400, utc)).toEqual([
    "Mon 23 Nov",
    "Tue 24 Nov",
  ]);
});

test("timeTicks() are round times of the reader's clock, no more than asked for", () => {
  expect(timeTicks({ from: 1000, until: 4600 }, 4, 0)).toEqual({
    times: [1800, 2700, 3600, 4500],
    stepSeconds: 900,
  });
  const days = timeTicks({ from: 0, until: 3 * 86_400 }, 3, 3600);
  expect(days.times[0]).toBe(86_400 - 3600);
  expect(timeTicks({ from: 0, until: 1e9 }, 5, 0).times.length).toBeLessThan(40);
});
