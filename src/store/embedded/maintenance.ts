/**
 * What the store does beside taking samples: checkpoints, archiving blocks that leave memory,
 * eviction, retention, and the end of an outage. One piece at a time, each in small slices.
 *
 * How data leaves memory. Two bounds move forward, never back:
 *
 *     disk only        |  both          | memory only
 *     ─────────────────┼────────────────┼──────────────────────────→ time
 *               archivedBeforeMs   routeBeforeMs              now
 *
 * - samples older than `routeBeforeMs` go to the backfill, so blocks before it stand still
 * - samples older than `archivedBeforeMs` are read from archives, and memory may evict them
 *
 * To move them to a new bound: route there; seal the open chunks that begin before it; end the
 * current file of the chunk log; write what memory holds of each pending block into an archive
 * file, which then covers that file; write a checkpoint that knows the new bound; then evict.
 * A crash between any two steps leaves the old bound, and the steps are done again.
 */
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import {
  chunkBytesMax,
  chunkFirstMs,
  chunkLastMs,
  chunkSampleCountMax,
} from "../../kernel/index.ts";
import { StoreError } from "../errors.ts";
import { errorCode, isDiskRefusal, type Disk } from "../log/disk.ts";
import type { Archive } from "./archive.ts";
import { Backfill } from "./backfill.ts";
import { BlockArchiver } from "./block-archiver.ts";
import type { Block, BlockLedger } from "./block-ledger.ts";
import { CheckpointWriter, type CheckpointState } from "./checkpoint.ts";
import type { FaultLedger } from "../log/fault-ledger.ts";
import { SampleFrames } from "./log-codec.ts";
import type { SeriesMemory } from "../memory/index.ts";
import type { SegmentedLog } from "../log/segmented-log.ts";
import type { SeriesBook } from "./series-book.ts";
import { Slicer } from "../log/slice.ts";
import type { WriteAhead } from "./write-ahead.ts";

/** The thread is held no longer than this at once. */
const sliceMs = 2;
/** A checkpoint is due when the log is this long, and four times as long as the last checkpoint. */
const logBytesMin = 32 << 20;

export interface MaintenanceOptions {
  readonly windowMs: number;
  readonly retentionMs: number;
  readonly checkpointIntervalMs: number;
  readonly memoryBytesMax: number;
  readonly besideBytes: () => number;
  readonly backfillCountMax: number;
}

export interface MaintenanceParts {
  readonly disk: Disk;
  readonly folder: string;
  readonly clock: Clock;
  readonly memory: SeriesMemory;
  readonly book: SeriesBook;
  readonly archive: Archive;
  readonly ledger: BlockLedger;
  readonly faults: FaultLedger;
  readonly ahead: WriteAhead;
  readonly sampleLog: SegmentedLog;
  readonly chunkLog: SegmentedLog;
}

export class Maintenance {
  readonly #parts: MaintenanceParts;
  readonly #options: MaintenanceOptions;
  readonly #slicer: Slicer;
  readonly #open: Uint8Array;
  readonly #archiver: BlockArchiver;
  #work: Promise<unknown> = Promise.resolve();
  #shedCount = 0;
  #checkpointBytes = 0;
  #checkpointOrdinal = -1;
  #checkpointAtMs: number;

  routeBeforeMs = -Infinity;
  archivedBeforeMs = -Infinity;
  /** Grows whenever samples move between memory, backfill and archives. */
  version = 0;
  backfill: Backfill;
  /** Rows on their way into archives; older than those in `backfill`. */
  flushing: Backfill | undefined;

  constructor(parts: MaintenanceParts, options: MaintenanceOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#slicer = new Slicer(parts.clock, { sliceMs });
    this.#archiver = new BlockArchiver(parts, this.#slicer);
    this.#open = new Uint8Array(
      Math.max(parts.memory.openBytesMax, chunkBytesMax(chunkSampleCountMax)),
    );
    this.#checkpointAtMs = parts.clock.elapsedMs();
    this.backfill = new Backfill({ rowCountMax: options.backfillCountMax });
  }

  get checkpointBytes(): number {
    return this.#checkpointBytes;
  }

  /** Where the window begins now: on whole steps, so that moving it is worth the work. */
  windowStartMs(): number {
    const stepMs = Math.max(1, Math.floor(this.#parts.ledger.blockMs / 6));
    const nowMs = this.#parts.clock.nowMs();
    return Math.max(
      Math.floor((nowMs - this.#options.windowMs) / stepMs) * stepMs,
      Math.ceil(this.#startUnderPressure(nowMs) / stepMs) * stepMs,
    );
  }

  /** One round of everything that is due. Never rejects: failures are counted and tried again. */
  round(): Promise<void> {
    return this.#exclusive("maintenance", async () => {
      const { ahead, archive, clock, memory } = this.#parts;
      memory.limitMemory(this.#memoryBytesMax());
      await archive.closeUnused();
      if (ahead.isInOutage) {
        await this.#shedInOutage();
        await this.#endOutage();
      }
      this.#noteShed();
      const startMs = this.windowStartMs();
      const hasMoved = startMs > this.archivedBeforeMs;
      if (hasMoved) await this.#moveWindow(startMs);
      else if (this.#isCheckpointDue()) await this.#checkpoint(this.archivedBeforeMs);
      if (this.backfill.isFull || hasMoved) await this.#flushBackfill();
      await archive.mergeCrowded(this.#slicer);
      const expireMs = clock.nowMs() - this.#options.retentionMs;
      const removedCount = await archive.removeBefore(expireMs);
      if (removedCount > 0 || hasMoved) await this.#forgetBefore(expireMs);
      if (removedCount > 0) this.version += 1;
    });
  }

  /** Writes a checkpoint now. Rejects where the disk refuses. */
  async checkpoint(): Promise<void> {
    let failure: unknown;
    await this.#exclusive("checkpoint", async () => {
      try {
        await this.#checkpoint(this.archivedBeforeMs);
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    if (failure !== undefined) throw failure as Error;
  }

  /** Makes room in the backfill, if the disk lets it. */
  makeRoom(): Promise<void> {
    return this.#exclusive("backfill", async () => {
      if (!this.backfill.isFull || this.#parts.ahead.isInOutage) return;
      if (this.routeBeforeMs > this.archivedBeforeMs) await this.#moveWindow(this.routeBeforeMs);
      await this.#flushBackfill();
    });
  }

  /** Resolves when what is under way has ended. */
  async idle(): Promise<void> {
    await this.#work;
  }

  #exclusive(what: string, work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work).catch((error: unknown) => {
      // The write-ahead side has counted and said its own.
      if (error instanceof StoreError) return;
      const { faults } = this.#parts;
      const cause = error instanceof Error ? error.message : String(error);
      if (isDiskRefusal(error)) {
        faults.report("disk-full", `The disk takes no more: ${what} waits until it does`, {
          cause,
        });
      } else {
        faults.report("maintenance-failed", `${what} failed and will be tried again: ${cause}`, {
          cause: errorCode(error),
        });
      }
    });
    this.#work = done;
    return done;
  }

  async #moveWindow(startMs: number): Promise<void> {
    const { ahead, ledger, chunkLog, archive, clock } = this.#parts;
    this.routeBeforeMs = Math.max(this.routeBeforeMs, startMs);
    const blocksEndMs = ledger.blockOf(startMs - 1).endMs;
    await this.#sealBefore(blocksEndMs);
    const due: { readonly block: Block; readonly ids: Set<number> }[] = [];
    await ahead.exclusive(() =>
      ahead.rotate("chunks", () => {
        ledger.listBefore(blocksEndMs);
        for (const block of ledger.pendingBefore(startMs))
          due.push({ block, ids: ledger.take(block) });
      }),
    );
    const coversChunkLog = chunkLog.number - 1;
    for (const [i, { block, ids }] of due.entries()) {
      try {
        // What is older is archived already, and may have been overtaken by backfill since.
        const fromMs = Math.max(block.startMs, this.archivedBeforeMs);
        await this.#archiver.archiveBlock(block, { ids, fromMs, coversChunkLog });
      } catch (error) {
        for (const rest of due.slice(i)) ledger.giveBack(rest.block, rest.ids);
        throw error;
      }
    }
    await this.#checkpoint(startMs);
    const expiredMs = clock.nowMs() - this.#options.retentionMs;
    const needed = ledger.firstNeededFile(chunkLog.number, (block) =>
      block.endMs <= expiredMs ? Infinity : archive.coversChunkLog(block),
    );
    await ahead.exclusive(() => chunkLog.removeBefore(needed));
    ledger.forgetFilesBefore(needed);
    await this.#sweep((id) => this.#parts.memory.evictBefore(id, startMs));
  }

  /** Seals open chunks that begin before, so that blocks before it hold sealed chunks only. */
  async #sealBefore(timeMs: number): Promise<void> {
    const { memory, book, ahead, ledger } = this.#parts;
    await this.#sweep((id) => {
      const length = memory.encodeOpen(id, this.#open, 0);
      if (length === 0) return;
      const firstMs = chunkFirstMs(this.#open, 0);
      if (firstMs >= timeMs) return;
      const lastMs = chunkLastMs(this.#open, 0);
      book.noteNewest(id, memory.newestMs(id));
      memory.discardOpen(id);
      const isRestored = memory.restoreSealed(id, this.#open, 0, length);
      assert(isRestored, "memory takes back the chunk it gave");
      ledger.note(id, firstMs, lastMs);
      const { ordinal } = ahead;
      const series = { id, serial: book.serial(id), ordinal, isClaim: true, firstMs, lastMs };
      ahead.takeSealed(series, this.#open, 0, length);
    });
  }

  #isCheckpointDue(): boolean {
    const { ahead, sampleLog, clock } = this.#parts;
    if (ahead.ordinal === this.#checkpointOrdinal) return false;
    if (clock.elapsedMs() - this.#checkpointAtMs >= this.#options.checkpointIntervalMs) return true;
    return sampleLog.sizeBytes > Math.max(logBytesMin, 4 * this.#checkpointBytes);
  }

  async #checkpoint(archivedBeforeMs: number): Promise<void> {
    const { disk, folder, ahead, sampleLog, memory, book, clock } = this.#parts;
    const state = await ahead.exclusive(() =>
      ahead.rotate("samples", (): CheckpointState => {
        const { routeBeforeMs } = this;
        const { ordinal } = ahead;
        return { ordinal, routeBeforeMs, archivedBeforeMs, nextSerial: book.nextSerial };
      }),
    );
    const firstNeeded = sampleLog.number;
    const writer = await CheckpointWriter.create(disk, folder, state);
    try {
      for (let id = 0; id < memory.idCount; id++) {
        if (memory.isLive(id)) {
          const openBytes = memory.encodeOpen(id, this.#open, 0);
          const newestMs = Math.max(memory.newestMs(id), book.newestMs(id));
          const series = { serial: book.serial(id), newestMs, openBytes };
          writer.addSeries(series, memory.nameBytes(id), this.#open);
        }
        await this.#breathe(writer);
      }
      writer.addBackfill(this.#backfillFrames(state.ordinal));
      // A series that sealed its chunk before its turn came has older samples in neither open chunk
      // nor log: the chunk has to be on disk before the checkpoint takes the log's place.
      await ahead.settle();
      this.#checkpointBytes = await writer.finish();
    } catch (error) {
      await writer.abandon();
      ahead.backToOutage(error);
      throw error;
    }
    this.#checkpointOrdinal = state.ordinal;
    this.#checkpointAtMs = clock.elapsedMs();
    if (archivedBeforeMs !== this.archivedBeforeMs) this.version += 1;
    this.archivedBeforeMs = archivedBeforeMs;
    ahead.endOutage();
    await ahead.exclusive(() => sampleLog.removeBefore(firstNeeded));
  }

  #backfillFrames(ordinal: number): SampleFrames {
    const frames = new SampleFrames();
    for (const rows of [this.flushing, this.backfill]) {
      rows?.visit((serial, timeMs, value) => {
        frames.addSample(serial, timeMs, value, ordinal, this.routeBeforeMs);
      });
    }
    frames.finish();
    return frames;
  }

  /** Rows older than `archivedBeforeMs` only: memory answers for the rest. */
  async #flushBackfill(): Promise<void> {
    if (this.backfill.count === 0 || this.routeBeforeMs > this.archivedBeforeMs) return;
    const rows = this.backfill;
    this.flushing = rows;
    this.backfill = new Backfill({ rowCountMax: this.#options.backfillCountMax });
    try {
      await this.#archiver.archiveBackfill(rows);
    } catch (error) {
      this.backfill.visit((serial, timeMs, value) => {
        rows.add(serial, timeMs, value);
      });
      this.backfill = rows;
      throw error;
    } finally {
      this.flushing = undefined;
      this.version += 1;
    }
  }

  /** Forgets series whose last file is gone. */
  async #forgetBefore(timeMs: number): Promise<void> {
    const { memory, book, ledger } = this.#parts;
    const forgetMs = Math.min(timeMs - ledger.blockMs, this.archivedBeforeMs);
    await this.#sweep((id) => {
      if (Math.max(memory.newestMs(id), book.newestMs(id)) >= forgetMs) return;
      memory.removeSeries(id);
      book.forget(id);
      ledger.forget(id);
    });
  }

  async #endOutage(): Promise<void> {
    const { ahead, memory, book } = this.#parts;
    await ahead.saveMissing((id, fromMs, emit) => {
      if (!memory.isLive(id)) return;
      memory.visitSealed(id, { fromMs, untilMs: Infinity }, (bytes, offset, length) => {
        emit(book.serial(id), bytes, offset, length);
      });
    });
    await this.#checkpoint(this.archivedBeforeMs);
  }

  /**
   * An outage longer than the window, or than memory lasts: the oldest samples are let go of
   * although they are in no archive. The alternative is to lose the process, and with it all.
   */
  async #shedInOutage(): Promise<void> {
    const { faults, memory } = this.#parts;
    const startMs = this.windowStartMs();
    const isOverdue = startMs - this.archivedBeforeMs > this.#options.windowMs;
    const isPressed = memory.memoryBytes > this.#memoryBytesMax();
    if (!isOverdue && !isPressed) return;
    const before = memory.stats().sampleCount;
    this.routeBeforeMs = Math.max(this.routeBeforeMs, startMs);
    this.archivedBeforeMs = this.routeBeforeMs;
    this.version += 1;
    await this.#sweep((id) => {
      memory.evictBefore(id, startMs);
    });
    faults.report(
      "unsaved-samples",
      "The disk has refused for so long that memory let go of samples that are on no disk",
      {},
      Math.max(0, before - memory.stats().sampleCount),
    );
  }

  /** Memory lets go of the oldest of a series that has more chunks than it can list. */
  #noteShed(): void {
    const { shedSampleCount } = this.#parts.memory.stats();
    if (shedSampleCount === this.#shedCount) return;
    this.#parts.faults.report(
      "unsaved-samples",
      "A series has more samples than memory can list within the window; its oldest were let go of before they were archived",
      {},
      shedSampleCount - this.#shedCount,
    );
    this.#shedCount = shedSampleCount;
  }

  /** What the store may take: all that is allowed, less what stands beside it; never below a quarter. */
  #memoryBytesMax(): number {
    const { memoryBytesMax, besideBytes } = this.#options;
    return Math.max(memoryBytesMax - besideBytes(), memoryBytesMax / 4);
  }

  /** Where the window must begin for memory to stay within its limit; -Infinity while it does. */
  #startUnderPressure(nowMs: number): number {
    const { windowMs } = this.#options;
    const memoryBytesMax = this.#memoryBytesMax();
    const { memoryBytes } = this.#parts.memory;
    if (memoryBytes <= memoryBytesMax) return -Infinity;
    this.#parts.faults.report(
      "memory-full",
      "Memory is at its limit, so it holds less than the whole window; older samples are on disk. Give it more (memory-limit), or watch fewer metrics.",
      { memoryBytes, memoryBytesMax },
    );
    const keptMs = nowMs - Math.max(this.archivedBeforeMs, nowMs - windowMs);
    return nowMs - Math.max(keptMs * 0.9, windowMs / 24);
  }

  async #sweep(visit: (id: number) => void): Promise<void> {
    const { memory } = this.#parts;
    await this.#slicer.pause();
    for (let id = 0; id < memory.idCount; id++) {
      if (memory.isLive(id)) visit(id);
      if (id % 16 === 15 && this.#slicer.isDue) await this.#slicer.pause();
    }
  }

  async #breathe(writer: { readonly isFlushDue: boolean; flush(): Promise<void> }): Promise<void> {
    if (writer.isFlushDue) await writer.flush();
    if (this.#slicer.isDue) await this.#slicer.pause();
  }
}
