/** What a remote store keeps to: its window, its outbox, its patience; and what holds unless given. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { type ChunkKernel, openChunkKernel } from "../../kernel/index.ts";
import { partitionsOfShard } from "../../model/index.ts";
import { type Disk, realDisk } from "../log/disk.ts";

const secondMs = 1000;
const hourMs = 3600 * secondMs;

export interface RemoteStoreOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly disk?: Disk;
  /** How much memory holds at full resolution. */
  readonly windowMs?: number;
  /** Older samples than this are not taken. */
  readonly retentionMs?: number;
  /** A crash loses at most what was written in this time. */
  readonly commitIntervalMs?: number;
  /** `write` resolves only when the batch is in the outbox. */
  readonly commitEveryBatch?: boolean;
  readonly seriesCountMax?: number;
  readonly memoryBytesMax?: number;
  readonly chunkSampleCount?: number;
  /** What encodes and decodes chunks. */
  readonly chunks?: ChunkKernel;
  /** Rows wait at most this long before they are given to the remote. */
  readonly flushIntervalMs?: number;
  /** Rows of one batch for the remote, about. */
  readonly batchRowCountMax?: number;
  /** Beyond it `write` waits. */
  readonly outboxBytesMax?: number;
  /** Rows older than the window that may wait; beyond it `write` waits. */
  readonly olderRowCountMax?: number;
  readonly retryDelayMinMs?: number;
  readonly retryDelayMaxMs?: number;
  /**
   * A batch that the remote refuses all the time is set aside after this. Single rows that it refuses
   * are the backend's matter; a whole batch is refused by a full or read-only remote, which mends.
   */
  readonly refusalPatienceMs?: number;
  /** How long `close` tries to give the remote what waits. */
  readonly closePatienceMs?: number;
  /** How often the window is trimmed; 0: only when `maintain` is called. */
  readonly maintainIntervalMs?: number;
  /** Which series belong to this shard. */
  readonly wants?: (name: string) => boolean;
  /** Partitions in which it has series. */
  readonly partitions?: readonly number[];
  /** Whether other processes judge a part of them: none is judged here before `takeOver`. */
  readonly isShared?: boolean;
}

export type RemoteStoreSettings = Required<RemoteStoreOptions>;

export function withDefaults(options: RemoteStoreOptions): RemoteStoreSettings {
  const windowMs = options.windowMs ?? 24 * hourMs;
  const settings: RemoteStoreSettings = {
    disk: realDisk,
    windowMs,
    retentionMs: 14 * 24 * hourMs,
    commitIntervalMs: secondMs,
    commitEveryBatch: false,
    seriesCountMax: 1_000_000,
    memoryBytesMax: 4 * 2 ** 30,
    chunkSampleCount: 120,
    chunks: options.chunks ?? openChunkKernel({}),
    flushIntervalMs: secondMs,
    batchRowCountMax: 16_384,
    outboxBytesMax: 1 << 30,
    olderRowCountMax: 262_144,
    retryDelayMinMs: 250,
    retryDelayMaxMs: 30 * secondMs,
    refusalPatienceMs: 24 * hourMs,
    closePatienceMs: 5 * secondMs,
    maintainIntervalMs: 5 * secondMs,
    wants: () => true,
    partitions: partitionsOfShard(0, 1),
    isShared: false,
    ...options,
  };
  return { ...settings, retentionMs: Math.max(settings.retentionMs, windowMs) };
}
