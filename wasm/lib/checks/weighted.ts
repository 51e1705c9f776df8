/** Exponentially weighted mean and deviation, as src/analyzer/numerics/ewma.ts defines them. */
import { addLane, sumOfLanes } from "./moments";

const com: f64 = 50;
const decay: f64 = com / (1 + com);
const nearCount: i32 = 2048;

/**
 * Weights from `nearCount` places back to 0: behind each other as the values lie. The door fills them
 * in from TypeScript, since powers end in other digits here.
 */
const weights: usize = memory.data(8 * 2049, 16);

export let weightedMean: f64 = 0;
export let weightedDeviation: f64 = 0;

/** Where the door puts the weights. */
export function weightsAddress(): usize {
  return weights;
}

function weightOf(placesBack: i32): f64 {
  return load<f64>(weights + ((<usize>(nearCount - placesBack)) << 3));
}

/** @param range  greatest less least of all the values */
export function measureWeighted(values: usize, count: i32, range: f64): void {
  const newest = values + ((<usize>(count - 1)) << 3);
  const last = load<f64>(newest);
  const near = min(count, nearCount);
  const lasts = f64x2.splat(last);
  let sumLow = f64x2.splat(0);
  let sumHigh = sumLow;
  let squaresLow = sumLow;
  let squaresHigh = sumLow;
  // Vectors hold lanes 1 and 0, and 3 and 2: values lie the other way round than places back.
  let p = newest - 8;
  let w = weights + ((<usize>(nearCount - 1)) << 3);
  let k = 0;
  for (; k + 3 < near; k += 4, p -= 32, w -= 32) {
    const low = f64x2.sub(v128.load(p), lasts);
    const high = f64x2.sub(v128.load(p - 16), lasts);
    const weightedLow = f64x2.mul(v128.load(w), low);
    const weightedHigh = f64x2.mul(v128.load(w - 16), high);
    sumLow = f64x2.add(sumLow, weightedLow);
    sumHigh = f64x2.add(sumHigh, weightedHigh);
    squaresLow = f64x2.add(squaresLow, f64x2.mul(weightedLow, low));
    squaresHigh = f64x2.add(squaresHigh, f64x2.mul(weightedHigh, high));
  }
  for (let lane = 1; k < near; k++, lane--) {
    const difference = load<f64>(values + ((<usize>(count - 1 - k)) << 3)) - last;
    const weighted = weightOf(k) * difference;
    if (lane >= 0) {
      sumLow = addLane(sumLow, lane, weighted);
      squaresLow = addLane(squaresLow, lane, weighted * difference);
    } else {
      sumHigh = addLane(sumHigh, 1, weighted);
      squaresHigh = addLane(squaresHigh, 1, weighted * difference);
    }
  }
  let sum = sumOfLanes(sumLow, sumHigh);
  let squares = sumOfLanes(squaresLow, squaresHigh);
  const farWeight = weightOf(nearCount);
  if (count > near && farWeight * (1 + com) * range * range > 1e-14 * squares) {
    let weight = farWeight;
    for (; k < count && weight > 0; k++) {
      const difference = load<f64>(values + ((<usize>(count - 1 - k)) << 3)) - last;
      sum += weight * difference;
      squares += weight * difference * difference;
      weight *= decay;
    }
  }
  const total = (1 - weightOf(near)) * (1 + com);
  const totalSquares = (1 - weightOf(min(2 * count, nearCount))) / (1 - decay * decay);
  const shift = sum / total;
  const variance = max<f64>(squares / total - shift * shift, 0);
  weightedMean = last + shift;
  weightedDeviation =
    count == 1 ? NaN : sqrt((variance * total * total) / (total * total - totalSquares));
}
