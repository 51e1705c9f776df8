import { expect, test } from "vitest";
import type { Point } from "./columns.ts";
import { overlayOf } from "./overlay.ts";

/** A step at `at`, sampled every 10 s over ten minutes. */
function step(at: number, low: number, high: number): Point[] {
  return Array.from({ length: 60 }, (_, i): Point => [i * 10 + 5, i * 10 < at ? low : high]);
}

const query = { values: step(300, 0, 1).map(([, value]) => value), from: 0, until: 600 };

test("overlayOf() lies on a match of another level and scale", () => {
  const match = step(300, 40, 410);
  const overlay = overlayOf(query, match, { lag: 0, sign: 1 });
  for (const [i, [time, value]] of overlay.entries()) {
    expect(time).toBeCloseTo(match[i]?.[0] ?? NaN, 6);
    expect(value).toBeCloseTo(match[i]?.[1] ?? NaN, 6);
  }
});

test("overlayOf() is turned over for an inverse match", () => {
  const match = step(300, 410, 40);
  const overlay = overlayOf(query, match, { lag: 0, sign: -1 });
  expect(overlay.map(([, value]) => Math.round(value))).toEqual(match.map(([, value]) => value));
});

test("overlayOf() is moved by the lag, so that both rise at once", () => {
  const overlay = overlayOf(query, step(360, 0, 1), { lag: 60, sign: 1 });
  const middle =
    (Math.max(...overlay.map(([, v]) => v)) + Math.min(...overlay.map(([, v]) => v))) / 2;
  expect(overlay.find(([, value]) => value > middle)?.[0]).toBe(365);
});

test("overlayOf() of nothing is nothing, and a flat query stays finite", () => {
  expect(overlayOf(query, [], { lag: 0, sign: 1 })).toEqual([]);
  const flat = { ...query, values: [3, 3, 3] };
  for (const [, value] of overlayOf(flat, step(300, 0, 2), { lag: 0, sign: 1 })) {
    expect(value).toBeCloseTo(1, 9);
  }
});
