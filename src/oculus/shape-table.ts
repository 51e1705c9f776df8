/**
 * The shapes of one shard's series over one window: a matrix of z-normalised rows, end to end.
 *
 * Row r belongs to the series with id r, so no map is needed, and a search that goes on while the
 * shard takes samples never meets a row that moved. Rows of ids without a shape are skipped; why
 * they have none is kept, so that a page can say so.
 *
 *     memory = rows · (4 · points + 1) bytes      250,000 rows: 60 MB at 60 points, 360 MB at 360
 *
 * With the kernel of distances the rows lie in its memory, so that a search copies nothing. Where there
 * is no room for them there (a memory has 4 GiB), they lie in an array of their own, and searches do
 * without the kernel. A table of double precision, for the offline command, has none, and takes
 * twice the memory.
 */
import { assert } from "../base/assert.ts";
import { DistanceRows } from "../kernel/index.ts";
import type { ShapeRows } from "./distance/rows.ts";
import { shapeFaults, type ShapeFault } from "./shape.ts";

/** One table holds at most so many rows; the order of bounds in a search packs rows into 21 bits. */
export const rowCountMax = 2 ** 21;

const noSeries = 0;
const comparable = 1;
const firstFault = 2;

export class ShapeTable {
  readonly pointCount: number;
  readonly #isDouble: boolean;
  #kernel: DistanceRows | undefined;
  #rows: ShapeRows;
  /** `noSeries`, `comparable`, or `firstFault` + index of the fault. */
  #states: Uint8Array<ArrayBuffer>;
  #idCount = 0;
  #comparableCount = 0;
  #revision = 0;

  constructor(options: {
    readonly pointCount: number;
    /** Rows to make room for at first; the table grows. */
    readonly rowCount?: number;
    readonly precision?: "single" | "double";
    /** Of distances; for tables of single precision. */
    readonly kernel?: WebAssembly.Module | undefined;
  }) {
    assert(options.pointCount >= 2, "a shape has at least 2 points");
    this.pointCount = options.pointCount;
    this.#isDouble = options.precision === "double";
    const capacity = Math.max(1, options.rowCount ?? 1024);
    if (options.kernel !== undefined && !this.#isDouble) {
      this.#kernel = DistanceRows.open(options.kernel, {
        pointCount: this.pointCount,
        rowCount: capacity,
      });
    }
    this.#rows = this.#kernel?.rows ?? this.#allocate(capacity);
    this.#states = new Uint8Array(capacity);
  }

  /** One past the highest id ever put. */
  get idCount(): number {
    return this.#idCount;
  }

  /** How many rows a search can meet. */
  get comparableCount(): number {
    return this.#comparableCount;
  }

  /** Grows with each change, so that an answer knows whether it is of one moment. */
  get revision(): number {
    return this.#revision;
  }

  get memoryBytes(): number {
    return this.#rows.byteLength + this.#states.byteLength;
  }

  /** All rows; changes when the table grows, so it is asked for anew in each slice of work. */
  get rows(): ShapeRows {
    return this.#rows;
  }

  /** What measures many rows at once, where there is one. */
  get kernel(): DistanceRows | undefined {
    return this.#kernel;
  }

  /** How many rows below an id a search can meet. */
  comparableCountBelow(id: number): number {
    if (id >= this.#idCount) return this.#comparableCount;
    let count = 0;
    for (let at = 0; at < id; at++) if (this.#states[at] === comparable) count++;
    return count;
  }

  isComparable(id: number): boolean {
    return this.#states[id] === comparable;
  }

  /** Why an id has no shape; undefined where it has one or was never put. */
  faultOf(id: number): ShapeFault | undefined {
    return shapeFaults[(this.#states[id] ?? noSeries) - firstFault];
  }

  faultCounts(): Record<ShapeFault, number> {
    const counts = { empty: 0, flat: 0, "starts-late": 0, "ends-early": 0, "too-sparse": 0 };
    for (let id = 0; id < this.#idCount; id++) {
      const fault = this.faultOf(id);
      if (fault !== undefined) counts[fault] += 1;
    }
    return counts;
  }

  /**
   * Adds or replaces the shape of a series.
   *
   * @param shape  z-normalised, `pointCount` values; copied
   * @returns false where the table has no room for the id: it holds ids below `rowCountMax`
   */
  put(id: number, shape: Float64Array): boolean {
    assert(shape.length === this.pointCount, "a shape has as many points as its table");
    if (!this.#setState(id, comparable)) return false;
    this.#rows.set(shape, id * this.pointCount);
    return true;
  }

  /** Keeps why a series has no shape. */
  refuse(id: number, fault: ShapeFault): boolean {
    return this.#setState(id, firstFault + shapeFaults.indexOf(fault));
  }

  remove(id: number): void {
    if (id < this.#idCount) this.#setState(id, noSeries);
  }

  /** The shape of an id, for use as a query; undefined where it has none. Newly allocated. */
  shape(id: number): Float64Array<ArrayBuffer> | undefined {
    if (!this.isComparable(id)) return undefined;
    const base = id * this.pointCount;
    return Float64Array.from(this.#rows.subarray(base, base + this.pointCount));
  }

  #setState(id: number, state: number): boolean {
    assert(Number.isInteger(id) && id >= 0, "an id is a whole number");
    if (id >= rowCountMax) return false;
    if (id >= this.#states.length) this.#grow(id + 1);
    const before = this.#states[id];
    if (before === comparable) this.#comparableCount -= 1;
    if (state === comparable) this.#comparableCount += 1;
    this.#states[id] = state;
    if (id >= this.#idCount) this.#idCount = id + 1;
    this.#revision += 1;
    return true;
  }

  #grow(rowCount: number): void {
    const capacity = Math.min(
      rowCountMax,
      Math.max(rowCount, Math.ceil(this.#states.length * 1.5)),
    );
    if (this.#kernel?.grow(capacity)) this.#rows = this.#kernel.rows;
    else {
      this.#kernel = undefined;
      const rows = this.#allocate(capacity);
      rows.set(this.#rows);
      this.#rows = rows;
    }
    const states = new Uint8Array(capacity);
    states.set(this.#states);
    this.#states = states;
  }

  #allocate(rowCount: number): ShapeRows {
    const length = rowCount * this.pointCount;
    return this.#isDouble ? new Float64Array(length) : new Float32Array(length);
  }
}
