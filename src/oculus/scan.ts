/** One pass over a table, in slices: what the distances that are cheap enough for it do. */
import { correlationStepCount, LaggedCorrelation } from "./distance/correlation.ts";
import { dotProduct, euclideanSquared, isWithinEuclidean } from "./distance/euclidean.ts";
import type { LaggedQuery } from "../kernel/index.ts";
import { squareAbove } from "./measures.ts";
import type { Nearest } from "./nearest.ts";
import type { SearchPlan } from "./search-options.ts";
import type { ShapeTable } from "./shape-table.ts";

/** What a scan goes over, and where its finds go. */
export interface ScanTarget {
  readonly table: ShapeTable;
  readonly nearest: Nearest;
  /** One past the last row to look at. */
  readonly rowsEnd: number;
  /** Has a shape and is not the query. */
  isWanted(row: number): boolean;
  /** How many rows below this one are wanted. */
  wantedCountBelow(row: number): number;
  /** Passes the filter. May be slow: asked only for rows that are near enough. */
  isAccepted(row: number): boolean;
}

const rowsPerLookMax = 128;
/** Steps of an inner loop between two looks at the clock: some hundred microseconds. */
const stepsPerLook = 262_144;

/** @param stepsPerRow  of the inner loop, at most */
export function rowsPerLookOf(stepsPerRow: number): number {
  return Math.max(1, Math.min(rowsPerLookMax, Math.floor(stepsPerLook / stepsPerRow)));
}

export interface TableScan {
  /** So many rows may be looked at before the clock is; changes on the way. */
  readonly rowsPerLook: number;
  /** How many rows are settled: compared, or surely not among the nearest. */
  readonly comparedCount: number;
  /**
   * Looks at so many more rows.
   * @returns whether it is done
   */
  step(rowCount: number): boolean;
}

abstract class OnePass implements TableScan {
  comparedCount = 0;
  abstract readonly rowsPerLook: number;
  protected readonly target: ScanTarget;
  #nextRow = 0;

  constructor(target: ScanTarget) {
    this.target = target;
  }

  step(rowCount: number): boolean {
    const until = Math.min(this.#nextRow + rowCount, this.target.rowsEnd);
    for (let row = this.#nextRow; row < until; row++) {
      if (!this.target.isWanted(row)) continue;
      this.comparedCount += 1;
      this.compare(row);
    }
    this.#nextRow = until;
    return until >= this.target.rowsEnd;
  }

  /** Measures a wanted row, and offers it where it is near enough. */
  abstract compare(row: number): void;
}

/** Euclidean without lags: the quick form filters, the exact one ranks. */
export class EuclideanScan extends OnePass {
  readonly rowsPerLook: number;
  readonly #query: Float64Array;

  constructor(target: ScanTarget, query: Float64Array) {
    super(target);
    this.#query = query;
    this.rowsPerLook = rowsPerLookOf(query.length);
  }

  compare(row: number): void {
    const { table, nearest } = this.target;
    const base = row * table.pointCount;
    const limit = squareAbove(nearest.threshold);
    if (!isWithinEuclidean(this.#query, table.rows, base, limit)) return;
    const distance = Math.sqrt(euclideanSquared(this.#query, table.rows, base, 1));
    if (nearest.wouldTake(distance, row) && this.target.isAccepted(row)) {
      nearest.offer(distance, row, 0, 1);
    }
  }
}

/** Euclidean of the row or of its mirror image: one product serves both. */
export class MirrorScan extends OnePass {
  readonly rowsPerLook: number;
  readonly #query: Float64Array;

  constructor(target: ScanTarget, query: Float64Array) {
    super(target);
    this.#query = query;
    this.rowsPerLook = rowsPerLookOf(query.length);
  }

  compare(row: number): void {
    const { table, nearest } = this.target;
    const base = row * table.pointCount;
    const length = table.pointCount;
    const product = dotProduct(this.#query, table.rows, base);
    const nearly = 2 * length - 2 * Math.abs(product);
    // Rows of single precision have a norm of m only to 7 digits.
    if (nearly - length * 1e-6 > squareAbove(nearest.threshold)) return;
    const same = euclideanSquared(this.#query, table.rows, base, 1);
    const opposite = euclideanSquared(this.#query, table.rows, base, -1);
    const distance = Math.sqrt(opposite < same ? opposite : same);
    if (nearest.wouldTake(distance, row) && this.target.isAccepted(row)) {
      nearest.offer(distance, row, 0, opposite < same ? -1 : 1);
    }
  }
}

/**
 * Lagged correlation. Ranks by 1 - |r|; for the method euclidean with lags by √(2m(1 - r)), the
 * distance that rows of full length with this r would have.
 */
export class CorrelationScan extends OnePass {
  readonly rowsPerLook: number;
  readonly stepsPerRow: number;
  readonly #correlation: LaggedCorrelation;
  readonly #isEuclidean: boolean;

  constructor(target: ScanTarget, query: Float64Array, plan: SearchPlan) {
    super(target);
    this.#correlation = new LaggedCorrelation(
      query,
      plan.lagMax,
      plan.inverse ? "both" : "positive",
    );
    this.#isEuclidean = plan.method === "euclidean";
    this.stepsPerRow = correlationStepCount(query.length, plan.lagMax);
    this.rowsPerLook = rowsPerLookOf(this.stepsPerRow);
  }

  /** For a kernel; undefined where it has no room for so many lags. */
  laggedQuery(): LaggedQuery | undefined {
    return this.#correlation.kernelQuery();
  }

  /** A row whose 1 - |r| is above it is not among the nearest. */
  get apartMax(): number {
    const { threshold } = this.target.nearest;
    if (!this.#isEuclidean) return threshold;
    return squareAbove(threshold) / (2 * this.target.table.pointCount);
  }

  compare(row: number): void {
    const { table, nearest } = this.target;
    const correlation = this.#correlation;
    correlation.compare(table.rows, row * table.pointCount);
    const r = correlation.r;
    const apart = 1 - Math.abs(r);
    const distance = this.#isEuclidean ? Math.sqrt(2 * table.pointCount * apart) : apart;
    if (!nearest.wouldTake(distance, row) || !this.target.isAccepted(row)) return;
    nearest.offer(distance, row, correlation.lag, r < 0 ? -1 : 1);
  }
}
