/**
 * The nearest rows seen so far: a heap of fixed size, its farthest on top, held in columns.
 *
 * Equal distances rank by row, so that the result does not depend on the order of offering.
 */
import { assert } from "../base/assert.ts";

/** The most matches that one search can be asked for, skipped pages included. */
export const matchCountMax = 10_000;

export class Nearest {
  readonly #capacity: number;
  readonly #distances: Float64Array;
  readonly #rows: Int32Array;
  readonly #lags: Int32Array;
  readonly #signs: Int8Array;
  #count = 0;

  constructor(capacity: number) {
    assert(capacity >= 1 && capacity <= matchCountMax, "room for 1 to 10,000 matches");
    this.#capacity = capacity;
    this.#distances = new Float64Array(capacity);
    this.#rows = new Int32Array(capacity);
    this.#lags = new Int32Array(capacity);
    this.#signs = new Int8Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  /** Rows farther than this cannot enter any more; a row exactly as far may. */
  get threshold(): number {
    return this.#count < this.#capacity ? Infinity : this.#distances[0]!;
  }

  /** Whether a row would be among the nearest now; cheaper than finding out what it is called. */
  wouldTake(distance: number, row: number): boolean {
    if (this.#count < this.#capacity) return distance < Infinity;
    return isBefore(distance, row, this.#distances[0]!, this.#rows[0]!);
  }

  offer(distance: number, row: number, lag: number, sign: number): void {
    if (!this.wouldTake(distance, row)) return;
    if (this.#count < this.#capacity) this.#rise(this.#count++, distance, row, lag, sign);
    else this.#sink(distance, row, lag, sign);
  }

  /** Calls back with each, nearest first. */
  forEachSorted(take: (distance: number, row: number, lag: number, sign: number) => void): void {
    const order = Int32Array.from({ length: this.#count }, (slot, at) => at);
    order.sort((a, b) => (this.#isNearer(a, b) ? -1 : 1));
    for (const at of order) {
      take(this.#distances[at]!, this.#rows[at]!, this.#lags[at]!, this.#signs[at]!);
    }
  }

  #isNearer(a: number, b: number): boolean {
    return isBefore(this.#distances[a]!, this.#rows[a]!, this.#distances[b]!, this.#rows[b]!);
  }

  #rise(from: number, distance: number, row: number, lag: number, sign: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (isBefore(distance, row, this.#distances[parent]!, this.#rows[parent]!)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#set(at, distance, row, lag, sign);
  }

  #sink(distance: number, row: number, lag: number, sign: number): void {
    let at = 0;
    for (let child = 1; child < this.#count; child = 2 * at + 1) {
      if (child + 1 < this.#count && this.#isNearer(child, child + 1)) child += 1;
      if (!isBefore(distance, row, this.#distances[child]!, this.#rows[child]!)) break;
      this.#move(child, at);
      at = child;
    }
    this.#set(at, distance, row, lag, sign);
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#distances[from]!, this.#rows[from]!, this.#lags[from]!, this.#signs[from]!);
  }

  #set(at: number, distance: number, row: number, lag: number, sign: number): void {
    this.#distances[at] = distance;
    this.#rows[at] = row;
    this.#lags[at] = lag;
    this.#signs[at] = sign;
  }
}

function isBefore(distance: number, row: number, otherDistance: number, otherRow: number): boolean {
  return distance < otherDistance || (distance === otherDistance && row < otherRow);
}
