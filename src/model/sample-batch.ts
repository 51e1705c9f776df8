/**
 * Samples on their way from a listener to a shard: columns, no object per sample.
 *
 *     names     | web.fe1.load | web.fe2.load | queue.depth |     UTF-8, end to end
 *     nameEnds  |           12 |           24 |          35 |     end of each row's name
 *     timesMs   |  ...         |  ...         | ...         |     Unix milliseconds, whole
 *     values    |  ...         |  ...         | ...         |     finite
 *     types     |  ...         |  ...         | ...         |     see `integerValue` and stated-type.ts;
 *                                                                often missing
 *
 * A batch is handed over whole: who sends it to another thread transfers its buffers and never
 * touches them again.
 */
import { assert } from "../base/assert.ts";

/** The longest name of a series, tags included. Longer ones are refused as "long-name". */
export const nameBytesMax = 1024;

/** Room for names is made by this many bytes a row; a batch of longer ones is full earlier. */
const nameBytesTypical = 48;

/**
 * Bits of `types`: how the sender wrote its numbers, which only a store that keeps other programs'
 * types asks for. A row that no reader knows better of has 0: float value, and a time that is an
 * integer where it is whole seconds.
 */
export const integerValue = 1;
export const floatTime = 2;

export interface SampleBatch {
  /** Rows filled; the columns may be longer. */
  readonly count: number;
  readonly names: Uint8Array<ArrayBuffer>;
  readonly nameEnds: Uint32Array<ArrayBuffer>;
  readonly timesMs: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
  /** Missing where it would be 0 for all rows. */
  readonly types?: Uint8Array<ArrayBuffer> | undefined;
}

/** Gathers rows into a batch of at most `rowCountMax` rows. */
export class SampleBatchBuilder {
  readonly #rowCountMax: number;
  #names: Uint8Array<ArrayBuffer>;
  #nameEnds: Uint32Array<ArrayBuffer>;
  #timesMs: Float64Array<ArrayBuffer>;
  #values: Float64Array<ArrayBuffer>;
  #types: Uint8Array<ArrayBuffer> | undefined;
  #count = 0;
  #nameBytes = 0;

  constructor(rowCountMax: number) {
    assert(rowCountMax >= 1, "a batch holds at least one row");
    this.#rowCountMax = rowCountMax;
    this.#names = new Uint8Array(nameBytesMax + rowCountMax * nameBytesTypical);
    this.#nameEnds = new Uint32Array(rowCountMax);
    this.#timesMs = new Float64Array(rowCountMax);
    this.#values = new Float64Array(rowCountMax);
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.#rowCountMax || this.#nameBytes + nameBytesMax > this.#names.length;
  }

  /**
   * Adds a row; the name is copied out of `bytes[start, end)`.
   * The builder must not be full.
   *
   * @param types  `integerValue`, `floatTime`, `statedGauge` and `statedCounter`, as far as they hold
   */
  add(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types = 0,
  ): void {
    assert(!this.isFull, "a row is added to a batch with room");
    let at = this.#nameBytes;
    for (let i = start; i < end; i++) this.#names[at++] = bytes[i] as number;
    this.#nameBytes = at;
    this.#nameEnds[this.#count] = at;
    this.#timesMs[this.#count] = timeMs;
    this.#values[this.#count] = value;
    if (types !== 0) {
      this.#types ??= new Uint8Array(this.#rowCountMax);
      this.#types[this.#count] = types;
    }
    this.#count += 1;
  }

  /** The rows so far; the caller owns them, and the builder starts anew with fresh columns. */
  take(): SampleBatch {
    const batch: SampleBatch = {
      count: this.#count,
      names: this.#names,
      nameEnds: this.#nameEnds,
      timesMs: this.#timesMs,
      values: this.#values,
      types: this.#types,
    };
    this.#names = new Uint8Array(batch.names.length);
    this.#nameEnds = new Uint32Array(this.#rowCountMax);
    this.#timesMs = new Float64Array(this.#rowCountMax);
    this.#values = new Float64Array(this.#rowCountMax);
    this.#types = undefined;
    this.#count = 0;
    this.#nameBytes = 0;
    return batch;
  }
}

/** The buffers of a batch, for the transfer list of a message. */
export function transferOf(batch: SampleBatch): ArrayBuffer[] {
  const { names, nameEnds, timesMs, values, types } = batch;
  const buffers = [names.buffer, nameEnds.buffer, timesMs.buffer, values.buffer];
  if (types !== undefined) buffers.push(types.buffer);
  return buffers;
}

/** A batch of a few rows, for tests and slow paths. */
export function batchOf(
  rows: readonly (readonly [name: string, timeMs: number, value: number])[],
): SampleBatch {
  const encoder = new TextEncoder();
  const encoded = rows.map(([name]) => encoder.encode(name));
  const names = new Uint8Array(encoded.reduce((sum, name) => sum + name.length, 0));
  const nameEnds = new Uint32Array(rows.length);
  let at = 0;
  for (const [i, name] of encoded.entries()) {
    names.set(name, at);
    at += name.length;
    nameEnds[i] = at;
  }
  return {
    count: rows.length,
    names,
    nameEnds,
    timesMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
    values: Float64Array.from(rows, ([, , value]) => value),
  };
}
