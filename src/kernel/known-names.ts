/**
 * The names that were admitted before, and rows of them on their way to the shards, in one memory
 * that WebAssembly and TypeScript share.
 *
 *     state     65,536   who was asked for last, the bounds of times, how many rows each shard has
 *     input     what came, copied once
 *     columns   by shard: times f64, values f64, aliases u32, types u8, each `rowRoom` long
 *     slots     hash u32 and record u32, open addressing with linear probing; at most 3/4 full
 *     records   length u16, shard u8, flags u8 | hash u32 | successor u32 | alias u32 | name
 *
 * A record starts at a multiple of 16 bytes and is named by its place in units of 16; 0 is none. One of up to 64
 * bytes lies in one line of the processor's cache: in no order that is known, each line is waited for. Its
 * *alias* is a number given by this table for the name in its shard, from 0 on, so that rows travel
 * without names. Its *successor* is the record that was asked for after it last time: senders send the
 * same names in the same order, and then nothing is hashed. wasm/lib/known-names.ts says the same.
 *
 * The table is bounded by count and by bytes. When it is full it is begun anew by its owner: that is
 * its next generation, in which aliases are given from 0 again.
 */
import { assert } from "../base/assert.ts";
import type { GrowingMemory } from "./growing-memory.ts";

/** Words of the state, from the start of the memory. */
export const stateWord = {
  previous: 16384,
  mode: 16385,
  score: 16386,
  takenCount: 16387,
  fullShard: 16388,
  rowRoom: 16389,
  slotMask: 16390,
  columns: 16391,
  columnBytes: 16392,
  slots: 16393,
  /** Two doubles: the oldest and the newest time that is plain. */
  bounds: 16394,
  /** Rows of each shard. */
  counts: 16400,
  /** 1 where a row of the shard has types. */
  types: 16656,
} as const;

export const recordHeadBytes = 16;
/** Of the first word of a record, beside length and shard: the name holds a blank. */
const blankInsideFlag = 0x1000000;
const nameLengthMax = 0xffff;
const cacheLineBytes = 64;
export const noShard = 0xffffffff;

const inputAt = 65536 + 8192;
/** What is read at once; longer pieces are read in parts. */
export const inputBytesMax = 256 << 10;
/** Whoever compares reads 16 bytes at a time, beyond the end too. */
const slackBytes = 64;
const shardCountMax = 256;
const pageBytes = 65536;
const slotCountMin = 4096;

export interface KnownNamesOptions {
  readonly shardCount: number;
  /** Rows of a shard after which they are to be taken. */
  readonly rowRoom: number;
  readonly nameCountMax: number;
  /** Of all records together. */
  readonly recordBytesMax: number;
}

/** Rows of one shard, in columns that are lent. */
export interface KnownColumns {
  readonly count: number;
  readonly aliases: Uint32Array;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly types: Uint8Array | undefined;
}

export class KnownNames {
  readonly shardCount: number;
  readonly #memory: GrowingMemory;
  readonly #options: KnownNamesOptions;
  readonly #columnsAt: number;
  readonly #columnBytes: number;
  readonly #slotsAt: number;
  readonly #recordsAt: number;
  readonly #aliasCounts: Uint32Array;
  #recordsEnd: number;
  #nameCount = 0;
  #slotCount = slotCountMin;
  // Views of the memory, made anew when it has grown.
  bytes = new Uint8Array(0);
  words = new Uint32Array(0);
  doubles = new Float64Array(0);

  constructor(memory: GrowingMemory, options: KnownNamesOptions) {
    const { shardCount, rowRoom, nameCountMax } = options;
    assert(shardCount >= 1 && shardCount <= shardCountMax, "there are 1 to 256 shards");
    assert(rowRoom >= 1, "a shard has room for at least one row");
    this.shardCount = shardCount;
    this.#memory = memory;
    this.#options = options;
    this.#aliasCounts = new Uint32Array(shardCount);
    this.#columnsAt = inputAt + inputBytesMax + slackBytes;
    this.#columnBytes = Math.ceil((rowRoom * 21) / 8) * 8;
    this.#slotsAt = nextLine(this.#columnsAt + shardCount * this.#columnBytes);
    const slotCountMax = 2 ** Math.ceil(Math.log2(Math.max(slotCountMin, (nameCountMax * 4) / 3)));
    this.#recordsAt = this.#slotsAt + slotCountMax * 8;
    this.#recordsEnd = this.#recordsAt;
    this.#growTo(this.#recordsAt + pageBytes);
    this.words[stateWord.rowRoom] = rowRoom;
    this.words[stateWord.columns] = this.#columnsAt;
    this.words[stateWord.columnBytes] = this.#columnBytes;
    this.words[stateWord.slots] = this.#slotsAt;
    this.words[stateWord.slotMask] = this.#slotCount - 1;
    this.words[stateWord.fullShard] = noShard;
    this.setBounds(-Infinity, Infinity);
  }

  get nameCount(): number {
    return this.#nameCount;
  }

  /** What the table takes: records, slots, and the fixed parts. */
  get memoryBytes(): number {
    return this.#recordsEnd - this.#recordsAt + this.#slotCount * 8 + this.#slotsAt - inputAt;
  }

  /** Rows outside of these are not plain. */
  setBounds(oldestMs: number, newestMs: number): void {
    this.doubles[stateWord.bounds / 2] = oldestMs;
    this.doubles[stateWord.bounds / 2 + 1] = newestMs;
  }

  /** Copies what came to where it is read; at most `inputBytesMax`. @returns its place */
  setInput(bytes: Uint8Array, start: number, end: number): number {
    assert(end - start <= inputBytesMax, "what is read at once fits the input");
    this.bytes.set(
      start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end),
      inputAt,
    );
    // So that nothing of an earlier piece seems to go on with this one.
    const inputEnd = inputAt + end - start;
    this.bytes.fill(0, inputEnd, inputEnd + slackBytes);
    return inputAt;
  }

  /** The record of the name, 0 where it is not known; learns the order of the names. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const previous = this.words[stateWord.previous]!;
    const expected = previous === 0 ? 0 : this.words[previous * 4 + 2]!;
    if (expected !== 0 && this.#isName(expected, bytes, start, end)) {
      this.words[stateWord.previous] = expected;
      return expected;
    }
    const record = this.probe(hashOf(bytes, start, end), bytes, start, end);
    if (record !== 0) this.#follow(record);
    return record;
  }

  /** As `find`, without regard to order. */
  probe(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const mask = this.#slotCount - 1;
    const slots = this.#slotsAt / 4;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const record = this.words[slots + slot * 2]!;
      if (record === 0) return 0;
      if (this.words[slots + slot * 2 + 1] === hash && this.#isName(record, bytes, start, end)) {
        return record;
      }
    }
  }

  /**
   * Takes in a name that is not known.
   *
   * @param alias  that of another spelling of the same name in the same shard; else it gets its own
   * @returns its record; 0 where there is no room
   */
  add(bytes: Uint8Array, start: number, end: number, shard: number, alias = -1): number {
    assert(shard >= 0 && shard < this.shardCount, "a name is of one of the shards");
    const length = end - start;
    assert(length > 0 && length <= nameLengthMax, "a name has a length that fits its record");
    const at = recordPlace(this.#recordsEnd, length);
    const recordBytes = recordBytesOf(length);
    const { nameCountMax, recordBytesMax } = this.#options;
    if (this.#nameCount === nameCountMax || at + recordBytes - this.#recordsAt > recordBytesMax) {
      return 0;
    }
    this.#growTo(at + recordBytes + slackBytes);
    // Where a line is left over, this says that the next record begins in the next one.
    if (at > this.#recordsEnd) this.words[this.#recordsEnd / 4] = 0;
    this.#recordsEnd = at + recordBytes;
    this.#nameCount += 1;
    const word = at / 4;
    this.words[word + 1] = hashOf(bytes, start, end);
    this.words[word + 2] = 0;
    this.words[word + 3] = alias < 0 ? this.#aliasCounts[shard]! : alias;
    if (alias < 0) this.#aliasCounts[shard]! += 1;
    let head = length | (shard << 16);
    for (let i = start, to = at + recordHeadBytes; i < end; i++) {
      const byte = bytes[i]!;
      this.bytes[to++] = byte;
      if (byte <= 0x20) head |= blankInsideFlag;
    }
    this.words[word] = head;
    const record = at / 16;
    if (this.#nameCount * 4 > this.#slotCount * 3) this.#growSlots();
    else this.#insert(record);
    this.#follow(record);
    return record;
  }

  shardOf(record: number): number {
    return (this.words[record * 4]! >>> 16) & 0xff;
  }

  aliasOf(record: number): number {
    return this.words[record * 4 + 3]!;
  }

  /** Adds a row of a known name; the shard must have room. @returns whether it is full now */
  push(record: number, timeMs: number, value: number, types: number): boolean {
    const shard = this.shardOf(record);
    const row = this.words[stateWord.counts + shard]!;
    const room = this.#options.rowRoom;
    assert(row < room, "a row is added to a shard with room");
    const columns = this.#columnsAt + shard * this.#columnBytes;
    this.doubles[columns / 8 + row] = timeMs;
    this.doubles[columns / 8 + room + row] = value;
    this.words[columns / 4 + room * 4 + row] = this.aliasOf(record);
    this.bytes[columns + room * 20 + row] = types;
    if (types !== 0) this.words[stateWord.types + shard] = 1;
    this.words[stateWord.counts + shard] = row + 1;
    return row + 1 === room;
  }

  /** Rows that the shard has. */
  count(shard: number): number {
    return this.words[stateWord.counts + shard]!;
  }

  /** The rows of a shard, valid until another is added to it, or a name. */
  lend(shard: number): KnownColumns {
    const count = this.count(shard);
    const room = this.#options.rowRoom;
    const columns = this.#columnsAt + shard * this.#columnBytes;
    const hasTypes = this.words[stateWord.types + shard] !== 0;
    const typesAt = columns + room * 20;
    return {
      count,
      timesMs: this.doubles.subarray(columns / 8, columns / 8 + count),
      values: this.doubles.subarray(columns / 8 + room, columns / 8 + room + count),
      aliases: this.words.subarray(columns / 4 + room * 4, columns / 4 + room * 4 + count),
      types: hasTypes ? this.bytes.subarray(typesAt, typesAt + count) : undefined,
    };
  }

  /** The shard begins anew without rows. */
  empty(shard: number): void {
    this.words[stateWord.counts + shard] = 0;
    this.words[stateWord.types + shard] = 0;
  }

  /** Forgets all names; the rows must have been taken. */
  clear(): void {
    for (let shard = 0; shard < this.shardCount; shard++) {
      assert(this.count(shard) === 0, "rows are taken before their names are forgotten");
    }
    this.#recordsEnd = this.#recordsAt;
    this.#nameCount = 0;
    this.#aliasCounts.fill(0);
    this.words.fill(0, this.#slotsAt / 4, this.#slotsAt / 4 + this.#slotCount * 2);
    this.words[stateWord.previous] = 0;
  }

  #follow(record: number): void {
    const previous = this.words[stateWord.previous]!;
    if (previous !== 0) this.words[previous * 4 + 2] = record;
    this.words[stateWord.previous] = record;
  }

  #isName(record: number, bytes: Uint8Array, start: number, end: number): boolean {
    if ((this.words[record * 4]! & nameLengthMax) !== end - start) return false;
    let at = record * 16 + recordHeadBytes;
    for (let i = start; i < end; i++) if (this.bytes[at++] !== bytes[i]) return false;
    return true;
  }

  #insert(record: number): void {
    const mask = this.#slotCount - 1;
    const slots = this.#slotsAt / 4;
    const hash = this.words[record * 4 + 1]!;
    let slot = hash & mask;
    while (this.words[slots + slot * 2] !== 0) slot = (slot + 1) & mask;
    this.words[slots + slot * 2] = record;
    this.words[slots + slot * 2 + 1] = hash;
  }

  #growSlots(): void {
    const slots = this.#slotsAt / 4;
    this.words.fill(0, slots, slots + this.#slotCount * 2);
    this.#slotCount *= 2;
    this.words[stateWord.slotMask] = this.#slotCount - 1;
    for (let at = this.#recordsAt; at < this.#recordsEnd;) {
      const length = this.words[at / 4]! & nameLengthMax;
      if (length === 0) at = nextLine(at);
      else {
        this.#insert(at / 16);
        at += recordBytesOf(length);
      }
    }
  }

  #growTo(sizeBytes: number): void {
    const missing = sizeBytes - this.#memory.buffer.byteLength;
    if (missing > 0) {
      // By an eighth, since a plain buffer is copied whole each time.
      const pageCount = Math.ceil(
        Math.max(missing, this.#memory.buffer.byteLength / 8) / pageBytes,
      );
      this.#memory.grow(pageCount);
    } else if (this.bytes.length > 0) return;
    this.bytes = new Uint8Array(this.#memory.buffer);
    this.words = new Uint32Array(this.#memory.buffer);
    this.doubles = new Float64Array(this.#memory.buffer);
  }
}

function recordBytesOf(length: number): number {
  return (recordHeadBytes + length + 15) & ~15;
}

/** Where a record goes, at `end` of the others or a little behind it. */
function recordPlace(end: number, length: number): number {
  const recordBytes = recordBytesOf(length);
  const lineRest = nextLine(end) - end;
  return recordBytes <= cacheLineBytes && recordBytes > lineRest ? end + lineRest : end;
}

/** The first multiple of a line, at `at` or behind. */
function nextLine(at: number): number {
  return Math.ceil(at / cacheLineBytes) * cacheLineBytes;
}

/** Four bytes at a time, the rest filled up with 0; ends as MurmurHash3 does. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = Math.imul(end - start, 0x9e3779b1);
  const wordsEnd = start + ((end - start) & ~3);
  for (let at = start; at < wordsEnd; at += 4) {
    const word =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  if (wordsEnd < end) {
    let word = 0;
    for (let at = wordsEnd; at < end; at++) word |= bytes[at]! << ((at - wordsEnd) * 8);
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
