/**
 * When did it begin? A verdict comes later than the trouble: the checks need a few samples, and a
 * Kale that was just started, or was off, finds an incident half over.
 *
 * From the newest sample back, as long as the values stay beyond the limit that the checks which
 * fired agree on: the median of their limits on the side where the newest value stands. Up to
 * `toleratedCount` samples in a row may fall back behind it. Not in the original, which knew no start.
 */
import type { CheckResult } from "../model/index.ts";

/** Noise crosses a limit now and then; three samples in a row are no longer noise. */
const toleratedCount = 2;

/**
 * @param values  `values[0, count)`, oldest first; count at least 1
 * @returns the index where the stretch that the newest sample belongs to began
 */
export function onsetIndex(
  checks: readonly CheckResult[],
  values: Float64Array,
  count: number,
): number {
  const newest = count - 1;
  const observed = values[newest]!;
  const limits = { upper: agreedLimit(checks, "upper"), lower: agreedLimit(checks, "lower") };
  const isAbove = limits.upper !== undefined && observed > limits.upper;
  const isBelow = limits.lower !== undefined && observed < limits.lower;
  if (!isAbove && !isBelow) return newest;

  let onset = newest;
  for (let i = newest - 1; i >= 0 && onset - i <= toleratedCount + 1; i--) {
    const value = values[i]!;
    if (isAbove ? value > limits.upper! : value < limits.lower!) onset = i;
  }
  return onset;
}

function agreedLimit(checks: readonly CheckResult[], side: "upper" | "lower"): number | undefined {
  const limits = checks
    .filter(({ outcome, isValue }) => outcome === "fired" && isValue)
    .flatMap((check) => check[side] ?? [])
    .sort((a, b) => a - b);
  return limits[limits.length >> 1];
}
