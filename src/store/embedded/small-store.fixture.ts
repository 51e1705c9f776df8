/** Temporary folders and stores with small settings, so that a short test runs long ways. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock, type Clock } from "../../base/clock.ts";
import { silentLogger } from "../../base/log.ts";
import type { SampleColumns, SampleBatch } from "../../model/index.ts";
import { batchOf } from "../../model/index.ts";
import { EmbeddedStore } from "./embedded-store.ts";
import type { EmbeddedStoreOptions } from "./store-parts.ts";

export const testNowMs = 1_790_000_000_000;
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

export interface TestFolder {
  readonly path: string;
  end(): Promise<void>;
}

export async function makeFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), "kale-store-"));
  return { path, end: () => rm(path, { recursive: true, force: true }) };
}

/** Chunks of 16 samples, blocks of one hour, a window of four, two days kept; rounds by hand. */
export function openSmall(
  path: string,
  options: Partial<EmbeddedStoreOptions> & { readonly clock?: Clock } = {},
): Promise<EmbeddedStore> {
  return EmbeddedStore.open(path, {
    clock: new ManualClock(testNowMs),
    logger: silentLogger,
    windowMs: 4 * hourMs,
    blockMs: hourMs,
    retentionMs: 48 * hourMs,
    chunkSampleCount: 16,
    maintainIntervalMs: 0,
    commitIntervalMs: 20,
    ...options,
  });
}

/** One series' samples: `count` of them, `stepMs` apart, valued by their index plus `plus`. */
export function rowsOf(
  name: string,
  firstMs: number,
  options: { readonly count: number; readonly stepMs: number; readonly plus?: number },
): SampleBatch {
  return batchOf(
    Array.from({ length: options.count }, (unused, i) => [
      name,
      firstMs + i * options.stepMs,
      i + (options.plus ?? 0),
    ]),
  );
}

export function pairsOf(columns: SampleColumns | undefined): [number, number][] {
  if (columns === undefined) throw new Error("the series is unknown");
  return Array.from(columns.timesMs, (timeMs, i) => [timeMs, columns.values[i]!]);
}
