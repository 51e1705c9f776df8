/**
 * The exact median without sorting: count the values into 1,024 buckets over their known range,
 * keep the one bucket that holds the middle, and go on inside it until few are left.
 *
 * The bucket of a value is `(value - lower) * scale` cut to an integer. Subtraction and product
 * round monotonically, so a greater value never lands in an earlier bucket: the result is exact, not
 * an approximation. Each round costs two passes and on ordinary data keeps about a thousandth.
 */
import { sortRange } from "./sort.ts";

const bucketCount = 1024;
const sortCountMax = 96;

/** Finds medians; owns its scratch, so a thread allocates nothing per series. */
export class Selector {
  // Neighbours often fall into one bucket; two counters keep the second from waiting for the first.
  readonly #evenCounts = new Int32Array(bucketCount);
  readonly #oddCounts = new Int32Array(bucketCount);
  #kept = new Float64Array(0);

  /**
   * The median of `values[0, count)`: the mean of the two middle values where count is even.
   *
   * @param count  at least 1
   * @param lower  the least value; `upper` the greatest; all finite, and their difference too
   */
  median(values: Float64Array, count: number, lower: number, upper: number): number {
    if (lower === upper) return lower;
    if (this.#kept.length < count) this.#kept = new Float64Array(2 * count);
    const kept = this.#kept;
    const isEven = count % 2 === 0;
    let source = values;
    let sourceCount = count;
    // The place of the upper middle among the values still in play.
    let rank = count >> 1;
    while (sourceCount > sortCountMax) {
      if (lower === upper) return this.#withLowerMiddle(values, count, isEven && rank === 0, lower);
      const scale = (bucketCount - 0.001) / (upper - lower);
      if (!(scale < Infinity)) break;
      this.#countBuckets(source, sourceCount, lower, scale);
      let bucket = 0;
      while (this.#evenCounts[bucket]! <= rank) rank -= this.#evenCounts[bucket++]!;
      const base = lower;
      let keptCount = 0;
      lower = Infinity;
      upper = -Infinity;
      for (let i = 0; i < sourceCount; i++) {
        const value = source[i]!;
        if ((((value - base) * scale) | 0) !== bucket) continue;
        kept[keptCount++] = value;
        if (value < lower) lower = value;
        if (value > upper) upper = value;
      }
      source = kept;
      sourceCount = keptCount;
    }
    if (source !== kept) for (let i = 0; i < sourceCount; i++) kept[i] = source[i]!;
    sortRange(kept, 0, sourceCount);
    const high = kept[rank]!;
    if (!isEven) return high;
    if (rank > 0) return (kept[rank - 1]! + high) / 2;
    return this.#withLowerMiddle(values, count, true, high);
  }

  #countBuckets(source: Float64Array, count: number, lower: number, scale: number): void {
    const even = this.#evenCounts.fill(0);
    const odd = this.#oddCounts.fill(0);
    let i = 0;
    for (; i + 1 < count; i += 2) {
      const a = ((source[i]! - lower) * scale) | 0;
      const b = ((source[i + 1]! - lower) * scale) | 0;
      even[a] = even[a]! + 1;
      odd[b] = odd[b]! + 1;
    }
    if (i < count) {
      const a = ((source[i]! - lower) * scale) | 0;
      even[a] = even[a]! + 1;
    }
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      even[bucket] = even[bucket]! + odd[bucket]!;
    }
  }

  /** The lower middle lies in no bucket of the upper one: it is the greatest value below it. */
  #withLowerMiddle(values: Float64Array, count: number, isApart: boolean, high: number): number {
    if (!isApart) return high;
    let below = -Infinity;
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      if (value < high && value > below) below = value;
    }
    return (below + high) / 2;
  }
}
