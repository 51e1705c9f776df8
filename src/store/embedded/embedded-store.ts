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
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { assert } from "../../base/assert.ts";
import { chunkFirstMs, chunkLastMs, chunkTimeMsMax } from "../../kernel/index.ts";
import type {
  NamePage,
  NameQuery,
  SampleBatch,
  SampleColumns,
  SeriesStore,
  SeriesWindow,
  StoreStats,
  TimeRange,
} from "../../model/index.ts";
import { StoreError } from "../errors.ts";
import { Archive } from "./archive.ts";
import { BlockLedger } from "./block-ledger.ts";
import { ColumnsBuilder } from "./columns.ts";
import { realDisk, type Disk } from "./disk.ts";
import { FaultLedger } from "./fault-ledger.ts";
import { idCountMax, Maintenance } from "./maintenance.ts";
import { SeriesMemory } from "./memory/index.ts";
import { findNames } from "./name-search.ts";
import { Quarantine } from "./quarantine.ts";
import { chunkLogPrefix, recover, sampleLogPrefix, type Recovered } from "./recovery.ts";
import { SegmentedLog, segmentNumbers } from "./segmented-log.ts";
import { SeriesBook } from "./series-book.ts";
import { Slicer } from "./slice.ts";
import { WriteAhead } from "./write-ahead.ts";

const hourMs = 3_600_000;
/** A batch is taken in pieces of this many rows, with the thread free in between. */
const rowsPerPiece = 2048;
const sliceMs = 2;

export interface EmbeddedStoreOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly disk?: Disk;
  /** How much memory holds at full resolution. */
  readonly windowMs?: number;
  /** How long archives are kept; never shorter than the window. */
  readonly retentionMs?: number;
  /** Length of the blocks that archive files are made of; at most half the window. */
  readonly blockMs?: number;
  /** A crash loses at most what was written in this time. */
  readonly commitIntervalMs?: number;
  /** `write` resolves only when the batch is durable. */
  readonly commitEveryBatch?: boolean;
  /** More series than this are refused and counted. */
  readonly seriesCountMax?: number;
  /** Above it memory holds less than the window; the rest is read from disk. */
  readonly memoryBytesMax?: number;
  /** Samples after which a series' open chunk is sealed. */
  readonly chunkSampleCount?: number;
  readonly checkpointIntervalMs?: number;
  /** How often the store looks after itself; 0: only when `maintain` is called. */
  readonly maintainIntervalMs?: number;
  readonly backfillCountMax?: number;
}

type Settings = Required<EmbeddedStoreOptions>;

export class EmbeddedStore implements SeriesStore {
  readonly window: SeriesWindow;
  readonly #settings: Settings;
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

  private constructor(settings: Settings, parts: Parts) {
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
    this.#writing = this.#writing.catch(() => undefined).then(() => this.#take(batch));
    return this.#writing;
  }

  async commit(): Promise<void> {
    if (this.#isClosed) throw closed();
    await this.#writing.catch(() => undefined);
    await this.#ahead.commit();
  }

  async read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    if (this.#isClosed) throw closed();
    const maintenance = this.#maintenance;
    for (;;) {
      const id = this.#memory.find(name);
      if (id === undefined) return undefined;
      const { version, archivedBeforeMs } = maintenance;
      const serial = this.#book.serial(id);
      const columns = new ColumnsBuilder();
      if (range.fromMs < archivedBeforeMs) {
        const untilMs = Math.min(range.untilMs, archivedBeforeMs);
        await this.#archive.read(serial, { fromMs: range.fromMs, untilMs }, columns);
      }
      // While the files were read, samples may have moved between them and memory.
      if (version !== maintenance.version || this.#memory.find(name) !== id) continue;
      this.#readMemory(id, { ...range, fromMs: Math.max(range.fromMs, archivedBeforeMs) }, columns);
      maintenance.flushing?.overlay(serial, range, columns);
      maintenance.backfill.overlay(serial, range, columns);
      return columns.take(range);
    }
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
      memoryBytes: memory.memoryBytes + this.#book.memoryBytes + backfill.memoryBytes,
      diskBytes:
        this.#sampleLog.sizeBytes +
        this.#chunkLog.sizeBytes +
        this.#archive.sizeBytes +
        checkpointBytes,
      uncommittedCount: this.#ahead.uncommittedCount,
      isDurable: this.#ahead.isDurable,
      refusedSeriesCount: memory.refusedSeriesCount,
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
      await this.#sampleLog.close();
      await this.#chunkLog.close();
    }
  }

  async #take(batch: SampleBatch): Promise<void> {
    if (this.#isClosed) throw closed();
    const slicer = new Slicer(this.#settings.clock, { sliceMs });
    for (let from = 0; from < batch.count; from += rowsPerPiece) {
      if (slicer.isDue) await slicer.pause();
      if (this.#ahead.isCrowded) await this.#ahead.commit().catch(() => undefined);
      if (this.#maintenance.backfill.isFull) await this.#maintenance.makeRoom();
      this.#takeRows(batch, from, Math.min(from + rowsPerPiece, batch.count));
    }
    if (this.#settings.commitEveryBatch) await this.#ahead.commit();
    else this.#ahead.schedule();
  }

  #takeRows(batch: SampleBatch, from: number, until: number): void {
    const { names, nameEnds, timesMs, values } = batch;
    const retainFromMs = this.#settings.clock.nowMs() - this.#settings.retentionMs;
    const { routeBeforeMs } = this.#maintenance;
    let badCount = 0;
    let expiredCount = 0;
    for (let row = from; row < until; row++) {
      const timeMs = timesMs[row]!;
      const value = values[row]!;
      if (!isSample(timeMs, value)) {
        badCount += 1;
      } else if (timeMs < retainFromMs) {
        expiredCount += 1;
      } else {
        const id = this.#memory.resolve(names, row === 0 ? 0 : nameEnds[row - 1]!, nameEnds[row]!);
        if (id < 0) continue; // refused and counted by memory
        if (timeMs < routeBeforeMs) this.#takeOld(id, timeMs, value);
        else {
          this.#ahead.takeSample(this.#book.serial(id), timeMs, value, routeBeforeMs);
          this.#memory.add(id, timeMs, value);
        }
      }
    }
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

interface Parts {
  readonly memory: SeriesMemory;
  readonly book: SeriesBook;
  readonly archive: Archive;
  readonly faults: FaultLedger;
  readonly ahead: WriteAhead;
  readonly sampleLog: SegmentedLog;
  readonly chunkLog: SegmentedLog;
  readonly maintenance: Maintenance;
}

async function openParts(folder: string, settings: Settings): Promise<Parts> {
  const { clock, disk } = settings;
  const startedMs = clock.elapsedMs();
  const logger = settings.logger.for("store");
  await disk.makeFolder(folder);
  const faults = new FaultLedger(clock, logger);
  const quarantine = new Quarantine(disk, join(folder, "quarantine"), faults);
  const archive = await Archive.open(disk, join(folder, "archive"), (path, damage) =>
    quarantine.take(path, damage),
  );
  const fileNames = await disk.list(folder);
  const logOf = (prefix: string, kind: "SLOG" | "CLOG"): SegmentedLog => {
    const number = (segmentNumbers(prefix, fileNames).at(-1) ?? 0) + 1;
    return new SegmentedLog(disk, folder, { kind, prefix, number });
  };
  const sampleLog = logOf(sampleLogPrefix, "SLOG");
  const chunkLog = logOf(chunkLogPrefix, "CLOG");
  const book = new SeriesBook();
  const ledger = new BlockLedger({ blockMs: settings.blockMs });
  const ahead = new WriteAhead({
    sampleLog,
    chunkLog,
    faults,
    clock,
    commitIntervalMs: settings.commitIntervalMs,
    onChunkWritten: (file, firstMs, lastMs) => ledger.noteFile(file, firstMs, lastMs),
  });
  let replayedOrdinal = -1;
  let replayedMs = NaN;
  const memory = new SeriesMemory({
    seriesCountMax: settings.seriesCountMax,
    chunkSampleCount: settings.chunkSampleCount,
    onNewSeries: (id, bytes, start, end) => {
      ahead.takeName(book.enter(id), bytes, start, end);
    },
    onSealed: (id, bytes, offset, length, isRewrite) => {
      const firstMs = chunkFirstMs(bytes, offset);
      const lastMs = chunkLastMs(bytes, offset);
      ledger.note(id, firstMs, lastMs);
      const newestMs = replayedOrdinal >= 0 ? replayedMs : ahead.newestTakenMs;
      const newest = replayedOrdinal >= 0 ? replayedOrdinal : ahead.ordinal;
      // A sample too far from the open chunk seals it without being in it.
      const ordinal = newestMs >= firstMs && newestMs <= lastMs ? newest : newest - 1;
      const series = { id, serial: book.serial(id), ordinal, isClaim: !isRewrite };
      ahead.takeSealed(series, bytes, offset, length);
    },
  });
  const parts = { disk, folder, clock, memory, book, archive, ledger, faults, ahead };
  const maintenance = new Maintenance({ ...parts, sampleLog, chunkLog }, settings);
  const recovered = await recover({
    ...parts,
    backfill: maintenance.backfill,
    quarantine,
    nowMs: clock.nowMs(),
    retainFromMs: clock.nowMs() - settings.retentionMs,
    onReplay: (ordinal, timeMs) => {
      replayedOrdinal = ordinal;
      replayedMs = timeMs;
    },
  });
  replayedOrdinal = -1;
  ahead.continueWith(recovered.nextOrdinal);
  for (const { number, sizeBytes } of recovered.sampleFiles)
    sampleLog.noteExisting(number, sizeBytes);
  for (const { number, sizeBytes } of recovered.chunkFiles)
    chunkLog.noteExisting(number, sizeBytes);
  await begin(maintenance, recovered);
  logger.info("opened", {
    folder,
    series: memory.stats().seriesCount,
    chunks: recovered.chunkCount,
    replayed: recovered.replayedCount,
    tookMs: Math.round(clock.elapsedMs() - startedMs),
  });
  return { memory, book, archive, faults, ahead, sampleLog, chunkLog, maintenance };
}

/** The bounds as they were; a new store begins with the window as of now. */
async function begin(maintenance: Maintenance, recovered: Recovered): Promise<void> {
  const isNew = recovered.nextOrdinal === 1;
  const startMs = isNew ? maintenance.windowStartMs() : -Infinity;
  maintenance.routeBeforeMs = Math.max(recovered.routeBeforeMs, startMs);
  maintenance.archivedBeforeMs = Math.max(recovered.archivedBeforeMs, startMs);
  // A disk that takes nothing does not stop a start: the outage is counted, said and tried again.
  if (isNew) await maintenance.checkpoint().catch(() => undefined);
}

function withDefaults(options: EmbeddedStoreOptions): Settings {
  const windowMs = options.windowMs ?? 24 * hourMs;
  const settings: Settings = {
    disk: realDisk,
    windowMs,
    retentionMs: 14 * 24 * hourMs,
    blockMs: Math.max(1, Math.floor(windowMs / 4)),
    commitIntervalMs: 1000,
    commitEveryBatch: false,
    seriesCountMax: 1_000_000,
    memoryBytesMax: 4 * 2 ** 30,
    chunkSampleCount: 120,
    checkpointIntervalMs: hourMs / 6,
    maintainIntervalMs: 5000,
    backfillCountMax: 65_536,
    ...options,
  };
  assert(settings.blockMs * 2 <= settings.windowMs, "a window holds at least two blocks");
  assert(settings.seriesCountMax < idCountMax, "ids of series have at most 21 bits");
  return { ...settings, retentionMs: Math.max(settings.retentionMs, windowMs) };
}

/** Whether the window and the chunks can keep it. */
function isSample(timeMs: number, value: number): boolean {
  return (
    Number.isInteger(timeMs) && timeMs >= 0 && timeMs < chunkTimeMsMax && Number.isFinite(value)
  );
}

function closed(): StoreError {
  return new StoreError("STORE_CLOSED", "the store was closed before");
}
