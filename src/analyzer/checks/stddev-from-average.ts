/**
 * stddev_from_average: does the tail stand more than three deviations from the mean of the window?
 *
 * Rule: |T - mean| > 3·s, s with n - 1, T the mean of the last three values. Mean and deviation
 * include the tail itself. A single value is calm.
 */
import { answerByReach, type Answer, type Comparison } from "./check.ts";
import type { SeriesFacts } from "../facts.ts";

export function checkStddevFromAverage(facts: SeriesFacts, comparison: Comparison): Answer {
  const deviation = facts.count < 2 ? NaN : Math.sqrt(facts.squares / (facts.count - 1));
  return answerByReach(facts, comparison, facts.tail, facts.mean, 3 * deviation);
}
