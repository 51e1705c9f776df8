/**
 * What a sample of a series touches when it comes, in one place: a record of 128 bytes by id, in memory
 * that WebAssembly and TypeScript share.
 *
 *     times     2,048 f64   the rows that are being taken
 *     values    2,048 f64
 *     ids       2,048 u32
 *     serials   2,048 u32   which each row's sender knows the series by
 *     packed                rows as the sample log writes them
 *     records   by id:
 *          0   next f64     the time of which a sample would simply be the next; NaN: there is none
 *          8   newest f64   time of the newest sample, -Infinity before the first
 *         16   step u32     ms between samples while they are regular
 *         20   serial u32   by which files name the series; 0: of none
 *         24   revision u32
 *         28   count u8     samples staged
 *         29   room u8      how many may be
 *         30   stated u8    what is known of its kind
 *         32   12 values f64
 *
 * Staged samples lie one step apart, the newest at `newest`. They are part of the series; its owner moves
 * them on when the record is full. wasm/rows.ts says the same offsets.
 */
import { assert } from "../base/assert.ts";
import { PlainMemory, type GrowingMemory } from "./growing-memory.ts";

/** Rows that are taken at once. */
export const rowRoom = 2048;
/** Samples that a record has room for. */
export const stagedCountMax = 12;
/** A packed row at its longest. */
export const packedRowBytesMax = 32;

const timesAt = 65_536;
const valuesAt = timesAt + rowRoom * 8;
const idsAt = valuesAt + rowRoom * 8;
const serialsAt = idsAt + rowRoom * 4;
const packedAt = serialsAt + rowRoom * 4;
const recordsAt = packedAt + rowRoom * packedRowBytesMax;
const pageBytes = 65_536;
const recordBytes = 128;
// Of a record, in units of its views.
const recordDoubles = 16;
const recordWords = 32;
const newestDouble = 1;
const valuesDouble = 4;
const stepWord = 4;
const serialWord = 5;
const revisionWord = 6;
const countByte = 28;
const roomByte = 29;
const statedByte = 30;

export class SeriesRecords {
  readonly #memory: GrowingMemory;
  #idRoom = 0;
  // Of the rows that are being taken. Made anew, like all views, when the memory grows.
  timesMs = new Float64Array(0);
  values = new Float64Array(0);
  ids = new Uint32Array(0);
  serials = new Uint32Array(0);
  packed = new Uint8Array(0);
  // Of the records.
  #doubles = new Float64Array(0);
  #words = new Uint32Array(0);
  #bytes = new Uint8Array(0);

  constructor(memory: GrowingMemory = new PlainMemory()) {
    this.#memory = memory;
    this.growTo(1);
  }

  /** Of records alone. */
  get tableBytes(): number {
    return this.#idRoom * recordBytes;
  }

  /** Makes room for this many ids. */
  growTo(idRoom: number): void {
    if (idRoom <= this.#idRoom) return;
    const missing = recordsAt + idRoom * recordBytes - this.#memory.buffer.byteLength;
    // A plain buffer is copied whole each time.
    const spareBytes = this.#memory.buffer.byteLength / 16;
    this.#memory.grow(Math.ceil(Math.max(missing, spareBytes) / pageBytes));
    const { buffer } = this.#memory;
    const before = this.#idRoom;
    this.#idRoom = Math.floor((buffer.byteLength - recordsAt) / recordBytes);
    this.timesMs = new Float64Array(buffer, timesAt, rowRoom);
    this.values = new Float64Array(buffer, valuesAt, rowRoom);
    this.ids = new Uint32Array(buffer, idsAt, rowRoom);
    this.serials = new Uint32Array(buffer, serialsAt, rowRoom);
    this.packed = new Uint8Array(buffer, packedAt, recordsAt - packedAt);
    this.#doubles = new Float64Array(buffer, recordsAt);
    this.#words = new Uint32Array(buffer, recordsAt);
    this.#bytes = new Uint8Array(buffer, recordsAt);
    for (let id = before; id < this.#idRoom; id++) this.clear(id);
  }

  /** The record as before the first sample, of no series; its revision stays. */
  clear(id: number): void {
    this.#doubles[id * recordDoubles] = NaN;
    this.#doubles[id * recordDoubles + newestDouble] = -Infinity;
    this.#words[id * recordWords + stepWord] = 0;
    this.#words[id * recordWords + serialWord] = 0;
    this.#bytes[id * recordBytes + countByte] = 0;
    this.#bytes[id * recordBytes + roomByte] = 0;
    this.#bytes[id * recordBytes + statedByte] = 0;
  }

  serial(id: number): number {
    return this.#words[id * recordWords + serialWord]!;
  }

  setSerial(id: number, serial: number): void {
    this.growTo(id + 1);
    this.#words[id * recordWords + serialWord] = serial;
  }

  /** -Infinity for an id that was never given. */
  newestMs(id: number): number {
    return id < this.#idRoom ? this.#doubles[id * recordDoubles + newestDouble]! : -Infinity;
  }

  setNewestMs(id: number, timeMs: number): void {
    this.#doubles[id * recordDoubles + newestDouble] = timeMs;
  }

  revision(id: number): number {
    return id < this.#idRoom ? this.#words[id * recordWords + revisionWord]! : 0;
  }

  countRevision(id: number): void {
    const at = id * recordWords + revisionWord;
    this.#words[at] = this.#words[at]! + 1;
  }

  stated(id: number): number {
    return id < this.#idRoom ? this.#bytes[id * recordBytes + statedByte]! : 0;
  }

  setStated(id: number, types: number): void {
    this.#bytes[id * recordBytes + statedByte] = types;
  }

  /** Milliseconds between samples when they were last regular; 0 where they never were. */
  stepMs(id: number): number {
    return this.#words[id * recordWords + stepWord]!;
  }

  /** Whether the row is simply the next of its series, and finds room. */
  canStage(row: number): boolean {
    const id = this.ids[row]!;
    return (
      this.#doubles[id * recordDoubles] === this.timesMs[row]! &&
      this.#bytes[id * recordBytes + countByte]! < this.#bytes[id * recordBytes + roomByte]!
    );
  }

  stagedCount(id: number): number {
    return this.#bytes[id * recordBytes + countByte]!;
  }

  /** The staged values lie in `stagedValues` from here on. */
  stagedAt(id: number): number {
    return id * recordDoubles + valuesDouble;
  }

  get stagedValues(): Float64Array {
    return this.#doubles;
  }

  /** Whether a sample of this time comes one step after the newest, with room for it or not. */
  isNext(id: number, timeMs: number): boolean {
    return this.#doubles[id * recordDoubles] === timeMs;
  }

  /** Says what will be staged next: samples every `stepMs` after the newest; and how many may be, at most. */
  expect(
    id: number,
    {
      stepMs,
      hasNext,
      room,
    }: { readonly stepMs: number; readonly hasNext: boolean; readonly room: number },
  ): void {
    const newestMs = this.#doubles[id * recordDoubles + newestDouble]!;
    this.#doubles[id * recordDoubles] = hasNext && stepMs > 0 ? newestMs + stepMs : NaN;
    this.#words[id * recordWords + stepWord] = stepMs;
    this.#bytes[id * recordBytes + roomByte] = Math.min(room, stagedCountMax);
  }

  /** Stages a sample; `newest` and what is expected are for the caller to say. */
  stage(id: number, value: number): void {
    const count = this.stagedCount(id);
    assert(count < stagedCountMax, "a record that is full is emptied first");
    this.#doubles[this.stagedAt(id) + count] = value;
    this.#bytes[id * recordBytes + countByte] = count + 1;
  }

  /** Forgets what is staged. */
  unstage(id: number): void {
    this.#bytes[id * recordBytes + countByte] = 0;
  }

  /** As the kernel does. @returns the first of rows [from, until) that cannot be staged */
  take(from: number, until: number): number {
    const { ids, timesMs, values } = this;
    const doubles = this.#doubles;
    const words = this.#words;
    const bytes = this.#bytes;
    for (let row = from; row < until; row++) {
      const id = ids[row]!;
      const timeMs = timesMs[row]!;
      const double = id * recordDoubles;
      const count = bytes[id * recordBytes + countByte]!;
      if (doubles[double] !== timeMs || count >= bytes[id * recordBytes + roomByte]!) return row;
      const word = id * recordWords;
      doubles[double + valuesDouble + count] = values[row]!;
      bytes[id * recordBytes + countByte] = count + 1;
      doubles[double + newestDouble] = timeMs;
      doubles[double] = timeMs + words[word + stepWord]!;
      words[word + revisionWord] = words[word + revisionWord]! + 1;
    }
    return until;
  }
}
