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
import { WaitingRows } from "./waiting-rows.ts";

const blockRowCount = 256;

export class BoundedScan implements TableScan {
  readonly #target: ScanTarget;
  readonly #measure: BoundedMeasure;
  readonly #waiting = new WaitingRows();
  /** In the second pass: which of those that wait comes when. */
  #order: Int32Array | undefined;
  #next = 0;
  #nextRow = 0;
  #compared = 0;

  constructor(target: ScanTarget, measure: BoundedMeasure) {
    this.#target = target;
    this.#measure = measure;
  }

  get comparedCount(): number {
    return this.#compared - (this.#waiting.count - this.#next);
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
      this.#order = this.#waiting.sort(withSlack(this.#target.nearest.threshold));
      left = 0;
    }
    return this.#compareWaiting(left);
  }

  #scanBlock(from: number, until: number): void {
    const { table, nearest } = this.#target;
    const { rows, pointCount } = table;
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
        leastAt = this.#waiting.count;
      }
      this.#waiting.push(row, bound);
    }
    if (leastAt < 0) return;
    const row = this.#waiting.row(leastAt);
    this.#waiting.remove(leastAt);
    this.#compare(row);
  }

  /** @returns true when no row waits any more */
  #compareWaiting(rowCount: number): boolean {
    const order = this.#order!;
    for (let left = rowCount; left > 0 && this.#next < order.length; left--) {
      const at = order[this.#next++]!;
      if (this.#waiting.bound(at) > withSlack(this.#target.nearest.threshold)) left++;
      else this.#compare(this.#waiting.row(at));
    }
    return this.#next >= order.length;
  }

  #compare(row: number): void {
    const { table, nearest } = this.#target;
    if (!this.#target.isAccepted(row)) return;
    const distance = this.#measure.distance(table.rows, row * table.pointCount, nearest.threshold);
    if (distance < Infinity) nearest.offer(distance, row, this.#measure.lag, this.#measure.sign);
  }
}
