/**
 * Exponentially weighted mean and deviation at the newest value.
 *
 * A value k places back has weight (1 - alpha)^k, alpha = 1 / (1 + com); the weights are divided by
 * their sum, so that a short series is not ruled by its first value. The deviation is corrected for
 * bias: variance · S² / (S² - Q), S the sum of the weights, Q the sum of their squares. These are
 * pandas' `ewm(com).mean()` and `.std()` (adjust on, version 0.15 and later).
 *
 * The weight 2,048 places back is 2.5e-18, so the newest 2,048 values decide, unless what lies
 * before them is so much greater that even that weight is felt; then all are taken.
 *
 * Sums are taken relative to the newest value. Its own weight is at least 1/51 of the whole, so
 * the variance is at least 1/51 of its squared distance from the mean: nothing cancels.
 */

const com = 50;
const decay = com / (1 + com);
const nearCount = 2048;

/** By how many places back, with one weight beyond the near ones. */
export const ewmaWeights = new Float64Array(nearCount + 1);
for (let k = 0; k <= nearCount; k++) ewmaWeights[k] = decay ** k;
const farWeight = ewmaWeights[nearCount]!;
const restWeight = farWeight * (1 + com);

export interface WeightedMoments {
  mean: number;
  /** NaN for a single value. */
  deviation: number;
}

/**
 * Fills `result` from `values[0, count)`, count at least 1.
 *
 * @param range  greatest less least of all the values, for the bound on what lies far back
 */
export function measureWeighted(
  values: Float64Array,
  count: number,
  range: number,
  result: WeightedMoments,
): void {
  const end = count - 1;
  const last = values[end]!;
  const near = Math.min(count, nearCount);
  measureNear(values, end, near, last);
  let { sum, squares } = sums;
  if (count > near && restWeight * range * range > 1e-14 * squares) {
    let weight = farWeight;
    for (let k = near; k < count && weight > 0; k++) {
      const difference = values[end - k]! - last;
      sum += weight * difference;
      squares += weight * difference * difference;
      weight *= decay;
    }
  }
  // One less a weight far back is 1.
  const total = (1 - ewmaWeights[near]!) * (1 + com);
  const totalSquares = (1 - ewmaWeights[Math.min(2 * count, nearCount)]!) / (1 - decay * decay);
  const shift = sum / total;
  const variance = Math.max(squares / total - shift * shift, 0);
  result.mean = last + shift;
  result.deviation =
    count === 1 ? NaN : Math.sqrt((variance * total * total) / (total * total - totalSquares));
}

// Each thread loads its own copy of this file, and no call is inside another.
const sums = { sum: 0, squares: 0 };

/** Weighted sums over the newest values, in lanes by places back, as moments.ts says. */
function measureNear(values: Float64Array, end: number, near: number, last: number): void {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  let squares0 = 0;
  let squares1 = 0;
  let squares2 = 0;
  let squares3 = 0;
  for (let k = 0; k < near; k += 4) {
    const a = values[end - k]! - last;
    const weightedA = ewmaWeights[k]! * a;
    sum0 += weightedA;
    squares0 += weightedA * a;
    if (k + 1 >= near) break;
    const b = values[end - k - 1]! - last;
    const weightedB = ewmaWeights[k + 1]! * b;
    sum1 += weightedB;
    squares1 += weightedB * b;
    if (k + 2 >= near) break;
    const c = values[end - k - 2]! - last;
    const weightedC = ewmaWeights[k + 2]! * c;
    sum2 += weightedC;
    squares2 += weightedC * c;
    if (k + 3 >= near) break;
    const d = values[end - k - 3]! - last;
    const weightedD = ewmaWeights[k + 3]! * d;
    sum3 += weightedD;
    squares3 += weightedD * d;
  }
  sums.sum = sum0 + sum2 + (sum1 + sum3);
  sums.squares = squares0 + squares2 + (squares1 + squares3);
}
