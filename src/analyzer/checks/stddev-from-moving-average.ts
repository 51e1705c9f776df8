/**
 * stddev_from_moving_average: does the newest value stand more than three deviations from the
 * exponentially weighted mean?
 *
 * Rule: |v_last - e| > 3·d, e and d weighted with com = 50, newest value included; a single value
 * is calm. Deviation from the installations of 2013: pandas below 0.15 multiplied the variance by
 * the constant 1.01, which is 22 % off at three values; we take the corrected form that pandas has had
 * since (numerics/ewma.ts). The two agree beyond a thousand values.
 */
import { measureWeighted } from "../numerics/ewma.ts";
import { answerByReach, type Answer, type Comparison } from "./check.ts";
import type { SeriesFacts } from "../facts.ts";

export function checkStddevFromMovingAverage(facts: SeriesFacts, comparison: Comparison): Answer {
  const { weighted } = facts;
  measureWeighted(facts.values, facts.count, facts.greatest - facts.least, weighted);
  return answerByReach(facts, comparison, facts.last, weighted.mean, 3 * weighted.deviation);
}
