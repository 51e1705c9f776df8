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

const weights = new Float64Array(nearCount);
for (let k = 0; k < nearCount; k++) weights[k] = decay ** k;
const restWeight = decay ** nearCount * (1 + com);

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
  let sum = 0;
  let squares = 0;
  for (let k = 0; k < near; k++) {
    const difference = values[end - k]! - last;
    const weighted = weights[k]! * difference;
    sum += weighted;
    squares += weighted * difference;
  }
  if (count > near && restWeight * range * range > 1e-14 * squares) {
    let weight = decay ** near;
    for (let k = near; k < count && weight > 0; k++) {
      const difference = values[end - k]! - last;
      sum += weight * difference;
      squares += weight * difference * difference;
      weight *= decay;
    }
  }
  const total = (1 - decay ** count) * (1 + com);
  const totalSquares = (1 - decay ** (2 * count)) / (1 - decay * decay);
  const shift = sum / total;
  const variance = Math.max(squares / total - shift * shift, 0);
  result.mean = last + shift;
  result.deviation =
    count === 1 ? NaN : Math.sqrt((variance * total * total) / (total * total - totalSquares));
}
