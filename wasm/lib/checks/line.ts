/** least_squares, as src/analyzer/checks/least-squares.ts defines it. */
import { mean, squares, trueTail } from "./facts";
import { addLane, singularRatio, sumFrom, sumOfLanes } from "./moments";

const singularRatioMin: f64 = 1.1102230246251565e-16;

let timeSquares: f64 = 0;
let cross: f64 = 0;

/** @returns whether the last three values stand off the line */
export function leavesLine(times: usize, values: usize, count: i32): bool {
  if (count < 3) return false;
  const n = <f64>count;
  const first = load<f64>(times);
  const meanMs = first + sumFrom(times, count, first) / n;
  measureProducts(times, values, count, meanMs);
  let slope: f64 = 0;
  let residualSquares = squares;
  if (singularRatio(meanMs / 1000, timeSquares / n / 1e6) >= singularRatioMin) {
    slope = cross / timeSquares;
    residualSquares = squares - slope * cross;
    // Where the line explains nearly all, the difference has lost its digits: sum the residuals.
    if (!(residualSquares > 1e-3 * squares)) {
      residualSquares = 0;
      for (let i = 0; i < count; i++) {
        const residual = at(values, i) - mean - slope * (at(times, i) - meanMs);
        residualSquares += residual * residual;
      }
    }
  }
  const deviation = sqrt(residualSquares / n);
  const tailTime =
    (at(times, count - 1) + at(times, count - 2) + at(times, count - 3)) / 3 - meanMs;
  const line = mean + slope * tailTime;
  if (deviation < 0.5) return false;
  return abs(trueTail - line) > 3 * deviation;
}

/** Σ time² and Σ time·value, both less their means. */
function measureProducts(times: usize, values: usize, count: i32, meanMs: f64): void {
  const meanTimes = f64x2.splat(meanMs);
  const means = f64x2.splat(mean);
  let squaresLow = f64x2.splat(0);
  let squaresHigh = squaresLow;
  let crossLow = squaresLow;
  let crossHigh = squaresLow;
  const end = times + ((<usize>(count & ~3)) << 3);
  let t = times;
  let v = values;
  for (; t < end; t += 32, v += 32) {
    const low = f64x2.sub(v128.load(t), meanTimes);
    const high = f64x2.sub(v128.load(t, 16), meanTimes);
    squaresLow = f64x2.add(squaresLow, f64x2.mul(low, low));
    squaresHigh = f64x2.add(squaresHigh, f64x2.mul(high, high));
    crossLow = f64x2.add(crossLow, f64x2.mul(low, f64x2.sub(v128.load(v), means)));
    crossHigh = f64x2.add(crossHigh, f64x2.mul(high, f64x2.sub(v128.load(v, 16), means)));
  }
  const rest = count & 3;
  for (let i = 0; i < rest; i++) {
    const time = at(t, i) - meanMs;
    const product = time * (at(v, i) - mean);
    if (i < 2) {
      squaresLow = addLane(squaresLow, i, time * time);
      crossLow = addLane(crossLow, i, product);
    } else {
      squaresHigh = addLane(squaresHigh, 0, time * time);
      crossHigh = addLane(crossHigh, 0, product);
    }
  }
  timeSquares = sumOfLanes(squaresLow, squaresHigh);
  cross = sumOfLanes(crossLow, crossHigh);
}

function at(column: usize, index: i32): f64 {
  return load<f64>(column + ((<usize>index) << 3));
}
