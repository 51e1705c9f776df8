import { expect, test } from "vitest";
import { defaultJudgeSettings } from "../settings.ts";
import { RunningVotes } from "./running-votes.ts";
import { compareVotes } from "./votes-twin.fixture.ts";

test.each([
  { consensus: 6, seed: 1, verdictCount: 100_000 },
  { consensus: 5, seed: 2, verdictCount: 20_000 },
  { consensus: 7, seed: 3, verdictCount: 20_000 },
])(
  "RunningVotes says what the full computation says, consensus $consensus",
  (options) => {
    const figures = compareVotes(options);
    expect(figures).toMatchObject({ differenceCount: 0, verdictCount: options.verdictCount });
    expect(figures.runningCount / figures.verdictCount).toBeGreaterThan(0.3);
    expect(figures.abnormalCount).toBeGreaterThan(0);
  },
  120_000,
);

test.each([
  "first_hour_average",
  "mean_subtraction_cumulation",
  "stddev_from_average",
  "stddev_from_moving_average",
  "least_squares",
  "grubbs",
] as const)(
  "RunningVotes rules %s out only where it is calm",
  (check) => {
    const figures = compareVotes({ seed: 7, verdictCount: 40_000, consensus: 1, checks: [check] });
    expect(figures.differenceCount).toBe(0);
    expect(figures.abnormalCount).toBeGreaterThan(20);
  },
  120_000,
);

test("RunningVotes keeps at most 160 bytes a series", () => {
  expect(new RunningVotes(defaultJudgeSettings).bytesPerSeries).toBeLessThanOrEqual(160);
});

test("RunningVotes leaves a series to the full computation after a late row, and in time", () => {
  const votes = new RunningVotes(defaultJudgeSettings);
  const nowMs = 1_780_272_000_000;
  const timesMs = Float64Array.from({ length: 500 }, (_, i) => nowMs - (500 - i) * 10_000);
  const values = timesMs.map((_, i) => 10 + (i % 7));
  votes.rebase(3, timesMs, values, 500, nowMs);
  expect(votes.decide(3, nowMs)).toBe(0);
  expect(votes.decide(3, nowMs + 300_001)).toBe(undefined);
  expect(votes.decide(2, nowMs)).toBe(undefined);
  expect(votes.take(3, nowMs, 12, nowMs)).toBe(0);
  expect(votes.take(3, nowMs - 5000, 12, nowMs)).toBe(undefined);
  expect(votes.decide(3, nowMs)).toBe(undefined);
});
