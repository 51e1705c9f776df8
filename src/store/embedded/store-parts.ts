/** The settings of an embedded store, and its parts joined and recovered. */
import { join } from "node:path";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import {
  chunkFirstMs,
  type ChunkKernel,
  chunkLastMs,
  openChunkKernel,
  RowKernel,
} from "../../kernel/index.ts";
import { Archive } from "./archive.ts";
import { idCountMax } from "./block-archiver.ts";
import { BlockLedger } from "./block-ledger.ts";
import { realDisk, type Disk } from "../log/disk.ts";
import { FaultLedger } from "../log/fault-ledger.ts";
import { Maintenance } from "./maintenance.ts";
import { SeriesMemory } from "../memory/index.ts";
import { Quarantine } from "../log/quarantine.ts";
import { chunkLogPrefix, recover, sampleLogPrefix, type Recovered } from "./recovery.ts";
import { SegmentedLog, segmentNumbers } from "../log/segmented-log.ts";
import { SeriesBook } from "./series-book.ts";
import { WriteAhead } from "./write-ahead.ts";

const hourMs = 3_600_000;

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
  /** What stands beside the store and grows with its series: it counts against `memoryBytesMax`. */
  readonly besideBytes?: () => number;
  /** Samples after which a series' open chunk is sealed. */
  readonly chunkSampleCount?: number;
  /** What encodes and decodes chunks. */
  readonly chunks?: ChunkKernel;
  /** What takes rows, with the records of the series; the store's own from now on. */
  readonly rows?: RowKernel;
  readonly checkpointIntervalMs?: number;
  /** How often the store looks after itself; 0: only when `maintain` is called. */
  readonly maintainIntervalMs?: number;
  readonly backfillCountMax?: number;
  /** Hears while a start reads the files how much is done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

export type StoreSettings = Required<EmbeddedStoreOptions>;

export interface StoreParts {
  readonly memory: SeriesMemory;
  readonly book: SeriesBook;
  readonly archive: Archive;
  readonly faults: FaultLedger;
  readonly ahead: WriteAhead;
  readonly sampleLog: SegmentedLog;
  readonly chunkLog: SegmentedLog;
  readonly maintenance: Maintenance;
}

/** Opens the files of a shard folder, recovers what they hold, and joins the parts. */
export async function openParts(folder: string, settings: StoreSettings): Promise<StoreParts> {
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
  const lastOf = (prefix: string): number => segmentNumbers(prefix, fileNames).at(-1) ?? 0;
  const sampleLog = new SegmentedLog(disk, folder, {
    kind: "SLOG",
    prefix: sampleLogPrefix,
    number: lastOf(sampleLogPrefix) + 1,
  });
  // Archives say which files they cover, so a number is not used again even when its file is gone.
  const coveredMax = archive.files.reduce((max, { head }) => Math.max(max, head.coversChunkLog), 0);
  const chunkLog = new SegmentedLog(disk, folder, {
    kind: "CLOG",
    prefix: chunkLogPrefix,
    number: Math.max(lastOf(chunkLogPrefix), coveredMax) + 1,
  });
  const book = new SeriesBook(settings.rows.records);
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
    memoryBytesMax: settings.memoryBytesMax,
    shedsAtLimit: false,
    chunks: settings.chunks,
    rows: settings.rows,
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
      const isClaim = !isRewrite;
      const series = { id, serial: book.serial(id), ordinal, isClaim, firstMs, lastMs };
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
    onProgress: settings.onProgress,
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

export function withDefaults(options: EmbeddedStoreOptions): StoreSettings {
  const windowMs = options.windowMs ?? 24 * hourMs;
  const settings: StoreSettings = {
    disk: realDisk,
    windowMs,
    retentionMs: 14 * 24 * hourMs,
    blockMs: Math.max(1, Math.floor(windowMs / 4)),
    commitIntervalMs: 1000,
    commitEveryBatch: false,
    seriesCountMax: 1_000_000,
    memoryBytesMax: 4 * 2 ** 30,
    besideBytes: () => 0,
    chunkSampleCount: 120,
    chunks: options.chunks ?? openChunkKernel({}),
    rows: options.rows ?? new RowKernel({}),
    checkpointIntervalMs: hourMs / 6,
    maintainIntervalMs: 5000,
    backfillCountMax: 65_536,
    onProgress: () => undefined,
    ...options,
  };
  assert(settings.blockMs * 2 <= settings.windowMs, "a window holds at least two blocks");
  assert(settings.seriesCountMax < idCountMax, "ids of series have at most 21 bits");
  return { ...settings, retentionMs: Math.max(settings.retentionMs, windowMs) };
}
