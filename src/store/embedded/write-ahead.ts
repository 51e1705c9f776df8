/**
 * Group commit: what arrives is gathered in memory, written and made durable together, at most
 * `commitIntervalMs` behind. Names go before samples, samples before the chunks made of them.
 *
 * Each kind has two buffers: one is filled while the other is written.
 *
 * When the disk refuses, an *outage* begins: samples live in memory only and nothing is gathered
 * here, except which series sealed chunks. The owner ends it: first the chunks of those series are
 * written (`saveMissing`), then gathering begins again, then a checkpoint takes in the rest.
 */
import type { Clock } from "../../base/clock.ts";
import { chunkFirstMs, chunkLastMs, type RowKernel, type RowRange } from "../../kernel/index.ts";
import { StoreError } from "../errors.ts";
import { isDiskRefusal } from "../log/disk.ts";
import type { FaultLedger } from "../log/fault-ledger.ts";
import { ChunkFrames, SampleFrames } from "./log-codec.ts";
import type { SegmentedLog } from "../log/segmented-log.ts";

/** A file of the chunk log longer than this is ended. */
const chunkSegmentBytesMax = 64 << 20;
/** Callers of `takeSample` should wait for the disk when more than this is gathered. */
const gatheredBytesMax = 32 << 20;
/**
 * What is gathered under full load while the disk syncs. Memory that is never written to costs nothing; a buffer
 * that grows to this by doubling makes the engine collect garbage.
 */
const gatheredBytes = 8 << 20;
/** How much is written at once after an outage. */
const saveBytes = 256 << 10;

export interface WriteAheadOptions {
  readonly sampleLog: SegmentedLog;
  readonly chunkLog: SegmentedLog;
  readonly faults: FaultLedger;
  readonly clock: Clock;
  readonly commitIntervalMs: number;
  /** Called when a chunk was written into a file of the chunk log. */
  readonly onChunkWritten: (file: number, firstMs: number, lastMs: number) => void;
}

interface Gathered {
  readonly samples: SampleFrames;
  readonly chunks: ChunkFrames;
  /** Of each chunk in turn: its series' id, its first and its last time. */
  readonly sealed: number[];
}

export class WriteAhead {
  readonly #options: WriteAheadOptions;
  #filling = freshGathered();
  #spare = freshGathered();
  #nextOrdinal = 1;
  #newestTakenMs = NaN;
  #mode: "durable" | "outage" | "resuming" = "durable";
  readonly #missing = new Map<number, number>();
  #uncommittedCount = 0;
  #lastError: StoreError | undefined;
  /** The end of the line of work on the files: one piece at a time. */
  #work: Promise<unknown> = Promise.resolve();
  #nextCommit: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WriteAheadOptions) {
    this.#options = options;
  }

  get isDurable(): boolean {
    return this.#mode === "durable";
  }

  get isInOutage(): boolean {
    return this.#mode === "outage";
  }

  get uncommittedCount(): number {
    return this.#uncommittedCount;
  }

  /** Ordinal of the newest sample. */
  get ordinal(): number {
    return this.#nextOrdinal - 1;
  }

  /** Time of the newest sample taken, not the latest time. */
  get newestTakenMs(): number {
    return this.#newestTakenMs;
  }

  get isCrowded(): boolean {
    return this.#filling.samples.lengthBytes > gatheredBytesMax;
  }

  /** Ordinals go on from here, after a recovery. */
  continueWith(nextOrdinal: number): void {
    this.#nextOrdinal = nextOrdinal;
  }

  takeName(serial: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#mode !== "outage") this.#filling.samples.addName(serial, bytes, start, end);
  }

  takeSample(serial: number, timeMs: number, value: number, routeBeforeMs: number): void {
    const ordinal = this.#nextOrdinal++;
    this.#newestTakenMs = timeMs;
    this.#uncommittedCount += 1;
    if (this.#mode !== "outage")
      this.#filling.samples.addSample(serial, timeMs, value, ordinal, routeBeforeMs);
  }

  /**
   * Takes rows of a piece at once. They get their ordinals now; until `standAt` says how far memory has
   * come, `ordinal` and `newestTakenMs` are as they were.
   */
  takeRows(rows: RowKernel, range: RowRange, routeBeforeMs: number): void {
    this.#uncommittedCount += range.until - range.from;
    if (this.#mode === "outage") return;
    this.#filling.samples.addRows(rows, range, this.#nextOrdinal, routeBeforeMs);
  }

  /** Of the rows that `takeRows` took, memory is at this one, or past the last. */
  standAt(ordinal: number, timeMs: number): void {
    this.#nextOrdinal = ordinal + 1;
    this.#newestTakenMs = timeMs;
  }

  /** @param series.ordinal  of the newest sample taken when it was sealed */
  takeSealed(
    series: {
      readonly id: number;
      readonly serial: number;
      readonly ordinal: number;
      readonly isClaim: boolean;
      readonly firstMs: number;
      readonly lastMs: number;
    },
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): void {
    const { id, firstMs, lastMs } = series;
    if (this.#mode === "outage") {
      noteMissing(this.#missing, id, firstMs);
      return;
    }
    this.#filling.sealed.push(id, firstMs, lastMs);
    this.#filling.chunks.add(series, bytes, offset, length);
  }

  /** Sees to it that what is gathered is committed soon. */
  schedule(): void {
    if (this.#timer !== undefined || this.#mode === "outage") return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // A failure is kept, counted and said by the outage that it begins.
      this.commit().catch(() => undefined);
    }, this.#options.commitIntervalMs);
    this.#timer.unref();
  }

  /** Resolves when all taken before the call is durable. */
  commit(): Promise<void> {
    // A commit that waits in line takes whatever is there when its turn comes.
    this.#nextCommit ??= this.exclusive(async () => {
      this.#nextCommit = undefined;
      await this.#write();
    });
    return this.#nextCommit.then(() => {
      if (this.#mode === "durable") return;
      throw this.#lastError ?? new StoreError("STORE_UNREACHABLE", "commit while resuming");
    });
  }

  /** Runs work on the log files when nothing else does. */
  exclusive<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#work.then(work);
    this.#work = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all taken before the call is durable, chunks too; rejects with a StoreError. */
  settle(): Promise<void> {
    return this.exclusive(async () => {
      await this.#write();
      if (this.#mode === "outage") throw this.#lastError ?? refused(undefined);
      try {
        await this.#options.chunkLog.sync();
      } catch (error) {
        throw this.#refuse(error);
      }
    });
  }

  /**
   * Ends the current files, with all taken so far durable in them. To be called inside `exclusive`.
   * @param andThen  called before anything else can be taken
   */
  async rotate<Result>(log: "samples" | "chunks", andThen: () => Result): Promise<Result> {
    await this.#write();
    if (this.#mode === "outage") throw this.#lastError ?? refused(undefined);
    await this.#options.chunkLog.sync();
    if (log === "chunks") await this.#options.chunkLog.rotate();
    else await this.#options.sampleLog.rotate();
    return andThen();
  }

  /**
   * Writes the chunks of the series that sealed some during the outage; once none is missing,
   * samples are gathered again. Rejects with the disk's error; the outage then goes on.
   *
   * @param visit  gives the chunks of a series from a time on
   */
  saveMissing(
    visit: (
      id: number,
      fromMs: number,
      emit: (serial: number, bytes: Uint8Array, offset: number, length: number) => void,
    ) => void,
  ): Promise<void> {
    return this.exclusive(async () => {
      const { sampleLog, chunkLog, onChunkWritten } = this.#options;
      // After a failed sync nobody knows what a file holds, so it is not written again.
      await sampleLog.abandon();
      await chunkLog.abandon();
      const frames = new ChunkFrames();
      while (this.#missing.size > 0) {
        const taken: (readonly [id: number, fromMs: number])[] = [];
        const spans: number[] = [];
        frames.clear();
        for (const [id, fromMs] of this.#missing) {
          this.#missing.delete(id);
          taken.push([id, fromMs]);
          visit(id, fromMs, (serial, bytes, offset, length) => {
            // No claim: chunks of this outage are written in no particular order.
            frames.add({ serial, ordinal: this.ordinal, isClaim: false }, bytes, offset, length);
            spans.push(chunkFirstMs(bytes, offset), chunkLastMs(bytes, offset));
          });
          if (frames.out.length > saveBytes) break;
        }
        frames.finish();
        try {
          if (frames.out.length > 0) await chunkLog.append(frames.out.written());
        } catch (error) {
          for (const [id, fromMs] of taken) noteMissing(this.#missing, id, fromMs);
          throw this.#refuse(error);
        }
        for (let i = 0; i < spans.length; i += 2)
          onChunkWritten(chunkLog.number, spans[i]!, spans[i + 1]!);
      }
      this.#mode = "resuming";
      try {
        await chunkLog.sync();
      } catch (error) {
        throw this.#refuse(error);
      }
    });
  }

  /** A checkpoint holds all that the outage kept from the log. */
  endOutage(): void {
    if (this.#mode !== "resuming") return;
    this.#mode = "durable";
    this.#uncommittedCount = this.#filling.samples.rowCount;
    this.#options.faults.resolve(
      "disk-full",
      "The disk took no more for a while; it does again, and what was kept in memory is written.",
    );
  }

  /** The checkpoint that should have ended the outage failed. */
  backToOutage(error: unknown): void {
    if (this.#mode === "resuming") this.#refuse(error);
  }

  stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #write(): Promise<void> {
    this.stopTimer();
    if (this.#mode === "outage") return;
    const gathered = this.#filling;
    this.#filling = this.#spare;
    this.#spare = gathered;
    const { sampleLog, chunkLog, onChunkWritten } = this.#options;
    const count = gathered.samples.rowCount;
    gathered.samples.finish();
    gathered.chunks.finish();
    try {
      const { names, samples } = gathered.samples;
      if (names.length > 0) await sampleLog.append(names.written());
      if (samples.length > 0) await sampleLog.append(samples.written());
      await sampleLog.sync();
      if (gathered.chunks.out.length > 0) {
        await chunkLog.append(gathered.chunks.out.written());
        const { sealed } = gathered;
        for (let i = 0; i < sealed.length; i += 3)
          onChunkWritten(chunkLog.number, sealed[i + 1]!, sealed[i + 2]!);
        if (chunkLog.segmentBytes > chunkSegmentBytesMax) await chunkLog.rotate();
      }
      if (this.#mode === "durable") this.#uncommittedCount -= count;
    } catch (error) {
      this.#refuse(error, gathered);
    } finally {
      clearGathered(gathered);
    }
  }

  /** Begins or goes on with an outage. */
  #refuse(error: unknown, written?: Gathered): StoreError {
    for (const gathered of [written, this.#filling]) {
      if (gathered === undefined) continue;
      const { sealed } = gathered;
      for (let i = 0; i < sealed.length; i += 3) {
        noteMissing(this.#missing, sealed[i]!, sealed[i + 1]!);
      }
      clearGathered(gathered);
    }
    this.stopTimer();
    this.#mode = "outage";
    this.#lastError = refused(error);
    this.#options.faults.report(
      "disk-full",
      "The disk takes no more: samples are kept in memory only. Free space on it; Kale goes on by itself.",
      { cause: error instanceof Error ? error.message : String(error) },
    );
    return this.#lastError;
  }
}

function freshGathered(): Gathered {
  return {
    samples: new SampleFrames(gatheredBytes),
    chunks: new ChunkFrames(),
    sealed: [],
  };
}

function clearGathered(gathered: Gathered): void {
  gathered.samples.clear();
  gathered.chunks.clear();
  gathered.sealed.length = 0;
}

function noteMissing(missing: Map<number, number>, id: number, firstMs: number): void {
  const known = missing.get(id);
  if (known === undefined || firstMs < known) missing.set(id, firstMs);
}

function refused(cause: unknown): StoreError {
  const code = isDiskRefusal(cause) ? "STORE_DISK_FULL" : "STORE_UNREACHABLE";
  return new StoreError(code, "append to the sample log", { cause });
}
