/**
 * What a check is: a pure function of the facts of one series that says whether it fired and
 * writes down what it compared.
 *
 * The checks are those of Etsy's Skyline (2013), src/analyzer/algorithms.py, as described by their
 * behaviour; each file states its rule and where we deviate. All comparisons are strict, and false
 * where a side is not a number: a window without enough samples is calm, not an error.
 */
import type { SeriesFacts } from "../facts.ts";

/**
 * - calm, fired: the check compared, or found too little to compare and is calm
 * - abstained: the check cannot answer on this input; it neither votes nor silences the others
 * - silent: calm, but where the original said nothing instead of "no", which its consensus counted
 */
export type Answer = "calm" | "fired" | "abstained" | "silent";

/** What a check compared; null where there is no such side. The next check overwrites it. */
export interface Comparison {
  observed: number | null;
  lower: number | null;
  upper: number | null;
  /** Whether the three lie on the scale of the metric. */
  isValue: boolean;
}

/**
 * @param facts       prepared, with at least one value
 * @param comparison  is filled in when `wantsNumbers`
 * @param wantsNumbers  false: only the answer counts, and a cheaper way to it may be taken; it
 *                    must be the same answer
 */
export type Check = (facts: SeriesFacts, comparison: Comparison, wantsNumbers: boolean) => Answer;

/**
 * The form of most checks: does `observed` stand farther from `centre` than `reach`? Where either
 * is not a number, nothing was compared and the check is calm.
 */
export function answerByReach(
  facts: SeriesFacts,
  comparison: Comparison,
  observed: number,
  centre: number,
  reach: number,
): Answer {
  comparison.isValue = true;
  if (Number.isNaN(centre) || Number.isNaN(reach)) return answerNothingToCompare(comparison);
  comparison.observed = observed * facts.unit;
  comparison.lower = (centre - reach) * facts.unit;
  comparison.upper = (centre + reach) * facts.unit;
  return Math.abs(observed - centre) > reach ? "fired" : "calm";
}

export function answerNothingToCompare(comparison: Comparison): Answer {
  comparison.observed = null;
  comparison.lower = null;
  comparison.upper = null;
  return "calm";
}
