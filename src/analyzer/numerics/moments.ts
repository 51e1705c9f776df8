/**
 * Mean and centred sum of squares in two passes. Values are taken relative to the first one, so
 * that a constant stretch has exactly its value as mean and exactly 0 as sum of squares, and a small
 * movement on a large level keeps its digits.
 *
 * Sums of columns run in four lanes, number i of the stretch in lane i & 3, and end as
 * (lane 0 + lane 2) + (lane 1 + lane 3). That order is part of the definition: the kernel in
 * WebAssembly has two lanes to a vector and two vectors, and must come to the same bits.
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
  const mean = first + sumFrom(values, from, until, first) / count;
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
  let squares0 = 0;
  let squares1 = 0;
  let squares2 = 0;
  let squares3 = 0;
  let rest0 = 0;
  let rest1 = 0;
  let rest2 = 0;
  let rest3 = 0;
  let i = from;
  for (; i + 3 < until; i += 4) {
    const a = values[i]! - mean;
    const b = values[i + 1]! - mean;
    const c = values[i + 2]! - mean;
    const d = values[i + 3]! - mean;
    rest0 += a;
    rest1 += b;
    rest2 += c;
    rest3 += d;
    squares0 += a * a;
    squares1 += b * b;
    squares2 += c * c;
    squares3 += d * d;
  }
  if (i < until) {
    const a = values[i]! - mean;
    rest0 += a;
    squares0 += a * a;
  }
  if (i + 1 < until) {
    const b = values[i + 1]! - mean;
    rest1 += b;
    squares1 += b * b;
  }
  if (i + 2 < until) {
    const c = values[i + 2]! - mean;
    rest2 += c;
    squares2 += c * c;
  }
  // What rounding left in the mean, by Chan, Golub and LeVeque (1983).
  const rest = (rest0 + rest2 + (rest1 + rest3)) / count;
  const squares = squares0 + squares2 + (squares1 + squares3);
  moments.mean = mean + rest;
  moments.squares = Math.max(squares - count * rest * rest, 0);
}

/** Σ (value - zero) over `values[from, until)`. */
export function sumFrom(values: Float64Array, from: number, until: number, zero: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let i = from;
  for (; i + 3 < until; i += 4) {
    sum0 += values[i]! - zero;
    sum1 += values[i + 1]! - zero;
    sum2 += values[i + 2]! - zero;
    sum3 += values[i + 3]! - zero;
  }
  if (i < until) sum0 += values[i]! - zero;
  if (i + 1 < until) sum1 += values[i + 1]! - zero;
  if (i + 2 < until) sum2 += values[i + 2]! - zero;
  return sum0 + sum2 + (sum1 + sum3);
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
