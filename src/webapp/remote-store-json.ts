/** The machines behind the shards' stores as one: each shard speaks to them for itself. */
import type { RemoteStoreStats, ShardStats, StoreWarmth } from "../model/index.ts";
import type { RemoteStoreJson } from "./contract.ts";

/** @returns null where samples are kept in the data folder alone */
export function remoteStoreJson(shards: readonly ShardStats[]): RemoteStoreJson | null {
  const all = shards.flatMap(({ store }) => store.remote ?? []);
  const [first] = all;
  if (first === undefined) return null;
  const sum = (of: (remote: RemoteStoreStats) => number): number =>
    all.reduce((total, remote) => total + of(remote), 0);
  return {
    description: first.description,
    reachable: all.every(({ isReachable }) => isReachable),
    problem: all.find(({ problem }) => problem !== undefined)?.problem ?? null,
    failingSince: earliest(all.map(({ failingSinceMs }) => failingSinceMs)),
    waiting: sum(({ waitingSampleCount }) => waitingSampleCount),
    waitingBytes: sum(({ waitingBytes }) => waitingBytes),
    waitingBytesMax: sum(({ waitingBytesMax }) => waitingBytesMax),
    oldestWaiting: earliest(all.map(({ oldestWaitingMs }) => oldestWaitingMs)),
    holding: all.some(({ isHolding }) => isHolding),
    heldWrites: sum(({ heldWriteCount }) => heldWriteCount),
    written: sum(({ writtenSampleCount }) => writtenSampleCount),
    writtenBytes: sum(({ writtenBytes }) => writtenBytes),
    retries: sum(({ retryCount }) => retryCount),
    busy: sum(({ busyCount }) => busyCount),
    refused: sum(({ refusedSampleCount }) => refusedSampleCount),
    lastWrite: latest(all.map(({ lastWriteMs }) => lastWriteMs)),
    warmShare: sum(({ warmth }) => warmShareOf(warmth)) / all.length,
  };
}

/** How far a window is filled, 0 to 1. */
export function warmShareOf({ state, doneCount, totalCount }: StoreWarmth): number {
  if (state === "warm") return 1;
  return totalCount === 0 ? 0 : Math.min(doneCount / totalCount, 0.999);
}

/** In seconds. */
function earliest(timesMs: readonly (number | null)[]): number | null {
  const known = timesMs.filter((timeMs) => timeMs !== null);
  return known.length === 0 ? null : Math.min(...known) / 1000;
}

/** In seconds. */
function latest(timesMs: readonly (number | null)[]): number | null {
  const known = timesMs.filter((timeMs) => timeMs !== null);
  return known.length === 0 ? null : Math.max(...known) / 1000;
}
