/**
 * What ranges that overlap have in common, worked out once for a series: the range of the next step has most
 * samples of this one. Each gives the very doubles that a look at all samples of the range gives.
 */

/**
 * The largest or smallest value of ranges that only move forward, in constant time a sample on average: a queue of
 * those that no later one has beaten. (Lemire, "Streaming maximum-minimum filter", 2006.)
 */
export class SlidingExtreme {
  readonly #values: Float64Array;
  readonly #sign: 1 | -1;
  /** Indexes, ascending; their values fall, seen by the sign. */
  readonly #queue: Int32Array;
  #head = 0;
  #tail = 0;
  #next = 0;

  /** @param sign  1 for the largest, -1 for the smallest */
  constructor(values: Float64Array, sign: 1 | -1) {
    this.#values = values;
    this.#sign = sign;
    this.#queue = new Int32Array(values.length);
  }

  /**
   * Of the values in [from, until), neither of which ever falls; the first of equal ones.
   * @returns NaN where there is nothing else
   */
  of(from: number, until: number): number {
    const values = this.#values;
    const queue = this.#queue;
    for (; this.#next < until; this.#next++) {
      const value = values[this.#next]!;
      if (Number.isNaN(value)) continue;
      while (this.#tail > this.#head && this.#isBeaten(values[queue[this.#tail - 1]!]!, value)) {
        this.#tail -= 1;
      }
      queue[this.#tail++] = this.#next;
    }
    while (this.#head < this.#tail && queue[this.#head]! < from) this.#head += 1;
    return this.#head < this.#tail ? values[queue[this.#head]!]! : NaN;
  }

  #isBeaten(before: number, value: number): boolean {
    return this.#sign === 1 ? value > before : value < before;
  }
}

/**
 * Sums of the values before each place, as long as all of them are exact: whole numbers whose sums stay below
 * 2^53. A sum of a range is then the difference of two.
 *
 * @returns undefined where some sum might be rounded
 */
export function exactSums(values: Float64Array): Float64Array | undefined {
  const sums = new Float64Array(values.length + 1);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    sum += value;
    if (!Number.isInteger(value) || !Number.isSafeInteger(sum)) return undefined;
    sums[i + 1] = sum;
  }
  return sums;
}

/** At each place, how many of the samples up to there differ from the one before. */
export function countChanges(values: Float64Array): Uint32Array {
  const counts = new Uint32Array(values.length);
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    const before = values[i - 1]!;
    const isSame = value === before || (Number.isNaN(value) && Number.isNaN(before));
    counts[i] = counts[i - 1]! + (isSame ? 0 : 1);
  }
  return counts;
}
