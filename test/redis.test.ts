/** The whole program on a real Redis: taken in, killed, restarted, followed, judged. */
import { mkdir, rm } from "node:fs/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { AnomalyJson, PointsJson, StatusJson } from "../src/webapp/contract.ts";
import {
  type KaleProcess,
  startKaleProcess,
  temporaryFolder,
  until,
} from "./support/kale-process.ts";
import { type RedisServer, redisServer, startRedis } from "./support/redis-server.ts";
import { describeWith } from "./support/requirements.ts";
import { sendStream } from "./support/send.ts";

const patienceMs = 60_000;
const pointBytes = 15;

/** Several starts of the program, and rounds of judging, on machines that do other things too. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

describeWith(redisServer, "kale start --store redis", () => {
  let redis: RedisServer;
  let folder: string;
  let kale: KaleProcess;

  beforeAll(async () => {
    redis = await startRedis();
    folder = await temporaryFolder();
  });
  afterAll(async () => {
    await kale.end();
    await redis.end();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<KaleProcess> {
    await mkdir(folder, { recursive: true });
    return await startKaleProcess({
      dataFolder: folder,
      args: [
        ...["--store", "redis", "--redis-url", `redis://127.0.0.1:${redis.port}`, "--shards", "2"],
        ...["--no-host-metrics", "--max-age", "1d", "--commit-interval", "every-batch"],
        ...["--port-pickle", "0", "--detector", "skyline"],
      ],
    });
  }

  async function pointsOf(name: string): Promise<[number, number][]> {
    return await kale
      .get<PointsJson>(`/kale/points?name=${name}&from=-2h&maxPoints=100000`)
      .then(({ points }) => points)
      .catch(() => []);
  }

  async function remote() {
    return (await kale.get<StatusJson>("/kale/status")).remote;
  }

  test("Redis killed and Kale killed under load: every accepted point is there, once, and the page says what is wrong", async () => {
    kale = await start();
    const startSecond = Math.floor(Date.now() / 1000) - 3000;
    const seriesCount = 40;
    let sentCount = 0;
    const sending = { isOn: true };
    const send = async (): Promise<void> => {
      while (sending.isOn) {
        const lines = Array.from(
          { length: seriesCount },
          (_, i) => `chaos.metric${i} ${sentCount + i / 4} ${startSecond + sentCount}\n`,
        );
        await sendStream(kale.ports.carbon, lines.join(""));
        sentCount += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const running = send();
    await until(() => sentCount > 30, patienceMs);

    await redis.kill();
    const sentAtKill = sentCount;
    await until(async () => (await remote())?.reachable === false, patienceMs);
    const told = await remote();
    expect(told?.problem).toContain(`127.0.0.1:${redis.port}`);
    await until(() => sentCount > sentAtKill + 30, patienceMs);
    await until(async () => ((await remote())?.waiting ?? 0) > 0, patienceMs);
    sending.isOn = false;
    await running;
    // What was accepted while Redis is away is on the local disk.
    await until(async () => (await pointsOf("chaos.metric7")).length === sentCount, patienceMs);
    await kale.end("SIGKILL");
    await redis.restart();
    kale = await start();
    await until(async () => (await remote())?.waiting === 0, patienceMs);

    for (let i = 0; i < seriesCount; i++) {
      const name = `chaos.metric${i}`;
      expect(await redis.ask("STRLEN", `metrics.${name}`), name).toBe(sentCount * pointBytes);
      const expected = Array.from({ length: sentCount }, (_, k) => [startSecond + k, k + i / 4]);
      expect(await pointsOf(name)).toEqual(expected);
    }
    expect(await remote()).toMatchObject({ reachable: true, problem: null });
  });

  test("what a Skyline beside it writes into Redis is shown and judged", async () => {
    const nowSecond = Math.floor(Date.now() / 1000);
    const values = Array.from({ length: 400 }, (_, i) => (i < 397 ? 50 + ((i * 13) % 7) : 700));
    for (const [i, value] of values.entries()) {
      const point = Buffer.from("92ce00000000cb0000000000000000", "hex");
      point.writeUInt32BE(nowSecond - (400 - i) * 5, 2);
      point.writeDoubleBE(value, 7);
      await redis.ask("APPEND", "metrics.theirs.load", point);
    }
    await redis.ask("SADD", "metrics.unique_metrics", "metrics.theirs.load");
    await until(async () => {
      const active = await kale.get<AnomalyJson[]>("/kale/anomalies?state=active");
      return active.some(({ name }) => name === "theirs.load");
    }, 90_000);
    const expected = values.map((value, i) => [nowSecond - (400 - i) * 5, value]);
    expect(await pointsOf("theirs.load")).toEqual(expected);
  });

  test("after a restart the window is filled from Redis", async () => {
    expect(await kale.end()).toBe(0);
    kale = await start();
    await until(async () => ((await remote())?.warmShare ?? 0) === 1, patienceMs);
    expect((await pointsOf("theirs.load")).length).toBe(400);
    const stats = String(await redis.ask("INFO", "commandstats"));
    expect(stats).not.toContain("cmdstat_multi");
  });
});
