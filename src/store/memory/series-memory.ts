/**
 * The last day of every series of one shard, in memory: SeriesWindow, and the hooks by which the
 * disk beside it learns of new names and sealed chunks.
 *
 *     name ──→ id (NameTable) ──→ samples (SeriesSamples)
 *
 * At its limits it refuses names that are new, and goes on with those it knows.
 */
import { assert } from "../../base/assert.ts";
import {
  openChunkKernel,
  RowKernel,
  type RowRange,
  type SeriesRecords,
} from "../../kernel/index.ts";
import {
  nameBytesMax,
  statedBits,
  type TimeRange,
  type WatchedWindow,
  type WindowListener,
} from "../../model/index.ts";
import { BlockArena } from "./block-arena.ts";
import { NameTable } from "./name-table.ts";
import { RefusedNameCounts } from "./refused-names.ts";
import type { ChunkVisitor } from "./sealed-chunks.ts";
import type {
  SeriesMemoryOptions,
  SeriesMemoryParts,
  SeriesMemoryStats,
} from "./series-memory-options.ts";
import { SeriesSamples } from "./series-samples.ts";

export class SeriesMemory implements WatchedWindow {
  readonly #options: SeriesMemoryOptions;
  #memoryBytesMax: number;
  readonly #arena = new BlockArena();
  readonly #names: NameTable;
  readonly #samples: SeriesSamples;
  #listener: WindowListener | undefined;
  #refusedSeriesCount = 0;
  readonly #refusedNames = new RefusedNameCounts();
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();

  constructor(options: SeriesMemoryOptions) {
    this.#options = options;
    this.#memoryBytesMax = options.memoryBytesMax ?? Infinity;
    this.#names = new NameTable(this.#arena, { nameCountMax: options.seriesCountMax });
    const parts = {
      arena: this.#arena,
      chunks: options.chunks ?? openChunkKernel({}),
      rows: options.rows ?? new RowKernel({}),
      sheds: () => (options.shedsAtLimit ?? true) && this.#isPressed(),
    };
    this.#samples = new SeriesSamples(parts, options);
  }

  /** Takes rows, and has the record of each series. */
  get rows(): RowKernel {
    return this.#samples.rows;
  }

  listen(listener: WindowListener | undefined): void {
    this.#listener = listener;
    this.#samples.listener = listener;
  }

  get idCount(): number {
    return this.#names.idCount;
  }

  isLive(id: number): boolean {
    return this.#names.isLive(id);
  }

  name(id: number): string {
    return this.#decoder.decode(this.#names.nameBytes(id));
  }

  /** The name's bytes, lent until the next change. */
  nameBytes(id: number): Uint8Array {
    return this.#names.nameBytes(id);
  }

  find(name: string): number | undefined {
    const bytes = this.#encoder.encode(name);
    const id = this.#names.find(bytes, 0, bytes.length);
    return id < 0 ? undefined : id;
  }

  /** Stays when the newest sample itself was let go of. */
  newestMs(id: number): number {
    return this.#records.newestMs(id);
  }

  oldestMs(id: number): number {
    return this.#samples.oldestMs(id);
  }

  revision(id: number): number {
    return this.#records.revision(id);
  }

  stated(id: number): number {
    return this.#records.stated(id);
  }

  /** Notes what a row's `types` state of its series. */
  state(id: number, types: number): void {
    const before = this.#records.stated(id);
    const after = before | (types & statedBits);
    if (after === before) return;
    this.#records.setStated(id, after);
    this.#listener?.onStated(id);
  }

  sampleCountMax(id: number, range: TimeRange): number {
    return this.isLive(id) ? this.#samples.sampleCountMax(id, range) : 0;
  }

  copy(id: number, range: TimeRange, timesMs: Float64Array, values: Float64Array): number {
    return this.isLive(id) ? this.#samples.copy(id, range, timesMs, values) : 0;
  }

  /** The id of a name, made if new; -1 where a limit refuses it (counted). */
  resolve(bytes: Uint8Array, start: number, end: number): number {
    const found = this.#names.find(bytes, start, end);
    if (found >= 0) return found;
    const isName = end > start && end - start <= nameBytesMax;
    const id = !isName || this.#isPressed() ? -1 : this.#names.add(bytes, start, end);
    if (id < 0) {
      const reason = !isName ? "bad-name" : this.#isPressed() ? "memory-limit" : "series-limit";
      this.#refusedSeriesCount += 1;
      this.#refusedNames.add(reason, bytes, start, end);
      return -1;
    }
    this.#samples.begin(id);
    this.#options.onNewSeries(id, bytes, start, end);
    return id;
  }

  /** Takes one sample of a live id. @returns false where it was refused (counted) */
  add(id: number, timeMs: number, value: number): boolean {
    assert(this.isLive(id), "samples are added to a series that is there");
    return this.#samples.add(id, timeMs, value);
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
    range: RowRange,
    onNotice: (row: number) => void,
  ): void {
    this.#samples.addRows(ids, columns, range, onNotice);
  }

  /** As `addRows`, of rows that were loaded to `rows`. */
  addLoaded(range: RowRange, onNotice: (row: number) => void): void {
    this.#samples.addLoaded(range, onNotice);
  }

  /** Gives the name this id. @returns false where one of them is taken, or there is no room */
  restoreName(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const isNew = !this.isLive(id);
    if (!this.#names.restore(id, bytes, start, end)) return false;
    if (isNew) this.#samples.begin(id);
    return true;
  }

  /** As SeriesSamples does, for a live id. */
  appendSealed(id: number, bytes: Uint8Array, offset: number, length: number): boolean {
    assert(this.isLive(id), "chunks are restored to a series that is there");
    return this.#samples.appendSealed(id, bytes, offset, length);
  }

  /** As SeriesSamples does, for a live id. */
  restoreSealed(id: number, bytes: Uint8Array, offset: number, length: number): boolean {
    assert(this.isLive(id), "chunks are restored to a series that is there");
    return this.#samples.restoreSealed(id, bytes, offset, length);
  }

  /** Takes what `encodeOpen` gave, for a live id. @returns false where the bytes are no sound chunk */
  restoreOpen(id: number, bytes: Uint8Array, offset: number, length: number): boolean {
    assert(this.isLive(id), "samples are restored to a series that is there");
    return this.#samples.restoreOpen(id, bytes, offset, length);
  }

  /** Forgets all samples not yet sealed. */
  discardOpen(id: number): void {
    this.#samples.discardOpen(id);
  }

  /** No `encodeOpen` needs more room. */
  get openBytesMax(): number {
    return this.#samples.openBytesMax;
  }

  /** All samples not yet sealed, as one chunk. @returns bytes written, 0 where there are none */
  encodeOpen(id: number, out: Uint8Array, offset: number): number {
    return this.#samples.encodeOpen(id, out, offset);
  }

  /** Visits sealed chunks that touch the range, oldest first; bytes are lent for the call. */
  visitSealed(id: number, range: TimeRange, visit: ChunkVisitor): void {
    this.#samples.visitSealed(id, range, visit);
  }

  /** Lets go of sealed chunks wholly before `timeMs`; late samples that wait there are sealed first. */
  evictBefore(id: number, timeMs: number): void {
    this.#samples.evictBefore(id, timeMs);
  }

  /** Forgets the series; its id is given to a later one. */
  removeSeries(id: number): void {
    this.#samples.end(id);
    this.#names.remove(id);
    this.#listener?.onGone(id);
  }

  /** Pages in use and tables; not the spare room of the last region. */
  get memoryBytes(): number {
    return this.#arena.usedBytes + this.#names.tableBytes + this.#samples.tableBytes;
  }

  /** The same by parts; looks at every series. */
  memoryParts(): SeriesMemoryParts {
    const { free: freeSegments, ...samples } = this.#samples.memoryParts();
    const { open, late, directory, records } = samples;
    const names = this.#names.tableBytes + this.#names.storedBytes;
    const free = this.#arena.usedBytes - this.#arena.liveBytes + freeSegments;
    const chunks = this.memoryBytes - names - open - late - directory - records - free;
    return { names, ...samples, chunks, free };
  }

  /** From now on this is the `memoryBytesMax` of the options. */
  limitMemory(bytesMax: number): void {
    this.#memoryBytesMax = bytesMax;
  }

  stats(): SeriesMemoryStats {
    return {
      ...this.#samples.stats(),
      seriesCount: this.#names.nameCount,
      memoryBytes: this.memoryBytes,
      refusedNames: this.#refusedNames.list(),
      refusedSeriesCount: this.#refusedSeriesCount,
    };
  }

  get #records(): SeriesRecords {
    return this.rows.records;
  }

  #isPressed(): boolean {
    return this.#arena.liveBytes + this.#records.liveSegmentBytes > this.#memoryBytesMax;
  }
}
