/**
 * One search over one table of shapes, in slices, so that whoever owns the table can do other work
 * between them.
 *
 * It can be read at any time: the answer says how far it got and whether it is exact. It is exact
 * when every row is settled and the table did not change meanwhile. Equal distances rank by id.
 */
import type { Clock } from "../base/clock.ts";
import { assert } from "../base/assert.ts";
import { BoundedScan } from "./bounded-scan.ts";
import { toMatch, type Match } from "./likeness.ts";
import { BestKernelMeasure, DtwKernelMeasure, FastDtwKernelMeasure } from "./kernel-measures.ts";
import { EuclideanKernelScan, LaggedKernelScan } from "./kernel-scan.ts";
import { KernelBoundedScan } from "./kernel-bounded-scan.ts";
import { BestMeasure, DtwMeasure, FastDtwMeasure } from "./measures.ts";
import { Nearest } from "./nearest.ts";
import {
  CorrelationScan,
  EuclideanScan,
  MirrorScan,
  type ScanTarget,
  type TableScan,
} from "./scan.ts";
import type { SearchPlan } from "./search-options.ts";
import type { ShapeTable } from "./shape-table.ts";

export interface SearchAnswer {
  /** The nearest so far, from the first on: `offset` is not yet taken off, see `mergeAnswers`. */
  readonly matches: readonly Match[];
  readonly isExact: boolean;
  /** Rows settled: compared, or surely not among the nearest. */
  readonly comparedCount: number;
  /** Rows that have a shape, the query left out. */
  readonly totalCount: number;
}

export class ShapeSearch {
  readonly #table: ShapeTable;
  readonly #plan: SearchPlan;
  readonly #nearest: Nearest;
  readonly #scan: TableScan;
  readonly #revision: number;
  readonly #totalCount: number;
  #isComplete = false;
  #isCancelled = false;

  /** @param shape  z-normalised, as many points as the table's; see `zNormalise` */
  constructor(table: ShapeTable, shape: Float64Array, plan: SearchPlan) {
    assert(shape.length === table.pointCount, "the query has as many points as the table");
    const { excludeId, accepts } = plan;
    this.#table = table;
    this.#plan = plan;
    this.#revision = table.revision;
    const isExcluded = excludeId !== undefined && table.isComparable(excludeId);
    this.#totalCount = table.comparableCount - (isExcluded ? 1 : 0);
    this.#nearest = new Nearest(plan.limit + plan.offset);
    const target: ScanTarget = {
      table,
      nearest: this.#nearest,
      rowsEnd: table.idCount,
      isWanted: (row: number) => row !== excludeId && table.isComparable(row),
      isAccepted: accepts ?? (() => true),
      wantedCountBelow: (row: number) =>
        table.comparableCountBelow(row) - (isExcluded && excludeId < row ? 1 : 0),
    };
    this.#scan = scanFor(target, shape, plan);
  }

  get isDone(): boolean {
    return this.#isComplete || this.#isCancelled;
  }

  /**
   * Looks at so many more rows.
   * @returns whether the search is done
   */
  step(rowCount: number): boolean {
    if (!this.isDone) this.#isComplete = this.#scan.step(rowCount);
    return this.isDone;
  }

  /**
   * Goes on for about so long; at least a few rows, so that it always gets on.
   * @returns whether the search is done
   */
  runFor(budgetMs: number, clock: Clock): boolean {
    const endMs = clock.elapsedMs() + budgetMs;
    while (!this.step(this.#scan.rowsPerLook) && clock.elapsedMs() < endMs);
    return this.isDone;
  }

  /** Ends it where it is: out of time, or a newer search took its place. */
  cancel(): void {
    this.#isCancelled = true;
  }

  answer(): SearchAnswer {
    const matches: Match[] = [];
    this.#nearest.forEachSorted((distance, row, lag, sign) => {
      matches.push(toMatch(this.#plan.method, this.#table.pointCount, distance, row, lag, sign));
    });
    return {
      matches,
      isExact: this.#isComplete && this.#table.revision === this.#revision,
      comparedCount: this.#scan.comparedCount,
      totalCount: this.#totalCount,
    };
  }
}

function scanFor(target: ScanTarget, shape: Float64Array, plan: SearchPlan): TableScan {
  const { table } = target;
  const { kernel } = table;
  switch (plan.method) {
    case "euclidean": {
      if (plan.lagMax > 0) return laggedScan(target, shape, plan);
      const { inverse } = plan;
      const scan = new (inverse ? MirrorScan : EuclideanScan)(target, shape);
      if (kernel === undefined) return scan;
      const compare = (row: number): void => {
        scan.compare(row);
      };
      return new EuclideanKernelScan(target, kernel, shape, { inverse, compare });
    }
    case "correlation":
      return laggedScan(target, shape, plan);
    case "dtw": {
      const measure = new DtwMeasure(shape, plan);
      if (kernel === undefined) return new BoundedScan(target, measure);
      return new KernelBoundedScan(target, kernel, new DtwKernelMeasure(kernel, shape, measure));
    }
    case "fastdtw": {
      const measure = new FastDtwMeasure(shape, plan);
      if (kernel === undefined) return new BoundedScan(target, measure);
      const bounds = new FastDtwKernelMeasure(kernel, shape, measure);
      return new KernelBoundedScan(target, kernel, bounds);
    }
    case "best": {
      const measure = new BestMeasure(shape, plan, table.rows);
      const query = kernel === undefined ? undefined : measure.kernelQuery();
      if (kernel === undefined || query === undefined) return new BoundedScan(target, measure);
      return new KernelBoundedScan(target, kernel, new BestKernelMeasure(kernel, query, measure));
    }
  }
}

function laggedScan(target: ScanTarget, shape: Float64Array, plan: SearchPlan): TableScan {
  const { kernel } = target.table;
  const scan = new CorrelationScan(target, shape, plan);
  const query = kernel === undefined ? undefined : scan.laggedQuery();
  if (kernel === undefined || query === undefined) return scan;
  return new LaggedKernelScan(target, kernel, query, scan);
}
