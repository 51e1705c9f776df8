/**
 * Several values in, one out: what Graphite calls aggregation functions ("sum", "average", ...). NaN
 * among the values is a null, and NaN as a result too.
 *
 * Sums go from left to right without compensation, as graphite-web's do, so that the last digits are
 * the same.
 */
import { GraphiteError, quoted } from "./errors.ts";

export type Aggregate = (values: Float64Array) => number;

export const aggregates: ReadonlyMap<string, Aggregate> = new Map<string, Aggregate>([
  ["average", average],
  ["avg_zero", averageWithZeros],
  ["median", median],
  ["sum", sum],
  ["min", min],
  ["max", max],
  ["diff", difference],
  ["stddev", standardDeviation],
  ["count", count],
  ["range", range],
  ["multiply", product],
  ["last", last],
  ["rangeOf", range],
  ["avg", average],
  ["total", sum],
  ["current", last],
]);

export const aggregateNames: readonly string[] = [...aggregates.keys()];

/** @throws GraphiteError  "bad-argument" */
export function aggregateOf(name: string): Aggregate {
  const found = aggregates.get(name);
  if (found === undefined) {
    throw new GraphiteError(
      "bad-argument",
      `There is no aggregation ${quoted(name)}; known are ${aggregateNames.join(", ")}.`,
    );
  }
  return found;
}

export function count(values: Float64Array): number {
  let found = 0;
  for (let i = 0; i < values.length; i++) if (!Number.isNaN(values[i])) found += 1;
  return found;
}

export function sum(values: Float64Array): number {
  let total = 0;
  let isEmpty = true;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    total += value;
    isEmpty = false;
  }
  return isEmpty ? NaN : total;
}

export function average(values: Float64Array): number {
  let total = 0;
  let found = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    total += value;
    found += 1;
  }
  return found === 0 ? NaN : total / found;
}

function averageWithZeros(values: Float64Array): number {
  if (values.length === 0) return NaN;
  const total = sum(values);
  return Number.isNaN(total) ? 0 : total / values.length;
}

export function min(values: Float64Array): number {
  let least = NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < least || Number.isNaN(least)) least = value;
  }
  return least;
}

export function max(values: Float64Array): number {
  let most = NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > most || Number.isNaN(most)) most = value;
  }
  return most;
}

export function last(values: Float64Array): number {
  for (let i = values.length - 1; i >= 0; i--) {
    if (!Number.isNaN(values[i])) return values[i]!;
  }
  return NaN;
}

function median(values: Float64Array): number {
  return medianOfSorted(sortedPresent(values));
}

/** @param sorted  ascending, without NaN */
export function medianOfSorted(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return NaN;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The values that are there, ascending. */
export function sortedPresent(values: Float64Array): Float64Array {
  return present(values).sort();
}

/** The values that are there. */
export function present(values: Float64Array): Float64Array<ArrayBuffer> {
  const kept = new Float64Array(values.length);
  let length = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) kept[length++] = values[i]!;
  }
  return kept.subarray(0, length);
}

function difference(values: Float64Array): number {
  let result = NaN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    result = Number.isNaN(result) ? value : result - value;
  }
  return result;
}

function standardDeviation(values: Float64Array): number {
  const mean = average(values);
  if (Number.isNaN(mean)) return NaN;
  let squares = 0;
  let found = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    squares += (value - mean) * (value - mean);
    found += 1;
  }
  return Math.sqrt(squares / found);
}

function range(values: Float64Array): number {
  return max(values) - min(values);
}

/** Null as soon as one is. */
function product(values: Float64Array): number {
  let result = values.length === 0 ? NaN : 1;
  for (let i = 0; i < values.length; i++) result *= values[i]!;
  return result;
}

/** Whether enough of the values are there. */
export function hasEnough(presentCount: number, totalCount: number, xFilesFactor: number): boolean {
  return presentCount > 0 && totalCount > 0 && presentCount / totalCount >= xFilesFactor;
}

/**
 * The value below which n percent lie.
 * @param sorted  ascending, without NaN
 */
export function percentileOfSorted(
  sorted: Float64Array,
  n: number,
  isInterpolated = false,
): number {
  if (sorted.length === 0) return NaN;
  const exact = (n / 100) * (sorted.length + 1);
  const whole = Math.trunc(exact);
  const fraction = exact - whole;
  const rank = isInterpolated ? whole : whole + Math.ceil(fraction);
  const at = rank === 0 ? 0 : rank - 1 === sorted.length ? sorted.length - 1 : rank - 1;
  const value = sorted[at];
  if (value === undefined) {
    throw new GraphiteError("bad-argument", `There is no percentile ${n}; it goes from 0 to 100.`);
  }
  const next = sorted[rank];
  if (!isInterpolated || rank === sorted.length || next === undefined) return value;
  return value + fraction * (next - value);
}
