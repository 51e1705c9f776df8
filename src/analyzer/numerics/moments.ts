/**
 * Mean and centred sum of squares in two passes. Values are taken relative to the first one, so
 * that a constant stretch has exactly its value as mean and exactly 0 as sum of squares, and a small
 * movement on a large level keeps its digits.
 */

export interface Moments {
  mean: number;
  /** Σ (value - mean)²: over n it is the population variance, over n - 1 the sample variance. */
  squares: number;
}

/** Fills `moments` from `values[from, until)`; NaN and 0 where there is none. */
export function measureMoments(
  values: Float64Array,
  from: number,
  until: number,
  moments: Moments,
): void {
  const count = until - from;
  moments.mean = NaN;
  moments.squares = 0;
  if (count <= 0) return;
  const first = values[from]!;
  let sum = 0;
  for (let i = from; i < until; i++) sum += values[i]! - first;
  const mean = first + sum / count;
  refineMoments(values, from, until, mean, moments);
}

/** The second pass: takes a mean that is right but for rounding. */
export function refineMoments(
  values: Float64Array,
  from: number,
  until: number,
  mean: number,
  moments: Moments,
): void {
  const count = until - from;
  let rest0 = 0;
  let rest1 = 0;
  let squares0 = 0;
  let squares1 = 0;
  let i = from;
  for (; i + 1 < until; i += 2) {
    const a = values[i]! - mean;
    const b = values[i + 1]! - mean;
    rest0 += a;
    rest1 += b;
    squares0 += a * a;
    squares1 += b * b;
  }
  if (i < until) {
    const a = values[i]! - mean;
    rest0 += a;
    squares0 += a * a;
  }
  // What rounding left in the mean, by Chan, Golub and LeVeque (1983).
  const rest = (rest0 + rest1) / count;
  moments.mean = mean + rest;
  moments.squares = Math.max(squares0 + squares1 - count * rest * rest, 0);
}

/** How many of the ascending `times[0, count)` lie before `time`. */
export function countBefore(times: Float64Array, count: number, time: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
