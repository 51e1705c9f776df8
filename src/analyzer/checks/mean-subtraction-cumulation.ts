/**
 * mean_subtraction_cumulation: does the newest value stand more than three deviations from all the
 * others?
 *
 * Rule: |v_last - a| > 3·s, a and s (with n - 1) over all values but the last. Despite its name
 * nothing is accumulated: the original worked out a moving average and threw it away. Two values or
 * fewer are calm. The original read "none" as 0; here a gap is left out before the checks.
 */
import { answerByReach, type Answer, type Comparison } from "./check.ts";
import type { SeriesFacts } from "../facts.ts";

export function checkMeanSubtractionCumulation(facts: SeriesFacts, comparison: Comparison): Answer {
  const deviation = facts.count < 3 ? NaN : Math.sqrt(facts.previousSquares / (facts.count - 2));
  return answerByReach(facts, comparison, facts.last, facts.previousMean, 3 * deviation);
}
