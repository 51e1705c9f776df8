import { expect, test } from "vitest";
import { Habits } from "./habits.ts";
import { dayMs, hourMs, minuteMs, mondayMs } from "./stream.fixture.ts";

const threeMs = mondayMs + 3 * hourMs;

/** A job of 20 minutes that goes from 0 to 100, told on these days. */
function toldOn(...days: readonly number[]): Habits {
  const habits = new Habits({ seriesCountMax: 10 });
  for (const day of days)
    habits.note(0, threeMs + day * dayMs, 20 * minuteMs, { size: 100, peak: 100 });
  return habits;
}

/** So far from the 0 that was expected. */
function went(size: number): { size: number; center: number } {
  return { size, center: 0 };
}

test.each([
  ["once", [0], 1, false],
  ["on two nights", [0, 1], 2, true],
  ["a week apart", [0, 7], 14, true],
  ["a month apart", [0, 30], 60, true],
  ["two months apart", [0, 60], 61, false],
  ["twice, and not for long after", [0, 1], 50, false],
])("Habits explain what was told %s: %j, day %d: %s", (...[, days, day, isExplained]) => {
  const startedMs = threeMs + day * dayMs;
  const explains = toldOn(...days).explains(0, startedMs, startedMs + 5 * minuteMs, went(110));
  expect(explains).toBe(isExplained);
});

test("Habits do not explain what goes farther, lasts longer, or comes at another time", () => {
  const habits = toldOn(0, 1);
  const startedMs = threeMs + 2 * dayMs;
  expect(habits.explains(0, startedMs, startedMs, went(140))).toBe(true);
  expect(habits.explains(0, startedMs, startedMs, went(160))).toBe(false);
  expect(habits.explains(0, startedMs, startedMs + 46 * minuteMs, went(100))).toBe(false);
  expect(habits.explains(0, startedMs + hourMs, startedMs + hourMs, went(100))).toBe(false);
  expect(habits.explains(1, startedMs, startedMs, went(100))).toBe(false);
});

test("Habits count what is seen again without being told, and keep its time of day", () => {
  const habits = toldOn(0);
  habits.seeAgain(0, threeMs + dayMs + 10 * minuteMs, 90);
  habits.seeAgain(0, threeMs + dayMs + 11 * minuteMs, 90);
  expect(habits.of(0)).toMatchObject([{ count: 2, lastMs: threeMs + dayMs }]);
  habits.seeAgain(0, threeMs + 2 * dayMs, 20);
  expect(habits.of(0)).toMatchObject([{ count: 2 }]);
});

test("Habits know a job by where it goes, whatever is expected on that night", () => {
  const habits = toldOn(0, 1);
  const startedMs = threeMs + 2 * dayMs;
  expect(habits.explains(0, startedMs, startedMs, { size: 160, center: -60 })).toBe(true);
  expect(habits.explains(0, startedMs, startedMs, { size: 260, center: -60 })).toBe(false);
});
