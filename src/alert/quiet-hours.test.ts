import { expect, test } from "vitest";
import type { QuietHours } from "./alert-config.ts";
import { isDigestDue } from "./digest.ts";
import { timeMs } from "./episode.fixture.ts";
import { isQuiet } from "./quiet-hours.ts";

const overNight: QuietHours = {
  days: [5], // Friday
  fromMinute: 22 * 60,
  untilMinute: 6 * 60,
  timeZone: "Europe/Berlin",
  exceptFrom: "none",
  routes: ["office"],
};

test.each([
  ["2026-11-27T20:59:00Z", "office", false],
  ["2026-11-27T21:00:00Z", "office", true],
  ["2026-11-28T04:59:00Z", "office", true],
  ["2026-11-28T05:00:00Z", "office", false],
  ["2026-11-28T21:30:00Z", "office", false],
  ["2026-11-27T04:00:00Z", "office", false],
  // In summer the clock on the wall is an hour further.
  ["2026-07-03T20:00:00Z", "office", true],
  ["2026-11-27T23:00:00Z", "pager", false],
])("hours over midnight belong to the day they begin on: %s on %s", (time, name, expected) => {
  expect(isQuiet([overNight], { name }, "critical", timeMs(time))).toBe(expected);
});

test.each([
  ["2026-11-23T07:59:59Z", "2026-11-22T08:00:00Z", false],
  ["2026-11-23T08:00:00Z", "2026-11-22T08:00:00Z", true],
  ["2026-11-23T08:00:01Z", "2026-11-23T08:00:00Z", false],
  // The program was away at eight.
  ["2026-11-23T17:00:00Z", "2026-11-21T08:00:00Z", true],
  // The first one, after an installation in the morning.
  ["2026-11-23T08:00:00Z", "2026-11-23T07:10:00Z", true],
])("isDigestDue() at %s, the last one at %s: %s", (now, last, expected) => {
  const config = { channels: [], atMinute: 480, timeZone: "UTC", days: [0, 1, 2, 3, 4, 5, 6] };
  expect(isDigestDue(config, timeMs(last), timeMs(now))).toBe(expected);
});
