/** Redis killed, cut off, moved and failed over while series are written: each point stands once. */
import { createServer, connect, type Server, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { nextInteger, seededRandom } from "../src/base/random.ts";
import { RemoteError, type RemoteSeries } from "../src/store/remote/remote-series.ts";
import { until } from "./support/kale-process.ts";
import {
  type RedisCluster,
  type RedisServer,
  redisServer,
  startRedis,
  startRedisCluster,
} from "./support/redis-server.ts";
import { describeWith } from "./support/requirements.ts";
import { always, openSmall, pairsOf, type Row, writeRows } from "./support/small-redis-series.ts";

/** Recent, since what is old is trimmed. */
const baseMs = Math.floor(Date.now() / 1000) * 1000 - 600_000;
const pointBytes = 15;
const patienceMs = 60_000;

/** Writes the batch as the outbox does: again, marked as a repeat, until it is acknowledged. */
async function writeUntilDone(series: RemoteSeries, rows: readonly Row[]): Promise<number> {
  let isRepeat = false;
  let attemptCount = 0;
  await until(async () => {
    attemptCount += 1;
    try {
      await writeRows(series, rows, isRepeat);
      return true;
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      isRepeat = true;
      return false;
    }
  }, patienceMs);
  return attemptCount;
}

/** Round `round` of so many series, a point each. */
function roundOf(round: number, seriesCount: number): Row[] {
  return Array.from({ length: seriesCount }, (_, i): Row => {
    return [`s${i}`, baseMs + round * 1000, i + round / 7];
  });
}

describeWith(redisServer, "a server that goes and comes", () => {
  let redis: RedisServer;
  let series: RemoteSeries;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    await series.close();
  });
  afterAll(async () => {
    await redis.end();
  });

  /** In bytes: nothing twice, nothing missing. */
  async function expectOnce(roundCount: number, seriesCount: number): Promise<void> {
    await until(() =>
      series.read("s0", always).then(
        () => true,
        () => false,
      ),
    );
    for (let i = 0; i < seriesCount; i++) {
      expect(await redis.ask("STRLEN", `metrics.s${i}`), `s${i}`).toBe(roundCount * pointBytes);
      const expected = Array.from({ length: roundCount }, (_, k) => [baseMs + k * 1000, i + k / 7]);
      expect(pairsOf(await series.read(`s${i}`, always))).toEqual(expected);
    }
  }

  test("connections cut in the middle of batches: every point once", async () => {
    series = openSmall(addressOf(redis));
    const random = seededRandom(5);
    const writing = { isDone: false };
    const cutting = (async () => {
      while (!writing.isDone) {
        await new Promise((resolve) => setTimeout(resolve, nextInteger(random, 40)));
        await redis.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      }
    })();
    // However fast the machine is, rounds are written until a cut has met a batch.
    let attemptCount = 0;
    let round = 0;
    for (; round < 40 || (attemptCount === round && round < 4000); round++) {
      attemptCount += await writeUntilDone(series, roundOf(round, 300));
    }
    writing.isDone = true;
    await cutting;
    expect(attemptCount).toBeGreaterThan(round);
    expect(series.health().retryCount).toBeGreaterThan(0);
    await expectOnce(round, 300);
  });

  test("the server killed and started again under load: every point once", async () => {
    await redis.ask("FLUSHALL");
    series = openSmall(addressOf(redis));
    const random = seededRandom(6);
    const kills = { isDone: false };
    const killing = (async () => {
      for (let i = 0; i < 4; i++) {
        await new Promise((resolve) => setTimeout(resolve, 100 + nextInteger(random, 300)));
        await redis.kill();
        await redis.restart();
      }
      kills.isDone = true;
    })();
    // However fast the machine is, rounds are written for as long as the server still goes and comes.
    let attemptCount = 0;
    let round = 0;
    for (; round < 60 || !kills.isDone; round++) {
      attemptCount += await writeUntilDone(series, roundOf(round, 200));
    }
    await killing;
    expect(attemptCount).toBeGreaterThan(round);
    await expectOnce(round, 200);
  });

  test("what a cut connection had sent is not done later, when it was already done again", async () => {
    await redis.ask("FLUSHALL");
    const way = await startSlowWay(redis.port);
    series = openSmall(`redis://127.0.0.1:${way.port}`);
    await writeUntilDone(series, roundOf(0, 20));
    way.hold();
    const first = writeRows(series, roundOf(1, 20)).catch((error: unknown) => error);
    await until(() => way.heldBytes > 20 * pointBytes);
    way.cut();
    expect(await first).toMatchObject({ code: "REMOTE_UNREACHABLE" });
    await writeUntilDone(series, roundOf(0, 20));
    await writeRows(series, roundOf(1, 20), true);
    // Only now does the network let go of what it held.
    await way.release();
    await redis.ask("PING");
    const expected = [[baseMs, 3], [baseMs + 1000, 3 + 1 / 7]]; // prettier-ignore
    expect(pairsOf(await series.read("s3", always))).toEqual(expected);
    expect(await redis.ask("STRLEN", "metrics.s3")).toBe(3 * pointBytes);
    await way.end();
  });

  test("a server that is there and says nothing is not mistaken for an empty one", async () => {
    await redis.ask("FLUSHALL");
    series = openSmall(addressOf(redis));
    await writeRows(series, roundOf(0, 5));
    redis.freeze();
    const reading = series.read("s1", always);
    const outcome = await Promise.race([
      reading.then(
        () => "an answer",
        () => "an error",
      ),
      new Promise((resolve) => setTimeout(resolve, 300, "nothing yet")),
    ]);
    expect(outcome).toBe("nothing yet");
    redis.thaw();
    expect(pairsOf(await reading)).toEqual([[baseMs, 1]]);
  });
});

describeWith(redisServer, "a Cluster", () => {
  let cluster: RedisCluster;
  let series: RemoteSeries;

  beforeAll(async () => {
    cluster = await startRedisCluster({ masterCount: 3, replicaCount: 1 });
    series = openSmall(cluster.address);
  });
  afterAll(async () => {
    await series.close();
    await cluster.end();
  });

  async function keyCounts(): Promise<number[]> {
    const masters = cluster.nodes.slice(0, 3);
    return await Promise.all(masters.map((node) => node.ask<number>("DBSIZE")));
  }

  test("keys are spread over the nodes; reading, listing, scanning and trimming find them all", async () => {
    for (let round = 0; round < 3; round++) await writeUntilDone(series, roundOf(round, 300));
    for (const count of await keyCounts()) expect(count).toBeGreaterThan(60);
    expect(pairsOf(await series.read("s7", always)).length).toBe(3);
    expect((await series.findNames({ query: "", limit: 10 })).totalCount).toBe(300);
    const names = new Set<string>();
    const request = { range: always, wants: () => true, onProgress: () => undefined };
    for await (const { name, columns } of series.scan(request)) {
      names.add(name);
      expect(columns.timesMs.length).toBe(3);
    }
    expect(names.size).toBe(300);
    await series.maintain();
    expect(series.health()).toMatchObject({
      description: "redis Cluster of 3 nodes",
      isReachable: true,
      problem: undefined,
    });
  });

  test("a slot that moves to another node takes its writes along", async () => {
    // The first node, which is asked for the map first, hears of the move last.
    const [, from, to] = cluster.nodes as [RedisServer, RedisServer, RedisServer];
    const keys = await from.ask<Buffer[]>("KEYS", "metrics.s*");
    const key = String(keys[0]);
    const name = key.slice("metrics.".length);
    const slot = String(await from.ask("CLUSTER", "KEYSLOT", key));
    const [fromId, toId] = (await Promise.all(
      [from, to].map(async (node) => String(await node.ask("CLUSTER", "MYID"))),
    )) as [string, string];
    const before = pairsOf(await series.read(name, always)).length;
    await to.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", fromId);
    await from.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", toId);
    const moving = (await from.ask<Buffer[]>("CLUSTER", "GETKEYSINSLOT", slot, "100")).map(String);
    await from.ask("MIGRATE", "127.0.0.1", String(to.port), "", "0", "5000", "KEYS", ...moving);
    // Between the nodes: the one that had it says ASK.
    await writeUntilDone(series, [[name, baseMs + 50_000, 1]]);
    for (const node of [to, from]) await node.ask("CLUSTER", "SETSLOT", slot, "NODE", toId);
    // Behind the move: MOVED.
    await writeRows(series, [[name, baseMs + 51_000, 2]]);
    expect(pairsOf(await series.read(name, always)).slice(before)).toEqual([
      [baseMs + 50_000, 1],
      [baseMs + 51_000, 2],
    ]);
  });

  test("a node that dies without a replica: its slots wait, and nothing is lost or twice", async () => {
    const victim = cluster.nodes[2] as RedisServer;
    await victim.kill();
    const refusal: unknown = await writeRows(series, roundOf(3, 300)).catch((error: unknown) => error); // prettier-ignore
    expect(refusal).toMatchObject({ code: "REMOTE_UNREACHABLE" });
    expect(series.health().isReachable).toBe(false);
    expect(series.health().problem).toContain(`127.0.0.1:${victim.port}`);
    const writing = (async () => {
      await until(
        () =>
          writeRows(series, roundOf(3, 300), true).then(
            () => true,
            () => false,
          ),
        patienceMs,
      );
    })();
    await victim.restart();
    await writing;
    await expectRounds([0, 1, 2, 3]);
  });

  test("a node that dies with a replica: the replica takes over, by itself", async () => {
    const [victim] = cluster.nodes as [RedisServer];
    const replica = cluster.nodes[3] as RedisServer;
    await until(async () => {
      const [own, its] = await Promise.all(
        [victim, replica].map(async (node) => String(await node.ask("INFO", "replication"))),
      );
      const offset = /master_repl_offset:(\d+)/.exec(own ?? "")?.[1] ?? "?";
      return its?.includes(`slave_repl_offset:${offset}`) === true;
    }, patienceMs);
    await victim.kill();
    await writeUntilDone(series, roundOf(4, 300));
    await expectRounds([0, 1, 2, 3, 4]);
    await until(() => series.health().isReachable, patienceMs);
  });

  async function expectRounds(rounds: readonly number[]): Promise<void> {
    for (let i = 0; i < 300; i++) {
      const pairs = pairsOf(await series.read(`s${i}`, always));
      const expected = rounds.map((round) => [baseMs + round * 1000, i + round / 7]);
      expect(pairs.filter(([timeMs]) => timeMs < baseMs + 50_000)).toEqual(expected);
    }
  }
});

describeWith(redisServer, "Sentinel and replicas", () => {
  test("the master is found, and the one that takes over", async () => {
    const master = await startRedis();
    const replica = await startRedis({ lines: [`replicaof 127.0.0.1 ${master.port}`] });
    const sentinel = await startRedis({ isSentinel: true });
    const series = openSmall(`redis+sentinel://127.0.0.1:${sentinel.port}/mymaster`);
    try {
      await sentinel.ask("SENTINEL", "MONITOR", "mymaster", "127.0.0.1", String(master.port), "1");
      await sentinel.ask("SENTINEL", "SET", "mymaster", "down-after-milliseconds", "1000");
      await sentinel.ask("SENTINEL", "SET", "mymaster", "failover-timeout", "5000");
      await writeUntilDone(series, roundOf(0, 20));
      expect(series.health().description).toBe(`redis mymaster at 127.0.0.1:${master.port}`);
      await until(async () => {
        const replicas = await sentinel.ask<unknown[]>("SENTINEL", "REPLICAS", "mymaster");
        const info = String(await replica.ask("INFO", "replication"));
        return replicas.length === 1 && info.includes("master_link_status:up");
      }, patienceMs);
      await until(async () => (await replica.ask("STRLEN", "metrics.s7")) === pointBytes);
      await master.kill();
      await writeUntilDone(series, roundOf(1, 20));
      expect(series.health().description).toBe(`redis mymaster at 127.0.0.1:${replica.port}`);
      expect(pairsOf(await series.read("s7", always))).toEqual([
        [baseMs, 7],
        [baseMs + 1000, 7 + 1 / 7],
      ]);
    } finally {
      await series.close();
      await Promise.all([master.end(), replica.end(), sentinel.end()]);
    }
  });

  test("with replicas asked for, a batch counts when they have it, and not before", async () => {
    const master = await startRedis();
    const replica = await startRedis({ lines: [`replicaof 127.0.0.1 ${master.port}`] });
    const series = openSmall(addressOf(master), { replicaCount: 1 });
    try {
      await writeUntilDone(series, roundOf(0, 20));
      expect(await replica.ask("STRLEN", "metrics.s7")).toBe(pointBytes);
      await replica.kill();
      await expect(writeRows(series, roundOf(1, 20))).rejects.toThrow(/0 of 1 replicas/);
    } finally {
      await series.close();
      await Promise.all([master.end(), replica.end()]);
    }
  });

  test("a master's name that no sentinel knows is told as such", async () => {
    const sentinel = await startRedis({ isSentinel: true });
    const series = openSmall(`redis+sentinel://127.0.0.1:${sentinel.port}/nobody`);
    try {
      await expect(writeRows(series, roundOf(0, 1))).rejects.toThrow(/knows no master nobody/);
    } finally {
      await series.close();
      await sentinel.end();
    }
  });
});

/** A way to a server that can hold what is sent, be cut on the client's side, and deliver later. */
interface SlowWay {
  readonly port: number;
  readonly heldBytes: number;
  hold(): void;
  cut(): void;
  release(): Promise<void>;
  end(): Promise<void>;
}

async function startSlowWay(serverPort: number): Promise<SlowWay> {
  const held: { readonly to: Socket; readonly bytes: Buffer }[] = [];
  const sockets = new Set<Socket>();
  const clients = new Set<Socket>();
  let isHolding = false;
  const server: Server = createServer((client) => {
    const target = connect(serverPort, "127.0.0.1");
    const isHeldWay = { now: false };
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
    }
    clients.add(client);
    client.on("close", () => clients.delete(client));
    client.on("data", (bytes: Buffer) => {
      if (isHolding || isHeldWay.now) {
        isHeldWay.now = true;
        held.push({ to: target, bytes });
      } else target.write(bytes);
    });
    target.on("data", (bytes: Buffer) => client.writable && client.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    get heldBytes() {
      return held.reduce((sum, { bytes }) => sum + bytes.length, 0);
    },
    hold() {
      isHolding = true;
    },
    cut() {
      isHolding = false;
      for (const client of clients) client.destroy();
    },
    async release() {
      for (const { to, bytes } of held.splice(0)) {
        if (to.destroyed || !to.writable) continue;
        await new Promise((resolve) => to.write(bytes, resolve));
      }
    },
    async end() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function addressOf(redis: RedisServer): string {
  return `redis://127.0.0.1:${redis.port}`;
}
