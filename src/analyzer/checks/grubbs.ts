/**
 * grubbs: is the tail greater than chance allows the greatest value to be?
 *
 * Rule: z = (T - mean) / s with s over n; fires where z > G,
 *
 *     G = (n - 1)/√n · √(c² / (n - 2 + c²)),   c = upper t quantile at 0.05/(2n), n - 2 degrees
 *
 * Source: Grubbs, "Procedures for Detecting Outlying Observations in Samples" (1969). As in the
 * original: one-sided, so a drop never fires; T (mean of the last three values) in place of the
 * extreme one; population deviation. Two values or fewer, or a deviation of 0, are calm.
 */
import { answerNothingToCompare, type Answer, type Comparison } from "./check.ts";
import type { SeriesFacts } from "../facts.ts";

export function checkGrubbs(facts: SeriesFacts, comparison: Comparison): Answer {
  const { count, mean, tail, unit } = facts;
  comparison.isValue = true;
  const deviation = Math.sqrt(facts.squares / count);
  if (count < 3 || !(deviation > 0)) return answerNothingToCompare(comparison);

  const criticalValue = facts.grubbsCriticalValue(count);
  comparison.observed = tail * unit;
  comparison.lower = null;
  comparison.upper = (mean + criticalValue * deviation) * unit;
  return (tail - mean) / deviation > criticalValue ? "fired" : "calm";
}
