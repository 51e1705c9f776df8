/** One pass of a kernel over the rows of a table, in blocks: what all scans with a kernel begin with. */
import { type DistanceRows, kernelRowsMax } from "../kernel/index.ts";
import { rowsPerLookOf, type ScanTarget } from "./scan.ts";

/** Where a caller steps over so many rows, a kernel passes over this many times as many. */
const rowsPerStepRow = 16;

const firstBlockRowCount = 64;
/** A block is read twice for mirror images: it stays in the processor's cache. */
const blockPointCountMax = 2 ** 17;

/** A pass over all rows in blocks, which begin small: until there are matches, no row can be left out. */
export abstract class BlockPass {
  /** In a pass. */
  protected readonly passRowsPerLook: number;
  protected readonly target: ScanTarget;
  protected readonly kernel: DistanceRows;
  protected nextRow = 0;
  readonly #blockRowCountMax: number;
  #blockRowCount = firstBlockRowCount;

  /** @param stepsPerRow  of the kernel's inner loop, for one row */
  constructor(target: ScanTarget, kernel: DistanceRows, stepsPerRow: number) {
    this.target = target;
    this.kernel = kernel;
    const rowCount = Math.floor(blockPointCountMax / kernel.pointCount);
    this.#blockRowCountMax = Math.max(1, Math.min(kernelRowsMax, rowCount));
    this.passRowsPerLook = rowsPerLookOf(stepsPerRow);
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
