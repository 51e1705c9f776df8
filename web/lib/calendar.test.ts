import { expect, test } from "vitest";
import {
  formatClock,
  formatDay,
  formatMoment,
  formatSpan,
  formatTyped,
  parseMoment,
  parseTyped,
} from "./calendar.ts";

const utc = { timeZone: "UTC" };
const monday = 1_795_442_860; // Mon 23 Nov 2026 14:07:40 UTC

test("formatClock() and formatDay() write a moment in the zone asked for", () => {
  expect(formatClock(monday, utc)).toBe("14:07");
  expect(formatClock(monday, { ...utc, withSeconds: true })).toBe("14:07:40");
  expect(formatClock(monday, { timeZone: "Asia/Kolkata" })).toBe("19:37");
  expect(formatDay(monday, utc)).toBe("Mon 23 Nov");
});

test("formatMoment() names the day only when it is not today's", () => {
  expect(formatMoment(monday, monday + 60, utc)).toBe("14:07");
  expect(formatMoment(monday, monday + 86_400, { ...utc, withSeconds: true })).toBe(
    "Mon 23 Nov 14:07:40",
  );
});

test.each([
  [0, "14:07 – 15:07"],
  [86_400, "Mon 23 Nov 14:07 – 15:07"],
])("formatSpan() names the day when it is not today's, seen %i s later", (later, text) => {
  expect(formatSpan(monday, monday + 3600, monday + later, utc)).toBe(text);
});

test("formatSpan() names both days when they differ", () => {
  expect(formatSpan(monday - 86_400, monday, monday, utc)).toBe(
    "Sun 22 Nov 14:07 – Mon 23 Nov 14:07",
  );
});

test("parseTyped() takes back what formatTyped() wrote", () => {
  expect(parseTyped(formatTyped(monday), monday + 1e6)).toBe(monday);
});

test.each([
  ["now", monday],
  ["-90m", monday - 5400],
  ["-6h", monday - 21_600],
  [" -2 d ", monday - 172_800],
  ["1795442860", monday],
])("parseTyped() reads %j", (text, expected) => {
  expect(parseTyped(text, monday)).toBe(expected);
});

test("parseTyped() takes a clock time as the latest one that has been", () => {
  const oneMinuteAhead = formatTyped(monday + 60).slice(11);
  expect(parseTyped(oneMinuteAhead, monday)).toBe(monday + 60 - 86_400);
  expect(parseTyped(formatTyped(monday - 60).slice(11), monday)).toBe(monday - 60);
});

test.each(["", "yesterday", "25:00", "14:61", "2026-13-01", "2026-11-23 24:00", "-5x", "12"])(
  "parseTyped() refuses %j",
  (text) => {
    expect(parseTyped(text, monday)).toBeUndefined();
  },
);

test.each([
  ["now", { kind: "ago", seconds: 0 }],
  ["-30min", { kind: "ago", seconds: 1800 }],
  ["now-2weeks", { kind: "ago", seconds: 1_209_600 }],
  ["1764000000.5", { kind: "at", seconds: 1_764_000_000.5 }],
  ["1764000000000", { kind: "at", seconds: 1_764_000_000 }],
  ["2025-11-24", { kind: "at", seconds: 1_763_942_400 }],
  ["2025-11-24T17:00+01:00", { kind: "at", seconds: 1_764_000_000 }],
  ["2025-11-24 17:00+0100", { kind: "at", seconds: 1_764_000_000 }],
  ["-5m", undefined],
  ["2025-13-24", undefined],
  ["yesterday", undefined],
  ["", undefined],
])("parseMoment() reads %j in whatever zone", (text, moment) => {
  expect(parseMoment(text)).toEqual(moment);
});
