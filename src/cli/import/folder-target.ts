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
  type SeriesStore,
} from "../../model/index.ts";
import { DataFolder, EmbeddedStore } from "../../store/index.ts";
import type { Settings } from "../settings.ts";
import type { ImportedSeries } from "./source.ts";

const rowsPerBatch = 8192;

export interface ImportCounts {
  seriesCount: number;
  sampleCount: number;
  /** Names that no sender could have given either: too long, or with control characters. */
  refusedSeriesCount: number;
  /** Samples further in the future than senders may be. */
  refusedSampleCount: number;
}

export class FolderTarget {
  readonly counts: ImportCounts = {
    seriesCount: 0,
    sampleCount: 0,
    refusedSeriesCount: 0,
    refusedSampleCount: 0,
  };
  readonly #folder: DataFolder;
  readonly #stores: readonly SeriesStore[];
  readonly #builders: readonly SampleBatchBuilder[];
  readonly #newestMs: number;
  readonly #encoder = new TextEncoder();

  private constructor(folder: DataFolder, stores: readonly SeriesStore[], newestMs: number) {
    this.#folder = folder;
    this.#stores = stores;
    this.#builders = stores.map(() => new SampleBatchBuilder(rowsPerBatch));
    this.#newestMs = newestMs;
  }

  /** @throws StoreError  where the folder is held by a running Kale, or cannot be had */
  static async open(
    settings: Settings,
    { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  ): Promise<FolderTarget> {
    const shardCount = settings.shardCount === 0 ? availableParallelism() : settings.shardCount;
    const folder = DataFolder.open(settings.dataPath, { shardCount, clock });
    const stores: SeriesStore[] = [];
    try {
      for (let shard = 0; shard < folder.shardCount; shard++) {
        const store = await EmbeddedStore.open(folder.shardFolder(shard), {
          clock,
          logger,
          windowMs: settings.fullDurationMs,
          retentionMs: settings.retentionMs,
          commitIntervalMs: settings.commitIntervalMs,
          seriesCountMax: Math.ceil(settings.seriesCountMax / folder.shardCount),
        });
        stores.push(store);
      }
    } catch (error) {
      await closeAll(stores);
      folder.close();
      throw error;
    }
    return new FolderTarget(folder, stores, clock.nowMs() + settings.futureMaxMs);
  }

  async add({ name, columns }: ImportedSeries): Promise<void> {
    const kept = canonicalName(name);
    const bytes = this.#encoder.encode(kept);
    if (bytes.length > nameBytesMax || kept === "" || /\p{Cc}/u.test(kept)) {
      this.counts.refusedSeriesCount += 1;
      return;
    }
    const shard = shardOfName(kept, this.#stores.length);
    const builder = this.#builders[shard];
    if (builder === undefined) return;
    this.counts.seriesCount += 1;
    const { timesMs, values } = columns;
    for (const [i, timeMs] of timesMs.entries()) {
      const value = values[i];
      if (value === undefined || timeMs > this.#newestMs) {
        this.counts.refusedSampleCount += 1;
        continue;
      }
      if (builder.isFull) await this.#stores[shard]?.write(builder.take());
      builder.add(bytes, 0, bytes.length, timeMs, value);
      this.counts.sampleCount += 1;
    }
  }

  /** Resolves when all that was added is on disk. */
  async commit(): Promise<void> {
    for (const [shard, builder] of this.#builders.entries()) {
      if (builder.count > 0) await this.#stores[shard]?.write(builder.take());
    }
    await Promise.all(this.#stores.map((store) => store.commit()));
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

  #statePath(source: string): string {
    return join(this.#folder.path, `import-${source}.json`);
  }
}

async function closeAll(stores: readonly SeriesStore[]): Promise<void> {
  for (const store of stores) await store.close();
}
