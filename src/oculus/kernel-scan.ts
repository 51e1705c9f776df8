/**
 * The scans of euclidean and dtw with a kernel (kernel/distance-rows.ts): it says of many rows at once
 * which may be among the nearest, and those are measured as the scans without it do. So the answers
 * are the same, and these two differ from EuclideanScan, MirrorScan and BoundedScan in speed alone.
 *
 * No row is left out unless its distance is surely above the worst match; `reachOf` sees to rounding.
 */
import {
  kernelRowsMax,
  reachOf,
  singleQuery,
  type DistanceRows,
  type SingleQuery,
} from "../kernel/index.ts";
import { mirrored, type DtwMeasure } from "./measures.ts";
import { rowsPerLookOf, type ScanTarget, type TableScan } from "./scan.ts";
import { WaitingRows } from "./waiting-rows.ts";

/** Where a caller steps over so many rows, a kernel passes over this many times as many. */
const rowsPerStepRow = 16;

const firstBlockRowCount = 64;
/** A block is read twice for mirror images: it stays in the processor's cache. */
const blockPointCountMax = 2 ** 17;
const warpingBatchRowCount = 64;

/** A pass over all rows in blocks, which begin small: until there are matches, no row can be left out. */
abstract class BlockPass {
  /** In a pass. */
  protected readonly passRowsPerLook: number;
  protected readonly target: ScanTarget;
  protected readonly kernel: DistanceRows;
  protected nextRow = 0;
  readonly #blockRowCountMax: number;
  #blockRowCount = firstBlockRowCount;

  constructor(target: ScanTarget, kernel: DistanceRows) {
    this.target = target;
    this.kernel = kernel;
    const rowCount = Math.floor(blockPointCountMax / kernel.pointCount);
    this.#blockRowCountMax = Math.max(1, Math.min(kernelRowsMax, rowCount));
    this.passRowsPerLook = rowsPerLookOf(kernel.pointCount);
  }

  /** Rows passed that a search can meet. */
  protected get passedCount(): number {
    return this.target.wantedCountBelow(this.nextRow);
  }

  /** @returns whether all rows are passed */
  protected pass(stepRowCount: number): boolean {
    const { rowsEnd } = this.target;
    const until = Math.min(this.nextRow + stepRowCount * rowsPerStepRow, rowsEnd);
    while (this.nextRow < until) {
      const blockEnd = Math.min(this.nextRow + this.#blockRowCount, until);
      this.scanBlock(this.nextRow, blockEnd);
      this.nextRow = blockEnd;
      this.#blockRowCount = Math.min(2 * this.#blockRowCount, this.#blockRowCountMax);
    }
    return until >= rowsEnd;
  }

  protected abstract scanBlock(from: number, until: number): void;
}

/** Euclidean without lags, of the row or of its mirror image too. */
export class EuclideanKernelScan extends BlockPass implements TableScan {
  readonly #query: Float64Array;
  readonly #queries: readonly SingleQuery[];
  readonly #compare: (row: number) => void;

  /** @param compare  measures a row, and offers it */
  constructor(
    target: ScanTarget,
    kernel: DistanceRows,
    query: Float64Array,
    { inverse, compare }: { readonly inverse: boolean; readonly compare: (row: number) => void },
  ) {
    super(target, kernel);
    this.#query = query;
    const sides = inverse ? [query, mirrored(query)] : [query];
    this.#queries = sides.map((side) => singleQuery(side, side, side));
    this.#compare = compare;
  }

  get rowsPerLook(): number {
    return this.passRowsPerLook;
  }

  get comparedCount(): number {
    return this.passedCount;
  }

  step(rowCount: number): boolean {
    return this.pass(rowCount);
  }

  protected scanBlock(from: number, until: number): void {
    this.kernel.euclidean(this.#queries, from, until);
    const reach = reachOf(this.target.nearest.threshold, this.#query);
    for (const at of this.kernel.within(until - from, reach)) {
      if (this.target.isWanted(from + at)) this.#compare(from + at);
    }
  }
}

/** Banded DTW: LB_Keogh of all rows, then of those left, least bound first, the warping table. */
export class DtwKernelScan extends BlockPass implements TableScan {
  readonly #measure: DtwMeasure;
  readonly #query: Float64Array;
  readonly #waiting = new WaitingRows();
  readonly #batch = new Int32Array(warpingBatchRowCount);
  /** In the second pass: which of those that wait comes when. */
  #order: Int32Array | undefined;
  #next = 0;

  constructor(target: ScanTarget, kernel: DistanceRows, query: Float64Array, measure: DtwMeasure) {
    super(target, kernel);
    this.#query = query;
    this.#measure = measure;
  }

  get rowsPerLook(): number {
    if (this.#order === undefined) return this.passRowsPerLook;
    return rowsPerLookOf(this.#measure.distanceSteps);
  }

  get comparedCount(): number {
    return this.passedCount - (this.#waiting.count - this.#next);
  }

  step(rowCount: number): boolean {
    if (this.#order === undefined) {
      if (this.pass(rowCount)) this.#order = this.#waiting.sort(this.#reach());
      return this.#order?.length === 0;
    }
    for (let left = rowCount; left > 0 && this.#next < this.#order.length;) {
      left -= this.#warpBatch(this.#order, Math.min(left, warpingBatchRowCount));
    }
    return this.#next >= this.#order.length;
  }

  protected scanBlock(from: number, until: number): void {
    const bounds = this.kernel.keogh(this.#measure.singles, from, until);
    let leastAt = -1;
    let least = Infinity;
    for (const at of this.kernel.within(until - from, this.#reach())) {
      const row = from + at;
      if (!this.target.isWanted(row)) continue;
      const bound = bounds[at]!;
      if (bound < least) {
        least = bound;
        leastAt = this.#waiting.count;
      }
      this.#waiting.push(row, bound);
    }
    if (leastAt < 0) return;
    // So that the worst match soon becomes good, and most rows are left out by their bound.
    const row = this.#waiting.row(leastAt);
    this.#waiting.remove(leastAt);
    this.#compare(row);
  }

  /** @returns how many rows it looked at */
  #warpBatch(order: Int32Array, rowCount: number): number {
    const reach = this.#reach();
    let count = 0;
    while (count < rowCount && this.#next < order.length) {
      const at = order[this.#next++]!;
      if (this.#waiting.bound(at) <= reach) this.#batch[count++] = this.#waiting.row(at);
    }
    const list = this.#batch.subarray(0, count);
    const squares = this.kernel.dtw(this.#measure.singles, this.#measure.band, list, reach);
    for (let n = 0; n < count; n++) if (squares[n]! <= this.#reach()) this.#compare(list[n]!);
    return rowCount;
  }

  #compare(row: number): void {
    const { table, nearest } = this.target;
    if (!this.target.isAccepted(row)) return;
    const distance = this.#measure.distance(table.rows, row * table.pointCount, nearest.threshold);
    if (distance < Infinity) nearest.offer(distance, row, 0, this.#measure.sign);
  }

  #reach(): number {
    return reachOf(this.target.nearest.threshold, this.#query);
  }
}
