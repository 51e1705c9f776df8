/**
 * The window in front of a remote: what is judged, and what answers most questions.
 *
 *     taken in here ──→ memory ←── laid under it: what the remote has (scan), at the start and
 *                         │        whenever a partition comes; what others write (follow, poll)
 *                         └─ shown to judge and search: partitions that this process has
 *
 * Of each partition it is known from when on memory has all that the remote has; before that the
 * remote must be asked. What the remote has not acknowledged does not leave memory.
 */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { ChunkKernel } from "../../kernel/index.ts";
import {
  partitionCount,
  type SampleBatch,
  type StoreWarmth,
  type TimeRange,
  type WatchedWindow,
} from "../../model/index.ts";
import type { FaultLedger } from "../log/fault-ledger.ts";
import { Slicer } from "../log/slice.ts";
import { ColumnsBuilder } from "../memory/columns.ts";
import { SeriesMemory } from "../memory/index.ts";
import { PartitionWindow } from "./partition-window.ts";
import type { RemoteSeries, ScannedSeries } from "./remote-series.ts";
import { isSample, layNew, layUnder } from "./warm-start.ts";

const sliceMs = 2;
const retryMs = 2000;
const pollMs = 3000;
/** Clocks of the processes may differ by so much, the time until the cluster shows a write included. */
const pollOverlapMs = 15_000;
/** Samples of series that others judge stay this long, for whoever asks again at once. */
const strangerKeepMs = 600_000;

export interface WarmWindowOptions {
  readonly windowMs: number;
  readonly seriesCountMax: number;
  readonly memoryBytesMax: number;
  readonly chunkSampleCount: number;
  readonly chunks: ChunkKernel;
  /** Which series belong to this shard. */
  readonly wants: (name: string) => boolean;
  /** Partitions in which this shard has series. */
  readonly partitions: readonly number[];
  /** Whether partitions come and go; else all of them are here from the start. */
  readonly isShared: boolean;
}

export interface WarmWindowParts {
  readonly remote: RemoteSeries;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultLedger;
  /** Called for a series that is new and was not read from the remote. */
  readonly onFresh: (name: string) => void;
  /** Time of the oldest sample that the remote may not have. */
  readonly neededFromMs: () => number;
  /** Whether the remote knows the series as well as we do. */
  readonly mayForget: (name: string) => boolean;
}

export class WarmWindow {
  readonly memory: SeriesMemory;
  readonly #parts: WarmWindowParts;
  readonly #options: WarmWindowOptions;
  readonly #partitioned: PartitionWindow;
  /** By partition: from here on memory has all that the remote has. */
  readonly #coveredFromMs = new Float64Array(partitionCount).fill(Infinity);
  /** Partitions that are here, filled or not. */
  readonly #held = new Set<number>();
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder();
  readonly #warmListeners: (() => void)[] = [];
  #warmth: StoreWarmth = { state: "waiting", doneCount: 0, totalCount: 0 };
  #fillingCount = 0;
  #isResolvingScanned = false;
  #fromMs: number;
  #shedCount = 0;
  #shownCount = 0;
  #polledFromMs = 0;
  #isFollowing = false;
  readonly #timers = new Set<NodeJS.Timeout>();
  #isStopped = false;

  constructor(parts: WarmWindowParts, options: WarmWindowOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#fromMs = parts.clock.nowMs() - options.windowMs;
    this.memory = new SeriesMemory({
      seriesCountMax: options.seriesCountMax,
      memoryBytesMax: options.memoryBytesMax,
      chunkSampleCount: options.chunkSampleCount,
      chunks: options.chunks,
      onNewSeries: (id, bytes, start, end) => {
        this.#partitioned.enter(id, bytes, start, end);
        if (!this.#isResolvingScanned) parts.onFresh(this.memory.name(id));
      },
      onSealed: () => undefined,
    });
    this.#partitioned = new PartitionWindow(this.memory, { isAllShown: !options.isShared });
  }

  /** What is judged and searched. */
  get shown(): WatchedWindow {
    return this.#partitioned;
  }

  /** Older samples than this do not go into memory. */
  get fromMs(): number {
    return this.#fromMs;
  }

  get warmth(): StoreWarmth {
    return this.#warmth;
  }

  /** Series that are judged here. */
  get seriesCount(): number {
    return this.#options.isShared ? this.#shownCount : this.memory.stats().seriesCount;
  }

  /** Resolves when all that is held is filled, however long that takes. */
  get warm(): Promise<void> {
    if (this.#warmth.state === "warm") return Promise.resolve();
    return new Promise((resolve) => this.#warmListeners.push(resolve));
  }

  /** Begins to fill the window, where all of it is here from the start. */
  start(): void {
    if (this.#options.isShared) {
      this.#warmth = { state: "warm", doneCount: 0, totalCount: 0 };
      this.#schedulePoll();
    } else void this.takeOver(this.#options.partitions, () => undefined);
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /**
   * Fills the window with the series of these partitions and shows them.
   *
   * @param onShown  called in the same moment, before anything is judged
   * @returns resolves when that is done, or when they were dropped meanwhile
   */
  async takeOver(partitions: readonly number[], onShown: () => void): Promise<void> {
    const own = partitions.filter((partition) => this.#options.partitions.includes(partition));
    for (const partition of own) this.#held.add(partition);
    this.#fillingCount += 1;
    while (!this.#isStopped) {
      const wanted = own.filter((partition) => this.#held.has(partition));
      if (wanted.length === 0) break;
      try {
        await this.#fill(wanted);
        break;
      } catch (error) {
        this.#warmth = { ...this.#warmth, state: "waiting" };
        this.#parts.faults.report(
          "warm-start-failed",
          `The window could not be filled from the remote, and will be: ${wordsOf(error)}`,
        );
        await this.#rest(retryMs);
      }
    }
    this.#fillingCount -= 1;
    if (this.#isStopped) return;
    this.#partitioned.show(own.filter((partition) => this.#held.has(partition)));
    onShown();
    if (this.#fillingCount > 0) return;
    const { doneCount } = this.#warmth;
    this.#warmth = { state: "warm", doneCount, totalCount: doneCount };
    for (const isWarm of this.#warmListeners.splice(0)) isWarm();
    this.#follow();
  }

  /** These are judged elsewhere from now on. */
  drop(partitions: readonly number[]): void {
    this.#partitioned.hide(partitions);
    for (const partition of partitions) {
      this.#held.delete(partition);
      this.#coveredFromMs[partition] = Infinity;
    }
  }

  /** From here on memory alone can answer for the series. */
  coveredFromMs(id: number): number {
    return this.#coveredFromMs[this.#partitioned.partition(id)]!;
  }

  /** Lays what memory has over what is in the columns. */
  read(id: number, range: TimeRange, columns: ColumnsBuilder): void {
    const part = new ColumnsBuilder(Math.max(1, this.memory.sampleCountMax(id, range)));
    part.count = this.memory.copy(id, range, part.timesMs, part.values);
    columns.merge(part.timesMs, part.values, 0, part.count);
  }

  /** Lets go of what has left the window, but for what the remote does not have. */
  async trim(): Promise<void> {
    const { clock, neededFromMs, mayForget } = this.#parts;
    const nowMs = clock.nowMs();
    const fromMs = nowMs - this.#options.windowMs;
    this.#fromMs = Math.max(this.#fromMs, fromMs);
    const neededMs = neededFromMs();
    const evictMs = Math.min(fromMs, neededMs);
    const strangerMs = Math.min(nowMs - strangerKeepMs, neededMs);
    this.#coverFrom(evictMs);
    const slicer = new Slicer(clock, { sliceMs });
    let shownCount = 0;
    for (let id = 0; id < this.memory.idCount; id++) {
      if (id % 16 === 15 && slicer.isDue) await slicer.pause();
      if (this.#isStopped) return;
      if (!this.memory.isLive(id)) continue;
      const isHeld = !this.#options.isShared || this.#held.has(this.#partitioned.partition(id));
      const keptFromMs = isHeld ? evictMs : strangerMs;
      this.memory.evictBefore(id, keptFromMs);
      if (this.#partitioned.isLive(id)) shownCount += 1;
      if (this.memory.newestMs(id) < keptFromMs && mayForget(this.memory.name(id)))
        this.memory.removeSeries(id);
    }
    this.#shownCount = shownCount;
    this.#noteShed(nowMs);
  }

  async #fill(partitions: readonly number[]): Promise<void> {
    const { remote, clock, logger } = this.#parts;
    const { windowMs, wants, isShared } = this.#options;
    const startedMs = clock.elapsedMs();
    const range = { fromMs: clock.nowMs() - windowMs, untilMs: Number.MAX_SAFE_INTEGER };
    const onProgress = (doneCount: number, totalCount: number): void => {
      this.#warmth = { state: "warming", doneCount, totalCount };
    };
    onProgress(0, 0);
    const request = { range, wants, partitions, onProgress };
    let seriesCount = 0;
    await this.#each(remote.scan(request), (id, { columns }) => {
      layUnder(this.memory, id, columns);
      seriesCount += 1;
    });
    if (this.#isStopped) return;
    const coveredMs = Math.max(range.fromMs, this.#fromMs);
    for (const partition of partitions) this.#coveredFromMs[partition] = coveredMs;
    this.#warmth = { state: "warming", doneCount: seriesCount, totalCount: seriesCount };
    logger.info("the window is filled from the remote", {
      series: seriesCount,
      partitions: isShared ? partitions.length : undefined,
      tookMs: Math.round(clock.elapsedMs() - startedMs),
    });
  }

  async #each(
    all: AsyncIterable<ScannedSeries>,
    lay: (id: number, series: ScannedSeries) => void,
  ): Promise<void> {
    const slicer = new Slicer(this.#parts.clock, { sliceMs });
    for await (const series of all) {
      if (this.#isStopped) return;
      if (series.columns.timesMs.length > 0 && this.#options.wants(series.name)) {
        const bytes = this.#encoder.encode(series.name);
        const id = this.#resolve(bytes, 0, bytes.length);
        if (id >= 0) {
          this.memory.state(id, series.stated ?? 0);
          lay(id, series);
        }
      }
      if (slicer.isDue) await slicer.pause();
    }
  }

  /** What other programs write into the same remote: handed over, or asked for again and again. */
  #follow(): void {
    if (this.#isFollowing || this.#options.isShared) return;
    this.#isFollowing = true;
    this.#parts.remote.follow?.((batch) => this.#takeFollowed(batch));
  }

  async #takeFollowed({ count, names, nameEnds, timesMs, values }: SampleBatch): Promise<void> {
    const slicer = new Slicer(this.#parts.clock, { sliceMs });
    const one = { timesMs: new Float64Array(1), values: new Float64Array(1) };
    for (let row = 0; row < count && !this.#isStopped; row++) {
      if (row % 64 === 63 && slicer.isDue) await slicer.pause();
      const start = row === 0 ? 0 : nameEnds[row - 1]!;
      const timeMs = timesMs[row]!;
      if (timeMs < this.#fromMs || !isSample(timeMs, values[row]!)) continue;
      if (!this.#options.wants(this.#decoder.decode(names.subarray(start, nameEnds[row]))))
        continue;
      const id = this.#resolve(names, start, nameEnds[row]!);
      if (id < 0) continue;
      if (timeMs > this.memory.newestMs(id)) this.memory.add(id, timeMs, values[row]!);
      else {
        one.timesMs[0] = timeMs;
        one.values[0] = values[row]!;
        layNew(this.memory, id, one, this.#fromMs);
      }
    }
  }

  #schedulePoll(): void {
    void this.#rest(pollMs).then(async () => {
      if (this.#isStopped) return;
      await this.#poll();
      this.#schedulePoll();
    });
  }

  async #poll(): Promise<void> {
    const { remote, clock, faults } = this.#parts;
    // Those that are being filled too: what is written after their scan must not be missed.
    const partitions = [...this.#held];
    if (remote.changedSince === undefined || partitions.length === 0) return;
    const startedMs = clock.nowMs();
    const sinceMs = this.#polledFromMs === 0 ? startedMs - pollOverlapMs * 4 : this.#polledFromMs;
    try {
      await this.#each(remote.changedSince(sinceMs, partitions), (id, { columns }) => {
        layNew(this.memory, id, columns, this.#fromMs);
      });
      this.#polledFromMs = startedMs - pollOverlapMs;
    } catch (error) {
      faults.report("remote-away", `What others take in could not be read: ${wordsOf(error)}`);
    }
  }

  /** The id of a name that the remote knows, made if new; -1 where a limit refuses it. */
  #resolve(bytes: Uint8Array, start: number, end: number): number {
    this.#isResolvingScanned = true;
    try {
      return this.memory.resolve(bytes, start, end);
    } finally {
      this.#isResolvingScanned = false;
    }
  }

  #coverFrom(fromMs: number): void {
    for (let i = 0; i < partitionCount; i++) {
      if (this.#coveredFromMs[i]! < fromMs) this.#coveredFromMs[i] = fromMs;
    }
  }

  #noteShed(nowMs: number): void {
    const { shedSampleCount } = this.memory.stats();
    if (shedSampleCount === this.#shedCount) return;
    this.#parts.faults.report(
      "memory-full",
      "Memory is at its limit, so the window holds less than its length; older samples are read from the remote. Give it more, or watch fewer metrics.",
      {},
      shedSampleCount - this.#shedCount,
    );
    this.#shedCount = shedSampleCount;
    this.#coverFrom(nowMs);
  }

  #rest(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, durationMs);
      timer.unref();
      this.#timers.add(timer);
    });
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
