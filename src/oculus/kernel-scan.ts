/**
 * The scans of one pass with a kernel (kernel/distance-rows.ts): it says of many rows at once which may be
 * among the nearest, and those are measured as the scans without it do. So the answers are the same, and
 * these differ from EuclideanScan, MirrorScan and CorrelationScan in speed alone.
 *
 * No row is left out unless its distance is surely above the worst match: `reachOf` and the bounds of
 * kernel/lagged-query.ts see to rounding.
 */
import {
  type DistanceRows,
  type LaggedQuery,
  reachOf,
  singleQuery,
  type SingleQuery,
} from "../kernel/index.ts";
import { BlockPass } from "./block-pass.ts";
import { mirrored } from "./measures.ts";
import type { CorrelationScan, ScanTarget, TableScan } from "./scan.ts";

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
    super(target, kernel, kernel.pointCount);
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

/** Lagged correlation, and euclidean with lags: what the kernel cannot leave out is compared at once. */
export class LaggedKernelScan extends BlockPass implements TableScan {
  readonly #query: LaggedQuery;
  readonly #scan: CorrelationScan;

  constructor(target: ScanTarget, kernel: DistanceRows, query: LaggedQuery, scan: CorrelationScan) {
    super(target, kernel, scan.stepsPerRow);
    this.#query = query;
    this.#scan = scan;
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
    const bounds = this.kernel.lagged(this.#query, from, until);
    for (const at of this.kernel.within(until - from, this.#scan.apartMax)) {
      // The worst match gets better on the way.
      if (bounds[at]! > this.#scan.apartMax || !this.target.isWanted(from + at)) continue;
      this.#scan.compare(from + at);
    }
  }
}
