/**
 * What bounded-scan.ts does, with a kernel: it bounds many rows at once, cheaply for all of them and then
 * more closely for those left, least bound first; what it cannot leave out is measured as without it. So
 * the answers are the same, and the two differ in speed alone.
 */
import type { DistanceRows } from "../kernel/index.ts";
import { BlockPass } from "./block-pass.ts";
import type { KernelMeasure } from "./kernel-measures.ts";
import { rowsPerLookOf, type ScanTarget, type TableScan } from "./scan.ts";
import { WaitingRows } from "./waiting-rows.ts";

/** Rows of a block that are measured at once, the least bounds of all, until there are matches enough. */
const firstRowsPerBlock = 4;

export class KernelBoundedScan extends BlockPass implements TableScan {
  readonly #bounds: KernelMeasure;
  readonly #waiting = new WaitingRows();
  readonly #batch: Int32Array;
  /** In the second pass: which of those that wait comes when. */
  #order: Int32Array | undefined;
  #next = 0;

  constructor(target: ScanTarget, kernel: DistanceRows, bounds: KernelMeasure) {
    super(target, kernel, bounds.measure.boundSteps);
    this.#bounds = bounds;
    this.#batch = new Int32Array(bounds.batchRowCount);
  }

  get rowsPerLook(): number {
    if (this.#order === undefined) return this.passRowsPerLook;
    return rowsPerLookOf(this.#bounds.measure.distanceSteps);
  }

  get comparedCount(): number {
    return this.passedCount - (this.#waiting.count - this.#next);
  }

  step(rowCount: number): boolean {
    if (this.#order === undefined) {
      if (this.pass(rowCount)) this.#order = this.#waiting.sort(this.#limit());
      return this.#order?.length === 0;
    }
    for (let left = rowCount; left > 0 && this.#next < this.#order.length;) {
      left -= this.#takeBatch(this.#order, Math.min(left, this.#batch.length));
    }
    return this.#next >= this.#order.length;
  }

  protected scanBlock(from: number, until: number): void {
    const limit = this.#limit();
    const bounds = this.#bounds.bounds(from, until, limit);
    const first = this.#waiting.count;
    for (const at of this.kernel.within(until - from, limit)) {
      if (this.target.isWanted(from + at)) this.#waiting.push(from + at, bounds[at]!);
    }
    // So that the worst match soon becomes good, and most rows are left out by their bound.
    const rowCount = limit === Infinity ? firstRowsPerBlock : 1;
    for (let n = 0; n < rowCount; n++) this.#compareLeast(first);
  }

  /** Of those that wait from a place on. */
  #compareLeast(first: number): void {
    let leastAt = -1;
    let least = Infinity;
    for (let at = first; at < this.#waiting.count; at++) {
      const bound = this.#waiting.bound(at);
      if (bound >= least) continue;
      least = bound;
      leastAt = at;
    }
    if (leastAt < 0) return;
    const row = this.#waiting.row(leastAt);
    this.#waiting.remove(leastAt);
    this.#compare(row);
  }

  /** @returns how many rows it looked at */
  #takeBatch(order: Int32Array, rowCount: number): number {
    const limit = this.#limit();
    let count = 0;
    while (count < rowCount && this.#next < order.length) {
      const at = order[this.#next++]!;
      if (this.#waiting.bound(at) <= limit) this.#batch[count++] = this.#waiting.row(at);
    }
    const bounds = this.#bounds.betterBounds(this.#batch.subarray(0, count), limit);
    for (let n = 0; n < count; n++) if (bounds[n]! <= this.#limit()) this.#compare(this.#batch[n]!);
    return rowCount;
  }

  #compare(row: number): void {
    const { table, nearest } = this.target;
    if (!this.target.isAccepted(row)) return;
    const { measure } = this.#bounds;
    const distance = measure.distance(table.rows, row * table.pointCount, nearest.threshold);
    if (distance < Infinity) nearest.offer(distance, row, measure.lag, measure.sign);
  }

  #limit(): number {
    return this.#bounds.limitOf(this.target.nearest.threshold);
  }
}
