/** OpenTSDB's arithmetic written as slowly and plainly as it can be, to compare the fast way with. */
import type { SampleColumns } from "../../model/index.ts";

export type Pairs = readonly (readonly [timeMs: number, value: number])[];

export function columnsOf(pairs: Pairs): SampleColumns {
  return {
    timesMs: Float64Array.from(pairs, ([timeMs]) => timeMs),
    values: Float64Array.from(pairs, ([, value]) => value),
  };
}

export function pairsOf({ timesMs, values }: SampleColumns): Pairs {
  return Array.from(timesMs, (timeMs, i) => [timeMs, values[i] ?? NaN]);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of values that are no NaN, at least one. */
export const slowAggregators: Readonly<Record<string, (values: readonly number[]) => number>> = {
  avg: mean,
  count: (values) => values.length,
  dev: (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2))),
  diff: (values) => (values.at(-1) ?? NaN) - (values[0] ?? NaN),
  first: (values) => values[0] ?? NaN,
  last: (values) => values.at(-1) ?? NaN,
  max: (values) => Math.max(...values),
  median: (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN,
  mimmax: (values) => Math.max(...values),
  mimmin: (values) => Math.min(...values),
  min: (values) => Math.min(...values),
  mult: (values) => values.reduce((product, value) => product * value, 1),
  pfsum: (values) => values.reduce((sum, value) => sum + value, 0),
  squareSum: (values) => values.reduce((sum, value) => sum + value ** 2, 0),
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  zimsum: (values) => values.reduce((sum, value) => sum + value, 0),
};

const interpolations: Readonly<Record<string, (before: number, line: number) => number>> = {
  count: () => 0,
  first: () => 0,
  last: () => 0,
  mimmax: () => -Number.MAX_VALUE,
  mimmin: () => Number.MAX_VALUE,
  pfsum: (before) => before,
  squareSum: () => 0,
  zimsum: () => 0,
};

/** What a series counts as at a time; undefined where it does not. */
function valueAt(series: Pairs, timeMs: number, name: string, isRate: boolean): number | undefined {
  const exact = series.find(([each]) => each === timeMs);
  if (exact !== undefined) return exact[1];
  const before = series.findLast(([each]) => each < timeMs);
  const after = series.find(([each]) => each > timeMs);
  if (before === undefined || after === undefined) return undefined;
  if (isRate) return before[1];
  const share = (timeMs - before[0]) / (after[0] - before[0]);
  const line = before[1] + share * (after[1] - before[1]);
  return interpolations[name]?.(before[1], line) ?? line;
}

export function slowAggregate(
  series: readonly Pairs[],
  name: string,
  { isRate, endMs }: { readonly isRate: boolean; readonly endMs: number },
): Pairs {
  const timesMs = [...new Set(series.flatMap((each) => each.map(([timeMs]) => timeMs)))]
    .filter((timeMs) => timeMs <= endMs)
    .sort((a, b) => a - b);
  return timesMs.map((timeMs) => {
    const values = series
      .map((each) => valueAt(each, timeMs, name, isRate))
      .filter((value): value is number => value !== undefined && !Number.isNaN(value));
    if (values.length === 0 && name !== "count") return [timeMs, NaN];
    return [timeMs, slowAggregators[name]?.(values) ?? NaN];
  });
}
