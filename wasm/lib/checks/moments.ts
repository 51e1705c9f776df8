/**
 * Sums of columns in four lanes, as src/analyzer/numerics/moments.ts defines them: number i of a stretch
 * in lane i & 3, lanes 0 and 1 in the first vector, added as (0 + 2) + (1 + 3).
 */

export let mean: f64 = 0;
export let squares: f64 = 0;

/** Σ (value - zero) over `count` values. */
export function sumFrom(values: usize, count: i32, zero: f64): f64 {
  const zeros = f64x2.splat(zero);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const end = values + ((<usize>(count & ~3)) << 3);
  let p = values;
  for (; p < end; p += 32) {
    low = f64x2.add(low, f64x2.sub(v128.load(p), zeros));
    high = f64x2.add(high, f64x2.sub(v128.load(p, 16), zeros));
  }
  const rest = count & 3;
  if (rest > 0) low = addLane(low, 0, load<f64>(p) - zero);
  if (rest > 1) low = addLane(low, 1, load<f64>(p, 8) - zero);
  if (rest > 2) high = addLane(high, 0, load<f64>(p, 16) - zero);
  return sumOfLanes(low, high);
}

/** Fills `mean` and `squares`; NaN and 0 where there is no value. */
export function measureMoments(values: usize, count: i32): void {
  mean = NaN;
  squares = 0;
  if (count <= 0) return;
  const first = load<f64>(values);
  refineMoments(values, count, first + sumFrom(values, count, first) / <f64>count);
}

/** The second pass: takes a mean that is right but for rounding. */
export function refineMoments(values: usize, count: i32, nearMean: f64): void {
  const means = f64x2.splat(nearMean);
  let restLow = f64x2.splat(0);
  let restHigh = restLow;
  let squaresLow = restLow;
  let squaresHigh = restLow;
  const end = values + ((<usize>(count & ~3)) << 3);
  let p = values;
  for (; p < end; p += 32) {
    const low = f64x2.sub(v128.load(p), means);
    const high = f64x2.sub(v128.load(p, 16), means);
    restLow = f64x2.add(restLow, low);
    restHigh = f64x2.add(restHigh, high);
    squaresLow = f64x2.add(squaresLow, f64x2.mul(low, low));
    squaresHigh = f64x2.add(squaresHigh, f64x2.mul(high, high));
  }
  const last = count & 3;
  if (last > 0) {
    const a = load<f64>(p) - nearMean;
    restLow = addLane(restLow, 0, a);
    squaresLow = addLane(squaresLow, 0, a * a);
  }
  if (last > 1) {
    const b = load<f64>(p, 8) - nearMean;
    restLow = addLane(restLow, 1, b);
    squaresLow = addLane(squaresLow, 1, b * b);
  }
  if (last > 2) {
    const c = load<f64>(p, 16) - nearMean;
    restHigh = addLane(restHigh, 0, c);
    squaresHigh = addLane(squaresHigh, 0, c * c);
  }
  const n = <f64>count;
  const rest = sumOfLanes(restLow, restHigh) / n;
  mean = nearMean + rest;
  squares = max<f64>(sumOfLanes(squaresLow, squaresHigh) - n * rest * rest, 0);
}

export function sumOfLanes(low: v128, high: v128): f64 {
  const sums = f64x2.add(low, high);
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** Adds to one lane, and leaves the other as it is, a -0 included. */
export function addLane(lanes: v128, lane: i32, value: f64): v128 {
  if (lane == 0) return f64x2.replace_lane(lanes, 0, f64x2.extract_lane(lanes, 0) + value);
  return f64x2.replace_lane(lanes, 1, f64x2.extract_lane(lanes, 1) + value);
}

/** How many of `count` ascending times lie before `time`. */
export function countBefore(times: usize, count: i32, time: f64): i32 {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (load<f64>(times + ((<usize>middle) << 3)) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** As src/analyzer/numerics/singular-ratio.ts. */
export function singularRatio(centre: f64, variance: f64): f64 {
  const trace = centre * centre + variance + 1;
  const greater = (trace + sqrt(max<f64>(trace * trace - 4 * variance, 0))) / 2;
  return sqrt(variance) / greater;
}
