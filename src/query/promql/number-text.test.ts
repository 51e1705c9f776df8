import { expect, test } from "vitest";
import {
  formatDuration,
  formatPlain,
  formatSample,
  parseDuration,
  parseNumber,
} from "./number-text.ts";

test.each([
  [1, "1", "1"],
  [-0, "-0", "-0"],
  [0.1, "0.1", "0.1"],
  [1e-6, "0.000001", "0.000001"],
  [1.5e-7, "1.5e-07", "0.00000015"],
  [1e20, "100000000000000000000", "100000000000000000000"],
  [1.25e21, "1.25e+21", "1250000000000000000000"],
  [-5e-324, "-5e-324", `-0.${"0".repeat(323)}5`],
  [NaN, "NaN", "NaN"],
  [Infinity, "+Inf", "+Inf"],
  [-Infinity, "-Inf", "-Inf"],
])("formatSample(%d) is %s, formatPlain() %s", (value, sample, plain) => {
  expect(formatSample(value)).toBe(sample);
  expect(formatPlain(value)).toBe(plain);
});

test.each([
  ["1", 1],
  ["+.5e1", 5],
  ["0x1F", 31],
  ["-inf", -Infinity],
  ["+Inf", Infinity],
  ["1e", undefined],
  ["", undefined],
  ["1_000", undefined],
  ["five", undefined],
])("parseNumber(%j) is %d", (text, value) => {
  expect(parseNumber(text)).toBe(value);
});

test.each([
  ["5m", 300_000, "5m"],
  ["90s", 90_000, "1m30s"],
  ["1h30m", 5_400_000, "1h30m"],
  ["7d", 604_800_000, "1w"],
  ["8d", 691_200_000, "8d"],
  ["1y", 31_536_000_000, "1y"],
  ["1500ms", 1500, "1s500ms"],
  ["0s", 0, "0s"],
])("parseDuration(%j) is %d ms, written %s", (text, lengthMs, written) => {
  expect(parseDuration(text)).toBe(lengthMs);
  expect(formatDuration(lengthMs)).toBe(written);
});

test.each(["", "5", "m", "1m1h", "1m5m", "5 m"])("parseDuration(%j) is none", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});
