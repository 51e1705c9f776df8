/** What a data folder holds while no Kale runs on it. */
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/log.ts";
import { DataFolder, EmbeddedStore } from "../../src/store/index.ts";

const dayMs = 86_400_000;

export type StoredSeries = Readonly<Record<string, readonly (readonly [number, number])[]>>;

/** Every series with its samples, times in Unix seconds. */
export async function readDataFolder(path: string): Promise<StoredSeries> {
  const folder = DataFolder.open(path, { shardCount: 1, clock: systemClock });
  const found: Record<string, (readonly [number, number])[]> = {};
  try {
    for (let shard = 0; shard < folder.shardCount; shard++) {
      const store = await EmbeddedStore.open(folder.shardFolder(shard), {
        clock: systemClock,
        logger: silentLogger,
        windowMs: dayMs,
        retentionMs: 10_000 * dayMs,
        maintainIntervalMs: 0,
      });
      const { names } = await store.findNames({ query: "", limit: 1_000_000 });
      for (const name of names) {
        const columns = await store.read(name, { fromMs: -Infinity, untilMs: Infinity });
        const { timesMs, values } = columns ?? { timesMs: [], values: [] };
        found[name] = Array.from(timesMs, (timeMs, i) => [timeMs / 1000, values[i] ?? 0] as const);
      }
      await store.close();
    }
  } finally {
    folder.close();
  }
  return found;
}
