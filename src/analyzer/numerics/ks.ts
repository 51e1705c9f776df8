/**
 * The two-sample Kolmogorov-Smirnov distance: the greatest difference between the shares of two
 * samples that lie at or below a value.
 *
 * Exact without sorting everything: both samples are counted into 64 buckets over their common
 * range. At each bucket's end the difference is known; inside a bucket it is bounded by letting
 * first one sample's members come, then the other's. Only buckets whose bound beats the best
 * difference so far are sorted and walked. Differences are kept as whole numbers (times both
 * sizes), so that "greater than one half" is decided without rounding.
 */
import { sortRange } from "./sort.ts";

const bucketCount = 64;

/** Compares two neighbouring stretches of one column; owns its scratch. */
export class KsComparer {
  readonly #firstCounts = new Int32Array(bucketCount);
  readonly #secondCounts = new Int32Array(bucketCount);
  #first = new Float64Array(0);
  #second = new Float64Array(0);

  /**
   * @param from    first sample: `values[from, middle)`; second: `values[middle, until)`; none empty
   * @param atLeast  a distance of no interest: where the true one is not above it, any number
   *                 from 0 to `atLeast` may come back. 0 asks for the exact distance.
   */
  distance(values: Float64Array, from: number, middle: number, until: number, atLeast = 0): number {
    const firstCount = middle - from;
    const secondCount = until - middle;
    const whole = firstCount * secondCount;
    let lower = Infinity;
    let upper = -Infinity;
    for (let i = from; i < until; i++) {
      const value = values[i]!;
      if (value < lower) lower = value;
      if (value > upper) upper = value;
    }
    if (lower === upper) return 0;
    const scale = Math.min((bucketCount - 0.001) / (upper - lower), Number.MAX_VALUE);
    const firstCounts = this.#firstCounts.fill(0);
    const secondCounts = this.#secondCounts.fill(0);
    for (let i = from; i < middle; i++) {
      const bucket = ((values[i]! - lower) * scale) | 0;
      firstCounts[bucket] = firstCounts[bucket]! + 1;
    }
    for (let i = middle; i < until; i++) {
      const bucket = ((values[i]! - lower) * scale) | 0;
      secondCounts[bucket] = secondCounts[bucket]! + 1;
    }

    let best = atLeast * whole;
    let a = 0;
    let b = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      a += firstCounts[bucket]!;
      b += secondCounts[bucket]!;
      const difference = Math.abs(a * secondCount - b * firstCount);
      if (difference > best) best = difference;
    }
    a = 0;
    b = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      const a0 = a;
      const b0 = b;
      a += firstCounts[bucket]!;
      b += secondCounts[bucket]!;
      if (a === a0 || b === b0) continue; // one sample only: extremes lie at the bucket's ends
      const bound = Math.max(a * secondCount - b0 * firstCount, b * firstCount - a0 * secondCount);
      if (bound <= best) continue;
      const first = this.#gather(values, from, middle, lower, scale, bucket, true);
      const second = this.#gather(values, middle, until, lower, scale, bucket, false);
      let i = 0;
      let j = 0;
      while (i < first && j < second) {
        const value = Math.min(this.#first[i]!, this.#second[j]!);
        while (i < first && this.#first[i]! <= value) i += 1;
        while (j < second && this.#second[j]! <= value) j += 1;
        const difference = Math.abs((a0 + i) * secondCount - (b0 + j) * firstCount);
        if (difference > best) best = difference;
      }
    }
    return best / whole;
  }

  /** Copies the members of a bucket, sorted. @returns how many */
  #gather(
    values: Float64Array,
    from: number,
    until: number,
    lower: number,
    scale: number,
    bucket: number,
    isFirst: boolean,
  ): number {
    let kept = isFirst ? this.#first : this.#second;
    if (kept.length < until - from) {
      kept = new Float64Array(2 * (until - from));
      if (isFirst) this.#first = kept;
      else this.#second = kept;
    }
    let count = 0;
    for (let i = from; i < until; i++) {
      const value = values[i]!;
      if ((((value - lower) * scale) | 0) === bucket) kept[count++] = value;
    }
    sortRange(kept, 0, count);
    return count;
  }
}
