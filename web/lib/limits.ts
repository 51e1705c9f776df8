/**
 * Which limit lines belong on a graph: for each check that fired and compared values of the metric
 * itself, the side that was crossed; both sides where neither tells.
 */
import type { CheckJson } from "../../src/webapp/contract.ts";
import { wordsOfCheck } from "./check-words.ts";

export interface Limit {
  readonly check: string;
  readonly side: "lower" | "upper";
  readonly value: number;
  readonly label: string;
}

export function limitsOfChecks(checks: readonly CheckJson[]): Limit[] {
  const limits: Limit[] = [];
  for (const { check, outcome, isValue, observed, lower, upper } of checks) {
    if (outcome !== "fired" || !isValue) continue;
    const isAbove = observed !== null && upper !== null && observed > upper;
    const isBelow = observed !== null && lower !== null && observed < lower;
    const label = wordsOfCheck(check).short;
    if (upper !== null && !isBelow) limits.push({ check, side: "upper", value: upper, label });
    if (lower !== null && !isAbove) limits.push({ check, side: "lower", value: lower, label });
  }
  return limits.sort((a, b) => b.value - a.value);
}

export interface PlacedLabel {
  /** Distance from the top at which the text's middle goes. */
  readonly y: number;
  /** Limits it speaks of: more than one where their lines nearly touch. */
  readonly limits: readonly Limit[];
}

/**
 * Where to write the labels so that none covers another: lines closer than `mergePx` share one, and
 * each keeps at least `gapPx` from the one above. Pushed up again where they would leave the plot.
 *
 * @param limits  highest value first, as `limitsOfChecks` gives them
 * @param yOf     distance from the top of the plot of a value
 */
export function placeLabels(
  limits: readonly Limit[],
  yOf: (value: number) => number,
  { gapPx, mergePx, heightPx }: { gapPx: number; mergePx: number; heightPx: number },
): PlacedLabel[] {
  const groups: { y: number; limits: Limit[] }[] = [];
  for (const limit of limits) {
    const y = yOf(limit.value);
    const last = groups.at(-1);
    if (last !== undefined && y - last.y < mergePx) last.limits.push(limit);
    else groups.push({ y, limits: [limit] });
  }
  let floor = -Infinity;
  for (const group of groups) {
    group.y = Math.max(group.y - gapPx / 2, floor + gapPx, gapPx / 2);
    floor = group.y;
  }
  let ceiling = heightPx - gapPx / 2;
  for (const group of groups.toReversed()) {
    group.y = Math.min(group.y, ceiling);
    ceiling = group.y - gapPx;
  }
  return groups;
}
