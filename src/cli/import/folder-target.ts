/**
 * The data folder as the place that an import writes to, while no Kale runs on it; and how far an
 * import has come there, so that an interrupted one goes on.
 *
 *     import-SOURCE.json   {"identity": …, "lastItem": …}   all items up to this one are on disk
 *
 * Samples that are written twice are there once, so going on a little too early does no harm.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import {
  canonicalName,
  nameBytesMax,
  SampleBatchBuilder,
  shardOfName,
  type TimeRange,
} from "../../model/index.ts";
import { DataFolder, EmbeddedStore } from "../../store/index.ts";
import type { Settings } from "../settings.ts";
import type { ImportedSeries } from "./source.ts";

const rowsPerBatch = 8192;
const refusedNamesMax = 10_000;

/**
 * Rows of old samples that wait in memory, over all shards, before they are sorted into the archive:
 * each time costs a file for every six hours they touch, so a bulk of them is worth 100 MB.
 */
const waitingRowsMax = 2_000_000;

export interface ImportCounts {
  seriesCount: number;
  sampleCount: number;
  /** Names that no sender could have given either: too long, or with control characters. */
  refusedSeriesCount: number;
  /** Samples further in the future than senders may be. */
  futureSampleCount: number;
  /** Samples older than what is kept. */
  oldSampleCount: number;
  /** Samples that are no finite number. */
  badSampleCount: number;
}

export interface FolderTargetOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Samples outside of it are passed over; undefined for all. */
  readonly range: TimeRange;
  /** Which names are taken, before they get their prefix. */
  readonly wants: (name: string) => boolean;
  readonly prefix: string;
}

export class FolderTarget {
  readonly counts: ImportCounts = {
    seriesCount: 0,
    sampleCount: 0,
    refusedSeriesCount: 0,
    futureSampleCount: 0,
    oldSampleCount: 0,
    badSampleCount: 0,
  };
  readonly #folder: DataFolder;
  readonly #stores: readonly EmbeddedStore[];
  readonly #builders: readonly SampleBatchBuilder[];
  readonly #oldestMs: number;
  readonly #newestMs: number;
  readonly #options: FolderTargetOptions;
  /** The store holds each of them too, and limits how many there are. */
  readonly #names = new Set<string>();
  readonly #refusedNames = new Set<string>();
  readonly #encoder = new TextEncoder();

  private constructor(
    folder: DataFolder,
    stores: readonly EmbeddedStore[],
    settings: Settings,
    options: FolderTargetOptions,
  ) {
    this.#folder = folder;
    this.#stores = stores;
    this.#builders = stores.map(() => new SampleBatchBuilder(rowsPerBatch));
    const nowMs = options.clock.nowMs();
    this.#oldestMs = nowMs - settings.retentionMs;
    this.#newestMs = nowMs + settings.futureMaxMs;
    this.#options = options;
  }

  /** @throws StoreError  where the folder is held by a running Kale, or cannot be had */
  static async open(settings: Settings, options: FolderTargetOptions): Promise<FolderTarget> {
    const { clock, logger } = options;
    const shardCount = settings.shardCount === 0 ? availableParallelism() : settings.shardCount;
    const folder = DataFolder.open(settings.dataPath, { shardCount, clock });
    const stores: EmbeddedStore[] = [];
    try {
      for (let shard = 0; shard < folder.shardCount; shard++) {
        const store = await EmbeddedStore.open(folder.shardFolder(shard), {
          clock,
          logger,
          windowMs: settings.fullDurationMs,
          retentionMs: settings.retentionMs,
          commitIntervalMs: settings.commitIntervalMs,
          backfillCountMax: Math.ceil(waitingRowsMax / folder.shardCount),
          seriesCountMax: Math.ceil(settings.seriesCountMax / folder.shardCount),
        });
        stores.push(store);
      }
    } catch (error) {
      await closeAll(stores);
      folder.close();
      throw error;
    }
    return new FolderTarget(folder, stores, settings, options);
  }

  async add({ name, columns }: ImportedSeries): Promise<void> {
    const { wants, prefix } = this.#options;
    if (!wants(name)) return;
    const kept = canonicalName(prefix + name);
    const bytes = this.#encoder.encode(kept);
    if (bytes.length > nameBytesMax || name === "" || /\p{Cc}/u.test(kept)) {
      this.#noteRefused(kept);
      return;
    }
    const shard = shardOfName(kept, this.#stores.length);
    const builder = this.#builders[shard];
    const store = this.#stores[shard];
    if (builder === undefined || store === undefined) return;
    const before = this.counts.sampleCount;
    const { timesMs, values } = columns;
    for (let i = 0; i < timesMs.length; i++) {
      const timeMs = timesMs[i] ?? Number.NaN;
      const value = values[i] ?? Number.NaN;
      if (!this.#takes(timeMs, value)) continue;
      if (builder.isFull) await store.write(builder.take());
      builder.add(bytes, 0, bytes.length, timeMs, value);
      this.counts.sampleCount += 1;
    }
    if (this.counts.sampleCount === before) return;
    this.#names.add(kept);
    this.counts.seriesCount = this.#names.size;
  }

  /** Series that found no room since there are as many as the settings allow. */
  get crowdedSampleCount(): number {
    return this.#stores.reduce((sum, store) => sum + store.stats().refusedSeriesCount, 0);
  }

  /** Resolves when all that was added is on disk. */
  async commit(): Promise<void> {
    for (const [shard, builder] of this.#builders.entries()) {
      if (builder.count > 0) await this.#stores[shard]?.write(builder.take());
    }
    await Promise.all(this.#stores.map((store) => store.commit()));
  }

  /** Sorts what is there as a running Kale would, so that its next start has little to replay. */
  async settle(): Promise<void> {
    for (const store of this.#stores) {
      await store.maintain();
      await store.checkpoint();
    }
  }

  /** @returns the last item of an import of the same that was interrupted; undefined without one */
  lastItem(source: string, identity: string): string | undefined {
    try {
      const text = readFileSync(this.#statePath(source), "utf8");
      const state = JSON.parse(text) as Readonly<Record<string, unknown>>;
      const { lastItem } = state;
      return state["identity"] === identity && typeof lastItem === "string" ? lastItem : undefined;
    } catch {
      return undefined;
    }
  }

  /** All items up to this one are on disk. */
  noteDone(source: string, identity: string, lastItem: string): void {
    const path = this.#statePath(source);
    writeFileSync(`${path}.tmp`, `${JSON.stringify({ identity, lastItem })}\n`, { flush: true });
    renameSync(`${path}.tmp`, path);
  }

  /** The import is complete. */
  forgetState(source: string): void {
    rmSync(this.#statePath(source), { force: true });
  }

  async close(): Promise<void> {
    try {
      await closeAll(this.#stores);
    } finally {
      this.#folder.close();
    }
  }

  #takes(timeMs: number, value: number): boolean {
    const { counts } = this;
    const { fromMs, untilMs } = this.#options.range;
    if (timeMs < fromMs || timeMs >= untilMs) return false;
    if (!Number.isFinite(value) || !(timeMs >= 0)) counts.badSampleCount += 1;
    else if (timeMs > this.#newestMs) counts.futureSampleCount += 1;
    else if (timeMs < this.#oldestMs) counts.oldSampleCount += 1;
    else return true;
    return false;
  }

  /** Each name once, as long as there are not too many to remember. */
  #noteRefused(name: string): void {
    if (this.#refusedNames.has(name)) return;
    if (this.#refusedNames.size < refusedNamesMax) this.#refusedNames.add(name);
    this.counts.refusedSeriesCount += 1;
  }

  #statePath(source: string): string {
    return join(this.#folder.path, `import-${source}.json`);
  }
}

async function closeAll(stores: readonly EmbeddedStore[]): Promise<void> {
  for (const store of stores) await store.close();
}
