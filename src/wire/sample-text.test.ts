import { expect, test } from "vitest";
import { wallTime } from "../base/time-zone.ts";
import { parseTimeText, parseValueText } from "./sample-text.ts";

test.each([
  ["1700000000", 1_700_000_000_000],
  ["1700000000.1", 1_700_000_000_100],
  ["1700000000250", 1_700_000_000_250],
  ["1700000000250999", 1_700_000_000_250],
  ["1700000000250999000", 1_700_000_000_250],
  ["1.7e9", 1_700_000_000_000],
  ["2023-11-14T22:13:20Z", 1_700_000_000_000],
  ["2023-11-14 22:13:20", 1_700_000_000_000],
  ["2023-11-14 22:13:20.25 UTC", 1_700_000_000_250],
  ["2023-11-14T23:43:20+01:30", 1_700_000_000_000],
  ["2023-11-14T21:13:20-0100", 1_700_000_000_000],
  ["2024-02-29", 1_709_164_800_000],
  ["2023-02-29", undefined],
  ["2023-13-01", undefined],
  ["2023-11-14T25:00", undefined],
  ["-1", undefined],
  ["", undefined],
  ["soon", undefined],
  ["1e30", undefined],
])("parseTimeText() of %j is %j", (text, expected) => {
  expect(parseTimeText(text)).toBe(expected);
});

test("parseTimeText() reads each day as the calendar has it, over eighty years", () => {
  for (let days = 0; days < 30_000; days += 13) {
    const { year, month, day } = wallTime(days * 86_400);
    const text = [year, month, day].map((part) => String(part).padStart(2, "0")).join("-");
    expect(parseTimeText(text)).toBe(days * 86_400_000);
    expect(parseTimeText(`${text}T01:02:03.5Z`)).toBe(days * 86_400_000 + 3_723_500);
  }
});

test.each([
  ["1.5", 1.5],
  ["-0", -0],
  ["+1e3", 1000],
  [".5", 0.5],
  ["", "none"],
  ["NaN", "none"],
  ["null", "none"],
  ["None", "none"],
  ["inf", undefined],
  ["1e999", undefined],
  ["12 apples", undefined],
])("parseValueText() of %j is %j", (text, expected) => {
  expect(parseValueText(text)).toBe(expected);
});
