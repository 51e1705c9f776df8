/**
 * Which limit lines belong on a graph: for each check that fired and compared values of the metric
 * itself, the side that was crossed; both sides where neither tells.
 */
import type { CheckJson } from "../../src/webapp/contract.ts";
import { wordsOfCheck } from "./check-words.ts";
import { formatLimits, formatValue } from "./format.ts";

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

/** Lines so near to each other that they are drawn and named as one. */
export interface LimitGroup {
  /** Where its label goes: its middle, as a distance from the top of the plot. */
  readonly labelY: number;
  /** Highest value first. */
  readonly limits: readonly Limit[];
}

/**
 * Lines nearer than a label is high share one label, which stands above the highest of them (below
 * the lowest, where they bound from below); labels keep apart and inside the plot.
 *
 * @param limits  highest value first, as `limitsOfChecks` gives them
 * @param yOf     distance from the top of the plot of a value
 */
export function groupLimits(
  limits: readonly Limit[],
  yOf: (value: number) => number,
  { labelPx, heightPx }: { readonly labelPx: number; readonly heightPx: number },
): LimitGroup[] {
  const groups: { labelY: number; lastY: number; limits: Limit[] }[] = [];
  for (const limit of limits) {
    const y = yOf(limit.value);
    const last = groups.at(-1);
    if (
      last !== undefined &&
      y - last.lastY < labelPx * 1.2 &&
      last.limits[0]?.side === limit.side
    ) {
      last.limits.push(limit);
      last.lastY = y;
    } else groups.push({ labelY: y - labelPx * 0.65, lastY: y, limits: [limit] });
  }
  let floor = -Infinity;
  for (const group of groups) {
    if (group.limits[0]?.side === "lower") group.labelY = group.lastY + labelPx * 0.65;
    group.labelY = Math.max(group.labelY, floor + labelPx, labelPx / 2);
    floor = group.labelY;
  }
  let ceiling = heightPx - labelPx / 2;
  for (const group of groups.toReversed()) {
    group.labelY = Math.min(group.labelY, ceiling);
    ceiling = group.labelY - labelPx;
  }
  return groups.map(({ labelY, limits: near }) => ({ labelY, limits: near }));
}

/** "average ± 3σ: 96", or of several "5 checks: 96–118". */
export function labelOfGroup({ limits }: LimitGroup): string {
  const [first] = limits;
  const last = limits.at(-1);
  if (first === undefined || last === undefined) return "";
  const [high, low] = [formatValue(first.value), formatValue(last.value)];
  const who = limits.length === 1 ? first.label : `${limits.length} checks`;
  return `${who}: ${low === high ? low : formatLimits(last.value, first.value)}`;
}
