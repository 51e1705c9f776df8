/**
 * Aggregations: many series in, one per group out; `topk` and `bottomk` give series of the group.
 *
 * Sums are plain and in the order of the series, as in Prometheus 2.42; `avg`, `stddev` and `stdvar`
 * move a mean along, so that they do not overflow.
 */
import type { AggregateNode } from "./ast.ts";
import type { Budget } from "./budget.ts";
import { executionError } from "./error.ts";
import type { LabelSet } from "./label-set.ts";
import { metricNameLabel } from "./label-set.ts";
import { formatPlain } from "./number-text.ts";
import { quantileOf } from "./quantile.ts";
import { emptySeries, type StepSeries, united } from "./step-series.ts";

export interface AggregateInput {
  readonly series: readonly StepSeries[];
  /** Per step, where the aggregation takes one: k, φ. */
  readonly numbers: Float64Array;
  /** The label of `count_values`. */
  readonly text: string;
  readonly stepCount: number;
  readonly budget: Budget;
}

export async function aggregate(node: AggregateNode, input: AggregateInput): Promise<StepSeries[]> {
  const { aggregator } = node;
  if (aggregator === "count_values") return countValues(node, input);
  const isRanking = aggregator === "topk" || aggregator === "bottomk";
  // What cannot be a count is a fault even where there is nothing to count.
  if (isRanking) for (const count of input.numbers) wholeOf(count);
  const groups = groupsOf(input.series, node.grouping);
  const result: StepSeries[] = [];
  for (const { labels, members } of groups) {
    await input.budget.breathe();
    if (isRanking) {
      result.push(...ranked(members, aggregator, input));
      continue;
    }
    input.budget.claim(input.stepCount);
    const into = emptySeries(labels, input.stepCount);
    if (aggregator === "quantile") fillQuantiles(into, members, input.numbers);
    else await gather(into, members, aggregator, input.budget);
    result.push(into);
  }
  return united(result);
}

interface Group {
  readonly labels: LabelSet;
  readonly members: StepSeries[];
}

function groupsOf(
  all: readonly StepSeries[],
  grouping: AggregateNode["grouping"],
): Iterable<Group> {
  const groups = new Map<string, Group>();
  for (const series of all) {
    const labels = groupLabels(series.labels, grouping);
    const group = groups.get(labels.key);
    if (group === undefined) groups.set(labels.key, { labels, members: [series] });
    else group.members.push(series);
  }
  return groups.values();
}

function groupLabels(labels: LabelSet, grouping: AggregateNode["grouping"]): LabelSet {
  if (grouping.mode === "by") return labels.only(grouping.labels);
  return labels.without([metricNameLabel, ...grouping.labels]);
}

type Gathered = "sum" | "avg" | "count" | "min" | "max" | "group" | "stddev" | "stdvar";

async function gather(
  into: StepSeries,
  members: readonly StepSeries[],
  how: Gathered,
  budget: Budget,
): Promise<void> {
  const stepCount = into.has.length;
  const counts = new Float64Array(stepCount);
  const means = how === "stddev" || how === "stdvar" ? new Float64Array(stepCount) : counts;
  for (const member of members) {
    await budget.breathe();
    addMember(into, member, how, { counts, means });
  }
  if (how !== "stddev" && how !== "stdvar") return;
  for (let step = 0; step < stepCount; step++) {
    const variance = into.values[step]! / counts[step]!;
    into.values[step] = how === "stddev" ? Math.sqrt(variance) : variance;
  }
}

function addMember(
  { values: sums, has }: StepSeries,
  member: StepSeries,
  how: Gathered,
  { counts, means }: { readonly counts: Float64Array; readonly means: Float64Array },
): void {
  for (let step = 0; step < has.length; step++) {
    if (member.has[step] === 0) continue;
    const value = member.values[step]!;
    const isFirst = has[step] === 0;
    has[step] = 1;
    const count = counts[step]! + 1;
    counts[step] = count;
    const sum = sums[step]!;
    switch (how) {
      case "sum":
        sums[step] = isFirst ? value : sum + value;
        break;
      case "avg":
        sums[step] = isFirst ? value : movedMean(sum, value, count);
        break;
      case "count":
        sums[step] = count;
        break;
      case "group":
        sums[step] = 1;
        break;
      case "min":
        if (isFirst || value < sum || Number.isNaN(sum)) sums[step] = value;
        break;
      case "max":
        if (isFirst || value > sum || Number.isNaN(sum)) sums[step] = value;
        break;
      case "stddev":
      case "stdvar": {
        if (isFirst) {
          means[step] = value;
          break;
        }
        const away = value - means[step]!;
        means[step]! += away / count;
        sums[step] = sum + away * (value - means[step]!);
        break;
      }
    }
  }
}

/** An infinite mean stays, unless infinity of the other sign or NaN comes. */
function movedMean(mean: number, value: number, count: number): number {
  const isInfinite = mean === Infinity || mean === -Infinity;
  if (isInfinite && (value === mean || Number.isFinite(value))) return mean;
  return mean + (value / count - mean / count);
}

function fillQuantiles(into: StepSeries, members: readonly StepSeries[], phi: Float64Array): void {
  const room = new Float64Array(members.length);
  for (let step = 0; step < into.has.length; step++) {
    let count = 0;
    for (const { has, values } of members) if (has[step] === 1) room[count++] = values[step]!;
    if (count === 0) continue;
    into.has[step] = 1;
    into.values[step] = quantileOf(phi[step]!, room.subarray(0, count));
  }
}

/** At each step the k largest or smallest of the group; the best at the first step comes first. */
function ranked(
  members: readonly StepSeries[],
  aggregator: "topk" | "bottomk",
  { numbers, stepCount, budget }: AggregateInput,
): StepSeries[] {
  const sign = aggregator === "topk" ? 1 : -1;
  const kept = new Map<number, StepSeries>();
  const order: number[] = [];
  for (let step = 0; step < stepCount; step++) {
    const wanted = wholeOf(numbers[step]!);
    order.length = 0;
    for (let i = 0; i < members.length; i++) if (members[i]!.has[step] === 1) order.push(i);
    const valueOf = (i: number): number => sign * members[i]!.values[step]!;
    order.sort((a, b) => compareRanks(valueOf(a), valueOf(b)));
    for (const i of order.slice(0, Math.max(0, wanted))) {
      let series = kept.get(i);
      if (series === undefined) {
        budget.claim(stepCount);
        series = emptySeries(members[i]!.labels, stepCount);
        kept.set(i, series);
      }
      series.has[step] = 1;
      series.values[step] = members[i]!.values[step]!;
    }
  }
  return [...kept.values()];
}

/** Descending, NaN last; equal ones stay as they are, since the sort is stable. */
export function compareRanks(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  if (Number.isNaN(b)) return -1;
  return a < b ? 1 : a > b ? -1 : 0;
}

function wholeOf(value: number): number {
  const isWhole = value > -(2 ** 63) && value < 2 ** 63;
  if (!isWhole) throw executionError(`Scalar value ${value} overflows int64`);
  return Math.trunc(value);
}

function countValues(node: AggregateNode, input: AggregateInput): StepSeries[] {
  const { series, text: label, stepCount, budget } = input;
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) {
    throw executionError(`invalid label name ${JSON.stringify(label)}`);
  }
  const { mode } = node.grouping;
  const grouping =
    mode === "by" ? { mode, labels: [...node.grouping.labels, label] } : node.grouping;
  const groups = new Map<string, StepSeries>();
  for (const member of series) {
    for (let step = 0; step < stepCount; step++) {
      if (member.has[step] === 0) continue;
      const named = member.labels.with(label, formatPlain(member.values[step]!));
      const labels = groupLabels(named, grouping);
      let group = groups.get(labels.key);
      if (group === undefined) {
        budget.claim(stepCount);
        group = emptySeries(labels, stepCount);
        groups.set(labels.key, group);
      }
      group.has[step] = 1;
      group.values[step]! += 1;
    }
  }
  return [...groups.values()];
}
