/**
 * histogram_bins: does the tail lie where few values ever were?
 *
 * Rule: 15 bins of equal width from the least to the greatest value (half a unit to each side if all
 * are equal); fires where the bin of T, the mean of the last three values, holds 20 values or
 * fewer. As in the original, the first bin takes T only when T is not above the least value, the
 * others are closed left and open right, and T at the greatest value lies in none. Values are counted
 * as numpy does: [left, right), the last bin closed on both sides. Three values that all are the
 * greatest may have a sum whose third lies one digit below it, in the last bin: edges are exact, so
 * here, and in no other check, that digit counts as it did in the original.
 *
 * Neither 15 nor 20 grows with the window: up to 20 values it nearly always fires, and it stays
 * quick to fire for a few hundred.
 *
 * observed is the count of T's bin and lower is 20: a count above it is calm. Where T lies in no bin
 * nothing was compared.
 */
import { answerNothingToCompare, type Answer, type Comparison } from "./check.ts";
import type { SeriesFacts } from "../facts.ts";

const binCount = 15;
const rareCountMax = 20;

export function checkHistogramBins(
  facts: SeriesFacts,
  comparison: Comparison,
  wantsNumbers: boolean,
): Answer {
  const { summedTail: tail, values, count } = facts;
  const isFlat = facts.least === facts.greatest;
  const half = 0.5 / facts.unit;
  const least = isFlat ? facts.least - half : facts.least;
  const greatest = isFlat ? facts.greatest + half : facts.greatest;
  const width = (greatest - least) / binCount;

  comparison.isValue = false;
  const bin = binOf(tail, least, greatest, width);
  if (bin < 0) {
    answerNothingToCompare(comparison);
    comparison.lower = rareCountMax;
    return "calm";
  }

  const left = edge(bin, least, greatest, width);
  const right = bin === binCount - 1 ? Infinity : edge(bin + 1, least, greatest, width);
  let inBin = 0;
  if (wantsNumbers) {
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      if (value >= left && value < right) inBin += 1;
    }
  } else {
    // Newest first: they tend to lie near the tail, and one more than 20 settles it.
    for (let i = count - 1; i >= 0 && inBin <= rareCountMax; i--) {
      const value = values[i]!;
      if (value >= left && value < right) inBin += 1;
    }
  }
  comparison.observed = inBin;
  comparison.lower = rareCountMax;
  comparison.upper = null;
  return inBin <= rareCountMax ? "fired" : "calm";
}

/** The edges as numpy's linspace gives them: product first, then the sum; the last one exact. */
function edge(i: number, least: number, greatest: number, width: number): number {
  return i === binCount ? greatest : i * width + least;
}

/** The bin that takes `tail` by the original's rule, or -1. */
function binOf(tail: number, least: number, greatest: number, width: number): number {
  if (tail <= least) return 0;
  let bin = Math.min(Math.max(Math.floor((tail - least) / width), 0), binCount - 1);
  while (bin > 0 && tail < edge(bin, least, greatest, width)) bin -= 1;
  while (bin < binCount && tail >= edge(bin + 1, least, greatest, width)) bin += 1;
  return bin === 0 || bin === binCount ? -1 : bin;
}
