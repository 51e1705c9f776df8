/**
 * Rows of single precision in the memory of a kernel (wasm/distances.ts), and distances from a query to
 * many of them.
 *
 * What it defines is src/oculus: these numbers say which rows can be left out, and those that cannot are
 * measured there, so that a search answers the same with the kernel and without. That holds because of
 * bounds on rounding: single-query.ts has those of plain and warped squares, lagged-query.ts those of
 * correlation over lags and of the ranking `best`.
 */
import { assert } from "../base/assert.ts";
import type { BestQuery, LaggedQuery } from "./lagged-query.ts";
import { kernelRowsMax, RowMemory, viewRowsMax } from "./row-memory.ts";
import type { SingleQuery } from "./single-query.ts";

const unitRoundoff = 2 ** -24;

export class DistanceRows {
  readonly pointCount: number;
  readonly #memory: RowMemory;
  readonly #bounds = new Float64Array(viewRowsMax);
  readonly #viewErrors = new Float32Array(viewRowsMax);

  /** @returns undefined where there is no room for so many rows: more than 4 GiB, or none to be had */
  static open(
    module: WebAssembly.Module,
    options: { readonly pointCount: number; readonly rowCount: number },
  ): DistanceRows | undefined {
    const memory = RowMemory.open(module, options);
    return memory === undefined ? undefined : new DistanceRows(memory);
  }

  private constructor(memory: RowMemory) {
    this.pointCount = memory.pointCount;
    this.#memory = memory;
  }

  /** All rows; another view after `grow`. */
  get rows(): Float32Array<ArrayBuffer> {
    return this.#memory.rows;
  }

  /** Makes room for more rows; those there stay. @returns false, with nothing changed, without room */
  grow(rowCount: number): boolean {
    return this.#memory.grow(rowCount);
  }

  /**
   * Squared Euclidean distances of the rows [from, until), to the nearest of the queries: the row's
   * shape and perhaps its mirror image.
   *
   * @returns one for each row; overwritten by the next call
   */
  euclidean(queries: readonly SingleQuery[], from: number, until: number): Float32Array {
    this.#checkRange(from, until);
    const { query, rows, out } = this.#memory.layout;
    for (const [at, { points }] of queries.entries()) {
      this.#memory.views.query.set(points);
      this.#memory.kernel.euclidean(query, rows, this.pointCount, from, until, out, Math.sign(at));
    }
    return this.#memory.views.out;
  }

  /** LB_Keogh of the rows [from, until): as `euclidean`, and never above `dtw`. */
  keogh(queries: readonly SingleQuery[], from: number, until: number): Float32Array {
    this.#checkRange(from, until);
    const { lower, upper, rows, out } = this.#memory.layout;
    const { pointCount } = this;
    for (const [at, query] of queries.entries()) {
      this.#memory.views.lower.set(query.lower);
      this.#memory.views.upper.set(query.upper);
      this.#memory.kernel.keogh(
        lower,
        upper,
        rows,
        pointCount,
        from,
        until,
        out,
        Math.sign(at),
        Number(query.isAbsolute),
      );
    }
    return this.#memory.views.out;
  }

  /**
   * Of the last call of `euclidean` or `keogh`: which rows are within reach, counted from its first.
   *
   * @param reach  from `reachOf`
   * @returns in order; overwritten by the next call
   */
  within(rowCount: number, reach: number): Int32Array {
    assert(rowCount >= 0 && rowCount <= kernelRowsMax, "one call looks at no more rows");
    const { out, list } = this.#memory.layout;
    const count = this.#memory.kernel.listWithin(out, rowCount, reach, list);
    return this.#memory.views.list.subarray(0, count);
  }

  /**
   * Banded DTW of the rows listed, squared or by absolute differences as the queries have it.
   *
   * @param band   that of the queries' envelopes
   * @param reach  from `reachOf`: where the distance is surely above, Infinity may stand for it
   * @returns one for each row of the list; overwritten by the next call
   */
  dtw(
    queries: readonly SingleQuery[],
    band: number,
    list: Int32Array,
    reach: number,
  ): Float32Array {
    assert(list.length <= kernelRowsMax, "one call looks at no more rows");
    assert(band >= 0 && band < this.pointCount, "the band is narrower than the row");
    for (const row of list) assert(row >= 0 && row < this.#memory.rowCount, "the rows are there");
    if (list.length === 0) return this.#memory.views.out;
    const at = this.#memory.layout;
    this.#memory.views.list.set(list);
    this.#memory.views.limits.fill(reach, 0, Math.ceil(list.length / 4) * 4);
    for (const [n, query] of queries.entries()) {
      this.#memory.views.query.set(query.points);
      this.#memory.views.lower.set(query.lower);
      this.#memory.views.upper.set(query.upper);
      this.#memory.kernel.dtw(
        ...([at.query, at.lower, at.upper, at.rows, this.pointCount, band] as const),
        ...([at.list, list.length, at.limits, at.work, at.out] as const),
        ...([Math.sign(n), Number(query.isAbsolute)] as const),
      );
    }
    return this.#memory.views.out;
  }

  /**
   * Bounds of correlation over lags for the rows [from, until): none is above 1 - |r| of its row.
   *
   * @returns one for each row; overwritten by the next call
   */
  lagged(query: LaggedQuery, from: number, until: number): Float32Array {
    this.#checkRange(from, until);
    const { kernel, layout: at, views } = this.#memory;
    views.lines.set(query.lines);
    views.lags.set(query.lags);
    kernel.lagged(
      ...([at.rows, this.pointCount, from, until, at.lines, at.lags] as const),
      ...([query.laterGroupCount, query.earlierGroupCount] as const),
      ...([query.productError, query.scatterError, Number(query.isEitherSign), at.out] as const),
    );
    return views.out;
  }

  /**
   * Bounds of the ranking `best` for the rows [from, until): none is above the distance of its row.
   *
   * @param limit  above it a bound may stop short of what could be told
   * @returns one for each row; overwritten by the next call
   */
  best(query: BestQuery, from: number, until: number, limit: number): Float32Array {
    this.#checkRange(from, until);
    const { kernel, layout: at, views } = this.#memory;
    const { lagged, single } = query;
    views.lines.set(lagged.lines);
    views.lags.set(lagged.lags);
    views.lower.set(single.lower);
    views.upper.set(single.upper);
    kernel.best(
      ...([at.rows, this.pointCount, from, until, at.lines, at.lags] as const),
      ...([lagged.laterGroupCount, lagged.earlierGroupCount] as const),
      ...([Number(lagged.isEitherSign), query.width, query.errorScale, lagged.dotError] as const),
      ...([at.lower, at.upper, query.spread, limit, at.padded, at.smoothed, at.out] as const),
    );
    return views.out;
  }

  /**
   * Better bounds of the ranking `best` for the rows listed, with the warped distance itself.
   *
   * @param list   at most `viewRowsMax` rows
   * @param limit  above it Infinity may stand for a distance
   * @returns one for each row of the list; overwritten by the next call
   */
  bestOf(query: BestQuery, list: Int32Array, limit: number): Float64Array {
    const { pointCount } = this;
    const { kernel, layout: at, views, rowCount } = this.#memory;
    const { lagged, single, spread } = query;
    const count = list.length;
    assert(count <= viewRowsMax, "one call looks at no more rows");
    for (const row of list) assert(row >= 0 && row < rowCount, "the rows are there");
    if (count === 0) return this.#bounds;
    views.lines.set(lagged.lines);
    views.lags.set(lagged.lags);
    views.list.set(list);
    kernel.smoothed(
      ...([at.rows, pointCount, at.list, count, at.lines, at.lags] as const),
      ...([lagged.laterGroupCount, lagged.earlierGroupCount] as const),
      ...([Number(lagged.isEitherSign), query.width, query.errorScale, lagged.dotError] as const),
      ...([at.padded, at.smoothed, at.out, at.limits] as const),
    );
    const share = 1 - 2 * unitRoundoff * (pointCount + 8);
    const scale = 4 * pointCount;
    for (let n = 0; n < count; n++) {
      const part = views.out[n]!;
      this.#bounds[n] = part;
      this.#viewErrors[n] = views.limits[n]!;
      const root = Math.sqrt((limit - part) * scale) / share + spread * this.#viewErrors[n]!;
      views.limits[n] = limit >= part ? root * root * (1 + 2 * unitRoundoff) : -1;
      views.list[n] = n;
    }
    views.query.set(single.points);
    views.lower.set(single.lower);
    views.upper.set(single.upper);
    kernel.dtw(
      ...([at.query, at.lower, at.upper, at.smoothed, pointCount, query.band] as const),
      ...([at.list, count, at.limits, at.work, at.out, 0, 0] as const),
    );
    for (let n = 0; n < count; n++) {
      const part = this.#bounds[n]!;
      const root = Math.sqrt(views.out[n]!) * share - spread * this.#viewErrors[n]!;
      // Of a row whose sign is not sure the kernel can tell nothing.
      this.#bounds[n] = part < 0 ? 0 : part + (root > 0 ? (root * root) / scale : 0);
    }
    return this.#bounds;
  }

  #checkRange(from: number, until: number): void {
    assert(from >= 0 && until <= this.#memory.rowCount, "the rows are there");
    assert(until - from <= kernelRowsMax, "one call looks at no more rows");
  }
}
