/** `kale import redis`: a Skyline's data in a real Redis, taken over into a data folder. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { PointsJson } from "../src/webapp/contract.ts";
import { type KaleProcess, startKaleProcess, temporaryFolder } from "./support/kale-process.ts";
import { type RedisServer, redisServer, startRedis } from "./support/redis-server.ts";
import { describeWith } from "./support/requirements.ts";

vi.setConfig({ testTimeout: 120_000 });

describeWith(redisServer, "kale import redis", () => {
  let redis: RedisServer;
  let folder: string;
  const seriesCount = 5000;
  const nowSecond = Math.floor(Date.now() / 1000);

  beforeAll(async () => {
    redis = await startRedis({ isEachWriteOnDisk: false });
    folder = join(await temporaryFolder(), "data");
    await Promise.all(
      Array.from({ length: seriesCount }, async (_, i) => {
        await redis.ask("SET", `metrics.site.metric${i}`, Buffer.concat(pointsOf(i)));
        await redis.ask("SADD", "metrics.unique_metrics", `metrics.site.metric${i}`);
      }),
    );
  });
  afterAll(async () => {
    await redis.end();
    await rm(join(folder, ".."), { recursive: true, force: true });
  });

  /** As msgpack-python packs them: a float, an integer, a text that is none. */
  function pointsOf(i: number): Buffer[] {
    const float = Buffer.from("92ce00000000cb0000000000000000", "hex");
    float.writeUInt32BE(nowSecond - 100, 2);
    float.writeDoubleBE(i / 8, 7);
    const integer = Buffer.from("92ce0000000007", "hex");
    integer.writeUInt32BE(nowSecond - 50, 2);
    return [float, integer, Buffer.from("9201a3616263", "hex")];
  }

  async function kaleImport(...args: string[]) {
    const child = spawn(process.execPath, ["src/cli/main.ts", "import", ...args]);
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    const status = await new Promise<number | null>((resolve) => child.on("exit", resolve));
    return { status, out, err };
  }

  function fromRedis(...args: string[]) {
    const url = `redis://127.0.0.1:${redis.port}`;
    return kaleImport("redis", "--redis-url", url, "--data", folder, ...args);
  }

  test("takes every series over, and again without anything twice", async () => {
    for (const extra of [[], ["--restart"]]) {
      const { status, out, err } = await fromRedis(...extra);
      expect(err).toBe("");
      expect(out).toBe(`${2 * seriesCount} samples of ${seriesCount} series were taken over.\n`);
      expect(status).toBe(0);
    }
    const kale: KaleProcess = await startKaleProcess({
      dataFolder: folder,
      args: ["--no-host-metrics"],
    });
    try {
      for (const i of [0, 1234, 4999]) {
        const path = `/kale/points?name=site.metric${i}&from=-1h&maxPoints=1000`;
        expect((await kale.get<PointsJson>(path)).points).toEqual([
          [nowSecond - 100, i / 8],
          [nowSecond - 50, 7],
        ]);
      }
      // The folder is held by a running Kale.
      const held = await fromRedis();
      expect(held.status).toBe(1);
      expect(held.err).toMatch(/held by process \d+/);
    } finally {
      await kale.end();
    }
  });

  test("goes on where it was interrupted", async () => {
    const other = join(folder, "../other");
    const url = `redis://127.0.0.1:${redis.port}`;
    const killed = spawn(process.execPath, [
      ...["src/cli/main.ts", "import", "redis", "--redis-url", url, "--data", other],
    ]);
    const ended = new Promise((resolve) => killed.on("exit", resolve));
    const state = join(other, "import-redis.json");
    await vi.waitUntil(() => existsSync(state) || killed.exitCode !== null, { timeout: 60_000, interval: 5 }); // prettier-ignore
    killed.kill("SIGKILL");
    await ended;
    const { status, out } = await kaleImport("redis", "--redis-url", url, "--data", other);
    expect(status).toBe(0);
    if (killed.signalCode === "SIGKILL") expect(out).toMatch(/Goes on behind \d+ of 5000/);
    expect(out).toContain("series were taken over");
    expect(existsSync(state)).toBe(false);
  });

  test("no server, no source, a source that is none: told, with what helps", async () => {
    const gone = await kaleImport("redis", "--redis-url", "redis://127.0.0.1:1", "--data", folder);
    expect(gone.status).toBe(1);
    expect(gone.err).toContain("127.0.0.1:1");
    expect(await kaleImport()).toMatchObject({ status: 2 });
    const wrong = await kaleImport("rediss");
    expect(wrong.status).toBe(2);
    expect(wrong.err).toContain("did you mean redis?");
    const beside = await fromRedis("--store", "redis");
    expect(beside.status).toBe(2);
    expect(beside.err).toContain("used as it is");
  });
});
