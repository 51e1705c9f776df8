import { expect, test } from "vitest";
import { timePieces } from "./time-pieces.ts";

const hourMs = 3_600_000;
const nowMs = 1_700_000_123_456;

test("timePieces() covers the range once, in order, an hour near now and a day far from it", () => {
  const range = { fromMs: nowMs - 14 * 24 * hourMs, untilMs: nowMs + 60_000 };
  const pieces = timePieces(range, nowMs);
  expect(pieces[0]?.fromMs).toBe(range.fromMs);
  expect(pieces.at(-1)?.untilMs).toBe(range.untilMs);
  for (const [i, { fromMs, untilMs }] of pieces.entries()) {
    expect(untilMs).toBeGreaterThan(fromMs);
    expect(untilMs - fromMs).toBeLessThanOrEqual(25 * hourMs);
    if (i > 0) expect(fromMs).toBe(pieces[i - 1]?.untilMs);
  }
  expect(pieces.at(-1)!.untilMs - pieces.at(-1)!.fromMs).toBeLessThanOrEqual(2 * hourMs);
  expect(pieces.length).toBeLessThan(50);
});

test("timePieces() of an empty range are none", () => {
  expect(timePieces({ fromMs: 5, untilMs: 5 }, nowMs)).toEqual([]);
});
