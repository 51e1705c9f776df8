/**
 * Operators between two sides that have series: which goes with which is told by their labels.
 *
 * Series with equal "matching labels" go together. At each step one side must have at most one of
 * them ("the one"); with `group_left` or `group_right` the other may have many. What Prometheus finds
 * wrong at a step is found at a step here too, and in its words.
 *
 * Source: prometheus.io, "Operators", vector matching.
 */
import { calculate, compare } from "./arithmetic.ts";
import {
  type ArithmeticOperator,
  type BinaryNode,
  type ComparisonOperator,
  isComparison,
  type Matching,
  type SetOperator,
} from "./ast.ts";
import type { Budget } from "./budget.ts";
import { executionError } from "./error.ts";
import { type LabelSet, metricNameLabel } from "./label-set.ts";
import { emptySeries, type StepSeries, united } from "./step-series.ts";

const plainMatching: Matching = { mode: "ignoring", labels: [], group: "none", include: [] };

function matchLabels(labels: LabelSet, { mode, labels: named }: Matching): LabelSet {
  return mode === "on" ? labels.only(named) : labels.without([metricNameLabel, ...named]);
}

/** `and`, `or`, `unless`. */
export function combineSets(
  operator: SetOperator,
  left: readonly StepSeries[],
  right: readonly StepSeries[],
  matching: Matching = plainMatching,
): StepSeries[] {
  const keyOf = (series: StepSeries): string => matchLabels(series.labels, matching).key;
  const isOr = operator === "or";
  const present = presenceByKey(isOr ? left : right, keyOf);
  const wantsPresent = operator === "and" ? 1 : 0;
  const filtered = (isOr ? right : left).map((series) => {
    const others = present.get(keyOf(series));
    const has = series.has.map((here, step) =>
      here === 1 && (others?.[step] ?? 0) === wantsPresent ? 1 : 0,
    );
    return { ...series, has };
  });
  return united(isOr ? [...left, ...filtered] : filtered);
}

function presenceByKey(
  all: readonly StepSeries[],
  keyOf: (series: StepSeries) => string,
): Map<string, Uint8Array> {
  const presence = new Map<string, Uint8Array>();
  for (const series of all) {
    const key = keyOf(series);
    const known = presence.get(key);
    if (known === undefined) presence.set(key, Uint8Array.from(series.has));
    else for (let step = 0; step < known.length; step++) known[step]! |= series.has[step]!;
  }
  return presence;
}

type ValueOperator = ArithmeticOperator | ComparisonOperator;

/** Arithmetic and comparison of series with a scalar. */
export function combineScalar(
  operator: ValueOperator,
  { series: all, scalar, isScalarLeft, isBool, budget }: ScalarOperands,
): StepSeries[] {
  const isFilter = isComparison(operator) && !isBool;
  const result = all.map((series) => {
    budget.claim(series.has.length);
    const into = emptySeries(
      isFilter ? series.labels : series.labels.withoutMetricName(),
      series.has.length,
    );
    for (let step = 0; step < scalar.length; step++) {
      if (series.has[step] === 0) continue;
      const value = series.values[step]!;
      const a = isScalarLeft ? scalar[step]! : value;
      const b = isScalarLeft ? value : scalar[step]!;
      put(into, step, operator, { a, b, kept: value, isBool });
    }
    return into;
  });
  return united(result);
}

export interface ScalarOperands {
  readonly series: readonly StepSeries[];
  readonly scalar: Float64Array;
  readonly isScalarLeft: boolean;
  readonly isBool: boolean;
  readonly budget: Budget;
}

/** @returns whether there is a value now: a comparison that fails has none, unless it is `bool` */
function put(
  into: StepSeries,
  step: number,
  operator: ValueOperator,
  { a, b, kept, isBool }: { a: number; b: number; kept: number; isBool: boolean },
): boolean {
  if (isComparison(operator)) {
    const isTrue = compare(operator, a, b);
    if (!isTrue && !isBool) return false;
    into.values[step] = isBool ? Number(isTrue) : kept;
  } else into.values[step] = calculate(operator, a, b);
  into.has[step] = 1;
  return true;
}

/** Arithmetic and comparison of series with series. */
export async function combineSeries(
  node: BinaryNode & { readonly operator: ValueOperator },
  left: readonly StepSeries[],
  right: readonly StepSeries[],
  budget: Budget,
): Promise<StepSeries[]> {
  const matching = node.matching ?? plainMatching;
  const isSwapped = matching.group === "right";
  const [many, ones] = isSwapped ? [right, left] : [left, right];
  const onesByKey = groupByMatch(ones, matching);
  checkOnes(onesByKey, many, matching);

  const result: StepSeries[] = [];
  const pairs = new Pairs(node.matching?.group ?? "none");
  for (const [key, members] of groupByMatch(many, matching)) {
    const counterparts = onesByKey.get(key) ?? [];
    for (const member of members) {
      await budget.breathe();
      for (const one of counterparts) {
        budget.claim(member.has.length);
        const labels = resultLabels(node, member.labels, one.labels, matching);
        const into = emptySeries(labels, member.has.length);
        const isUnique = members.length * counterparts.length === 1;
        const taken = isUnique ? undefined : pairs.takenFor(key, labels, into.has.length);
        for (let step = 0; step < into.has.length; step++) {
          if (member.has[step] === 0 || one.has[step] === 0) continue;
          const a = isSwapped ? one.values[step]! : member.values[step]!;
          const b = isSwapped ? member.values[step]! : one.values[step]!;
          if (!put(into, step, node.operator, { a, b, kept: a, isBool: node.isBool })) continue;
          if (taken === undefined) continue;
          if (taken[step] === 1) pairs.fault();
          taken[step] = 1;
        }
        result.push(into);
      }
    }
  }
  return united(result);
}

function groupByMatch(all: readonly StepSeries[], matching: Matching): Map<string, StepSeries[]> {
  const groups = new Map<string, StepSeries[]>();
  for (const series of all) {
    const { key } = matchLabels(series.labels, matching);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [series]);
    else group.push(series);
  }
  return groups;
}

/** At a step where both sides have anything, no two of the ones may match the same. */
function checkOnes(
  onesByKey: ReadonlyMap<string, readonly StepSeries[]>,
  many: readonly StepSeries[],
  matching: Matching,
): void {
  for (const members of onesByKey.values()) {
    for (let i = 1; i < members.length; i++) {
      for (let j = 0; j < i; j++) {
        const [a, b] = [members[j]!, members[i]!];
        const isClash = b.has.some(
          (here, step) =>
            here === 1 && a.has[step] === 1 && many.some((other) => other.has[step] === 1),
        );
        if (!isClash) continue;
        const group = matchLabels(b.labels, matching).toString();
        const side = matching.group === "right" ? "left" : "right";
        throw executionError(
          `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: ` +
            `[${b.labels.toString()}, ${a.labels.toString()}]` +
            `;many-to-many matching not allowed: matching labels must be unique on one side`,
        );
      }
    }
  }
}

/** At which steps a result was given already, where there could be a second one. */
class Pairs {
  readonly #group: Matching["group"];
  readonly #taken = new Map<string, Uint8Array>();

  constructor(group: Matching["group"]) {
    this.#group = group;
  }

  takenFor(key: string, labels: LabelSet, stepCount: number): Uint8Array {
    const wanted = this.#group === "none" ? key : `${key}\u0002${labels.key}`;
    let taken = this.#taken.get(wanted);
    if (taken === undefined) {
      taken = new Uint8Array(stepCount);
      this.#taken.set(wanted, taken);
    }
    return taken;
  }

  fault(): never {
    throw executionError(
      this.#group === "none"
        ? "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
        : "multiple matches for labels: grouping labels must ensure unique matches",
    );
  }
}

function resultLabels(
  { operator, isBool }: BinaryNode,
  many: LabelSet,
  one: LabelSet,
  matching: Matching,
): LabelSet {
  let labels = many;
  if (!isComparison(operator) || isBool) labels = labels.withoutMetricName();
  if (matching.group === "none") {
    labels =
      matching.mode === "on" ? labels.only(matching.labels) : labels.without(matching.labels);
  }
  for (const label of matching.include) labels = labels.with(label, one.get(label));
  return labels;
}
