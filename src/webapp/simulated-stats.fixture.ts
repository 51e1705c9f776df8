/** What listeners and shards of the simulated site say of themselves: refusals and a fault included. */
import type { Clock } from "../base/clock.ts";
import type { ShardStats, SourceStats } from "../model/index.ts";

export function simulatedSources(clock: Clock, startMs: number): SourceStats[] {
  const nowMs = clock.nowMs();
  const ratePerSecond = 480;
  const calm = { clientCount: 0, droppedCount: 0, pausedClientCount: 0, refusals: [] };
  return [
    {
      ...calm,
      protocol: "carbon",
      addresses: ["tcp 127.0.0.1:2003", "udp 127.0.0.1:2003"],
      clientCount: 3,
      acceptedCount: 1_204_331 + Math.floor(((nowMs - startMs) / 1000) * ratePerSecond),
      ratePerSecond,
      lastSampleMs: nowMs - 120,
      refusals: [
        {
          reason: "bad-value",
          count: 17,
          lastMs: nowMs - 63_000,
          lastExample: "web.fe1.requests <b>not a number</b> 1764000000",
        },
        { reason: "long-name", count: 2, lastMs: nowMs - 5_400_000, lastExample: "x".repeat(200) },
      ],
    },
    {
      ...calm,
      protocol: "msgpack",
      addresses: ["udp 127.0.0.1:2025", "tcp 127.0.0.1:2025"],
      acceptedCount: 88_120,
      ratePerSecond: 12.4,
      lastSampleMs: nowMs - 800,
      droppedCount: 31,
      refusals: [
        {
          reason: "truncated",
          count: 4,
          lastMs: nowMs - 900_000,
          lastExample: "\\x92\\xa3web\\x92",
        },
      ],
    },
    {
      ...calm,
      protocol: "pickle",
      addresses: [],
      problem: "port 2024 is taken by another program",
      acceptedCount: 0,
      ratePerSecond: 0,
      lastSampleMs: null,
    },
    {
      ...calm,
      protocol: "host",
      addresses: [],
      acceptedCount: 12,
      ratePerSecond: 0,
      lastSampleMs: nowMs - 5_000,
    },
  ];
}

export function simulatedShards(
  clock: Clock,
  counts: { readonly seriesCount: number; readonly activeCount: number },
): ShardStats[] {
  const nowMs = clock.nowMs();
  return [0, 1].map((shard) => {
    const seriesCount = Math.floor((counts.seriesCount + shard) / 2);
    return {
      shard,
      store: {
        seriesCount,
        sampleCount: seriesCount * 8_640,
        memoryBytes: seriesCount * 21_000,
        diskBytes: seriesCount * 190_000,
        uncommittedCount: 214,
        isDurable: true,
        refusedSeriesCount: 0,
        lateCount: 12,
        faults:
          shard === 0
            ? []
            : [
                {
                  code: "corrupt-record",
                  message: "log 7: a record at offset 81204 fails its checksum; set aside",
                  count: 1,
                  lastMs: nowMs - 7_200_000,
                },
              ],
      },
      roundSeriesCount: seriesCount,
      roundStatusCounts: { ok: seriesCount - 3, TooShort: 0, Stale: 1, Boring: 2 },
      learningCount: 0,
      abstainedCount: 5,
      activeEpisodeCount: Math.floor((counts.activeCount + shard) / 2),
      roundMs: 1_840,
      roundEndedMs: nowMs - (nowMs % 20_000),
      lagMs: 2_000 + (nowMs % 20_000),
      sliceMaxMs: 3.1,
      waitingRowCount: 12,
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
      untoldCount: 0,
      untoldMs: 0,
      refusedEpisodeCount: 0,
      verdictDifferenceCount: 0,
      cpuSeconds: 41.2 + shard,
      waitingBatchCount: 1,
      shapeTableBytes: seriesCount * 241,
      comparableCount: seriesCount - 2,
    };
  });
}
