/**
 * The sealed chunks of every series: ascending in time, never overlapping.
 *
 * Samples that come late are merged: each goes to the last chunk that begins at or before it, or where
 * there is none to the first chunk while that stays small. The chunks touched are decoded, merged and
 * encoded again, so merging costs one rewrite per chunk touched, however many samples it brings. A
 * chunk that grows past twice the usual number of samples is split.
 */
import { assert } from "../../base/assert.ts";
import {
  chunkBytes,
  chunkBytesAt,
  chunkBytesMax,
  chunkCount,
  chunkCountAt,
  chunkFirstMs,
  type ChunkKernel,
  chunkLastMs,
  chunkSampleCountMax,
  decodeChunk,
  decodeChunkTimes,
} from "../../kernel/index.ts";
import type { BlockArena } from "./block-arena.ts";
import { ChunkDirectory, chunkCountMax } from "./chunk-directory.ts";
import { lowerBound, mergeColumns } from "./merge-columns.ts";

/** One merge brings at most chunkSampleCountMax samples, and each splits one chunk in at most three. */
const splitCountMax = 2 * chunkSampleCountMax;

/** Is lent the bytes of a chunk. */
export type ChunkVisitor = (bytes: Uint8Array, offset: number, length: number) => void;

export class SealedChunks {
  readonly #arena: BlockArena;
  readonly #directory: ChunkDirectory;
  readonly #chunks: ChunkKernel;
  readonly #usualCount: number;
  #sampleCount = 0;
  #byteCount = 0;
  // Scratch: one chunk decoded, or merged with as many samples again, and one encoded.
  readonly #timesMs = new Float64Array(2 * chunkSampleCountMax);
  readonly #values = new Float64Array(2 * chunkSampleCountMax);
  readonly #encoded = new Uint8Array(chunkBytesMax(chunkSampleCountMax));

  /** @param chunkSampleCount  how many samples a chunk usually has; at most half of the most */
  constructor(
    arena: BlockArena,
    chunks: ChunkKernel,
    options: { readonly chunkSampleCount: number },
  ) {
    this.#arena = arena;
    this.#chunks = chunks;
    this.#directory = new ChunkDirectory(arena);
    this.#usualCount = options.chunkSampleCount;
  }

  /** Of all series. */
  get sampleCount(): number {
    return this.#sampleCount;
  }

  /** Of all chunks. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /** Memory besides the arena. */
  get tableBytes(): number {
    return this.#directory.tableBytes;
  }

  /** Memory in the arena besides the chunks; looks at every series. */
  get listBytes(): number {
    return this.#directory.listBytes;
  }

  growTo(idRoom: number): void {
    this.#directory.growTo(idRoom);
  }

  chunkCount(id: number): number {
    return this.#directory.count(id);
  }

  /** How many of its oldest chunks a series must drop before it may be given more. */
  excessCount(id: number): number {
    return Math.max(0, this.#directory.count(id) - (chunkCountMax - splitCountMax));
  }

  /** Time of the oldest sealed sample, Infinity if there is none. */
  firstMs(id: number): number {
    return this.#directory.count(id) === 0 ? Infinity : this.#firstMs(this.#directory.chunk(id, 0));
  }

  /** Time of the newest sealed sample, -Infinity if there is none. */
  lastMs(id: number): number {
    const count = this.#directory.count(id);
    return count === 0 ? -Infinity : this.#lastMs(this.#directory.chunk(id, count - 1));
  }

  /** Puts an encoded chunk behind the others; it begins after `lastMs`. */
  append(id: number, bytes: Uint8Array, offset: number, length: number): void {
    this.#appendBlock(id, this.#store(bytes, offset, length));
  }

  /** As `append` of a chunk that begins with the first of the words. */
  appendWords(id: number, words: Uint32Array, length: number): void {
    const chunk = this.#arena.allocate(length);
    const arenaWords = this.#arena.words(chunk);
    const at = this.#arena.wordAt(chunk);
    // A block is whole words, so the last one may be copied whole.
    for (let i = 0; i * 4 < length; i++) arenaWords[at + i] = words[i]!;
    this.#sampleCount += chunkCountAt(words, 0);
    this.#byteCount += length;
    this.#appendBlock(id, chunk);
  }

  /**
   * Merges samples, ascending in time, at most `chunkSampleCountMax`; they win over sealed ones.
   * Shows each chunk that is new or changed to `visit`.
   * @returns how many of them replaced a sealed sample
   */
  merge(
    id: number,
    timesMs: Float64Array,
    values: Float64Array,
    count: number,
    visit?: ChunkVisitor,
  ): number {
    const before = this.#sampleCount;
    // From the newest chunk down, so that the places of those to come do not change.
    let until = count;
    while (until > 0) {
      const index = this.#lastBeginningBy(id, timesMs[until - 1]!);
      const firstMs = index < 0 ? -Infinity : this.#firstMs(this.#directory.chunk(id, index));
      const from = lowerBound(timesMs, 0, until, firstMs);
      const addedMs = timesMs.subarray(from, until);
      const added = values.subarray(from, until);
      if (index >= 0) this.#rewrite(id, index, addedMs, added, visit);
      else if (this.#isFirstSmall(id, until)) this.#rewrite(id, 0, addedMs, added, visit);
      else this.#insertFirst(id, addedMs, added, visit);
      until = from;
    }
    return count - (this.#sampleCount - before);
  }

  /** Forgets chunks wholly before `timeMs`. */
  dropBefore(id: number, timeMs: number): void {
    const count = this.#directory.count(id);
    let dropCount = 0;
    while (dropCount < count && this.#lastMs(this.#directory.chunk(id, dropCount)) < timeMs) {
      dropCount += 1;
    }
    this.dropFirst(id, dropCount);
  }

  /** Forgets the oldest chunks. @returns how many samples they had */
  dropFirst(id: number, dropCount: number): number {
    const before = this.#sampleCount;
    for (let i = 0; i < dropCount; i++) this.#forget(this.#directory.chunk(id, i));
    this.#directory.dropFirst(id, dropCount);
    return before - this.#sampleCount;
  }

  /** An upper bound of the samples in from <= t < until: those of all chunks touched. */
  countMax(id: number, fromMs: number, untilMs: number): number {
    const until = this.#firstBeginningFrom(id, untilMs);
    let count = 0;
    for (let i = this.#firstEndingFrom(id, fromMs); i < until; i++) {
      count += this.#count(this.#directory.chunk(id, i));
    }
    return count;
  }

  visit(id: number, fromMs: number, untilMs: number, visit: ChunkVisitor): void {
    const until = this.#firstBeginningFrom(id, untilMs);
    for (let i = this.#firstEndingFrom(id, fromMs); i < until; i++) {
      const chunk = this.#directory.chunk(id, i);
      const bytes = this.#arena.bytes(chunk);
      const at = this.#arena.byteAt(chunk);
      visit(bytes, at, chunkBytes(bytes, at));
    }
  }

  /**
   * Copies the samples in from <= t < until to the start of both columns; the newest `room` of them
   * where there are more.
   * @returns how many
   */
  copy(
    id: number,
    fromMs: number,
    untilMs: number,
    room: number,
    timesMs: Float64Array,
    values: Float64Array,
  ): number {
    const first = this.#firstEndingFrom(id, fromMs);
    const end = this.#firstBeginningFrom(id, untilMs);
    if (first >= end || room <= 0) return 0;
    const list = this.#directory.list(id);
    const listAt = this.#directory.listAt(id);
    // Only the chunks at both ends can lie partly outside the range.
    const lastChunk = list[listAt + end - 1]!;
    const tail = this.#countBefore(lastChunk, untilMs);
    const start = this.#newestStart(list, listAt, { first, end, tail }, room);
    let skip = start.skip;
    if (start.index === first)
      skip = Math.max(skip, this.#countBefore(list[listAt + first]!, fromMs));

    let at = 0;
    // Whole chunks are gathered and decoded as one run, until one in part comes in between.
    for (let i = start.index; i < end; i++) {
      const chunk = list[listAt + i]!;
      const words = this.#arena.words(chunk);
      const wordAt = this.#arena.wordAt(chunk);
      const isLast = i === end - 1;
      if (skip === 0 && !(isLast && tail < chunkCountAt(words, wordAt))) {
        const sizeBytes = chunkBytesAt(words, wordAt);
        if (this.#chunks.put(words, wordAt, sizeBytes)) continue;
        at += this.#decodeRun(timesMs, values, at);
        assert(this.#chunks.put(words, wordAt, sizeBytes), "an empty run has room for a chunk");
        continue;
      }
      at += this.#decodeRun(timesMs, values, at);
      const count = this.#decode(chunk, this.#timesMs, this.#values, 0);
      const until = isLast ? tail : count;
      for (let k = skip; k < until; k++) {
        timesMs[at + k - skip] = this.#timesMs[k]!;
        values[at + k - skip] = this.#values[k]!;
      }
      at += Math.max(0, until - skip);
      skip = 0;
    }
    return at + this.#decodeRun(timesMs, values, at);
  }

  /** Where the newest `room` samples begin: in which chunk, and behind how many of its own. */
  #newestStart(
    list: Uint32Array,
    listAt: number,
    chunks: { readonly first: number; readonly end: number; readonly tail: number },
    room: number,
  ): { readonly index: number; readonly skip: number } {
    const { first, end, tail } = chunks;
    // Where all that the chunks could hold finds room, nobody needs to know how many there are.
    if ((end - first) * chunkSampleCountMax <= room) return { index: first, skip: 0 };
    let index = end - 1;
    let count = tail;
    while (index > first && count < room) {
      index -= 1;
      const chunk = list[listAt + index]!;
      count += chunkCountAt(this.#arena.words(chunk), this.#arena.wordAt(chunk));
    }
    return { index, skip: Math.max(0, count - room) };
  }

  #rewrite(
    id: number,
    index: number,
    addedMs: Float64Array,
    added: Float64Array,
    visit: ChunkVisitor | undefined,
  ): void {
    const chunk = this.#directory.chunk(id, index);
    const count = this.#decode(chunk, this.#timesMs, this.#values, 0);
    if (this.#holds(count, addedMs, added)) return;
    const total = mergeColumns(this.#timesMs, this.#values, count, addedMs, added, addedMs.length);
    this.#forget(chunk);
    this.#encodePieces(id, index, 1, total, visit);
  }

  #insertFirst(
    id: number,
    addedMs: Float64Array,
    added: Float64Array,
    visit: ChunkVisitor | undefined,
  ): void {
    this.#timesMs.set(addedMs);
    this.#values.set(added);
    this.#encodePieces(id, 0, 0, addedMs.length, visit);
  }

  /** Encodes what lies in scratch and puts it in the place of `replaced` chunks at `index`. */
  #encodePieces(
    id: number,
    index: number,
    replaced: number,
    total: number,
    visit: ChunkVisitor | undefined,
  ): void {
    const isOne = total <= 2 * this.#usualCount;
    const pieceCount = isOne ? 1 : Math.ceil(total / this.#usualCount);
    this.#directory.insert(id, index, pieceCount - replaced);
    for (let piece = 0; piece < pieceCount; piece++) {
      const from = Math.floor((total * piece) / pieceCount);
      const until = Math.floor((total * (piece + 1)) / pieceCount);
      const count = until - from;
      const length = this.#chunks.encode(
        this.#timesMs,
        this.#values,
        from,
        count,
        this.#encoded,
        0,
      );
      this.#directory.setChunk(id, index + piece, this.#store(this.#encoded, 0, length));
    }
    if (visit === undefined) return;
    for (let piece = 0; piece < pieceCount; piece++) {
      const chunk = this.#directory.chunk(id, index + piece);
      const bytes = this.#arena.bytes(chunk);
      const at = this.#arena.byteAt(chunk);
      visit(bytes, at, chunkBytes(bytes, at));
    }
  }

  /** Whether the `count` samples in scratch have all of the added ones, bit for bit. */
  #holds(count: number, addedMs: Float64Array, added: Float64Array): boolean {
    for (let k = 0; k < addedMs.length; k++) {
      const at = lowerBound(this.#timesMs, 0, count, addedMs[k]!);
      if (at === count || this.#timesMs[at] !== addedMs[k]) return false;
      if (!Object.is(this.#values[at], added[k])) return false;
    }
    return true;
  }

  #isFirstSmall(id: number, addedCount: number): boolean {
    if (this.#directory.count(id) === 0) return false;
    return this.#count(this.#directory.chunk(id, 0)) + addedCount <= 2 * this.#usualCount;
  }

  #appendBlock(id: number, chunk: number): void {
    const index = this.#directory.count(id);
    this.#directory.insert(id, index, 1);
    this.#directory.setChunk(id, index, chunk);
  }

  #store(bytes: Uint8Array, offset: number, length: number): number {
    const chunk = this.#arena.allocate(length);
    const arenaBytes = this.#arena.bytes(chunk);
    // A view of so few bytes would cost more than the copying.
    let at = this.#arena.byteAt(chunk);
    for (let i = offset; i < offset + length; i++) arenaBytes[at++] = bytes[i]!;
    this.#sampleCount += chunkCount(bytes, offset);
    this.#byteCount += length;
    return chunk;
  }

  #forget(chunk: number): void {
    this.#sampleCount -= this.#count(chunk);
    const length = chunkBytes(this.#arena.bytes(chunk), this.#arena.byteAt(chunk));
    this.#byteCount -= length;
    this.#arena.free(chunk, length);
  }

  /** Decodes what was put. @returns how many samples */
  #decodeRun(timesMs: Float64Array, values: Float64Array, at: number): number {
    const count = this.#chunks.putSampleCount;
    if (count === 0) return 0;
    const decoded = this.#chunks.decode(timesMs, values, at);
    assert(decoded === count, "the chunks in memory are sound");
    return decoded;
  }

  #decode(chunk: number, timesMs: Float64Array, values: Float64Array, at: number): number {
    const bytes = this.#arena.bytes(chunk);
    const count = decodeChunk(bytes, this.#arena.byteAt(chunk), timesMs, values, at);
    assert(count > 0, "a chunk in memory is sound");
    return count;
  }

  #countBefore(chunk: number, timeMs: number): number {
    if (this.#firstMs(chunk) >= timeMs) return 0;
    if (this.#lastMs(chunk) < timeMs) return this.#count(chunk);
    const bytes = this.#arena.bytes(chunk);
    const count = decodeChunkTimes(bytes, this.#arena.byteAt(chunk), this.#timesMs, 0);
    return lowerBound(this.#timesMs, 0, count, timeMs);
  }

  /** The first chunk that ends at or after `timeMs`. */
  #firstEndingFrom(id: number, timeMs: number): number {
    let low = 0;
    let high = this.#directory.count(id);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#lastMs(this.#directory.chunk(id, middle)) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first chunk that begins at or after `timeMs`. */
  #firstBeginningFrom(id: number, timeMs: number): number {
    let low = 0;
    let high = this.#directory.count(id);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#firstMs(this.#directory.chunk(id, middle)) < timeMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The last chunk that begins at or before `timeMs`, -1 if there is none. */
  #lastBeginningBy(id: number, timeMs: number): number {
    return this.#firstBeginningFrom(id, timeMs + 1) - 1;
  }

  #count(chunk: number): number {
    return chunkCount(this.#arena.bytes(chunk), this.#arena.byteAt(chunk));
  }

  #firstMs(chunk: number): number {
    return chunkFirstMs(this.#arena.bytes(chunk), this.#arena.byteAt(chunk));
  }

  #lastMs(chunk: number): number {
    return chunkLastMs(this.#arena.bytes(chunk), this.#arena.byteAt(chunk));
  }
}
