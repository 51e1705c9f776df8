import { expect, test } from "vitest";
import { ManualClock } from "../base/clock.ts";
import type { RemoteStoreStats } from "../model/index.ts";
import { currentFaults } from "./health.ts";
import { simulatedShards } from "./simulated-stats.fixture.ts";

const journal = { fileBytes: 0, episodeCount: 0, unsavedCount: 0, lostCount: 0 };
const counts = { seriesCount: 10, activeCount: 0 };
const remote: RemoteStoreStats = {
  description: "redis 127.0.0.1:6379",
  isReachable: true,
  failingSinceMs: null,
  waitingSampleCount: 12,
  waitingBytes: 99,
  waitingBytesMax: 1000,
  oldestWaitingMs: null,
  isHolding: false,
  heldWriteCount: 0,
  writtenSampleCount: 0,
  writtenBytes: 0,
  retryCount: 0,
  busyCount: 0,
  refusedSampleCount: 0,
  lastWriteMs: null,
  warmth: { state: "warm", doneCount: 0, totalCount: 0 },
};

function faultsWith(given: RemoteStoreStats): string[] {
  const shards = simulatedShards(new ManualClock(1_764_000_000_000), counts);
  return currentFaults(
    shards.map((shard) => ({ ...shard, store: { ...shard.store, remote: given } })),
    journal,
  );
}

test("currentFaults() is silent about what was wrong and is over", () => {
  const shards = simulatedShards(new ManualClock(1_764_000_000_000), counts);
  expect(shards.flatMap(({ store }) => store.faults)).not.toEqual([]);
  expect(currentFaults(shards, journal)).toEqual([]);
  expect(faultsWith(remote)).toEqual([]);
});

test("currentFaults() tells of a remote store that takes nothing: who, why, and what waits", () => {
  expect(faultsWith({ ...remote, failingSinceMs: 1, problem: "out of memory" })).toEqual([
    "redis 127.0.0.1:6379 takes nothing (out of memory): 24 samples wait on the local disk.",
  ]);
  expect(faultsWith({ ...remote, isReachable: false, isHolding: true })).toEqual([
    "redis 127.0.0.1:6379 takes nothing: 24 samples wait on the local disk, and senders are made to wait.",
  ]);
});
