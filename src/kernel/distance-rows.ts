/**
 * Rows of single precision in the memory of a kernel (wasm/distances.ts), and squared distances from a
 * query to many of them.
 *
 * What it defines is src/oculus/distance: these distances say which rows can be left out, and those
 * that cannot are measured there, so that a search answers the same with the kernel and without. That
 * holds because of this bound: with e = 2^-24, a query q of norm |q|, and m points,
 *
 *     measured <= (d + e |q| √2m)² (1 + e (2m + 8))     where d is the true distance, plain or warped
 *
 * The first term is q's own rounding, since an alignment meets no point of q more often than 2m in
 * all; the second is that of the sums, of at most 2m squares. `reachOf` gives the right side, rounded up.
 *
 * Each `DistanceRows` has an instance and a memory of its own, as WebAssembly memory never shrinks: that
 * of a table goes with the table. Queries are copied in for each call, so that searches that take turns
 * do not meet.
 */
import { assert } from "../base/assert.ts";

/** One call looks at no more rows: some hundred microseconds of the dearest distance. */
export const kernelRowsMax = 2048;

/** A query in single precision, with the envelope of its band: see `singleQuery`. */
export interface SingleQuery {
  readonly points: Float32Array<ArrayBuffer>;
  readonly lower: Float32Array<ArrayBuffer>;
  readonly upper: Float32Array<ArrayBuffer>;
}

interface DistanceExports {
  readonly memory: WebAssembly.Memory;
  euclidean(
    query: number,
    rows: number,
    pointCount: number,
    from: number,
    until: number,
    out: number,
    isSecond: number,
  ): void;
  keogh(
    lower: number,
    upper: number,
    rows: number,
    pointCount: number,
    from: number,
    until: number,
    out: number,
    isSecond: number,
  ): void;
  listWithin(out: number, count: number, limit: number, list: number): number;
  dtw(
    query: number,
    lower: number,
    upper: number,
    rows: number,
    pointCount: number,
    band: number,
    list: number,
    listCount: number,
    limit: number,
    work: number,
    out: number,
    isSecond: number,
  ): void;
}

const pageBytes = 65_536;
/** Addresses have 32 bits; the last page is left alone, so that no sum of them turns over. */
const memoryBytesMax = 2 ** 32 - pageBytes;
const unitRoundoff = 2 ** -24;

export class DistanceRows {
  readonly pointCount: number;
  readonly #kernel: DistanceExports;
  readonly #layout: Layout;
  #rowCount: number;
  #rows: Float32Array<ArrayBuffer>;
  #views: Views;

  /** @returns undefined where there is no room for so many rows: more than 4 GiB, or none to be had */
  static open(
    module: WebAssembly.Module,
    options: { readonly pointCount: number; readonly rowCount: number },
  ): DistanceRows | undefined {
    const layout = layOut(options.pointCount);
    const sizeBytes = layout.rows + options.rowCount * options.pointCount * 4;
    if (sizeBytes > memoryBytesMax) return undefined;
    let kernel: DistanceExports;
    try {
      kernel = new WebAssembly.Instance(module).exports as unknown as DistanceExports;
    } catch {
      return undefined; // no address space is left for another memory
    }
    if (!growTo(kernel.memory, sizeBytes)) return undefined;
    return new DistanceRows(kernel, layout, options);
  }

  private constructor(
    kernel: DistanceExports,
    layout: Layout,
    { pointCount, rowCount }: { readonly pointCount: number; readonly rowCount: number },
  ) {
    this.pointCount = pointCount;
    this.#kernel = kernel;
    this.#layout = layout;
    this.#rowCount = rowCount;
    this.#rows = this.#viewRows();
    this.#views = viewsOf(kernel.memory, layout, pointCount);
  }

  /** All rows; another view after `grow`. */
  get rows(): Float32Array<ArrayBuffer> {
    return this.#rows;
  }

  /** Makes room for more rows; those there stay. @returns false, with nothing changed, without room */
  grow(rowCount: number): boolean {
    assert(rowCount >= this.#rowCount, "rows are never fewer");
    const sizeBytes = this.#layout.rows + rowCount * this.pointCount * 4;
    if (sizeBytes > memoryBytesMax || !growTo(this.#kernel.memory, sizeBytes)) return false;
    this.#rowCount = rowCount;
    this.#rows = this.#viewRows();
    this.#views = viewsOf(this.#kernel.memory, this.#layout, this.pointCount);
    return true;
  }

  /**
   * Squared Euclidean distances of the rows [from, until), to the nearest of the queries: the row's
   * shape and perhaps its mirror image.
   *
   * @returns one for each row; overwritten by the next call
   */
  euclidean(queries: readonly SingleQuery[], from: number, until: number): Float32Array {
    this.#checkRange(from, until);
    const { query, rows, out } = this.#layout;
    for (const [at, { points }] of queries.entries()) {
      this.#views.query.set(points);
      this.#kernel.euclidean(query, rows, this.pointCount, from, until, out, Math.sign(at));
    }
    return this.#views.out;
  }

  /** LB_Keogh of the rows [from, until): as `euclidean`, and never above `dtw`. */
  keogh(queries: readonly SingleQuery[], from: number, until: number): Float32Array {
    this.#checkRange(from, until);
    const { lower, upper, rows, out } = this.#layout;
    const { pointCount } = this;
    for (const [at, query] of queries.entries()) {
      this.#views.lower.set(query.lower);
      this.#views.upper.set(query.upper);
      this.#kernel.keogh(lower, upper, rows, pointCount, from, until, out, Math.sign(at));
    }
    return this.#views.out;
  }

  /**
   * Of the last call of `euclidean` or `keogh`: which rows are within reach, counted from its first.
   *
   * @param reach  from `reachOf`
   * @returns in order; overwritten by the next call
   */
  within(rowCount: number, reach: number): Int32Array {
    assert(rowCount >= 0 && rowCount <= kernelRowsMax, "one call looks at no more rows");
    const { out, list } = this.#layout;
    const count = this.#kernel.listWithin(out, rowCount, reach, list);
    return this.#views.list.subarray(0, count);
  }

  /**
   * Squared banded DTW of the rows listed.
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
    for (const row of list) assert(row >= 0 && row < this.#rowCount, "the rows are there");
    if (list.length === 0) return this.#views.out;
    const at = this.#layout;
    this.#views.list.set(list);
    for (const [n, query] of queries.entries()) {
      this.#views.query.set(query.points);
      this.#views.lower.set(query.lower);
      this.#views.upper.set(query.upper);
      this.#kernel.dtw(
        ...([at.query, at.lower, at.upper, at.rows, this.pointCount, band] as const),
        ...([at.list, list.length, reach, at.work, at.out, Math.sign(n)] as const),
      );
    }
    return this.#views.out;
  }

  #checkRange(from: number, until: number): void {
    assert(from >= 0 && until <= this.#rowCount, "the rows are there");
    assert(until - from <= kernelRowsMax, "one call looks at no more rows");
  }

  #viewRows(): Float32Array<ArrayBuffer> {
    const { buffer } = this.#kernel.memory;
    return new Float32Array(buffer, this.#layout.rows, this.#rowCount * this.pointCount);
  }
}

/**
 * @param lower  the lowest of the query at most a band away from each point; ends meet ends only, so
 * @param upper  there the envelope is the query itself
 */
export function singleQuery(
  query: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
): SingleQuery {
  const single = {
    points: Float32Array.from(query),
    lower: Float32Array.from(lower),
    upper: Float32Array.from(upper),
  };
  for (const end of [0, query.length - 1]) {
    single.lower[end] = single.upper[end] = single.points[end]!;
  }
  return single;
}

/** A number that no measured square exceeds whose true distance is at most `distance`. */
export function reachOf(distance: number, query: Float64Array): number {
  const pointCount = query.length;
  let squares = 0;
  for (let i = 0; i < pointCount; i++) squares += query[i]! * query[i]!;
  const rounded = distance + unitRoundoff * Math.sqrt(2 * pointCount * squares);
  // Twice the bound: for rounding here, and once more on the way into the kernel.
  return rounded * rounded * (1 + 2 * unitRoundoff * (2 * pointCount + 8));
}

/** Where things lie in the memory, in bytes. */
interface Layout {
  readonly query: number;
  readonly lower: number;
  readonly upper: number;
  readonly list: number;
  readonly out: number;
  readonly work: number;
  readonly rows: number;
}

function layOut(pointCount: number): Layout {
  let end = 64;
  const take = (sizeBytes: number): number => {
    const start = end;
    end += Math.ceil(sizeBytes / 64) * 64;
    return start;
  };
  return {
    query: take(4 * pointCount),
    lower: take(4 * pointCount),
    upper: take(4 * pointCount),
    list: take(4 * kernelRowsMax),
    out: take(4 * kernelRowsMax),
    // Columns and tails with the widest band on either side, and a line of it.
    work: take(16 * (3 * pointCount + 3 * pointCount + 2 * pointCount + 4)),
    rows: take(0),
  };
}

interface Views {
  readonly query: Float32Array;
  readonly lower: Float32Array;
  readonly upper: Float32Array;
  readonly list: Int32Array;
  readonly out: Float32Array;
}

function viewsOf({ buffer }: WebAssembly.Memory, at: Layout, pointCount: number): Views {
  return {
    query: new Float32Array(buffer, at.query, pointCount),
    lower: new Float32Array(buffer, at.lower, pointCount),
    upper: new Float32Array(buffer, at.upper, pointCount),
    list: new Int32Array(buffer, at.list, kernelRowsMax),
    out: new Float32Array(buffer, at.out, kernelRowsMax),
  };
}

function growTo(memory: WebAssembly.Memory, sizeBytes: number): boolean {
  const lacking = Math.ceil((sizeBytes - memory.buffer.byteLength) / pageBytes);
  if (lacking <= 0) return true;
  try {
    memory.grow(lacking);
    return true;
  } catch {
    return false;
  }
}
