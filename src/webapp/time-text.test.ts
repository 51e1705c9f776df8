import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDurationText, parseTimeText } from "./time-text.ts";

const nowMs = 1_764_000_000_000;
const hourMs = 3_600_000;

test.each([
  ["now", nowMs],
  ["1764000000", nowMs],
  ["1764000000.25", nowMs + 250],
  ["1764000000250", nowMs + 250],
  ["0", 0],
  ["-1h", nowMs - hourMs],
  ["now-1h", nowMs - hourMs],
  ["-30min", nowMs - hourMs / 2],
  ["-1.5h", nowMs - 1.5 * hourMs],
  ["-90s", nowMs - 90_000],
  ["-7d", nowMs - 7 * 24 * hourMs],
  ["-2weeks", nowMs - 14 * 24 * hourMs],
  ["2025-11-24", nowMs - 16 * hourMs],
  ["2025-11-24T16:00", nowMs],
  ["2025-11-24 16:00:00.5", nowMs + 500],
  ["2025-11-24T16:00:00Z", nowMs],
  ["2025-11-24T18:00:00+02:00", nowMs],
  ["2024-02-29", Date.UTC(2024, 1, 29)], // eslint-disable-line no-restricted-globals -- a constant
])("parseTimeText() reads %s", (text, expected) => {
  expect(parseTimeText(text, nowMs)).toBe(expected);
});

test.each([
  "",
  " ",
  "NOW",
  "soon",
  "-1",
  "-1m",
  "-1M",
  "1h",
  "+1h",
  "--1h",
  "-1h30min",
  "-h",
  "1e9",
  "0x10",
  "NaN",
  "Infinity",
  "-constructor",
  "-1toString",
  "2025-02-29",
  "2025-13-01",
  "2025-00-10",
  "2025-11-24T25:00",
  "2025-11-24T16",
  "24.11.2025",
  "9999999999999999",
  "-999999999w",
  "1764000000,5",
  "1 764 000 000",
])("parseTimeText() refuses %j", (text) => {
  expect(parseTimeText(text, nowMs)).toBeUndefined();
});

test("parseTimeText() gives whole milliseconds, 0 or later, for any text, or nothing", () => {
  const pieces = fc.constantFrom(
    "now",
    "-",
    "1",
    "9",
    ".",
    "h",
    "min",
    "d",
    "T",
    ":",
    "Z",
    " ",
    "e",
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(pieces).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(text, (given) => {
      const timeMs = parseTimeText(given, nowMs);
      expect(timeMs === undefined || (Number.isSafeInteger(timeMs) && timeMs >= 0)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["0", 0],
  ["90", 90_000],
  ["1.5", 1_500],
  ["0.0004", 0],
  ["2min", 120_000],
  ["1h", 3_600_000],
  ["1.5days", 129_600_000],
  ["2w", 1_209_600_000],
])("parseDurationText(%j) is %i ms", (text, lengthMs) => {
  expect(parseDurationText(text)).toBe(lengthMs);
});

test.each([
  "",
  "-1",
  "1m",
  "min",
  "1 min",
  "1e3",
  "1constructor",
  "1H",
  "∞",
  "0x10",
  "9".repeat(10),
])("parseDurationText(%j) is no length of time", (text) => {
  expect(parseDurationText(text)).toBeUndefined();
});
