/**
 * What a sample of a series touches when it comes, in one place: a record of 128 bytes by id, in memory
 * that WebAssembly and TypeScript share.
 *
 *     times     2,048 f64   the rows that are being taken
 *     values    2,048 f64
 *     ids       2,048 u32
 *     serials   2,048 u32   which each row's sender knows the series by
 *     packed                rows as the sample log writes them
 *     column                times, then values, of one series that is being sealed
 *     chunk                 what became of them
 *     state     4 u32       where segments begin; which is free; how many were ever used, and are used now
 *     records   by id:
 *          0   newest f64   time of the newest sample, -Infinity before the first
 *          8   segment u32  the newest of its packed samples (packed-samples.ts)
 *         12   packed u16   how many samples are packed
 *         14   used u16     bytes used of that segment
 *         16   step u32     ms between samples while they are regular
 *         20   serial u32   by which files name the series; 0: of none
 *         24   revision u32
 *         28   count u8     samples staged
 *         29   left u8      how many more may be staged or packed until its owner is asked
 *         30   stated u8    what is known of its kind
 *         31   flags u8     whether a sample one step after the newest is simply the next; whether there are
 *                           samples elsewhere, in which case the owner packs; whether late ones wait
 *         32   12 values f64
 *     segments  of 64 bytes
 *
 * Staged samples lie one step apart, the newest at `newest`. They are part of the series; when the record
 * is full they are packed. Records grow by moving the segments up, which are known by their numbers.
 * wasm/rows.ts says the same offsets.
 */
import { assert } from "../base/assert.ts";
import { chunkBytesMax, chunkSampleCountMax } from "./chunk.ts";
import { PlainMemory, type GrowingMemory } from "./growing-memory.ts";

/** Rows that are taken at once. */
export const rowRoom = 2048;
/** Samples that a record has room for. */
export const stagedCountMax = 12;
/** A packed row at its longest. */
export const packedRowBytesMax = 32;
export const segmentBytes = 64;

const timesAt = 65_536;
const valuesAt = timesAt + rowRoom * 8;
const idsAt = valuesAt + rowRoom * 8;
const serialsAt = idsAt + rowRoom * 4;
const packedAt = serialsAt + rowRoom * 4;
const columnTimesAt = packedAt + rowRoom * packedRowBytesMax;
const columnValuesAt = columnTimesAt + chunkSampleCountMax * 8;
const chunkAt = columnValuesAt + chunkSampleCountMax * 8;
const chunkRoomBytes = 8192;
const stateAt = chunkAt + chunkRoomBytes;
const recordsAt = stateAt + 128;
const pageBytes = 65_536;
const recordBytes = 128;
// Of the state, in words.
const segmentsAtWord = stateAt / 4;
const freeSegmentWord = stateAt / 4 + 1;
const freshSegmentWord = stateAt / 4 + 2;
const liveSegmentWord = stateAt / 4 + 3;
/** Segments that one row may need: twelve doubles that are packed take two. */
const segmentsPerRow = 3;
// Of a record, in units of its views.
const recordDoubles = 16;
const recordWords = 32;
const recordHalves = 64;
const newestDouble = 0;
const valuesDouble = 4;
const segmentWord = 2;
const packedHalf = 6;
const usedHalf = 7;
const stepWord = 4;
const serialWord = 5;
const revisionWord = 6;
const countByte = 28;
const leftByte = 29;
const statedByte = 30;
const flagsByte = 31;
const hasNextFlag = 1;
const rawFlag = 2;
const lateFlag = 4;

export class SeriesRecords {
  readonly #memory: GrowingMemory;
  #idRoom = 0;
  // Of the rows that are being taken. Made anew, like all views, when the memory grows.
  timesMs = new Float64Array(0);
  values = new Float64Array(0);
  ids = new Uint32Array(0);
  serials = new Uint32Array(0);
  packed = new Uint8Array(0);
  /** Of one series that is being sealed. */
  columnMs = new Float64Array(0);
  column = new Float64Array(0);
  chunk = new Uint8Array(0);
  chunkWords = new Uint32Array(0);
  /** Of the whole memory. */
  bytes = new Uint8Array(0);
  words = new Uint32Array(0);
  // Of the records.
  #doubles = new Float64Array(0);
  #words = new Uint32Array(0);
  #halves = new Uint16Array(0);
  #bytes = new Uint8Array(0);

  constructor(memory: GrowingMemory = new PlainMemory()) {
    assert(chunkBytesMax(chunkSampleCountMax) + 64 <= chunkRoomBytes, "a chunk finds room");
    this.#memory = memory;
    this.#growTo(recordsAt + segmentBytes);
    this.#setSegmentsAt(recordsAt);
    this.words[freshSegmentWord] = 1; // 0 is none
    this.growTo(1);
  }

  /** Of records alone. */
  get tableBytes(): number {
    return this.#idRoom * recordBytes;
  }

  /** Of segments that hold samples. */
  get liveSegmentBytes(): number {
    return this.words[liveSegmentWord]! * segmentBytes;
  }

  /** Of segments that ever did. */
  get usedSegmentBytes(): number {
    return (this.words[freshSegmentWord]! - 1) * segmentBytes;
  }

  /** Makes room for this many ids. */
  growTo(idRoom: number): void {
    if (idRoom <= this.#idRoom) return;
    const before = this.#idRoom;
    this.#idRoom = Math.max(idRoom, Math.ceil(before * 1.0625));
    const endAt = recordsAt + this.#idRoom * recordBytes;
    if (endAt > this.#segmentsAt) {
      // Every move goes up by a quarter, so that it is a rare one.
      const fromAt = this.#segmentsAt;
      const toAt = recordsAt + Math.ceil(this.#idRoom * 1.25) * recordBytes;
      const sizeBytes = this.words[freshSegmentWord]! * segmentBytes;
      this.#growTo(toAt + sizeBytes);
      this.bytes.copyWithin(toAt, fromAt, fromAt + sizeBytes);
      this.bytes.fill(0, fromAt, Math.min(toAt, fromAt + sizeBytes));
      this.#setSegmentsAt(toAt);
    }
    for (let id = before; id < this.#idRoom; id++) this.clear(id);
  }

  /** Makes sure that so many rows find segments, and what the memory is does not change meanwhile. */
  reserve(rowCount: number): void {
    const count = this.words[freshSegmentWord]! + rowCount * segmentsPerRow;
    this.#growTo(this.#segmentsAt + count * segmentBytes);
  }

  /** The record as before the first sample, of no series and with nothing packed; its revision stays. */
  clear(id: number): void {
    this.#doubles[id * recordDoubles + newestDouble] = -Infinity;
    this.#words[id * recordWords + segmentWord] = 0;
    this.#halves[id * recordHalves + packedHalf] = 0;
    this.#halves[id * recordHalves + usedHalf] = 0;
    this.#words[id * recordWords + stepWord] = 0;
    this.#words[id * recordWords + serialWord] = 0;
    this.#bytes.fill(0, id * recordBytes + countByte, id * recordBytes + flagsByte + 1);
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

  /** Whether a sample of this time comes one step after the newest, with room for it or not. */
  isNext(id: number, timeMs: number): boolean {
    return (
      this.#hasFlag(id, hasNextFlag) &&
      this.#doubles[id * recordDoubles + newestDouble]! + this.stepMs(id) === timeMs
    );
  }

  /** Whether the row is simply the next of its series, and finds room. */
  canStage(row: number): boolean {
    const id = this.ids[row]!;
    return (
      this.#bytes[id * recordBytes + leftByte]! > 0 &&
      (this.stagedCount(id) < stagedCountMax || !this.hasRaw(id)) &&
      this.isNext(id, this.timesMs[row]!)
    );
  }

  /** Whether samples of the series that are in no chunk yet lie elsewhere too. */
  hasRaw(id: number): boolean {
    return this.#hasFlag(id, rawFlag);
  }

  setRaw(id: number, hasRaw: boolean): void {
    this.#setFlag(id, rawFlag, hasRaw);
  }

  /** Whether late samples of the series wait for their chunk. */
  hasLate(id: number): boolean {
    return this.#hasFlag(id, lateFlag);
  }

  setLate(id: number, hasLate: boolean): void {
    this.#setFlag(id, lateFlag, hasLate);
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

  /**
   * Says what will come next: samples every `stepMs` after the newest.
   * @param left  how many may, until the owner is asked
   */
  expect(
    id: number,
    next: { readonly stepMs: number; readonly hasNext: boolean; readonly left: number },
  ): void {
    const hasNext = next.hasNext && next.stepMs > 0;
    this.#words[id * recordWords + stepWord] = next.stepMs;
    this.#bytes[id * recordBytes + leftByte] = hasNext ? Math.min(255, next.left) : 0;
    this.#setFlag(id, hasNextFlag, hasNext);
  }

  /** Stages a sample; `newest` and what is expected are for the caller to say. */
  stage(id: number, value: number): void {
    const count = this.stagedCount(id);
    assert(count < stagedCountMax, "a record that is full is emptied first");
    this.#doubles[this.stagedAt(id) + count] = value;
    this.#bytes[id * recordBytes + countByte] = count + 1;
  }

  /** Takes a row that can be staged, into a record with room. */
  take(row: number): void {
    const id = this.ids[row]!;
    this.stage(id, this.values[row]!);
    this.#bytes[id * recordBytes + leftByte]! -= 1;
    this.setNewestMs(id, this.timesMs[row]!);
    this.countRevision(id);
  }

  /** Forgets what is staged. */
  unstage(id: number): void {
    this.#bytes[id * recordBytes + countByte] = 0;
  }

  packedCount(id: number): number {
    return this.#halves[id * recordHalves + packedHalf]!;
  }

  /** The newest segment of the series, 0 where there is none. */
  segment(id: number): number {
    return this.#words[id * recordWords + segmentWord]!;
  }

  /** Bytes used of the newest segment. */
  usedBytes(id: number): number {
    return this.#halves[id * recordHalves + usedHalf]!;
  }

  setPacked(
    id: number,
    packed: { readonly segment: number; readonly used: number; readonly count: number },
  ): void {
    this.#words[id * recordWords + segmentWord] = packed.segment;
    this.#halves[id * recordHalves + usedHalf] = packed.used;
    this.#halves[id * recordHalves + packedHalf] = packed.count;
  }

  /** Where a segment lies in `bytes`; its first word is the number of the one before. */
  segmentAt(segment: number): number {
    return this.#segmentsAt + segment * segmentBytes;
  }

  /** A segment that nobody has, with `before` in its first word. */
  takeSegment(before: number): number {
    let segment = this.words[freeSegmentWord]!;
    if (segment !== 0) this.words[freeSegmentWord] = this.words[this.segmentAt(segment) / 4]!;
    else {
      segment = this.words[freshSegmentWord]!;
      this.#growTo(this.segmentAt(segment + 1));
      this.words[freshSegmentWord] = segment + 1;
    }
    this.words[this.segmentAt(segment) / 4] = before;
    this.words[liveSegmentWord] = this.words[liveSegmentWord]! + 1;
    return segment;
  }

  /** Takes back a segment and those before it. */
  freeSegments(newest: number): void {
    for (let segment = newest; segment !== 0;) {
      const at = this.segmentAt(segment) / 4;
      const before = this.words[at]!;
      this.words[at] = this.words[freeSegmentWord]!;
      this.words[freeSegmentWord] = segment;
      this.words[liveSegmentWord] = this.words[liveSegmentWord]! - 1;
      segment = before;
    }
  }

  #hasFlag(id: number, flag: number): boolean {
    return (this.#bytes[id * recordBytes + flagsByte]! & flag) !== 0;
  }

  #setFlag(id: number, flag: number, isSet: boolean): void {
    const at = id * recordBytes + flagsByte;
    const others = this.#bytes[at]! & ~flag;
    this.#bytes[at] = isSet ? others | flag : others;
  }

  get #segmentsAt(): number {
    return this.words[segmentsAtWord]!;
  }

  #setSegmentsAt(at: number): void {
    this.words[segmentsAtWord] = at;
  }

  #growTo(sizeBytes: number): void {
    const missing = sizeBytes - this.#memory.buffer.byteLength;
    if (missing > 0) {
      // A plain buffer is copied whole each time, and of the other V8 counts every size it ever had, until it
      // collects garbage for that alone. What is not touched takes no real memory.
      const spareBytes = this.#memory.buffer.byteLength / 2;
      this.#memory.grow(Math.ceil(Math.max(missing, spareBytes) / pageBytes));
    } else if (this.bytes.length > 0) return;
    const { buffer } = this.#memory;
    this.timesMs = new Float64Array(buffer, timesAt, rowRoom);
    this.values = new Float64Array(buffer, valuesAt, rowRoom);
    this.ids = new Uint32Array(buffer, idsAt, rowRoom);
    this.serials = new Uint32Array(buffer, serialsAt, rowRoom);
    this.packed = new Uint8Array(buffer, packedAt, columnTimesAt - packedAt);
    this.columnMs = new Float64Array(buffer, columnTimesAt, chunkSampleCountMax);
    this.column = new Float64Array(buffer, columnValuesAt, chunkSampleCountMax);
    this.chunk = new Uint8Array(buffer, chunkAt, chunkRoomBytes);
    this.chunkWords = new Uint32Array(buffer, chunkAt, chunkRoomBytes / 4);
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.#doubles = new Float64Array(buffer, recordsAt);
    this.#words = new Uint32Array(buffer, recordsAt);
    this.#halves = new Uint16Array(buffer, recordsAt);
    this.#bytes = new Uint8Array(buffer, recordsAt);
  }
}
