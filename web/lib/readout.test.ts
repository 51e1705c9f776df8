import { expect, test } from "vitest";
import { pointAt, readoutAt, summaryOf } from "./readout.ts";

const now = 1_764_000_000;
const range = { from: now - 3600, until: now };
const points = [
  [now - 120, 3],
  [now - 60, 5],
  [now, 4],
] as const;

test("pointAt() is the nearest point, and none where the line is silent", () => {
  expect(pointAt(points, now - 70, range)).toEqual([now - 60, 5]);
  expect(pointAt(points, now - 3000, range)).toBeUndefined();
});

test("readoutAt() reads the first line, and of others what they have then", () => {
  const lines = [
    { label: "now", points },
    { label: "− 1 day", points: [[now - 61, 8]] as const },
    { label: "− 7 days", points: [] },
  ];
  expect(readoutAt(now - 62, lines, { range, now })).toMatch(/ · 5 · − 1 day 8$/);
  expect(readoutAt(now - 3000, lines, { range, now })).toMatch(/ · no data$/);
});

test("summaryOf() says the extent", () => {
  expect(summaryOf(points)).toBe("between 3 and 5, last 4.");
  expect(summaryOf([])).toBe("no data.");
});
