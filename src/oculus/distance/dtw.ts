/**
 * Dynamic time warping within a Sakoe-Chiba band: the least sum of squared differences over all
 * monotone alignments of two rows of one length that stray at most `band` points from the diagonal.
 *
 *     D(i, j) = (q_i - c_j)² + min(D(i-1, j-1), D(i-1, j), D(i, j-1)),   |i - j| <= band
 *
 * Exact, with early abandoning: cells above the cutoff are cut from both ends of each line, and the
 * alignment is given up when a line is empty. What is computed is computed as in the plain table, so
 * the result is bit for bit the same. After M. Herrmann, G. Webb, "Early abandoning and pruning for
 * elastic distances including dynamic time warping" (2021); ours is the variant without their split
 * into stages, which in JavaScript was no faster.
 *
 * The band is ceil(share · length), as in the UCR archive's published results.
 */
import { assert } from "../../base/assert.ts";
import type { ShapeRows } from "./rows.ts";

/** @param share  of the length, 0 to 1: 0.05 lets points meet that are 5 % of the window apart */
export function bandOf(share: number, length: number): number {
  assert(share >= 0 && share <= 1, "a band is a share between 0 and 1");
  // 0.07 * 100 is 7.000000000000001: a share in whole hundredths must not gain a point by that.
  return Math.min(length - 1, Math.max(0, Math.ceil(share * length - 1e-9)));
}

/** Of the inner loop, for one row. */
export function dtwStepCount(length: number, band: number): number {
  return length * Math.min(length, 2 * band + 1);
}

export class BandedDtw {
  readonly #length: number;
  readonly #band: number;
  /** Two lines of the table; which is which changes from line to line. */
  readonly #even: Float64Array;
  readonly #odd: Float64Array;
  readonly #noTails: Float64Array;

  constructor(length: number, band: number) {
    assert(band >= 0 && band < length, "the band is narrower than the row");
    this.#length = length;
    this.#band = band;
    this.#even = new Float64Array(length);
    this.#odd = new Float64Array(length);
    this.#noTails = new Float64Array(length);
  }

  /**
   * @param base    where the row begins in `rows`
   * @param cutoff  distances above it are of no interest
   * @param tails   for each point of the query what those after it will cost at the least, see
   *                `queryBound`: cells that leave less than that are cut too. Left out: nothing
   * @returns the squared distance, or Infinity where it is above `cutoff`
   */
  squared(
    query: Float64Array,
    rows: ShapeRows,
    base: number,
    cutoff: number,
    tails: Float64Array = this.#noTails,
  ): number {
    const length = this.#length;
    const band = this.#band;
    // The tails add up in another order than the table.
    const cutoffWithSlack = cutoff + cutoff * 1e-11;
    let previous = this.#odd;
    let current = this.#even;
    // Columns of the line above that are still alive: first, and one past the last.
    let first = 0;
    let end = 0;
    for (let i = 0; i < length; i++) {
      const point = query[i]!;
      const lineCutoff = cutoffWithSlack - tails[i]!;
      const columnsEnd = i + band + 1 < length ? i + band + 1 : length;
      let j = i - band > first ? i - band : first;
      let diagonal = i === 0 ? 0 : j > first ? previous[j - 1]! : Infinity;
      let left = Infinity;
      let nextFirst = -1;
      let nextEnd = 0;
      for (; j < columnsEnd; j++) {
        const up = j < end ? previous[j]! : Infinity;
        let least = diagonal < left ? diagonal : left;
        if (up < least) least = up;
        diagonal = up;
        const difference = point - rows[base + j]!;
        left = least + difference * difference;
        if (left <= lineCutoff) {
          if (nextFirst < 0) nextFirst = j;
          nextEnd = j + 1;
        } else if (j >= end) break; // above and to the left all is dead
        current[j] = left;
      }
      if (nextFirst < 0) return Infinity;
      first = nextFirst;
      end = nextEnd;
      const swap = previous;
      previous = current;
      current = swap;
    }
    const distance = end === length ? previous[length - 1]! : Infinity;
    return distance <= cutoff ? distance : Infinity;
  }
}
