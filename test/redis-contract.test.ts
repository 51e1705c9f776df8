/** The store on Redis keeps the contract of every store: on one server, and on a Cluster. */
import { rm } from "node:fs/promises";
import { afterAll, beforeAll } from "vitest";
import { systemClock } from "../src/base/clock.ts";
import { silentLogger } from "../src/base/log.ts";
import { storeContract } from "../src/store/contract.ts";
import { RemoteStore } from "../src/store/remote/index.ts";
import { temporaryFolder } from "./support/kale-process.ts";
import {
  type RedisCluster,
  type RedisServer,
  redisServer,
  startRedis,
  startRedisCluster,
} from "./support/redis-server.ts";
import { describeWith } from "./support/requirements.ts";
import { openSmall } from "./support/small-redis-series.ts";

async function bench(address: string, servers: readonly RedisServer[]) {
  for (const server of servers) await server.ask("FLUSHALL");
  const folder = await temporaryFolder();
  return {
    nowMs: systemClock.nowMs(),
    open: () =>
      RemoteStore.open(folder, openSmall(address), {
        clock: systemClock,
        logger: silentLogger,
        flushIntervalMs: 20,
      }),
    end: () => rm(folder, { recursive: true, force: true }),
  };
}

describeWith(redisServer, "one Redis server", () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis({ isEachWriteOnDisk: false });
  });
  afterAll(async () => {
    await redis.end();
  });
  storeContract("Redis", () => bench(`redis://127.0.0.1:${redis.port}`, [redis]));
});

describeWith(redisServer, "a Cluster of three Redis servers", () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(async () => {
    await cluster.end();
  });
  storeContract("a Redis Cluster", () => bench(cluster.address, cluster.nodes));
});
