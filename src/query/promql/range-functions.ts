/**
 * Functions of a range of one series, `rate` and its like and `*_over_time`.
 *
 * Each is Prometheus' own computation in the same order, so that results are the same doubles.
 *
 * Source: prometheus.io, "Query functions", 2.42. Deviation: resets, changes, extremes, and sums where they are
 * exact, are found once for a series and not once for each range, since ranges overlap (sliding.ts).
 */
import { executionError } from "./error.ts";
import { CompensatedSum } from "./kahan.ts";
import { quantileOf } from "./quantile.ts";
import { countChanges, exactSums, SlidingExtreme } from "./sliding.ts";
import type { RangeFunction, Window } from "./windows.ts";

export const rangeFunctions: ReadonlyMap<string, RangeFunction> = new Map<string, RangeFunction>([
  ["rate", (window) => extrapolate(window, { isCounter: true, isRate: true })],
  ["increase", (window) => extrapolate(window, { isCounter: true, isRate: false })],
  ["delta", (window) => extrapolate(window, { isCounter: false, isRate: false })],
  ["irate", (window) => newestStep(window, true)],
  ["idelta", (window) => newestStep(window, false)],
  ["deriv", deriv],
  ["predict_linear", predictLinear],
  ["holt_winters", holtWinters],
  ["changes", changes],
  ["resets", resets],
  ["avg_over_time", average],
  ["sum_over_time", sum],
  ["min_over_time", (window) => extreme(window, -1)],
  ["max_over_time", (window) => extreme(window, 1)],
  ["count_over_time", (window) => give(window, window.until - window.from)],
  ["last_over_time", (window) => give(window, window.values[window.until - 1]!)],
  ["present_over_time", (window) => give(window, 1)],
  ["stdvar_over_time", (window) => give(window, variance(window))],
  ["stddev_over_time", (window) => give(window, Math.sqrt(variance(window)))],
  ["quantile_over_time", quantile],
]);

function give(window: Window, result: number): boolean {
  window.result = result;
  return true;
}

/**
 * The change over the range, where the first and last sample are not at its ends: continued to an end
 * that is no further than a typical step, else by half a step; and never below zero for a counter.
 */
function extrapolate(
  window: Window,
  { isCounter, isRate }: { readonly isCounter: boolean; readonly isRate: boolean },
): boolean {
  const { timesMs, values, from, until, startMs, endMs } = window;
  const count = until - from;
  if (count < 2) return false;
  const first = values[from]!;
  let change = values[until - 1]! - first;
  if (isCounter) change = addResets(window, change);

  const sampledSeconds = (timesMs[until - 1]! - timesMs[from]!) / 1000;
  const stepSeconds = sampledSeconds / (count - 1);
  let toStartSeconds = (timesMs[from]! - startMs) / 1000;
  const toEndSeconds = (endMs - timesMs[until - 1]!) / 1000;
  if (isCounter && change > 0 && first >= 0) {
    const toZeroSeconds = sampledSeconds * (first / change);
    if (toZeroSeconds < toStartSeconds) toStartSeconds = toZeroSeconds;
  }
  const nearSeconds = stepSeconds * 1.1;
  let coveredSeconds = sampledSeconds;
  coveredSeconds += toStartSeconds < nearSeconds ? toStartSeconds : stepSeconds / 2;
  coveredSeconds += toEndSeconds < nearSeconds ? toEndSeconds : stepSeconds / 2;
  let factor = coveredSeconds / sampledSeconds;
  if (isRate) factor /= (endMs - startMs) / 1000;
  return give(window, change * factor);
}

/** Adds what the counter had reached before each reset after the first sample of the range. */
function addResets(window: Window, change: number): number {
  const { resets: all, values, from, until } = window;
  let sum = change;
  for (let i = firstResetAfter(all, from); i < all.length && all[i]! < until; i++) {
    sum += values[all[i]! - 1]!;
  }
  return sum;
}

/** @returns the place in the ascending list of the first reset after this sample */
function firstResetAfter(resets: readonly number[], sample: number): number {
  let low = 0;
  let high = resets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (resets[middle]! <= sample) low = middle + 1;
    else high = middle;
  }
  return low;
}

function newestStep(window: Window, isRate: boolean): boolean {
  const { timesMs, values, from, until } = window;
  if (until - from < 2) return false;
  const last = values[until - 1]!;
  const before = values[until - 2]!;
  const change = isRate && last < before ? last : last - before;
  const stepMs = timesMs[until - 1]! - timesMs[until - 2]!;
  return give(window, isRate ? change / (stepMs / 1000) : change);
}

function changes(window: Window): boolean {
  window.changes ??= countChanges(window.values);
  return give(window, window.changes[window.until - 1]! - window.changes[window.from]!);
}

function resets(window: Window): boolean {
  const { resets: all, from, until } = window;
  return give(window, firstResetAfter(all, until - 1) - firstResetAfter(all, from));
}

const total = new CompensatedSum();

function sum(window: Window): boolean {
  const { values, from, until } = window;
  if (!window.hasSums) window.sums = exactSums(values);
  window.hasSums = true;
  if (window.sums !== undefined) return give(window, window.sums[until]! - window.sums[from]!);
  total.clear();
  for (let i = from; i < until; i++) total.add(values[i]!);
  return give(window, Number.isFinite(total.sum) ? total.total : total.sum);
}

function average(window: Window): boolean {
  const { values, from, until } = window;
  total.clear();
  for (let i = from; i < until; i++) {
    const value = values[i]!;
    const mean = total.sum;
    const count = i - from + 1;
    // An infinite mean stays as it is, unless infinity of the other sign or NaN comes.
    const isInfinite = mean === Infinity || mean === -Infinity;
    if (isInfinite && (value === mean || Number.isFinite(value))) continue;
    total.add(value / count - mean / count);
  }
  const isInfinite = total.sum === Infinity || total.sum === -Infinity;
  return give(window, isInfinite ? total.sum : total.total);
}

/** @param sign  1 for the largest, -1 for the smallest; NaN gives way to any number */
function extreme(window: Window, sign: 1 | -1): boolean {
  window.extreme ??= new SlidingExtreme(window.values, sign);
  return give(window, window.extreme.of(window.from, window.until));
}

const mean = new CompensatedSum();

/** Of the population; Welford's way, with compensated sums. */
function variance({ values, from, until }: Window): number {
  mean.clear();
  total.clear();
  for (let i = from; i < until; i++) {
    const value = values[i]!;
    const away = value - mean.total;
    mean.add(away / (i - from + 1));
    total.add(away * (value - mean.total));
  }
  return total.total / (until - from);
}

function quantile(window: Window): boolean {
  const sorted = window.values.slice(window.from, window.until);
  return give(window, quantileOf(window.first, sorted));
}

function deriv(window: Window): boolean {
  if (window.until - window.from < 2) return false;
  return give(window, regression(window, window.timesMs[window.from]!).slope);
}

function predictLinear(window: Window): boolean {
  if (window.until - window.from < 2) return false;
  const { slope, intercept } = regression(window, window.atMs);
  return give(window, slope * window.first + intercept);
}

const sums = {
  x: new CompensatedSum(),
  y: new CompensatedSum(),
  xy: new CompensatedSum(),
  xx: new CompensatedSum(),
};

/** Least squares; `intercept` is the value at `originMs`, the slope is per second. */
function regression(
  { timesMs, values, from, until }: Window,
  originMs: number,
): { readonly slope: number; readonly intercept: number } {
  for (const one of [sums.x, sums.y, sums.xy, sums.xx]) one.clear();
  const first = values[from]!;
  let isConstant = true;
  for (let i = from; i < until; i++) {
    const value = values[i]!;
    if (i > from && value !== first) isConstant = false;
    const x = (timesMs[i]! - originMs) / 1000;
    sums.x.add(x);
    sums.y.add(value);
    sums.xy.add(x * value);
    sums.xx.add(x * x);
  }
  if (isConstant) {
    const isInfinite = first === Infinity || first === -Infinity;
    return isInfinite ? { slope: NaN, intercept: NaN } : { slope: 0, intercept: first };
  }
  const count = until - from;
  const covariance = sums.xy.total - (sums.x.total * sums.y.total) / count;
  const spread = sums.xx.total - (sums.x.total * sums.x.total) / count;
  const slope = covariance / spread;
  return { slope, intercept: sums.y.total / count - (slope * sums.x.total) / count };
}

/** Double exponential smoothing; `first` smooths the value, `second` the trend. */
function holtWinters(window: Window): boolean {
  const { values, from, until, first: smoothing, second: trending } = window;
  for (const [factor, what] of [
    [smoothing, "smoothing"],
    [trending, "trend"],
  ] as const) {
    if (!(factor > 0 && factor < 1)) {
      const short = what === "smoothing" ? "sf" : "tf";
      throw executionError(`invalid ${what} factor. Expected: 0 < ${short} < 1, got: ${factor}`);
    }
  }
  if (until - from < 2) return false;
  let before = 0;
  let smoothed = values[from]!;
  let trend = values[from + 1]! - values[from]!;
  for (let i = from + 1; i < until; i++) {
    const level = smoothing * values[i]!;
    if (i > from + 1) trend = trending * (smoothed - before) + (1 - trending) * trend;
    const carried = (1 - smoothing) * (smoothed + trend);
    before = smoothed;
    smoothed = level + carried;
  }
  return give(window, smoothed);
}
