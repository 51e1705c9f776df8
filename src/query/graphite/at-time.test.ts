import { expect, test } from "vitest";
import fc from "fast-check";
import { TimeZone } from "../../base/time-zone.ts";
import { parseAtTime, parseTimeOffset } from "./at-time.ts";
import { GraphiteError } from "./errors.ts";

/** 2025-11-24T16:00:00Z, a Monday */
const nowSeconds = 1_764_000_000;

function iso(text: string, zoneName = "UTC"): string {
  const zone = TimeZone.of(zoneName);
  if (zone === undefined) throw new Error(`no zone ${zoneName}`);
  const seconds = parseAtTime(text, { nowSeconds, zone });
  // eslint-disable-next-line no-restricted-globals -- writes a moment; does not ask for the time
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

test.each([
  ["now", "2025-11-24T16:00:00"],
  ["", "2025-11-24T16:00:00"],
  ["-24h", "2025-11-23T16:00:00"],
  ["now-1d6h", "2025-11-23T10:00:00"],
  ["+30min", "2025-11-24T16:30:00"],
  ["-2weeks", "2025-11-10T16:00:00"],
  ["-1mon", "2025-10-25T16:00:00"],
  ["-1y", "2024-11-24T16:00:00"],
  ["midnight", "2025-11-24T00:00:00"],
  ["noon yesterday", "2025-11-23T12:00:00"],
  ["teatime tomorrow", "2025-11-25T16:00:00"],
  ["today", "2025-11-24T00:00:00"],
  ["midnight_tomorrow", "2025-11-25T00:00:00"],
  ["monday", "2025-11-24T00:00:00"],
  ["tuesday", "2025-11-18T00:00:00"],
  ["6pm sunday", "2025-11-23T18:00:00"],
  ["14:30", "2025-11-24T14:30:00"],
  ["9:15am_yesterday", "2025-11-23T09:15:00"],
  ["04:00_20251120", "2025-11-20T04:00:00"],
  ["20251120", "2025-11-20T00:00:00"],
  ["11/20/25", "2025-11-20T00:00:00"],
  ["jan 5", "2025-01-05T00:00:00"],
  ["march31", "2025-03-31T00:00:00"],
  ["monday+2h", "2025-11-24T02:00:00"],
  ["midnight-1d", "2025-11-23T00:00:00"],
  ["1764000000", "2025-11-24T16:00:00"],
])("parseAtTime() reads %s", (text, expected) => {
  expect(iso(text)).toBe(expected);
});

test.each([
  ["midnight", "America/New_York", "2025-11-24T05:00:00"],
  ["noon 20250701", "Europe/Berlin", "2025-07-01T10:00:00"],
  // Clocks go from 2:00 to 3:00: the hour in between is read as if they did not.
  ["02:30_20250330", "Europe/Berlin", "2025-03-30T01:30:00"],
  // Clocks go from 3:00 back to 2:00: the second time is meant.
  ["02:30_20251026", "Europe/Berlin", "2025-10-26T01:30:00"],
  ["midnight 20251027-1d", "Europe/Berlin", "2025-10-25T23:00:00"],
])("parseAtTime() reads %s on a wall in %s", (text, zone, expected) => {
  expect(iso(text, zone)).toBe(expected);
});

test.each(["tomorrowish", "25:00", "jan", "-5", "-5x", "13/13/25", "-1m", "1e9", "-999999999y"])(
  "parseAtTime() refuses %s",
  (text) => {
    expect(() => iso(text)).toThrow(GraphiteError);
  },
);

test.each([
  ["", 0],
  ["1h", 3600],
  ["-7d", -604_800],
  ["+1h30min", 5400],
  ["90seconds", 90],
])("parseTimeOffset() reads %s", (text, expected) => {
  expect(parseTimeOffset(text)).toBe(expected);
});

test("parseAtTime() throws nothing but its own error, whatever it is given", () => {
  const words = fc.constantFrom(
    "now",
    "-",
    "+",
    "1",
    "20251124",
    "jan",
    "noon",
    ":",
    "pm",
    "h",
    "/",
    "mon",
    "_",
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(words, { maxLength: 8 }).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(parseAtTime(text, { nowSeconds, zone: TimeZone.utc })).toBeGreaterThanOrEqual(0);
      } catch (error) {
        if (!(error instanceof GraphiteError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
