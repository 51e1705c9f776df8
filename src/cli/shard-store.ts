/** Opens the store of one shard: in the data folder alone, or with the data folder before it. */
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { type SeriesStore, type SeriesWindow, shardOfName } from "../model/index.ts";
import { EmbeddedStore, type RemoteSeries, RemoteStore } from "../store/index.ts";
import type { StoreChoice } from "./store-choice.ts";
import type { ShardThreadData } from "./thread-messages.ts";

/** Judging begins with what there is when the remote could not be read for so long. */
const warmPatienceMs = 600_000;

export interface ShardStore {
  readonly store: SeriesStore;
  readonly window: SeriesWindow;
  /** Resolves when the window has what it is judged by. */
  readonly warm: Promise<void>;
  /** Lets go of batches that wait for room, since the program ends. */
  readonly letIn: () => void;
}

export async function openShardStore(
  data: ShardThreadData,
  parts: { readonly clock: Clock; readonly logger: Logger },
): Promise<ShardStore> {
  const { settings, shardCount, folder } = data;
  const common = {
    ...parts,
    windowMs: settings.fullDurationMs,
    retentionMs: settings.retentionMs,
    commitIntervalMs: settings.commitIntervalMs,
    commitEveryBatch: settings.commitIntervalMs === 0,
    seriesCountMax: Math.ceil(settings.seriesCountMax / shardCount),
  };
  if (data.store.kind === "embedded") {
    const store = await EmbeddedStore.open(folder, common);
    return { store, window: store.window, warm: Promise.resolve(), letIn: () => undefined };
  }
  const wants = (name: string): boolean => shardOfName(name, shardCount) === data.shard;
  const { remote, ...pace } = openRemote(data.store, data, { ...parts, wants });
  const store = await RemoteStore.open(`${folder}/outbox`, remote, {
    ...common,
    ...pace,
    wants,
    outboxBytesMax: Math.ceil(settings.outboxBytesMax / shardCount),
  });
  const warm = Promise.race([store.warm, patience(warmPatienceMs)]);
  return {
    store,
    window: store.window,
    warm,
    letIn: () => {
      store.letIn();
    },
  };
}

function patience(durationMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, durationMs).unref();
  });
}
