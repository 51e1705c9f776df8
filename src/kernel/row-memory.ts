/**
 * The memory of a kernel of distances (wasm/distances.ts): rows of single precision at its end, and before
 * them room for a query and for what a call answers. Laid out here, as the kernel has no allocator.
 *
 * Each has an instance and a memory of its own, as WebAssembly memory never shrinks: that of a table goes
 * with the table. Queries are copied in for each call, so that searches that take turns do not meet.
 */
import { assert } from "../base/assert.ts";

/** One call looks at no more rows: some hundred microseconds of the dearest distance. */
export const kernelRowsMax = 2048;

/** Smoothed views that are kept between two calls: they are measured four at a time. */
export const viewRowsMax = 64;

/** As in wasm/lib/distances/views.ts. */
const paddedRowCount = 8;

/** Lags either way that there is room for; longer ones are for the definition alone. */
const lagMaxMax = 64;

const pageBytes = 65_536;
/** Addresses have 32 bits; the last page is left alone, so that no sum of them turns over. */
const memoryBytesMax = 2 ** 32 - pageBytes;
/** Vectors may read a little past the last row. */
const marginBytes = 64;

export interface DistanceExports {
  readonly memory: WebAssembly.Memory;
  euclidean(
    ...args: [
      ...[query: number, rows: number, pointCount: number, from: number, until: number],
      ...[out: number, isSecond: number],
    ]
  ): void;
  keogh(
    ...args: [
      ...[lower: number, upper: number, rows: number, pointCount: number, from: number],
      ...[until: number, out: number, isSecond: number, isAbsolute: number],
    ]
  ): void;
  listWithin(out: number, count: number, limit: number, list: number): number;
  dtw(
    ...args: [
      ...[query: number, lower: number, upper: number, rows: number, pointCount: number],
      ...[band: number, list: number, listCount: number, limits: number, work: number],
      ...[out: number, isSecond: number, isAbsolute: number],
    ]
  ): void;
  lagged(
    ...args: [
      ...[rows: number, pointCount: number, from: number, until: number],
      ...[lines: number, lags: number, laterGroups: number, earlierGroups: number],
      ...[productError: number, scatterError: number, isEitherSign: number, out: number],
    ]
  ): void;
  best(
    ...args: [
      ...[rows: number, pointCount: number, from: number, until: number],
      ...[lines: number, lags: number, laterGroups: number, earlierGroups: number],
      ...[isEitherSign: number, width: number, errorScale: number, dotError: number],
      ...[lower: number, upper: number, spread: number, limit: number],
      ...[padded: number, view: number, out: number],
    ]
  ): void;
  smoothed(
    ...args: [
      ...[rows: number, pointCount: number, list: number, listCount: number],
      ...[lines: number, lags: number, laterGroups: number, earlierGroups: number],
      ...[isEitherSign: number, width: number, errorScale: number, dotError: number],
      ...[padded: number, views: number, out: number, errors: number],
    ]
  ): void;
}

export class RowMemory {
  readonly pointCount: number;
  readonly kernel: DistanceExports;
  readonly layout: Layout;
  #rowCount: number;
  #rows: Float32Array<ArrayBuffer>;
  #views: Views;

  /** @returns undefined where there is no room for so many rows: more than 4 GiB, or none to be had */
  static open(
    module: WebAssembly.Module,
    { pointCount, rowCount }: { readonly pointCount: number; readonly rowCount: number },
  ): RowMemory | undefined {
    const layout = layOut(pointCount);
    const sizeBytes = endOf(layout, pointCount, rowCount);
    if (sizeBytes > memoryBytesMax) return undefined;
    let kernel: DistanceExports;
    try {
      kernel = new WebAssembly.Instance(module).exports as unknown as DistanceExports;
    } catch {
      return undefined; // no address space is left for another memory
    }
    if (!growTo(kernel.memory, sizeBytes)) return undefined;
    return new RowMemory(kernel, layout, pointCount, rowCount);
  }

  private constructor(
    kernel: DistanceExports,
    layout: Layout,
    pointCount: number,
    rowCount: number,
  ) {
    this.pointCount = pointCount;
    this.kernel = kernel;
    this.layout = layout;
    this.#rowCount = rowCount;
    this.#rows = this.#viewRows();
    this.#views = viewsOf(kernel.memory, layout, pointCount);
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** All rows; another view after `grow`. */
  get rows(): Float32Array<ArrayBuffer> {
    return this.#rows;
  }

  /** Others after `grow`. */
  get views(): Views {
    return this.#views;
  }

  /** Makes room for more rows; those there stay. @returns false, with nothing changed, without room */
  grow(rowCount: number): boolean {
    assert(rowCount >= this.#rowCount, "rows are never fewer");
    const sizeBytes = endOf(this.layout, this.pointCount, rowCount);
    if (sizeBytes > memoryBytesMax || !growTo(this.kernel.memory, sizeBytes)) return false;
    this.#rowCount = rowCount;
    this.#rows = this.#viewRows();
    this.#views = viewsOf(this.kernel.memory, this.layout, this.pointCount);
    return true;
  }

  #viewRows(): Float32Array<ArrayBuffer> {
    const { buffer } = this.kernel.memory;
    return new Float32Array(buffer, this.layout.rows, this.#rowCount * this.pointCount);
  }
}

/** How many lags either way a query of the kernel may have. */
export function kernelLagMax(pointCount: number): number {
  return Math.min(lagMaxMax, pointCount >> 1);
}

/** Groups of four lags: those of rows that move later, lag 0 among them, and those of earlier ones. */
export function lagGroups(lagMax: number): { readonly later: number; readonly earlier: number } {
  return { later: Math.ceil((lagMax + 1) / 4), earlier: Math.ceil(lagMax / 4) };
}

/** Numbers that the kernel keeps of each group. */
export const lagFloats = 16;

/** Points of a row filled up to whole vectors. */
export function paddedCount(pointCount: number): number {
  return Math.ceil(pointCount / 4) * 4;
}

/** Where things lie in the memory, in bytes. */
interface Layout {
  readonly query: number;
  readonly lower: number;
  readonly upper: number;
  readonly lines: number;
  readonly lags: number;
  readonly list: number;
  readonly limits: number;
  readonly out: number;
  readonly work: number;
  readonly padded: number;
  readonly smoothed: number;
  readonly rows: number;
}

function layOut(pointCount: number): Layout {
  let end = 64;
  const take = (sizeBytes: number): number => {
    const start = end;
    end += Math.ceil(sizeBytes / 64) * 64;
    return start;
  };
  const groups = lagGroups(kernelLagMax(pointCount));
  const groupCount = groups.later + groups.earlier;
  return {
    query: take(4 * pointCount),
    lower: take(4 * pointCount),
    upper: take(4 * pointCount),
    lines: take(16 * groupCount * paddedCount(pointCount)),
    lags: take(4 * lagFloats * groupCount),
    list: take(4 * kernelRowsMax),
    limits: take(4 * kernelRowsMax),
    out: take(4 * kernelRowsMax),
    // Columns and tails with the widest band on either side, and a line of it.
    work: take(16 * (3 * pointCount + 3 * pointCount + 2 * pointCount + 4)),
    // Rows with half their length on either side: see `layPadded`.
    padded: take(paddedRowCount * (4 * 2 * pointCount + marginBytes)),
    smoothed: take(4 * viewRowsMax * pointCount + marginBytes),
    rows: take(0),
  };
}

function endOf(layout: Layout, pointCount: number, rowCount: number): number {
  return layout.rows + rowCount * pointCount * 4 + marginBytes;
}

interface Views {
  readonly query: Float32Array;
  readonly lower: Float32Array;
  readonly upper: Float32Array;
  readonly lines: Float32Array;
  readonly lags: Float32Array;
  readonly list: Int32Array;
  readonly limits: Float32Array;
  readonly out: Float32Array;
}

function viewsOf({ buffer }: WebAssembly.Memory, at: Layout, pointCount: number): Views {
  return {
    query: new Float32Array(buffer, at.query, pointCount),
    lower: new Float32Array(buffer, at.lower, pointCount),
    upper: new Float32Array(buffer, at.upper, pointCount),
    lines: new Float32Array(buffer, at.lines, (at.lags - at.lines) / 4),
    lags: new Float32Array(buffer, at.lags, (at.list - at.lags) / 4),
    list: new Int32Array(buffer, at.list, kernelRowsMax),
    limits: new Float32Array(buffer, at.limits, kernelRowsMax),
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
