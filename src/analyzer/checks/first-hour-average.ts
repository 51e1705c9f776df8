/**
 * first_hour_average: does the tail stand more than three deviations from the window's first hour?
 *
 * Rule: over the values older than now - (full duration - 1 h), |T - mean| > 3·s, s with n - 1.
 * T is the mean of the last three values. The hour is counted from the clock, not from the first
 * sample, so the check is calm until a series is 23 h old, and a longer full duration moves it.
 * An hour of one single value fires on any difference.
 */
import { countBefore, measureMoments } from "../numerics/moments.ts";
import { answerByReach, type Answer, type Comparison } from "./check.ts";
import type { SeriesFacts } from "../facts.ts";

const hourMs = 3_600_000;

export function checkFirstHourAverage(facts: SeriesFacts, comparison: Comparison): Answer {
  const untilMs = facts.nowMs - (facts.fullDurationMs - hourMs);
  const count = countBefore(facts.timesMs, facts.count, untilMs);
  measureMoments(facts.values, 0, count, facts.moments);
  const deviation = count < 2 ? NaN : Math.sqrt(facts.moments.squares / (count - 1));
  return answerByReach(facts, comparison, facts.tail, facts.moments.mean, 3 * deviation);
}
