import { expect, test } from "vitest";
import {
  aroundEvent,
  keyOfRange,
  rangeAt,
  rangeOfTexts,
  readRange,
  shifted,
  textsOfRange,
  type RangeChoice,
  zoomed,
} from "./time-range.ts";

const now = 1_800_000_000;

function rangeOf(from: string, until: string): RangeChoice {
  const choice = rangeOfTexts(from, until);
  if (choice === undefined) throw new Error(`${from} to ${until} is no range`);
  return choice;
}

test.each([
  ["range=6h", { kind: "last", seconds: 21_600 }],
  ["from=100&until=200.5", { kind: "fixed", range: { from: 100, until: 200.5 } }],
  ["from=200&until=100&range=1h", { kind: "last", seconds: 3600 }],
  ["from=x&until=200", undefined],
  ["from=&until=200", undefined],
  ["range=forever", undefined],
  ["from=-90min&until=now", { kind: "last", seconds: 5400 }],
  ["from=-1h&until=-2h", undefined],
  ["", undefined],
])("readRange() reads ?%s", (query, expected) => {
  expect(readRange(new URLSearchParams(query))).toEqual(expected);
});

test("rangeAt() moves the last hours with the clock and leaves a fixed range alone", () => {
  expect(rangeAt({ kind: "last", seconds: 60 }, now)).toEqual({ from: now - 60, until: now });
  const range = { from: 1, until: 2 };
  expect(rangeAt({ kind: "fixed", range }, now)).toEqual(range);
});

test("shifted() goes back freely and forward only up to now", () => {
  const range = { from: now - 200, until: now - 100 };
  expect(shifted(range, -0.5, now)).toEqual({ from: now - 250, until: now - 150 });
  expect(shifted(range, 2, now)).toEqual({ from: now - 100, until: now });
  expect(shifted({ from: now - 100, until: now }, 0.5, now)).toEqual({
    from: now - 100,
    until: now,
  });
});

test("zoomed() keeps the middle, ends at now at the latest and stops at 20 s", () => {
  const range = { from: now - 300, until: now - 100 };
  expect(zoomed(range, 0.5, now)).toEqual({ from: now - 250, until: now - 150 });
  expect(zoomed(range, 4, now)).toEqual({ from: now - 800, until: now });
  const tiny = zoomed(range, 0.001, now);
  expect(tiny.until - tiny.from).toBe(20);
});

test("aroundEvent() leaves room to either side, but none in the future", () => {
  expect(aroundEvent({ from: now - 6000, until: now - 2000 }, now)).toEqual({
    from: now - 8000,
    until: now,
  });
  expect(aroundEvent({ from: now - 6000, until: now - 5990 }, now).from).toBe(now - 6600);
});

test.each([
  ["-6h", "now", "-6h now"],
  ["-360min", "now", "-6h now"],
  ["now-7d", "-1d", "-7d -1d"],
  ["-45s", "now", "-45s now"],
  ["1764000000", "1764003600", "1764000000 1764003600"],
  ["2025-11-24T16:00Z", "now", "1764000000 now"],
])("rangeOfTexts() reads %s to %s, and keyOfRange() writes it", (from, until, key) => {
  const choice = rangeOf(from, until);
  expect(keyOfRange(choice)).toBe(key);
  const texts = textsOfRange(choice);
  expect(rangeOfTexts(texts.from, texts.until)).toEqual(choice);
});

test("rangeAt() of a moving range is never empty", () => {
  expect(rangeAt(rangeOf("-2h", "-1h"), now)).toEqual({
    from: now - 7200,
    until: now - 3600,
  });
  const overtaken = rangeAt(rangeOf(String(now), "-1h"), now);
  expect(overtaken.until).toBeGreaterThan(overtaken.from);
});
