/** Opens the store of one shard: in the data folder alone, or with the data folder before it. */
import { join } from "node:path";
import { assert, unreachable } from "../base/assert.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { ChunkKernel, RowKernel } from "../kernel/index.ts";
import {
  type NamePage,
  partitionsOfShard,
  type SeriesNameList,
  type SeriesSelector,
  type SeriesStore,
  shardOfName,
  type WatchedWindow,
} from "../model/index.ts";
import type { ShardShare } from "../shard/index.ts";
import {
  EmbeddedStore,
  openElasticsearchSeries,
  openRedisSeries,
  parseRedisAddress,
  type RemoteSeries,
  RemoteStore,
} from "../store/index.ts";
import { memoryLimitBytes } from "./memory-limit.ts";
import type { ShardThreadData } from "./thread-messages.ts";

/** Judging begins with what there is when the remote could not be read for so long. */
const warmPatienceMs = 600_000;
/** Redis takes points singly, so there is nothing to be had from gathering them for long. */
const redisFlushIntervalMs = 250;
const redisBatchRowCountMax = 8192;
/** Of one hour's document all points of some flushes are written at once. */
const elasticsearchBatchRowCountMax = 131_072;

export interface ShardStore {
  readonly store: SeriesStore;
  readonly window: WatchedWindow;
  /** All series of this shard, those that other processes judge among them. */
  readonly names: SeriesNameList;
  /** Resolves when the window has what it is judged by. */
  readonly warm: Promise<void>;
  /** Lets go of batches that wait for room, since the program ends. */
  letIn(): void;
  /** Names that its findNames finds and the remote may not have yet. */
  freshNames(query: string): string[];
  /** Where other processes judge a part of the series. */
  readonly share: ShardShare | undefined;
  /** Where the window has only a part of the names. */
  readonly selectShared: ((selector: SeriesSelector) => Promise<NamePage>) | undefined;
}

interface Parts {
  readonly clock: Clock;
  readonly logger: Logger;
}

interface OpeningParts extends Parts {
  /** Hears how much of the files is read, 0 to 1. */
  readonly onProgress: (share: number) => void;
  /** What stands beside the store and grows with its series. */
  readonly besideBytes: () => number;
  readonly chunks: ChunkKernel;
  readonly rows: RowKernel;
}

export async function openShardStore(
  data: ShardThreadData,
  { onProgress, besideBytes, rows, ...parts }: OpeningParts,
): Promise<ShardStore> {
  const { settings, shard, shardCount, folder } = data;
  const common = {
    ...parts,
    windowMs: settings.fullDurationMs,
    retentionMs: settings.retentionMs,
    commitIntervalMs: settings.commitIntervalMs,
    commitEveryBatch: settings.commitIntervalMs === 0,
    seriesCountMax: Math.ceil(settings.seriesCountMax / shardCount),
    memoryBytesMax: Math.floor(memoryLimitBytes(settings) / shardCount),
  };
  if (data.store.kind === "embedded") {
    const store = await EmbeddedStore.open(folder, { ...common, rows, onProgress, besideBytes });
    return {
      store,
      window: store.window,
      names: store.window,
      warm: Promise.resolve(),
      letIn: () => undefined,
      freshNames: () => [],
      share: undefined,
      selectShared: undefined,
    };
  }
  const wants = (name: string): boolean => shardOfName(name, shardCount) === shard;
  const { remote, ...pace } = await openRemote(data, { ...parts, wants });
  const isShared = data.store.kind === "elasticsearch";
  const store = await RemoteStore.open(join(folder, "outbox"), remote, {
    ...common,
    ...pace,
    wants,
    partitions: partitionsOfShard(shard, shardCount),
    isShared,
    outboxBytesMax: Math.ceil(settings.outboxBytesMax / shardCount),
  });
  return {
    store,
    window: store.window,
    names: store.names,
    warm: Promise.race([store.warm, patience(warmPatienceMs)]),
    letIn: () => {
      store.letIn();
    },
    freshNames: (query) => store.freshNames(query),
    share: isShared ? store : undefined,
    selectShared: remote.select?.bind(remote),
  };
}

interface PacedRemote {
  readonly remote: RemoteSeries;
  readonly flushIntervalMs: number;
  readonly batchRowCountMax: number;
}

async function openRemote(
  { store, settings, shard, shardCount, processId }: ShardThreadData,
  parts: Parts & { readonly wants: (name: string) => boolean },
): Promise<PacedRemote> {
  switch (store.kind) {
    case "redis": {
      const address = parseRedisAddress(store.url);
      assert(address !== undefined, "the address of Redis was read before");
      const { user, password, ca } = store;
      const remote = openRedisSeries({
        ...parts,
        server: { address, user, password, ca },
        fullNamespace: store.fullNamespace,
        miniNamespace: store.miniNamespace,
        isMiniOn: store.isMiniOn,
        replicaCount: store.replicaCount,
        fullDurationMs: settings.fullDurationMs,
        miniDurationMs: settings.miniDurationMs,
        seriesCountMax: Math.ceil(settings.seriesCountMax / shardCount),
      });
      return {
        remote,
        flushIntervalMs: redisFlushIntervalMs,
        batchRowCountMax: redisBatchRowCountMax,
      };
    }
    case "elasticsearch": {
      const { nodes, user, password, apiKey, certificates } = store;
      const remote = await openElasticsearchSeries({
        clock: parts.clock,
        logger: parts.logger,
        connection: { nodes, user, password, apiKey, certificates },
        prefix: store.indexPrefix,
        writer: `${processId}-${shard}`,
        retentionMs: settings.retentionMs,
        copyCount: store.copyCount,
      });
      return {
        remote,
        flushIntervalMs: store.flushIntervalMs,
        batchRowCountMax: elasticsearchBatchRowCountMax,
      };
    }
    case "embedded":
      throw new Error("the embedded store has no remote");
    default:
      return unreachable(store);
  }
}

function patience(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs).unref();
  });
}
