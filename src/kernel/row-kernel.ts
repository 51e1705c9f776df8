/**
 * The door to the kernel `rows`: rows of a batch, checked, packed for the sample log and staged in the
 * records of their series, a piece of `rowRoom` rows at a time. Its twins define it: `plainTwin` here,
 * `SeriesRecords.take`, and `packRows`.
 */
import { assert } from "../base/assert.ts";
import { chunkTimeMsMax } from "./chunk.ts";
import type { KernelModules } from "./kernel-modules.ts";
import { packRows } from "./packed-rows.ts";
import { rowRoom, SeriesRecords } from "./series-records.ts";

interface RowExports {
  readonly memory: WebAssembly.Memory;
  plain(from: number, until: number, fromMs: number, untilMs: number): number;
  take(from: number, until: number): number;
  pack(from: number, until: number, sizeMax: number): number;
  packedEnd(): number;
}

/** Rows of the piece. */
export interface RowRange {
  readonly from: number;
  readonly until: number;
}

export class RowKernel {
  readonly records: SeriesRecords;
  readonly #exports: RowExports | undefined;
  #packedBytes = 0;

  constructor(modules: KernelModules) {
    if (modules.rows === undefined) this.records = new SeriesRecords();
    else {
      this.#exports = new WebAssembly.Instance(modules.rows, {}).exports as unknown as RowExports;
      this.records = new SeriesRecords(this.#exports.memory);
    }
  }

  /** Copies rows [from, until) of the columns, at most `rowRoom`, to the start of the piece. */
  load(
    columns: { readonly timesMs: Float64Array; readonly values: Float64Array },
    { from, until }: RowRange,
  ): void {
    assert(until - from <= rowRoom, "a piece has room for rowRoom rows");
    this.records.timesMs.set(columns.timesMs.subarray(from, until));
    this.records.values.set(columns.values.subarray(from, until));
  }

  /** Fills in which series the rows' aliases stand for, by `ids` and `marks`. */
  loadAliases(
    aliases: Uint32Array,
    { from, until }: RowRange,
    known: { readonly ids: Uint32Array; readonly marks: Uint32Array },
  ): void {
    const { ids, serials } = this.records;
    const { ids: knownIds, marks } = known;
    for (let row = from; row < until; row++) {
      const alias = aliases[row]!;
      ids[row - from] = knownIds[alias]!;
      serials[row - from] = marks[alias]!;
    }
  }

  /** @returns the first row that is no sound sample at or after `fromMs`, or whose series has not that serial */
  plain({ from, until }: RowRange, fromMs: number): number {
    if (this.#exports === undefined) return this.#plainTwin(from, until, fromMs);
    return this.#exports.plain(from, until, fromMs, chunkTimeMsMax);
  }

  /** Stages rows as far as each is simply the next of its series. @returns the first that is not */
  take({ from, until }: RowRange): number {
    return this.#exports === undefined
      ? this.records.take(from, until)
      : this.#exports.take(from, until);
  }

  /**
   * Packs rows on behind one another, as long as less than `sizeMax` bytes are there.
   * @returns the first row that found no room; `packed` has the bytes
   */
  pack(range: RowRange, sizeMax: number): number {
    if (this.#exports === undefined) {
      const { row, end } = packRows(this.records, range, this.records.packed, sizeMax);
      this.#packedBytes = end;
      return row;
    }
    const row = this.#exports.pack(range.from, range.until, sizeMax);
    this.#packedBytes = this.#exports.packedEnd() - this.records.packed.byteOffset;
    return row;
  }

  /** What was packed last; lent until the next call. */
  get packed(): Uint8Array {
    return this.records.packed.subarray(0, this.#packedBytes);
  }

  #plainTwin(from: number, until: number, fromMs: number): number {
    const { records } = this;
    const { ids, serials, timesMs, values } = records;
    for (let row = from; row < until; row++) {
      const timeMs = timesMs[row]!;
      const value = values[row]!;
      const serial = serials[row]!;
      if (
        serial === 0 ||
        records.serial(ids[row]!) !== serial ||
        !(timeMs >= fromMs && timeMs < chunkTimeMsMax) ||
        Math.floor(timeMs) !== timeMs ||
        // Neither infinity nor NaN is equal to itself less itself.
        value - value !== 0
      ) {
        return row;
      }
    }
    return until;
  }
}
