/** Dear distances as a kernel bounds them, for many rows at once: what kernel-bounded-scan.ts needs. */
import {
  absoluteQuery,
  absoluteReachOf,
  type BestQuery,
  type DistanceRows,
  reachOf,
  type SingleQuery,
  viewRowsMax,
} from "../kernel/index.ts";
import type { BestMeasure, BoundedMeasure, DtwMeasure, FastDtwMeasure } from "./measures.ts";

export interface KernelMeasure {
  /** What the bounds are bounds of. */
  readonly measure: BoundedMeasure;
  /** Rows that `betterBounds` takes at once, at most. */
  readonly batchRowCount: number;
  /** Bounds of rows whose distance is at most `threshold` are at most this. */
  limitOf(threshold: number): number;
  /** Of the rows [from, until); overwritten by the next call. */
  bounds(from: number, until: number, limit: number): Float32Array;
  /** Of the rows listed, closer to the distance; overwritten by the next call. */
  betterBounds(list: Int32Array, limit: number): Float32Array | Float64Array;
}

/** LB_Keogh, then the warping table; both squared. */
export class DtwKernelMeasure implements KernelMeasure {
  readonly measure: DtwMeasure;
  readonly batchRowCount = viewRowsMax;
  readonly #kernel: DistanceRows;
  readonly #query: Float64Array;

  constructor(kernel: DistanceRows, query: Float64Array, measure: DtwMeasure) {
    this.#kernel = kernel;
    this.#query = query;
    this.measure = measure;
  }

  limitOf(threshold: number): number {
    return reachOf(threshold, this.#query);
  }

  bounds(from: number, until: number): Float32Array {
    return this.#kernel.keogh(this.measure.singles, from, until);
  }

  betterBounds(list: Int32Array, limit: number): Float32Array {
    return this.#kernel.dtw(this.measure.singles, this.measure.band, list, limit);
  }
}

/**
 * No path costs less than the best one without a band, and FastDTW's is seldom much worse: so that table is
 * filled for most rows, four at a time, and FastDTW for few.
 */
export class FastDtwKernelMeasure implements KernelMeasure {
  readonly measure: FastDtwMeasure;
  readonly batchRowCount = viewRowsMax;
  readonly #kernel: DistanceRows;
  readonly #query: Float64Array;
  readonly #singles: readonly SingleQuery[];

  constructor(kernel: DistanceRows, query: Float64Array, measure: FastDtwMeasure) {
    this.#kernel = kernel;
    this.#query = query;
    this.#singles = measure.sides.map((side) => absoluteQuery(side));
    this.measure = measure;
  }

  limitOf(threshold: number): number {
    return absoluteReachOf(threshold, this.#query);
  }

  bounds(from: number, until: number): Float32Array {
    return this.#kernel.keogh(this.#singles, from, until);
  }

  betterBounds(list: Int32Array, limit: number): Float32Array {
    return this.#kernel.dtw(this.#singles, this.#kernel.pointCount - 1, list, limit);
  }
}

/** Correlation and LB_Keogh of smoothed rows, then their warping table too. */
export class BestKernelMeasure implements KernelMeasure {
  readonly measure: BestMeasure;
  readonly batchRowCount = viewRowsMax;
  readonly #kernel: DistanceRows;
  readonly #query: BestQuery;

  constructor(kernel: DistanceRows, query: BestQuery, measure: BestMeasure) {
    this.#kernel = kernel;
    this.#query = query;
    this.measure = measure;
  }

  limitOf(threshold: number): number {
    return threshold;
  }

  bounds(from: number, until: number, limit: number): Float32Array {
    return this.#kernel.best(this.#query, from, until, limit);
  }

  betterBounds(list: Int32Array, limit: number): Float64Array {
    return this.#kernel.bestOf(this.#query, list, limit);
  }
}
