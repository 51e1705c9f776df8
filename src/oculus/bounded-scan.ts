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
import { rowsPerLookOf, type ScanTarget, type TableScan } from "./scan.ts";
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
  /** Of the block under way: where it ends, and which of its rows has the least bound. */
  #blockEnd = 0;
  #leastAt = -1;
  #least = Infinity;

  constructor(target: ScanTarget, measure: BoundedMeasure) {
    this.#target = target;
    this.#measure = measure;
  }

  get comparedCount(): number {
    return this.#compared - (this.#waiting.count - this.#next);
  }

  get rowsPerLook(): number {
    const { boundSteps, distanceSteps } = this.#measure;
    return rowsPerLookOf(this.#nextRow < this.#target.rowsEnd ? boundSteps : distanceSteps);
  }

  step(rowCount: number): boolean {
    const { rowsEnd } = this.#target;
    let left = rowCount;
    while (left > 0 && this.#nextRow < rowsEnd) {
      if (this.#nextRow === this.#blockEnd) this.#blockEnd += blockRowCount;
      const until = Math.min(this.#nextRow + left, this.#blockEnd, rowsEnd);
      left -= until - this.#nextRow;
      this.#scanRows(this.#nextRow, until);
      this.#nextRow = until;
      if (until === this.#blockEnd || until === rowsEnd) this.#endBlock();
    }
    if (this.#nextRow < this.#target.rowsEnd) return false;
    if (this.#order === undefined) {
      // Sorting costs about as much as one slice.
      this.#order = this.#waiting.sort(withSlack(this.#target.nearest.threshold));
      left = 0;
    }
    return this.#compareWaiting(left);
  }

  #scanRows(from: number, until: number): void {
    const { table, nearest } = this.#target;
    const { rows, pointCount } = table;
    for (let row = from; row < until; row++) {
      if (!this.#target.isWanted(row)) continue;
      this.#compared += 1;
      const limit = withSlack(nearest.threshold);
      const bound = this.#measure.bound(rows, row * pointCount, limit);
      if (!(bound <= limit)) continue;
      if (bound < this.#least) {
        this.#least = bound;
        this.#leastAt = this.#waiting.count;
      }
      this.#waiting.push(row, bound);
    }
  }

  #endBlock(): void {
    const leastAt = this.#leastAt;
    if (leastAt < 0) return;
    this.#leastAt = -1;
    this.#least = Infinity;
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
