/**
 * OpenTSDB's functions that make one value of many, across series or within a step of time.
 *
 * Source: opentsdb.net, "User Guide: aggregators" (2.4). Each has a rule for what a series counts as
 * at a time between two of its points. NaN is what a fill policy puts where nothing was: it is left
 * out, and all NaN gives NaN. Deviations: whole numbers are no type of their own, so that an average
 * of them may have a fraction; `first`, `last` and `mult` leave NaN out too.
 *
 * Percentiles: `p…` as Apache Commons Math's default, at position p (n + 1); `ep…r3` and `ep…r7` by
 * types 3 and 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996).
 */

export type Interpolation =
  /** On the line between the points before and after. */
  | "line"
  | "zero"
  /** Larger than any value, so that a minimum passes it over. */
  | "largest"
  | "smallest"
  /** The point before. */
  | "previous";

export interface Aggregator {
  readonly name: string;
  readonly interpolation: Interpolation;
  /** Of values[from, until), of which at least one is no NaN; may reorder nothing. */
  readonly run: (values: Float64Array, from: number, until: number) => number;
}

/** Not for downsampling, and not run: series stay apart. */
export const noAggregator = "none";

const percentiles: readonly (readonly [digits: string, share: number])[] = [
  ["999", 0.999],
  ["99", 0.99],
  ["95", 0.95],
  ["90", 0.9],
  ["75", 0.75],
  ["50", 0.5],
];

const all: readonly Aggregator[] = [
  { name: "avg", interpolation: "line", run: average },
  { name: "count", interpolation: "zero", run: count },
  { name: "dev", interpolation: "line", run: deviation },
  { name: "diff", interpolation: "line", run: difference },
  { name: "first", interpolation: "zero", run: first },
  { name: "last", interpolation: "zero", run: last },
  { name: "max", interpolation: "line", run: largest },
  { name: "median", interpolation: "line", run: median },
  { name: "mimmax", interpolation: "smallest", run: largest },
  { name: "mimmin", interpolation: "largest", run: smallest },
  { name: "min", interpolation: "line", run: smallest },
  { name: "mult", interpolation: "line", run: product },
  { name: noAggregator, interpolation: "line", run: first },
  { name: "pfsum", interpolation: "previous", run: sum },
  { name: "squareSum", interpolation: "zero", run: squareSum },
  { name: "sum", interpolation: "line", run: sum },
  { name: "zimsum", interpolation: "zero", run: sum },
  ...percentiles.flatMap(([digits, share]): Aggregator[] => [
    { name: `p${digits}`, interpolation: "line", run: percentile((n) => share * (n + 1)) },
    {
      name: `ep${digits}r3`,
      interpolation: "line",
      run: percentile((n) => (share <= 0.5 / n ? 0 : roundHalfEven(n * share))),
    },
    { name: `ep${digits}r7`, interpolation: "line", run: percentile((n) => 1 + (n - 1) * share) },
  ]),
];

const byName: ReadonlyMap<string, Aggregator> = new Map(all.map((each) => [each.name, each]));

/** Sorted. */
export const aggregatorNames: readonly string[] = all.map(({ name }) => name).sort();

export function aggregatorOf(name: string): Aggregator | undefined {
  return byName.get(name);
}

/** Whether there is anything but NaN in values[from, until). */
export function hasValue(values: Float64Array, from: number, until: number): boolean {
  for (let i = from; i < until; i++) if (!Number.isNaN(values[i])) return true;
  return false;
}

function sum(values: Float64Array, from: number, until: number): number {
  let total = 0;
  for (let i = from; i < until; i++) {
    const value = values[i] ?? NaN;
    if (value === value) total += value;
  }
  return total;
}

function average(values: Float64Array, from: number, until: number): number {
  return sum(values, from, until) / count(values, from, until);
}

function difference(values: Float64Array, from: number, until: number): number {
  return last(values, from, until) - first(values, from, until);
}

function squareSum(values: Float64Array, from: number, until: number): number {
  let total = 0;
  for (let i = from; i < until; i++) {
    const value = values[i] ?? NaN;
    if (value === value) total += value * value;
  }
  return total;
}

function product(values: Float64Array, from: number, until: number): number {
  let total = 1;
  for (let i = from; i < until; i++) {
    const value = values[i] ?? NaN;
    if (value === value) total *= value;
  }
  return total;
}

function count(values: Float64Array, from: number, until: number): number {
  let found = 0;
  for (let i = from; i < until; i++) if (!Number.isNaN(values[i])) found += 1;
  return found;
}

function smallest(values: Float64Array, from: number, until: number): number {
  let best = Infinity;
  for (let i = from; i < until; i++) {
    const value = values[i] ?? NaN;
    if (value < best) best = value;
  }
  return best;
}

function largest(values: Float64Array, from: number, until: number): number {
  let best = -Infinity;
  for (let i = from; i < until; i++) {
    const value = values[i] ?? NaN;
    if (value > best) best = value;
  }
  return best;
}

function first(values: Float64Array, from: number, until: number): number {
  let i = from;
  while (i < until - 1 && Number.isNaN(values[i])) i += 1;
  return values[i] ?? NaN;
}

function last(values: Float64Array, from: number, until: number): number {
  let i = until - 1;
  while (i > from && Number.isNaN(values[i])) i -= 1;
  return values[i] ?? NaN;
}

/** Of the whole population, by Welford's method (1962). */
function deviation(values: Float64Array, from: number, until: number): number {
  let found = 0;
  let mean = 0;
  let squares = 0;
  for (let i = from; i < until; i++) {
    const value = values[i] ?? NaN;
    if (Number.isNaN(value)) continue;
    found += 1;
    const step = value - mean;
    mean += step / found;
    squares += step * (value - mean);
  }
  return Math.sqrt(squares / found);
}

/** Of an even number the upper of the two in the middle. */
function median(values: Float64Array, from: number, until: number): number {
  const sorted = sortedOf(values, from, until);
  return sorted[sorted.length >> 1] ?? NaN;
}

/** @param position  of n values, from 1; between two of them on the line */
function percentile(position: (n: number) => number): Aggregator["run"] {
  return (values, from, until) => {
    const sorted = sortedOf(values, from, until);
    const at = position(sorted.length);
    if (at < 1) return sorted[0] ?? NaN;
    if (at >= sorted.length) return sorted.at(-1) ?? NaN;
    const below = Math.floor(at);
    const lower = sorted[below - 1] ?? NaN;
    const upper = sorted[below] ?? NaN;
    return lower + (at - below) * (upper - lower);
  };
}

/** Without NaN. */
function sortedOf(values: Float64Array, from: number, until: number): Float64Array {
  const sorted = values.slice(from, until).sort();
  let end = sorted.length;
  while (end > 0 && Number.isNaN(sorted[end - 1])) end -= 1;
  return sorted.subarray(0, end);
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
