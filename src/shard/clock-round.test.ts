import { expect, test } from "vitest";
import { ClockRound } from "./clock-round.ts";

test.each([
  { name: "a few series within a second or two", idCount: 10, untilMs: 2_000 },
  { name: "100,000 within seven", idCount: 100_000, untilMs: 7_000 },
  { name: "two million within a minute", idCount: 2_000_000, untilMs: 60_000 },
])("ClockRound passes each id once, in order: $name", ({ idCount, untilMs }) => {
  const round = new ClockRound({});
  round.start(idCount, 0);
  let passedCount = 0;
  let elapsedMs = 0;
  for (; passedCount < idCount && elapsedMs < 120_000; elapsedMs += round.stepMs) {
    round.step(idCount, elapsedMs, (from, until) => {
      expect(from).toBe(passedCount);
      passedCount = until;
    });
  }
  expect(passedCount).toBe(idCount);
  expect(elapsedMs).toBeLessThanOrEqual(untilMs);
});

test("ClockRound begins the next round a second after the last began, and tells how long one took", () => {
  const round = new ClockRound({ roundMinMs: 1000 });
  const steps: [from: number, until: number][] = [];
  round.start(4, 0);
  for (let elapsedMs = 0; elapsedMs <= 4000; elapsedMs += 250) {
    round.step(4, elapsedMs, (from, until) => steps.push([from, until]));
  }
  expect(steps.slice(0, 5)).toEqual([
    ...[
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ],
    [0, 1],
  ]);
  expect(round.longestMs(4000)).toBe(1000);
});
