import { expect, test } from "vitest";
import {
  counted,
  formatBytes,
  formatDuration,
  formatLimits,
  formatShortSpan,
  formatTicks,
  formatValue,
} from "./format.ts";

test.each([
  [410, "410"],
  [62.04999, "62.05"],
  [0.031416, "0.03142"],
  [1512.4, "1,512"],
  [-2310, "−2,310"],
  [1e17, "1.00e+17"],
  [1e-7, "1.00e-7"],
  [0, "0"],
  [null, "–"],
  [Infinity, "–"],
])("formatValue(%s) is %s", (value, text) => {
  expect(formatValue(value)).toBe(text);
});

test.each([
  [[0, 50, 100], 50, ["0", "50", "100"]],
  [[0.2, 0.25], 0.05, ["0.2", "0.25"]],
  [[0, 2500, 5000], 2500, ["0", "2500", "5000"]],
  [[0, 5000, 10_000], 5000, ["0", "5k", "10k"]],
  [[25_000, 27_500], 2500, ["25k", "27.5k"]],
  [[-0.5, 0], 0.5, ["−0.5", "0"]],
  [[2e16], 1e16, ["2.0e+16"]],
])("formatTicks(%j) in steps of %s", (values, increment, texts) => {
  expect(formatTicks(values, increment)).toEqual(texts);
});

test.each([
  [40, 75, "40–75"],
  [-5, 75, "−5 to 75"],
  [null, 75, "≤ 75"],
  [40, null, "≥ 40"],
  [null, null, "–"],
])("formatLimits(%s, %s) is %s", (lower, upper, text) => {
  expect(formatLimits(lower, upper)).toBe(text);
});

test.each([
  [-3, "0 s"],
  [59.4, "59 s"],
  [60, "1 min"],
  [3599, "59 min"],
  [3600, "1 h"],
  [12_000, "3 h 20 min"],
  [43_200, "12 h"],
  [187_200, "2 d 4 h"],
  [864_000, "10 d"],
])("formatDuration(%s) is %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test.each([
  [0.0004, "0.4 ms"],
  [0.012, "12 ms"],
  [1.44, "1.4 s"],
  [35, "35 s"],
])("formatShortSpan(%s) is %s", (seconds, text) => {
  expect(formatShortSpan(seconds)).toBe(text);
});

test.each([
  [512, "512 B"],
  [1_480_000, "1.5 MB"],
  [999_999, "1 MB"],
  [12e9, "12 GB"],
  [250e6, "250 MB"],
])("formatBytes(%s) is %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("counted() knows one from many", () => {
  expect(counted(1, "metric")).toBe("1 metric");
  expect(counted(1512, "metric")).toBe("1,512 metrics");
  expect(counted(2, "series", "series")).toBe("2 series");
});
