/**
 * median_absolute_deviation: does the newest value stand six times farther from the median than the
 * median distance?
 *
 * Rule: m = median(v), M = median(|v - m|); fires where |v_last - m| / M > 6, and is calm where M is
 * 0 (half the window is one value): it then has no limits. No factor 1.4826, and the newest raw value, not the tail. An even
 * count takes the mean of the middle two.
 *
 * Where it ran and did not fire the original said nothing instead of "no", and its consensus counted
 * nothing as not calm. The answer is "silent" then; only `--compat` hears it as the original did.
 *
 * Without the numbers M itself is not needed: the division falls as the distance grows, so it is
 * enough to count the distances below |v_last - m| / 6. Only where the two middle ones disagree, or
 * a distance lies within rounding of that border, is M worked out.
 */
import type { Answer, Comparison } from "./check.ts";
import type { SeriesFacts } from "../facts.ts";

const ratioMax = 6;
const roundingShare = 1e-14;

export function checkMedianAbsoluteDeviation(
  facts: SeriesFacts,
  comparison: Comparison,
  wantsNumbers: boolean,
): Answer {
  const { values, count, last, unit, least, greatest } = facts;
  const median = facts.selector.median(values, count, least, greatest);
  const distance = Math.abs(last - median);
  if (!wantsNumbers) {
    const answer = answerByCounting(values, count, median, distance);
    if (answer !== undefined) return answer;
  }

  const distances = facts.scratch(count);
  for (let i = 0; i < count; i++) distances[i] = Math.abs(values[i]! - median);
  const distanceMax = Math.max(median - least, greatest - median);
  const middle = facts.selector.median(distances, count, 0, distanceMax);
  comparison.isValue = true;
  comparison.observed = last * unit;
  comparison.lower = null;
  comparison.upper = null;
  if (middle === 0) return "calm";
  comparison.lower = (median - ratioMax * middle) * unit;
  comparison.upper = (median + ratioMax * middle) * unit;
  return distance / middle > ratioMax ? "fired" : "silent";
}

/** @returns undefined where counting does not settle it */
function answerByCounting(
  values: Float64Array,
  count: number,
  median: number,
  distance: number,
): Answer | undefined {
  const border = distance / ratioMax;
  const surelyBelow = border * (1 - roundingShare);
  const perhapsBelow = border * (1 + roundingShare);
  let zeros = 0;
  let sure = 0;
  let perhaps = 0;
  for (let i = 0; i < count; i++) {
    const d = Math.abs(values[i]! - median);
    zeros += d === 0 ? 1 : 0;
    sure += d < surelyBelow ? 1 : 0;
    perhaps += d <= perhapsBelow ? 1 : 0;
  }
  // Places of the middle distances, from 0; equal for an odd count.
  const upperMiddle = count >> 1;
  const lowerMiddle = (count - 1) >> 1;
  if (zeros > upperMiddle) return "calm";
  if (zeros > lowerMiddle) return undefined; // the mean of 0 and another
  if (sure > upperMiddle) return "fired";
  if (perhaps <= lowerMiddle) return "silent";
  return undefined;
}
