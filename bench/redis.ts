/**
 * What it costs to keep series in Redis: points a second, bytes a point, and CPU on both sides.
 *
 * The made-up fleet, a point each 10 s, in batches as the outbox gives them, into a redis-server of
 * its own. Half of the bytes are there before the measure begins, so that no name is new in it.
 */
import { systemClock } from "../src/base/clock.ts";
import { silentLogger } from "../src/base/log.ts";
import { SampleBatchBuilder } from "../src/model/index.ts";
import { openRedisSeries, parseRedisAddress } from "../src/store/index.ts";
import { startRedis } from "../test/support/redis-server.ts";
import { Fleet } from "./fleet.ts";
import { cpuSecondsOf } from "./load/process-figures.ts";

const rowsPerBatch = 8192;
const stepMs = 10_000;

export interface RedisFigures {
  readonly seriesCount: number;
  readonly pointCount: number;
  readonly pointsPerSecond: number;
  readonly clientCpuMicrosecondsPerPoint: number;
  readonly serverCpuMicrosecondsPerPoint: number;
  /** As stored, and as Redis' memory grew by it. */
  readonly bytesPerPoint: number;
  readonly memoryBytesPerPoint: number;
  /** The whole of it read back, as for a warm start. */
  readonly scannedPointsPerSecond: number;
  /** A second write of the last batches, as after an answer that never came. */
  readonly repeatedPointsPerSecond: number;
}

export async function benchRedis(options: {
  readonly seriesCount: number;
  readonly roundCount: number;
}): Promise<RedisFigures> {
  const { seriesCount, roundCount } = options;
  const redis = await startRedis({ isEachWriteOnDisk: false });
  const address = parseRedisAddress(`redis://127.0.0.1:${redis.port}`);
  if (address === undefined) throw new Error("the address is one");
  const series = openRedisSeries({
    clock: systemClock,
    logger: silentLogger,
    server: { address, user: "", password: "" },
    fullNamespace: "metrics.",
    miniNamespace: "mini.",
    isMiniOn: false,
    fullDurationMs: 86_400_000,
    miniDurationMs: 3_600_000,
    wants: () => true,
    seriesCountMax: 10 * seriesCount,
  });
  try {
    const fleet = new Fleet(seriesCount);
    const startMs = Math.floor(Date.now() / stepMs) * stepMs - stepMs * 2 * roundCount;
    const encoder = new TextEncoder();
    const write = async (round: number, isRepeat: boolean): Promise<void> => {
      const builder = new SampleBatchBuilder(rowsPerBatch);
      for (const { name, timeMs, value } of fleet.round(startMs + round * stepMs)) {
        const bytes = encoder.encode(name);
        builder.add(bytes, 0, bytes.length, timeMs, value);
        if (builder.isFull) await series.write(builder.take(), { isRepeat });
      }
      if (builder.count > 0) await series.write(builder.take(), { isRepeat });
    };
    for (let round = 0; round < roundCount; round++) await write(round, false);

    const pid = Number(/process_id:(\d+)/.exec(String(await redis.ask("INFO", "server")))?.[1]);
    const memoryBefore = await usedMemory();
    const clientBefore = process.cpuUsage();
    const serverBefore = cpuSecondsOf(pid);
    const beganMs = performance.now();
    for (let round = roundCount; round < 2 * roundCount; round++) await write(round, false);
    const seconds = (performance.now() - beganMs) / 1000;
    const { user, system } = process.cpuUsage(clientBefore);
    const serverSeconds = cpuSecondsOf(pid) - serverBefore;
    const pointCount = seriesCount * roundCount;
    const memoryBytes = (await usedMemory()) - memoryBefore;

    const scanBeganMs = performance.now();
    let scannedCount = 0;
    const range = { fromMs: 0, untilMs: 2 ** 47 };
    const request = { range, wants: () => true, onProgress: () => undefined };
    for await (const { columns } of series.scan(request)) scannedCount += columns.timesMs.length;
    const scanSeconds = (performance.now() - scanBeganMs) / 1000;
    const repeatBeganMs = performance.now();
    await write(2 * roundCount - 1, true);
    const repeatSeconds = (performance.now() - repeatBeganMs) / 1000;
    return {
      seriesCount,
      pointCount,
      pointsPerSecond: Math.round(pointCount / seconds),
      clientCpuMicrosecondsPerPoint: round2((user + system) / pointCount),
      serverCpuMicrosecondsPerPoint: round2((serverSeconds * 1e6) / pointCount),
      bytesPerPoint: round2(series.health().writtenBytes / series.health().writtenSampleCount),
      memoryBytesPerPoint: round2(memoryBytes / pointCount),
      scannedPointsPerSecond: Math.round(scannedCount / scanSeconds),
      repeatedPointsPerSecond: Math.round(seriesCount / repeatSeconds),
    };
  } finally {
    await series.close();
    await redis.end();
  }

  async function usedMemory(): Promise<number> {
    const info = String(await redis.ask("INFO", "memory"));
    return Number(/used_memory:(\d+)/.exec(info)?.[1]);
  }
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
