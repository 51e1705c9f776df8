/**
 * What an expression gives over the steps of a query: columns with one place per step.
 *
 *     steps     t0   t0+step   t0+2·step  ...
 *     values    3.5  (any)     NaN
 *     has       1    0         1              whether there is a value; NaN is one
 *
 * An instant query has one step.
 */
import { executionError } from "./error.ts";
import type { LabelSet } from "./label-set.ts";

export interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
  /** At least 1. */
  readonly count: number;
}

/** Inclusive, as Prometheus has it. */
export function gridEndMs(grid: Grid): number {
  return grid.startMs + (grid.count - 1) * grid.stepMs;
}

export interface StepSeries {
  readonly labels: LabelSet;
  readonly values: Float64Array<ArrayBuffer>;
  readonly has: Uint8Array<ArrayBuffer>;
}

export type StepValue =
  | { readonly kind: "scalar"; readonly values: Float64Array<ArrayBuffer> }
  | { readonly kind: "vector"; readonly series: readonly StepSeries[] }
  | { readonly kind: "string"; readonly text: string };

export function emptySeries(labels: LabelSet, count: number): StepSeries {
  return { labels, values: new Float64Array(count), has: new Uint8Array(count) };
}

/** The same columns under other labels. */
export function relabelled(series: StepSeries, labels: LabelSet): StepSeries {
  return labels === series.labels ? series : { ...series, labels };
}

export function hasAny(series: StepSeries): boolean {
  return series.has.includes(1);
}

const sameLabels = "vector cannot contain metrics with the same labelset";

/**
 * Makes one series of those with equal labels, and leaves out those without any value.
 *
 * @param isStrict  whether equal labels are a fault even where no step has both
 * @throws PromqlError where two series have a value at the same step
 */
export function united(all: readonly StepSeries[], isStrict = false): StepSeries[] {
  const byKey = new Map<string, StepSeries>();
  for (const series of all) {
    if (!hasAny(series)) continue;
    const other = byKey.get(series.labels.key);
    if (other === undefined) {
      byKey.set(series.labels.key, series);
      continue;
    }
    if (isStrict) throw executionError(sameLabels);
    const values = Float64Array.from(other.values);
    const has = Uint8Array.from(other.has);
    for (let step = 0; step < has.length; step++) {
      if (series.has[step] === 0) continue;
      if (has[step] === 1) throw executionError(sameLabels);
      has[step] = 1;
      values[step] = series.values[step]!;
    }
    byKey.set(series.labels.key, { labels: series.labels, values, has });
  }
  return [...byKey.values()];
}

/** Unix seconds of each step. */
export function timesOf(grid: Grid): Float64Array<ArrayBuffer> {
  return new Float64Array(grid.count).map((_, step) => (grid.startMs + step * grid.stepMs) / 1000);
}
