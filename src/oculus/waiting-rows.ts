/**
 * Rows that wait to be measured, each with a bound that its distance is not below, and at last their
 * order: least bound first, in buckets.
 */

const bucketCount = 1024;

export class WaitingRows {
  count = 0;
  #rows = new Int32Array(256);
  #bounds = new Float64Array(256);

  row(at: number): number {
    return this.#rows[at]!;
  }

  bound(at: number): number {
    return this.#bounds[at]!;
  }

  push(row: number, bound: number): void {
    if (this.count === this.#rows.length) this.#grow();
    this.#rows[this.count] = row;
    this.#bounds[this.count++] = bound;
  }

  /** Takes one out; the last comes to its place. */
  remove(at: number): void {
    const last = --this.count;
    this.#rows[at] = this.#rows[last]!;
    this.#bounds[at] = this.#bounds[last]!;
  }

  /**
   * Drops those with a bound above `limit`. Counting sort of the others, into buckets of equal width.
   * @returns their places, in order
   */
  sort(limit: number): Int32Array {
    const bounds = this.#bounds;
    let keptCount = 0;
    let highest = 0;
    for (let at = 0; at < this.count; at++) {
      const bound = bounds[at]!;
      if (bound > limit) continue;
      bounds[keptCount] = bound;
      this.#rows[keptCount++] = this.#rows[at]!;
      if (bound > highest) highest = bound;
    }
    this.count = keptCount;
    const scale = highest > 0 ? (bucketCount - 1) / highest : 0;
    const ends = new Int32Array(bucketCount);
    for (let at = 0; at < keptCount; at++) ends[Math.floor(bounds[at]! * scale)]! += 1;
    for (let bucket = 1; bucket < bucketCount; bucket++) ends[bucket]! += ends[bucket - 1]!;
    const order = new Int32Array(keptCount);
    for (let at = keptCount - 1; at >= 0; at--) {
      const bucket = Math.floor(bounds[at]! * scale);
      order[--ends[bucket]!] = at;
    }
    return order;
  }

  #grow(): void {
    const capacity = 2 * this.#rows.length;
    const rows = new Int32Array(capacity);
    rows.set(this.#rows);
    this.#rows = rows;
    const bounds = new Float64Array(capacity);
    bounds.set(this.#bounds);
    this.#bounds = bounds;
  }
}
