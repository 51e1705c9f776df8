/**
 * Memory for a point that is kept a day: Kale's, and that of a Redis with Skyline's layout, of the same series.
 *
 * Kale's folder is made as after that day and the program started on it; what an empty Kale takes is taken
 * off its resident memory, and what an empty Redis takes off that one's.
 */
import { rm } from "node:fs/promises";
import type { StatusJson } from "../../src/webapp/contract.ts";
import { startKaleProcess, temporaryFolder } from "../../test/support/kale-process.ts";
import { fillFolder, Pool } from "../fill-folder.ts";
import { CarbonStream } from "../load/carbon-stream.ts";
import { residentBytesOf } from "../load/process-figures.ts";
import { startSkylineRedis } from "./receivers.ts";

const stepMs = 10_000;
const shardCount = 2;

export interface BytesFigures {
  readonly seriesCount: number;
  readonly pointCount: number;
  /** Names, tables and open chunks among them, as the status page tells. */
  readonly kaleBytesPerPoint: number;
  /** What it is resident with beyond an empty Kale, the detector's state and the tables of the search too. */
  readonly kaleResidentBytesPerPoint: number;
  readonly redisResidentBytesPerPoint: number;
  /** Redis' resident bytes by Kale's bytes, and by its resident bytes. */
  readonly ratio: number;
  readonly residentRatio: number;
}

export async function compareBytes(options: {
  readonly seriesCount: number;
  readonly hours: number;
  readonly report: (text: string) => void;
}): Promise<BytesFigures> {
  const { seriesCount, hours, report } = options;
  const endMs = Math.floor(Date.now() / stepMs) * stepMs;
  report("bytes: kale");
  const emptyBytes = (await kaleFigures(undefined)).residentBytes;
  const folder = await temporaryFolder();
  const { pointCount } = await fillFolder({
    ...{ folder, seriesCount, hours, stepMs, endMs, shardCount },
    isLearned: false,
  });
  const kale = await kaleFigures(folder);
  await rm(folder, { recursive: true, force: true });
  report("bytes: redis");
  const redisBytes = await redisResidentBytes(new Pool({ hours, stepMs, endMs }), seriesCount);

  const kaleBytesPerPoint = kale.memoryBytes / pointCount;
  const kaleResidentBytesPerPoint = (kale.residentBytes - emptyBytes) / pointCount;
  const redisResidentBytesPerPoint = redisBytes / pointCount;
  return {
    seriesCount,
    pointCount,
    kaleBytesPerPoint: rounded(kaleBytesPerPoint),
    kaleResidentBytesPerPoint: rounded(kaleResidentBytesPerPoint),
    redisResidentBytesPerPoint: rounded(redisResidentBytesPerPoint),
    ratio: rounded(redisResidentBytesPerPoint / kaleBytesPerPoint),
    residentRatio: rounded(redisResidentBytesPerPoint / kaleResidentBytesPerPoint),
  };
}

async function kaleFigures(
  dataFolder: string | undefined,
): Promise<{ memoryBytes: number; residentBytes: number }> {
  const kale = await startKaleProcess({
    args: ["--no-host-metrics", "--roles", "horizon,webapp"],
    ...(dataFolder === undefined ? {} : { dataFolder }),
  });
  try {
    const { shards } = await kale.get<StatusJson>("/kale/status");
    return {
      memoryBytes: shards.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
      residentBytes: residentBytesOf(kale.child.pid!),
    };
  } finally {
    await kale.end();
  }
}

async function redisResidentBytes(pool: Pool, seriesCount: number): Promise<number> {
  const stream = new CarbonStream(pool, seriesCount, shardCount);
  const redis = await startSkylineRedis();
  try {
    const before = residentBytesOf(redis.pid);
    for (let round = 0; round < pool.pointCount; round++) {
      const timeSeconds = (pool.startMs + round * stepMs) / 1000;
      for (const piece of stream.pieces(round, timeSeconds)) await redis.send(piece);
    }
    await redis.settle(pool.pointCount * seriesCount);
    return residentBytesOf(redis.pid) - before;
  } finally {
    await redis.end();
  }
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
