import { expect, test } from "vitest";
import type { ShardStats, SourceStats } from "../model/index.ts";
import { summarize } from "./summary.ts";

const nowMs = 1_764_000_000_000;

function shard(change: Partial<ShardStats>, isDurable = true): ShardStats {
  return {
    shard: 0,
    store: {
      seriesCount: 10,
      sampleCount: 0,
      memoryBytes: 0,
      diskBytes: 0,
      uncommittedCount: 0,
      isDurable,
      refusedSeriesCount: 0,
      lateCount: 0,
      faults: [],
    },
    roundSeriesCount: 10,
    roundStatusCounts: { ok: 4, TooShort: 1, Stale: 2, Boring: 3 },
    learningCount: 0,
    abstainedCount: 0,
    activeEpisodeCount: 2,
    roundMs: 100,
    roundEndedMs: nowMs - 5_000,
    lagMs: 9_000,
    sliceMaxMs: 1,
    waitingRowCount: 0,
    behindCount: 0,
    suspectCount: 0,
    suspectMs: 0,
    recheckCount: 0,
    historyCount: 0,
    lessons: {
      waitingCount: 0,
      endMs: null,
      laterCount: 0,
      taughtCount: 0,
      missedCount: 0,
      unreadableCount: 0,
    },
    untoldCount: 3,
    untoldMs: 2_000,
    refusedEpisodeCount: 0,
    verdictDifferenceCount: 0,
    cpuSeconds: 1,
    waitingBatchCount: 0,
    shapeTableBytes: 0,
    comparableCount: 0,
    ...change,
  };
}

test("summarize() adds up the shards, and takes the worst lag and the newest round", () => {
  const sources = [{ ratePerSecond: 2.5 }, { ratePerSecond: 1 }] as SourceStats[];
  const shards = [shard({}), shard({ lagMs: 20_000, roundEndedMs: nowMs - 1_500 })];
  expect(summarize(shards, sources, nowMs)).toEqual({
    now: nowMs / 1000,
    metrics: 20,
    abnormal: 4,
    lagSeconds: 20,
    judgedSecondsAgo: 1.5,
    keepsUp: true,
    untold: 6,
    untoldSeconds: 2,
    suspects: 0,
    suspectSeconds: 0,
    samplesPerSecond: 3.5,
    durable: true,
    reading: 0,
    learning: 0,
    tooShort: 2,
    stale: 4,
    boring: 6,
    remote: null,
    room: null,
  });
});

test.each([
  { name: "a shard is behind", shards: [shard({}), shard({ lagMs: 70_000 })] },
  { name: "a round is longer than a minute", shards: [shard({ roundMs: 70_000 }), shard({})] },
])("summarize() says that judging does not keep up when $name", ({ shards }) => {
  expect(summarize(shards, [], nowMs).keepsUp).toBe(false);
});

test("summarize() says when a shard cannot write, and when nothing was judged yet", () => {
  const shards = [shard({ roundEndedMs: null }), shard({ roundEndedMs: null }, false)];
  expect(summarize(shards, [], nowMs)).toMatchObject({ durable: false, judgedSecondsAgo: null });
});
