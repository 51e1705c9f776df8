/**
 * The samples of every series of one shard, by id:
 *
 *     late    raw samples at or before the end of the last sealed chunk
 *     sealed  chunks, ascending, never overlapping
 *     open    samples after all sealed ones; sealed when there are enough
 *
 * A sample one step after the newest goes to the series' record (kernel/series-records.ts) and touches
 * nothing else; there it is packed by the dozen (kernel/packed-samples.ts).
 *
 * A sample in order goes to the end of `open`. One that is late, but after the last sealed chunk, finds
 * its place in `open`. One older than that waits in `late`, and when `open` is sealed or `late` is full
 * all that wait are merged at once: a sender of ascending or descending history costs one rewrite of
 * a chunk per `chunkSampleCount` samples, not one per sample. Reads merge `late` in as they go.
 *
 * No object per series, chunk or sample: columns by id, and one arena for everything of variable size.
 */
import { assert } from "../../base/assert.ts";
import {
  chunkBytes,
  chunkBytesMax,
  chunkFirstMs,
  chunkLastMs,
  chunkSampleCountMax,
  type ChunkKernel,
  chunkTimeMsMax,
  decodeChunk,
  type RowKernel,
  rowRoom,
  type RowRange,
  type SeriesRecords,
} from "../../kernel/index.ts";
import type { TimeRange, WindowListener } from "../../model/index.ts";
import type { BlockArena } from "./block-arena.ts";
import { mergeColumns } from "./merge-columns.ts";
import { OpenSamples } from "./open-samples.ts";
import { RawSamples } from "./raw-samples.ts";
import { type ChunkVisitor, SealedChunks } from "./sealed-chunks.ts";
import type { SeriesMemoryOptions, SeriesMemoryStats } from "./series-memory-options.ts";

const chunkSampleCountDefault = 120;
const idRoomMin = 128;

export interface SeriesSamplesParts {
  readonly arena: BlockArena;
  readonly chunks: ChunkKernel;
  readonly rows: RowKernel;
  /** Whether a series that seals a chunk should let go of its oldest ones. */
  readonly sheds: () => boolean;
}

export type SeriesSamplesStats = Pick<
  SeriesMemoryStats,
  | "sampleCount"
  | "sealedSampleCount"
  | "sealedBytes"
  | "lateCount"
  | "duplicateCount"
  | "refusedSampleCount"
  | "shedSampleCount"
>;

export class SeriesSamples {
  readonly #parts: SeriesSamplesParts;
  readonly #onSealed: SeriesMemoryOptions["onSealed"];
  readonly #chunkSampleCount: number;
  readonly #open: OpenSamples;
  readonly #late: RawSamples;
  readonly #sealed: SealedChunks;
  /** Takes rows, and has the record of each series. */
  readonly rows: RowKernel;
  /** Is told of each row. */
  listener: WindowListener | undefined;
  /** By id: how far tables have room. */
  #idRoom = 0;
  #lateCount = 0;
  #duplicateCount = 0;
  #refusedCount = 0;
  #shedCount = 0;
  // Scratch: samples of one chunk, raw and encoded. Those of `restoreOpen` outlive calls of `add`.
  readonly #timesMs = new Float64Array(chunkSampleCountMax);
  readonly #values = new Float64Array(chunkSampleCountMax);
  readonly #restoredMs = new Float64Array(chunkSampleCountMax);
  readonly #restored = new Float64Array(chunkSampleCountMax);
  readonly #encoded = new Uint8Array(chunkBytesMax(chunkSampleCountMax));

  constructor(
    parts: SeriesSamplesParts,
    options: Pick<SeriesMemoryOptions, "chunkSampleCount" | "onSealed">,
  ) {
    const { arena, chunks, rows } = parts;
    const chunkSampleCount = options.chunkSampleCount ?? chunkSampleCountDefault;
    assert(
      chunkSampleCount >= 2 && chunkSampleCount <= chunkSampleCountMax / 2,
      "chunkSampleCount is 2 to half of chunkSampleCountMax",
    );
    this.#parts = parts;
    this.#onSealed = options.onSealed;
    this.#chunkSampleCount = chunkSampleCount;
    this.rows = rows;
    this.#open = new OpenSamples(arena, rows, { sampleCountMax: chunkSampleCount });
    this.#late = new RawSamples(arena, { sampleCountMax: chunkSampleCount });
    this.#sealed = new SealedChunks(arena, chunks, { chunkSampleCount });
  }

  /** Makes room for a series. */
  begin(id: number): void {
    if (id >= this.#idRoom) {
      this.#idRoom = Math.max(idRoomMin, Math.ceil((id + 1) * 1.5));
      this.#open.growTo(this.#idRoom);
      this.#late.growTo(this.#idRoom);
      this.#sealed.growTo(this.#idRoom);
    }
    this.#records.growTo(id + 1);
  }

  /** Forgets all of a series; its id is given to a later one. */
  end(id: number): void {
    this.#open.clear(id);
    this.#clearLate(id);
    this.#sealed.dropFirst(id, this.#sealed.chunkCount(id));
    this.#records.clear(id);
    this.#records.countRevision(id);
  }

  oldestMs(id: number): number {
    return Math.min(this.#sealed.firstMs(id), this.#open.firstMs(id), this.#late.firstMs(id));
  }

  sampleCountMax(id: number, range: TimeRange): number {
    return (
      this.#sealed.countMax(id, range.fromMs, range.untilMs) +
      this.#open.count(id) +
      this.#late.count(id)
    );
  }

  copy(id: number, range: TimeRange, timesMs: Float64Array, values: Float64Array): number {
    const { fromMs, untilMs } = range;
    const room = Math.min(timesMs.length, values.length);
    const openUntil = this.#open.lowerBound(id, untilMs);
    const openFrom = Math.max(this.#open.lowerBound(id, fromMs), openUntil - room);
    const openCount = Math.max(0, openUntil - openFrom);
    const count = this.#sealed.copy(id, fromMs, untilMs, room - openCount, timesMs, values);
    this.#open.copy(id, openFrom, openUntil, timesMs, values, count);
    if (this.#late.count(id) === 0) return count + openCount;

    const lateFrom = this.#late.lowerBound(id, fromMs);
    const lateCount = Math.max(0, this.#late.lowerBound(id, untilMs) - lateFrom);
    this.#late.copy(id, lateFrom, lateFrom + lateCount, this.#timesMs, this.#values, 0);
    return mergeColumns(timesMs, values, count + openCount, this.#timesMs, this.#values, lateCount);
  }

  /** Takes one sample of a live id. @returns false where it was refused (counted) */
  add(id: number, timeMs: number, value: number): boolean {
    // Neither infinity nor NaN is equal to itself less itself.
    if (!(
      timeMs >= 0 &&
      timeMs < chunkTimeMsMax &&
      Math.floor(timeMs) === timeMs &&
      value - value === 0
    )) {
      this.#refusedCount += 1;
      return false;
    }
    const records = this.#records;
    records.countRevision(id);
    if (records.isNext(id, timeMs)) {
      this.#addNext(id, timeMs, value);
      records.setNewestMs(id, timeMs);
    } else {
      const isLate = timeMs < this.#open.firstMs(id) && timeMs <= this.#sealed.lastMs(id);
      if (isLate) this.#addLate(id, timeMs, value);
      else this.#addOpen(id, timeMs, value);
      const newestMs = records.newestMs(id);
      if (timeMs > newestMs) records.setNewestMs(id, timeMs);
      else if (timeMs < newestMs) this.#lateCount += 1;
    }
    this.#expect(id);
    this.listener?.onRow(id, timeMs, value);
    return true;
  }

  /**
   * As `add` for rows [from, until), which are sound samples of live ids.
   *
   * @param ids       of the rows, from index 0 on
   * @param onNotice  called before a row is taken that may seal a chunk
   */
  addRows(
    ids: Uint32Array,
    columns: { readonly timesMs: Float64Array; readonly values: Float64Array },
    { from, until }: RowRange,
    onNotice: (row: number) => void,
  ): void {
    for (let start = from; start < until; start += rowRoom) {
      const end = Math.min(until, start + rowRoom);
      this.rows.load(columns, { from: start, until: end });
      this.#records.ids.set(ids.subarray(start - from, end - from));
      this.addLoaded({ from: 0, until: end - start }, (row) => {
        onNotice(row + start);
      });
    }
  }

  /** As `addRows`, of rows that were loaded to `rows`. */
  addLoaded({ from, until }: RowRange, onNotice: (row: number) => void): void {
    const { rows } = this;
    const records = this.#records;
    const listener = this.listener;
    for (let row = from; row < until;) {
      const stagedUntil = rows.take({ from: row, until });
      this.#open.noteTaken(stagedUntil - row);
      if (listener !== undefined) {
        const { ids, timesMs, values } = records;
        for (; row < stagedUntil; row++) listener.onRow(ids[row]!, timesMs[row]!, values[row]!);
      }
      for (row = stagedUntil; row < until; row++) {
        const id = records.ids[row]!;
        if (records.canStage(row)) break;
        const timeMs = records.timesMs[row]!;
        const value = records.values[row]!;
        if (!records.isNext(id, timeMs) && this.#appendPlain(id, timeMs, value)) continue;
        onNotice(row);
        this.add(id, timeMs, value);
      }
    }
  }

  /**
   * Takes a chunk that `onSealed` gave and a checksum vouches for, without looking into it, where it
   * follows all that the series has, which is sealed.
   * @returns false where it does not; `restoreSealed` then finds its place
   */
  appendSealed(id: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const records = this.#records;
    if (this.#open.count(id) > 0 || this.#late.count(id) > 0) return false;
    if (chunkBytes(bytes, offset) !== length) return false;
    if (chunkFirstMs(bytes, offset) <= records.newestMs(id)) return false;
    this.#shed(id, this.#sealed.excessCount(id));
    this.#sealed.append(id, bytes, offset, length);
    records.countRevision(id);
    records.setNewestMs(id, chunkLastMs(bytes, offset));
    this.#expect(id);
    return true;
  }

  /**
   * Takes a chunk that `onSealed` gave. Chunks may overlap: the later call wins, sample by sample.
   * Where it reaches into what `restoreOpen` brought back, that is sealed first, by `onSealed`.
   * @returns false where the bytes are no sound chunk of that length
   */
  restoreSealed(id: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const count = this.#decode(bytes, offset, length);
    if (count < 0) return false;
    const lastMs = this.#restoredMs[count - 1]!;
    this.#mergeLate(id);
    if (lastMs >= this.#open.firstMs(id)) this.#seal(id);
    this.#shed(id, this.#sealed.excessCount(id));
    if (this.#restoredMs[0]! > this.#sealed.lastMs(id)) {
      this.#sealed.append(id, bytes, offset, length);
    } else this.#sealed.merge(id, this.#restoredMs, this.#restored, count);
    this.#records.countRevision(id);
    if (lastMs > this.#records.newestMs(id)) this.#records.setNewestMs(id, lastMs);
    this.#expect(id);
    return true;
  }

  /** Takes what `encodeOpen` gave. @returns false where the bytes are no sound chunk */
  restoreOpen(id: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const count = this.#decode(bytes, offset, length);
    if (count < 0) return false;
    const lateCount = this.#lateCount;
    for (let k = 0; k < count; k++) this.add(id, this.#restoredMs[k]!, this.#restored[k]!);
    this.#lateCount = lateCount; // counted when they first came
    return true;
  }

  /** Forgets all samples not yet sealed. */
  discardOpen(id: number): void {
    this.#open.clear(id);
    this.#clearLate(id);
    this.#records.setNewestMs(id, this.#sealed.lastMs(id));
    this.#records.countRevision(id);
    this.#expect(id);
  }

  /** No `encodeOpen` needs more room. */
  get openBytesMax(): number {
    return chunkBytesMax(2 * this.#chunkSampleCount);
  }

  /** All samples not yet sealed, as one chunk. @returns bytes written, 0 where there are none */
  encodeOpen(id: number, out: Uint8Array, offset: number): number {
    const lateCount = this.#late.count(id);
    const length = lateCount > 0 ? 0 : this.#open.encode(id);
    if (length > 0) {
      const { chunk } = this.#records;
      for (let i = 0; i < length; i++) out[offset + i] = chunk[i]!;
      return length;
    }
    const count = lateCount + this.#open.count(id);
    if (count === 0) return 0;
    // Late samples lie before the end of the sealed chunks, open ones after it.
    this.#late.copy(id, 0, lateCount, this.#timesMs, this.#values, 0);
    this.#open.copy(id, 0, count - lateCount, this.#timesMs, this.#values, lateCount);
    return this.#parts.chunks.encode(this.#timesMs, this.#values, 0, count, out, offset);
  }

  /** Visits sealed chunks that touch the range, oldest first; bytes are lent for the call. */
  visitSealed(id: number, range: TimeRange, visit: ChunkVisitor): void {
    this.#sealed.visit(id, range.fromMs, range.untilMs, visit);
  }

  /** Lets go of sealed chunks wholly before `timeMs`; late samples that wait there are sealed first. */
  evictBefore(id: number, timeMs: number): void {
    if (this.#late.firstMs(id) < timeMs) this.#mergeLate(id);
    this.#sealed.dropBefore(id, timeMs);
  }

  /** Memory besides the arena. */
  get tableBytes(): number {
    return (
      this.#open.tableBytes +
      this.#late.tableBytes +
      this.#sealed.tableBytes +
      this.#records.tableBytes +
      this.#records.usedSegmentBytes
    );
  }

  /** Where memory is, besides chunks; looks at every series. */
  memoryParts(): {
    readonly open: number;
    readonly late: number;
    readonly directory: number;
    readonly records: number;
    readonly free: number;
  } {
    const { liveSegmentBytes, tableBytes, usedSegmentBytes } = this.#records;
    return {
      open: this.#open.tableBytes + this.#open.arenaBytes + liveSegmentBytes,
      late: this.#late.tableBytes + this.#late.segmentBytes,
      directory: this.#sealed.tableBytes + this.#sealed.listBytes,
      records: tableBytes,
      free: usedSegmentBytes - liveSegmentBytes,
    };
  }

  stats(): SeriesSamplesStats {
    return {
      sampleCount: this.#sealed.sampleCount + this.#open.sampleCount + this.#late.sampleCount,
      sealedSampleCount: this.#sealed.sampleCount,
      sealedBytes: this.#sealed.byteCount,
      lateCount: this.#lateCount,
      duplicateCount: this.#duplicateCount,
      refusedSampleCount: this.#refusedCount,
      shedSampleCount: this.#shedCount,
    };
  }

  get #records(): SeriesRecords {
    return this.rows.records;
  }

  /** Says which samples may be staged next: not the one that seals the chunk. */
  #expect(id: number): void {
    this.#open.expect(id, this.#sealAt(id) - 1);
  }

  /** Takes a sample of an irregular series, where it is simply the next. @returns false where `add` has to */
  #appendPlain(id: number, timeMs: number, value: number): boolean {
    const records = this.#records;
    // The sample that fills a chunk seals it; those before are plain.
    if (this.#open.count(id) + 1 >= this.#sealAt(id) || timeMs <= records.newestMs(id))
      return false;
    if (this.#open.append(id, timeMs, value) === 0) return false;
    records.countRevision(id);
    records.setNewestMs(id, timeMs);
    this.#expect(id);
    this.listener?.onRow(id, timeMs, value);
    return true;
  }

  /** Takes a sample one step after the newest. */
  #addNext(id: number, timeMs: number, value: number): void {
    if (this.#open.count(id) + 1 >= this.#sealAt(id)) {
      this.#seal(id, { timeMs, value });
      return;
    }
    this.#open.stage(id, value);
  }

  #addOpen(id: number, timeMs: number, value: number): void {
    let result = this.#open.put(id, timeMs, value);
    if (result === "far") {
      this.#seal(id);
      if (timeMs <= this.#sealed.lastMs(id)) {
        this.#addLate(id, timeMs, value);
        return;
      }
      result = this.#open.put(id, timeMs, value);
    }
    if (result === "replaced") this.#duplicateCount += 1;
    else if (this.#open.count(id) >= this.#sealAt(id)) this.#seal(id);
  }

  #addLate(id: number, timeMs: number, value: number): void {
    this.#records.setLate(id, true);
    let result = this.#late.put(id, timeMs, value);
    if (result === "far") {
      this.#mergeLate(id);
      this.#records.setLate(id, true);
      result = this.#late.put(id, timeMs, value);
    }
    if (result === "replaced") this.#duplicateCount += 1;
    else if (this.#late.count(id) >= this.#chunkSampleCount) this.#mergeLate(id);
  }

  /** The first chunk of a series is shorter, each by another count, so that a fleet of series that
   * begin together does not seal in lock-step. */
  #sealAt(id: number): number {
    if (this.#sealed.chunkCount(id) > 0) return this.#chunkSampleCount;
    return this.#chunkSampleCount - (id % this.#chunkSampleCount);
  }

  /** @param next  comes after the open samples, and is sealed with them */
  #seal(id: number, next?: { readonly timeMs: number; readonly value: number }): void {
    this.#mergeLate(id);
    const openCount = this.#open.count(id);
    const count = openCount + (next === undefined ? 0 : 1);
    if (count === 0) return;
    this.#shed(id, this.#parts.sheds() ? 2 : this.#sealed.excessCount(id));
    const length = next === undefined ? 0 : this.#open.seal(id, next.value);
    if (length > 0) {
      this.#open.clear(id);
      const { chunk, chunkWords } = this.#records;
      this.#sealed.appendWords(id, chunkWords, length);
      this.#onSealed(id, chunk, 0, length, false);
      return;
    }
    this.#open.copy(id, 0, openCount, this.#timesMs, this.#values, 0);
    this.#open.clear(id);
    if (next !== undefined) {
      this.#timesMs[openCount] = next.timeMs;
      this.#values[openCount] = next.value;
    }
    const encoded = this.#encoded;
    const encodedBytes = this.#parts.chunks.encode(
      this.#timesMs,
      this.#values,
      0,
      count,
      encoded,
      0,
    );
    this.#sealed.append(id, encoded, 0, encodedBytes);
    this.#onSealed(id, encoded, 0, encodedBytes, false);
  }

  #mergeLate(id: number): void {
    if (!this.#records.hasLate(id)) return;
    const count = this.#late.count(id);
    this.#shed(id, this.#sealed.excessCount(id));
    this.#late.copy(id, 0, count, this.#timesMs, this.#values, 0);
    this.#clearLate(id);
    this.#duplicateCount += this.#sealed.merge(
      id,
      this.#timesMs,
      this.#values,
      count,
      (bytes, offset, length) => {
        this.#onSealed(id, bytes, offset, length, true);
      },
    );
  }

  #clearLate(id: number): void {
    this.#late.clear(id);
    this.#records.setLate(id, false);
  }

  #shed(id: number, chunkCount: number): void {
    const dropCount = Math.min(chunkCount, this.#sealed.chunkCount(id));
    this.#shedCount += this.#sealed.dropFirst(id, dropCount);
  }

  /** Decodes to the scratch for restoring. @returns the count, -1 where the bytes are no chunk */
  #decode(bytes: Uint8Array, offset: number, length: number): number {
    if (chunkBytes(bytes, offset) !== length) return -1;
    return decodeChunk(bytes, offset, this.#restoredMs, this.#restored, 0);
  }
}
