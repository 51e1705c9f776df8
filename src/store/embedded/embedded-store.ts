/**
 * The default store, one per shard thread: the window in memory, the rest in files of one folder.
 *
 *     write ──→ memory (SeriesMemory) ──→ sealed chunks ──→ chunk log ──┐
 *        │                                                             ├──→ archive, by time block
 *        ├────→ backfill (older than memory covers) ───────────────────┘
 *        └────→ sample log, group commit      checkpoint: what only the sample log would know
 *
 * A sample is visible when `write` resolves and survives `kill -9` when `commit` does; nobody has
 * to call it, since what was written is committed `commitIntervalMs` later in any case.
 */
import { chunkTimeMsMax, rowRoom, type RowRange } from "../../kernel/index.ts";
import {
  type AliasBatch,
  type AliasNames,
  columnsHeadroomBytes,
  type KeptExtents,
  type NamePage,
  type NameQuery,
  type PageQuery,
  type SampleBatch,
  type SampleColumns,
  type SeriesPage,
  SeriesPageBuilder,
  type SeriesStore,
  type StoreStats,
  type TimeRange,
  type WatchedWindow,
} from "../../model/index.ts";
import { StoreError } from "../errors.ts";
import type { Archive } from "./archive.ts";
import { ColumnsBuilder } from "../memory/columns.ts";
import type { FaultLedger } from "../log/fault-ledger.ts";
import { keptExtents } from "./kept-extents.ts";
import type { Maintenance } from "./maintenance.ts";
import type { SeriesMemory } from "../memory/index.ts";
import { findNames } from "../memory/name-search.ts";
import type { SegmentedLog } from "../log/segmented-log.ts";
import type { SeriesBook } from "./series-book.ts";
import { Slicer } from "../log/slice.ts";
import {
  openParts,
  withDefaults,
  type EmbeddedStoreOptions,
  type StoreParts,
  type StoreSettings,
} from "./store-parts.ts";
import type { WriteAhead } from "./write-ahead.ts";

/** A batch is taken in pieces of this many rows, with the thread free in between. */
const rowsPerPiece = rowRoom;
const sliceMs = 2;

export class EmbeddedStore implements SeriesStore {
  readonly window: WatchedWindow;
  readonly #settings: StoreSettings;
  readonly #memory: SeriesMemory;
  readonly #book: SeriesBook;
  readonly #archive: Archive;
  readonly #faults: FaultLedger;
  readonly #ahead: WriteAhead;
  readonly #sampleLog: SegmentedLog;
  readonly #chunkLog: SegmentedLog;
  readonly #maintenance: Maintenance;
  #writing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;
  #backfilledCount = 0;

  private constructor(settings: StoreSettings, parts: StoreParts) {
    this.#settings = settings;
    this.#memory = parts.memory;
    this.window = parts.memory;
    this.#book = parts.book;
    this.#archive = parts.archive;
    this.#faults = parts.faults;
    this.#ahead = parts.ahead;
    this.#sampleLog = parts.sampleLog;
    this.#chunkLog = parts.chunkLog;
    this.#maintenance = parts.maintenance;
    this.#scheduleRound();
  }

  /**
   * Opens the folder of one shard, made if it is not there, and recovers what it holds. The caller
   * sees to it that nobody else has it open, see DataFolder.
   *
   * @throws StoreError  STORE_FORMAT, or STORE_UNREACHABLE where the folder cannot be read
   */
  static async open(folder: string, options: EmbeddedStoreOptions): Promise<EmbeddedStore> {
    const settings = withDefaults(options);
    try {
      return new EmbeddedStore(settings, await openParts(folder, settings));
    } catch (error) {
      if (error instanceof StoreError) throw error;
      throw new StoreError("STORE_UNREACHABLE", `open the shard folder ${folder}`, {
        cause: error,
      });
    }
  }

  write(batch: SampleBatch): Promise<void> {
    return this.#writeNext(batch.count, (from, until) => this.#takeRows(batch, from, until));
  }

  writeAliased(batch: AliasBatch, names: AliasNames): Promise<void> {
    return this.#writeNext(batch.count, (from, until) =>
      this.#takeAliased(batch, names, from, until),
    );
  }

  async commit(): Promise<void> {
    if (this.#isClosed) throw closed();
    await this.#writing.catch(() => undefined);
    await this.#ahead.commit();
  }

  async read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    if (this.#isClosed) throw closed();
    const maintenance = this.#maintenance;
    const slicer = new Slicer(this.#settings.clock, { sliceMs });
    for (;;) {
      const id = this.#memory.find(name);
      if (id === undefined) return undefined;
      if (this.#isInMemory(range)) return this.#columnsInMemory(id, range);
      const { version, archivedBeforeMs } = maintenance;
      const serial = this.#book.serial(id);
      const columns = new ColumnsBuilder();
      if (range.fromMs < archivedBeforeMs) {
        const untilMs = Math.min(range.untilMs, archivedBeforeMs);
        await this.#archive.read(serial, { fromMs: range.fromMs, untilMs }, columns, slicer);
      }
      // While the files were read, samples may have moved between them and memory.
      if (version !== maintenance.version || this.#memory.find(name) !== id) continue;
      this.#readMemory(id, { ...range, fromMs: Math.max(range.fromMs, archivedBeforeMs) }, columns);
      maintenance.flushing?.overlay(serial, range, columns);
      maintenance.backfill.overlay(serial, range, columns);
      return columns.take(range);
    }
  }

  async readPage(query: PageQuery): Promise<SeriesPage> {
    if (this.#isClosed) throw closed();
    const { names, range } = query;
    const slicer = new Slicer(this.#settings.clock, { sliceMs });
    const page = new SeriesPageBuilder(query);
    while (!page.isComplete) {
      if (slicer.isDue) await slicer.pause();
      const name = names[page.seriesCount]!;
      if (this.#isInMemory(range)) {
        const id = this.#memory.find(name);
        const countMax = id === undefined ? 0 : this.#memory.sampleCountMax(id, range);
        if (!page.hasRoomFor(countMax)) break;
        if (id === undefined) page.addColumns(undefined);
        else {
          const { timesMs, values } = page.lend(countMax);
          page.add(this.#memory.copy(id, range, timesMs, values));
        }
      } else {
        const columns = await this.read(name, range);
        // Read in vain where it does not fit: it comes first in the next page.
        if (!page.hasRoomFor(columns?.timesMs.length ?? 0)) break;
        page.addColumns(columns);
      }
    }
    return page.take();
  }

  keptExtents(ids: readonly number[], range: TimeRange): Promise<KeptExtents> {
    if (this.#isClosed) return Promise.reject(closed());
    const { backfill, flushing } = this.#maintenance;
    const backfills = flushing === undefined ? [backfill] : [flushing, backfill];
    const serials = Float64Array.from(ids, (id) => this.#book.serial(id));
    const slicer = new Slicer(this.#settings.clock, { sliceMs });
    return keptExtents({ archive: this.#archive, backfills, slicer }, serials, range);
  }

  findNames(query: NameQuery): Promise<NamePage> {
    if (this.#isClosed) return Promise.reject(closed());
    return findNames(this.#memory, query, new Slicer(this.#settings.clock, { sliceMs }));
  }

  stats(): StoreStats {
    const memory = this.#memory.stats();
    const { backfill, flushing, checkpointBytes } = this.#maintenance;
    return {
      seriesCount: memory.seriesCount,
      sampleCount: memory.sampleCount + backfill.count + (flushing?.count ?? 0),
      memoryBytes:
        memory.memoryBytes +
        this.#book.memoryBytes +
        backfill.memoryBytes +
        this.#archive.cacheBytes,
      diskBytes:
        this.#sampleLog.sizeBytes +
        this.#chunkLog.sizeBytes +
        this.#archive.sizeBytes +
        checkpointBytes,
      uncommittedCount: this.#ahead.uncommittedCount,
      isDurable: this.#ahead.isDurable,
      refusedSeriesCount: memory.refusedSeriesCount,
      room: {
        seriesCountMax: this.#settings.seriesCountMax,
        bytesMax: this.#settings.memoryBytesMax,
        sealedSampleCount: memory.sealedSampleCount,
        sealedBytes: memory.sealedBytes,
        refusedNames: memory.refusedNames,
      },
      lateCount: memory.lateCount + this.#backfilledCount,
      faults: this.#faults.list(),
    };
  }

  /** One round of checkpoints, archiving, eviction and retention, as far as they are due. */
  maintain(): Promise<void> {
    return this.#maintenance.round();
  }

  /** Writes a checkpoint now, so that the next start replays little. */
  checkpoint(): Promise<void> {
    return this.#maintenance.checkpoint();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    await this.#writing.catch(() => undefined);
    this.#isClosed = true;
    await this.#maintenance.idle();
    try {
      if (this.#ahead.isInOutage) await this.#maintenance.round();
      await this.#ahead.commit();
      await this.#chunkLog.sync();
    } finally {
      this.#ahead.stopTimer();
      await this.#archive.close();
      await this.#sampleLog.close();
      await this.#chunkLog.close();
    }
  }

  #writeNext(count: number, takeRows: (from: number, until: number) => void): Promise<void> {
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#take(count, takeRows));
    return this.#writing;
  }

  async #take(count: number, takeRows: (from: number, until: number) => void): Promise<void> {
    if (this.#isClosed) throw closed();
    const slicer = new Slicer(this.#settings.clock, { sliceMs });
    for (let from = 0; from < count; from += rowsPerPiece) {
      if (slicer.isDue) await slicer.pause();
      if (this.#ahead.isCrowded) await this.#ahead.commit().catch(() => undefined);
      if (this.#maintenance.backfill.isFull) await this.#maintenance.makeRoom();
      takeRows(from, Math.min(from + rowsPerPiece, count));
    }
    if (this.#settings.commitEveryBatch) await this.#ahead.commit();
    else this.#ahead.schedule();
  }

  #takeRows(batch: SampleBatch, from: number, until: number): void {
    const { names, nameEnds, timesMs, values, types } = batch;
    const refused: RefusedRows = { badCount: 0, expiredCount: 0 };
    const retainFromMs = this.#settings.clock.nowMs() - this.#settings.retentionMs;
    for (let row = from; row < until; row++) {
      const timeMs = timesMs[row]!;
      const value = values[row]!;
      if (!isKept(timeMs, value, retainFromMs, refused)) continue;
      const id = this.#memory.resolve(names, row === 0 ? 0 : nameEnds[row - 1]!, nameEnds[row]!);
      if (id < 0) continue; // refused and counted by memory
      if (types !== undefined) this.#memory.state(id, types[row]!);
      this.#takeSample(id, this.#book.serial(id), timeMs, value);
    }
    this.#reportRefused(refused);
  }

  #takeAliased(batch: AliasBatch, known: AliasNames, from: number, until: number): void {
    const retainFromMs = this.#settings.clock.nowMs() - this.#settings.retentionMs;
    const refused: RefusedRows = { badCount: 0, expiredCount: 0 };
    const { rows } = this.#memory;
    const piece = { from, until };
    rows.load(batch, piece);
    rows.loadAliases(batch.aliases, piece, known);
    const plainFromMs = Math.max(0, retainFromMs, this.#maintenance.routeBeforeMs);
    const count = until - from;
    for (let row = 0; row < count; row++) {
      // A serial is given once: an id that was given to another series, or to none, does not have it.
      const oddRow = rows.plain({ from: row, until: count }, plainFromMs);
      if (oddRow > row) this.#takePlain(batch.types, from, { from: row, until: oddRow });
      if (oddRow < count) this.#takeOdd(batch, known, from + oddRow, retainFromMs, refused);
      row = oddRow;
    }
    this.#reportRefused(refused);
  }

  /** Log first, then memory, each in a loop of its own. @param start  row of the batch where the piece begins */
  #takePlain(types: Uint8Array | undefined, start: number, range: RowRange): void {
    const { from, until } = range;
    const memory = this.#memory;
    const { rows } = memory;
    const { ids, timesMs } = rows.records;
    if (types !== undefined) {
      for (let row = from; row < until; row++) memory.state(ids[row]!, types[start + row]!);
    }
    const ahead = this.#ahead;
    const ordinalBefore = ahead.ordinal;
    ahead.takeRows(rows, range, this.#maintenance.routeBeforeMs);
    // A chunk that is sealed on the way speaks for its samples up to that row and no further.
    memory.addLoaded(range, (row) => {
      ahead.standAt(ordinalBefore + row - from + 1, timesMs[row]!);
    });
    ahead.standAt(ordinalBefore + until - from, timesMs[until - 1]!);
  }

  #takeOdd(
    { aliases, timesMs, values, types }: AliasBatch,
    known: AliasNames,
    row: number,
    retainFromMs: number,
    refused: RefusedRows,
  ): void {
    const timeMs = timesMs[row]!;
    const value = values[row]!;
    if (!isKept(timeMs, value, retainFromMs, refused)) return;
    const alias = aliases[row]!;
    let id = known.ids[alias]!;
    const mark = known.marks[alias]!;
    if (mark === 0 || this.#book.serial(id) !== mark) {
      id = known.name(alias, (bytes, start, end) => this.#memory.resolve(bytes, start, end));
      if (id < 0) return; // refused and counted by memory
      known.ids[alias] = id;
      known.marks[alias] = this.#book.serial(id);
    }
    if (types !== undefined) this.#memory.state(id, types[row]!);
    this.#takeSample(id, this.#book.serial(id), timeMs, value);
  }

  #takeSample(id: number, serial: number, timeMs: number, value: number): void {
    const { routeBeforeMs } = this.#maintenance;
    if (timeMs < routeBeforeMs) this.#takeOld(id, timeMs, value);
    else {
      this.#ahead.takeSample(serial, timeMs, value, routeBeforeMs);
      this.#memory.add(id, timeMs, value);
    }
  }

  #reportRefused({ badCount, expiredCount }: RefusedRows): void {
    if (badCount > 0)
      this.#faults.report(
        "bad-sample",
        "Times must be whole milliseconds from 1970 on, values finite",
        {},
        badCount,
      );
    if (expiredCount > 0)
      this.#faults.report(
        "expired-sample",
        "Samples older than the retention are not kept",
        {},
        expiredCount,
      );
  }

  #takeOld(id: number, timeMs: number, value: number): void {
    const { backfill, routeBeforeMs } = this.#maintenance;
    if (backfill.isFull && !this.#ahead.isDurable) {
      this.#faults.report("backfill-full", "Old samples found no room while the disk refused");
      return;
    }
    const serial = this.#book.serial(id);
    this.#ahead.takeSample(serial, timeMs, value, routeBeforeMs);
    backfill.add(serial, timeMs, value);
    this.#book.noteNewest(id, timeMs);
    this.#backfilledCount += 1;
  }

  /** Whether memory alone knows all samples in range. */
  #isInMemory({ fromMs }: TimeRange): boolean {
    const { archivedBeforeMs, routeBeforeMs } = this.#maintenance;
    return fromMs >= archivedBeforeMs && fromMs >= routeBeforeMs;
  }

  #columnsInMemory(id: number, range: TimeRange): SampleColumns {
    const countMax = this.#memory.sampleCountMax(id, range);
    const buffer = new ArrayBuffer(columnsHeadroomBytes + countMax * 16);
    const timesMs = new Float64Array(buffer, columnsHeadroomBytes, countMax);
    const values = new Float64Array(buffer, columnsHeadroomBytes + countMax * 8, countMax);
    const count = this.#memory.copy(id, range, timesMs, values);
    // A view that shows little of its buffer would hold all of it.
    if (count * 2 < countMax)
      return { timesMs: timesMs.slice(0, count), values: values.slice(0, count) };
    return { timesMs: timesMs.subarray(0, count), values: values.subarray(0, count) };
  }

  #readMemory(id: number, range: TimeRange, columns: ColumnsBuilder): void {
    if (range.fromMs >= range.untilMs) return;
    const countMax = this.#memory.sampleCountMax(id, range);
    const part = new ColumnsBuilder(Math.max(1, countMax));
    part.count = this.#memory.copy(id, range, part.timesMs, part.values);
    columns.merge(part.timesMs, part.values, 0, part.count);
  }

  #scheduleRound(): void {
    const { maintainIntervalMs } = this.#settings;
    if (maintainIntervalMs === 0 || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      void this.#maintenance.round().then(() => this.#scheduleRound());
    }, maintainIntervalMs);
    this.#timer.unref();
  }
}

interface RefusedRows {
  badCount: number;
  expiredCount: number;
}

/** Whether the window and the chunks can keep it, and should; counted where not. */
function isKept(
  timeMs: number,
  value: number,
  retainFromMs: number,
  refused: RefusedRows,
): boolean {
  const isSample =
    timeMs >= 0 &&
    timeMs < chunkTimeMsMax &&
    Math.floor(timeMs) === timeMs &&
    // Neither infinity nor NaN is equal to itself less itself.
    value - value === 0;
  if (isSample && timeMs >= retainFromMs) return true;
  if (isSample) refused.expiredCount += 1;
  else refused.badCount += 1;
  return false;
}

function closed(): StoreError {
  return new StoreError("STORE_CLOSED", "the store was closed before");
}
