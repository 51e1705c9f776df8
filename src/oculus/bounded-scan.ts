/**
 * Ranks a table by a dear distance with a cheap bound, computing as few distances as it can.
 *
 * First pass, over all rows: the bound. A row whose bound is above the worst match so far is
 * settled; the others wait. Of each block of rows the one with the least bound is compared at once,
 * so that the worst match soon becomes good and most rows settle in this pass.
 *
 * Second pass: the waiting rows, sorted into buckets by their bound, least first. It ends where a
 * bucket begins above the worst match. Exact: a row is left out only when its bound says so.
 *
 * Both passes go in slices of as many rows as the caller likes.
 */
import type { BoundedMeasure } from "./measures.ts";
import { withSlack } from "./measures.ts";
import type { ScanTarget, TableScan } from "./scan.ts";

const blockRowCount = 256;
const bucketCount = 1024;

export class BoundedScan implements TableScan {
  readonly #target: ScanTarget;
  readonly #measure: BoundedMeasure;
  /** Rows that wait, and their bounds. In the second pass `#order` tells which comes when. */
  #waitingRows: Int32Array;
  #waitingBounds: Float64Array;
  #waitingCount = 0;
  #order: Int32Array | undefined;
  #next = 0;
  #nextRow = 0;
  #compared = 0;

  constructor(target: ScanTarget, measure: BoundedMeasure) {
    this.#target = target;
    this.#measure = measure;
    this.#waitingRows = new Int32Array(blockRowCount);
    this.#waitingBounds = new Float64Array(blockRowCount);
  }

  get comparedCount(): number {
    return this.#compared - (this.#waitingCount - this.#next);
  }

  step(rowCount: number): boolean {
    let left = rowCount;
    while (left > 0 && this.#nextRow < this.#target.rowsEnd) {
      const until = Math.min(this.#nextRow + Math.min(left, blockRowCount), this.#target.rowsEnd);
      left -= until - this.#nextRow;
      this.#scanBlock(this.#nextRow, until);
      this.#nextRow = until;
    }
    if (this.#nextRow < this.#target.rowsEnd) return false;
    if (this.#order === undefined) {
      // Sorting costs about as much as one slice.
      this.#order = this.#sortWaiting();
      left = 0;
    }
    return this.#compareWaiting(left);
  }

  #scanBlock(from: number, until: number): void {
    const { table, nearest } = this.#target;
    const { rows, pointCount } = table;
    this.#reserve(this.#waitingCount + until - from);
    let leastAt = -1;
    let least = Infinity;
    for (let row = from; row < until; row++) {
      if (!this.#target.isWanted(row)) continue;
      this.#compared += 1;
      const limit = withSlack(nearest.threshold);
      const bound = this.#measure.bound(rows, row * pointCount, limit);
      if (!(bound <= limit)) continue;
      if (bound < least) {
        least = bound;
        leastAt = this.#waitingCount;
      }
      this.#waitingRows[this.#waitingCount] = row;
      this.#waitingBounds[this.#waitingCount++] = bound;
    }
    if (leastAt < 0) return;
    const row = this.#waitingRows[leastAt]!;
    const last = --this.#waitingCount;
    this.#waitingRows[leastAt] = this.#waitingRows[last]!;
    this.#waitingBounds[leastAt] = this.#waitingBounds[last]!;
    this.#compare(row);
  }

  /** @returns true when no row waits any more */
  #compareWaiting(rowCount: number): boolean {
    const order = this.#order!;
    for (let left = rowCount; left > 0 && this.#next < order.length; left--) {
      const at = order[this.#next++]!;
      if (this.#waitingBounds[at]! > withSlack(this.#target.nearest.threshold)) left++;
      else this.#compare(this.#waitingRows[at]!);
    }
    return this.#next >= order.length;
  }

  #compare(row: number): void {
    const { table, nearest } = this.#target;
    if (!this.#target.isAccepted(row)) return;
    const distance = this.#measure.distance(table.rows, row * table.pointCount, nearest.threshold);
    if (distance < Infinity) nearest.offer(distance, row, this.#measure.lag, this.#measure.sign);
  }

  /** Counting sort of those still within reach, into buckets of equal width. */
  #sortWaiting(): Int32Array {
    const limit = withSlack(this.#target.nearest.threshold);
    const bounds = this.#waitingBounds;
    let keptCount = 0;
    let highest = 0;
    for (let at = 0; at < this.#waitingCount; at++) {
      if (bounds[at]! > limit) continue;
      bounds[keptCount] = bounds[at]!;
      this.#waitingRows[keptCount++] = this.#waitingRows[at]!;
      if (bounds[at]! > highest) highest = bounds[at]!;
    }
    this.#waitingCount = keptCount;
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

  #reserve(count: number): void {
    if (count <= this.#waitingRows.length) return;
    const capacity = Math.ceil(count * 1.5);
    const rows = new Int32Array(capacity);
    rows.set(this.#waitingRows);
    this.#waitingRows = rows;
    const bounds = new Float64Array(capacity);
    bounds.set(this.#waitingBounds);
    this.#waitingBounds = bounds;
  }
}
