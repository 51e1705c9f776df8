/**
 * The door to the kernel `rows`: rows of a batch, checked, packed for the sample log, staged in the
 * records of their series, and packed there by the dozen, a piece of `rowRoom` rows at a time; and what a
 * series has of them, sealed. Its twins define it: `packRows`, `PackedSamples`, and those here.
 */
import { assert } from "../base/assert.ts";
import { chunkSampleCountMax, chunkTimeMsMax, encodeChunk } from "./chunk.ts";
import type { KernelModules } from "./kernel-modules.ts";
import { packRows } from "./packed-rows.ts";
import { PackedSamples } from "./packed-samples.ts";
import { rowRoom, SeriesRecords, stagedCountMax } from "./series-records.ts";

interface RowExports {
  readonly memory: WebAssembly.Memory;
  freeMemory(): number;
  plain(from: number, until: number, fromMs: number, untilMs: number): number;
  take(from: number, until: number): number;
  pack(from: number, until: number, sizeMax: number): number;
  packedEnd(): number;
  seal(id: number, hasNext: number, nextValue: number): number;
}

/** Rows of the piece. */
export interface RowRange {
  readonly from: number;
  readonly until: number;
}

export class RowKernel {
  readonly records: SeriesRecords;
  readonly samples: PackedSamples;
  readonly #exports: RowExports | undefined;
  #packedBytes = 0;

  constructor(modules: KernelModules) {
    if (modules.rows === undefined) this.records = new SeriesRecords();
    else {
      this.#exports = new WebAssembly.Instance(modules.rows, {}).exports as unknown as RowExports;
      this.records = new SeriesRecords(this.#exports.memory);
      assert(
        this.#exports.freeMemory() <= this.records.timesMs.byteOffset,
        "rows lie behind statics",
      );
    }
    this.samples = new PackedSamples(this.records);
  }

  /** Copies rows [from, until) of the columns, at most `rowRoom`, to the start of the piece. */
  load(
    columns: { readonly timesMs: Float64Array; readonly values: Float64Array },
    { from, until }: RowRange,
  ): void {
    assert(until - from <= rowRoom, "a piece has room for rowRoom rows");
    this.records.reserve(rowRoom);
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

  /**
   * Stages rows of the piece that was loaded, as far as each is simply the next of its series; a record that
   * is full is packed before.
   * @returns the first that is not
   */
  take({ from, until }: RowRange): number {
    return this.#exports === undefined
      ? this.#takeTwin(from, until)
      : this.#exports.take(from, until);
  }

  /**
   * Makes a chunk of what is packed and staged of the series, and of a sample one step after it, in
   * `records.chunk`; the samples stay where they are.
   * @returns the length of the chunk
   */
  seal(id: number, nextValue: number): number {
    return this.#encode(id, 1, nextValue);
  }

  /** As `seal` of the samples alone, of which there is at least one. */
  encode(id: number): number {
    return this.#encode(id, 0, 0);
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

  /** Packs what is staged of the series. */
  packStaged(id: number): void {
    const { records } = this;
    const count = records.stagedCount(id);
    records.reserve(1); // so that the views stay
    if (count > 0) this.samples.append(id, records.stagedValues, records.stagedAt(id), count);
    records.unstage(id);
  }

  /** What was packed last; lent until the next call. */
  get packed(): Uint8Array {
    return this.records.packed.subarray(0, this.#packedBytes);
  }

  #encode(id: number, hasNext: 0 | 1, nextValue: number): number {
    const { records } = this;
    const count = records.packedCount(id) + records.stagedCount(id) + hasNext;
    assert(
      count > 0 && count <= chunkSampleCountMax,
      "a series is sealed before it has too many samples",
    );
    if (this.#exports !== undefined) return this.#exports.seal(id, hasNext, nextValue);
    const { column, columnMs } = records;
    this.samples.copy(id, column);
    const stagedAt = records.stagedAt(id);
    column.set(
      records.stagedValues.subarray(stagedAt, stagedAt + records.stagedCount(id)),
      records.packedCount(id),
    );
    if (hasNext === 1) column[count - 1] = nextValue;
    const stepMs = records.stepMs(id);
    const firstMs = records.newestMs(id) + hasNext * stepMs - (count - 1) * stepMs;
    for (let k = 0; k < count; k++) columnMs[k] = firstMs + k * stepMs;
    return encodeChunk(columnMs, column, 0, count, records.chunk, 0);
  }

  #takeTwin(from: number, until: number): number {
    const { records } = this;
    for (let row = from; row < until; row++) {
      if (!records.canStage(row)) return row;
      const id = records.ids[row]!;
      if (records.stagedCount(id) === stagedCountMax) this.packStaged(id);
      records.take(row);
    }
    return until;
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
