/** A Skyline beside Kale on one Redis: its own msgpack in Python reads what Kale wrote, and the other way. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { floatTime, integerValue, SampleBatchBuilder } from "../src/model/index.ts";
import type { RemoteSeries } from "../src/store/remote/remote-series.ts";
import { rowsOf } from "../src/store/remote/memory-series.fixture.ts";
import { until } from "./support/kale-process.ts";
import { type RedisServer, redisServer, startRedis } from "./support/redis-server.ts";
import { describeWith, pythonClients } from "./support/requirements.ts";
import { always, openSmall, pairsOf } from "./support/small-redis-series.ts";

vi.setConfig({ testTimeout: 120_000 });

const rounds = 40;
/** So that a roomba puts what they append between what is known here, and not behind it. */
const ahead = 100;
/** A Skyline takes no older samples than 1000 s, and what is older is not looked for after a roomba. */
const now = Math.floor(Date.now() / 1000) - 300;

interface TwinSeries {
  readonly points: readonly (readonly [type: string, number: number])[][];
  readonly isAsPacked: boolean;
}

const bothThere = {
  ...pythonClients,
  name: `${redisServer.name} and ${pythonClients.name}`,
  setup: "npm run setup:backends && npm run setup:clients",
  isThere: redisServer.isThere && pythonClients.isThere,
};

describeWith(bothThere, "Kale and a Skyline on one Redis", () => {
  let redis: RedisServer;
  let series: RemoteSeries;

  beforeAll(async () => {
    redis = await startRedis({ isEachWriteOnDisk: false });
    series = openSmall(`redis://127.0.0.1:${redis.port}`, { followIntervalMs: 50 });
  });
  afterAll(async () => {
    await series.close();
    await redis.end();
  });

  async function twin<Answer>(...args: readonly (string | number)[]): Promise<Answer> {
    const words = ["test/support/skyline-twin.py", redis.port, ...args].map(String);
    const { stdout } = await promisify(execFile)(pythonClients.program, words);
    return JSON.parse(stdout) as Answer;
  }

  async function write(...rows: (readonly [string, number, number, number])[]): Promise<void> {
    const builder = new SampleBatchBuilder(rows.length);
    for (const [name, timeMs, value, types] of rows) {
      const bytes = Buffer.from(name);
      builder.add(bytes, 0, bytes.length, timeMs, value, types);
    }
    await series.write(builder.take(), { isRepeat: false });
  }

  test("msgpack-python reads the types that senders used, from the bytes that it makes itself", async () => {
    const values = [0, 7, -1, -33, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32, -(2 ** 31) - 1, 2 ** 53]; // prettier-ignore
    const ms = now * 1000;
    await write(
      ...values.map((value, i) => ["ints", ms + i * 1000, value, integerValue] as const),
      ...values.map((value, i) => ["floats", ms + i * 1000, value + 0.5, 0] as const),
      ["times", ms, 7, floatTime],
      ["times", ms + 1500, 8, integerValue],
    );
    const found = await twin<Record<string, TwinSeries>>("read");
    const typed = (value: string, of: number[]) =>
      of.map((each, i) => [["int", now + i], [value, each]]); // prettier-ignore
    expect(found["metrics.ints"]).toEqual({ points: typed("int", values), isAsPacked: true });
    expect(found["metrics.floats"]).toEqual({
      points: typed("float", values.map((value) => value + 0.5)), // prettier-ignore
      isAsPacked: true,
    });
    expect(found["metrics.times"]).toEqual({
      points: [
        [["float", now], ["float", 7]],
        [["float", now + 1.5], ["int", 8]],
      ], // prettier-ignore
      isAsPacked: true,
    });
  });

  test("both write, a roomba rewrites and Kale trims, all at the same time: no point is lost or doubled", async () => {
    const heard = new Map<string, Map<number, number>>();
    series.follow?.((batch) => {
      for (const [name, timeMs, value] of rowsOf(batch)) {
        const points = heard.get(name) ?? new Map<number, number>();
        heard.set(name, points.set(timeMs / 1000, value));
      }
      return Promise.resolve();
    });
    const working = { isDone: false };
    const theirs = twin("work", rounds, now).finally(() => (working.isDone = true));
    let round = 0;
    for (; round < rounds || !working.isDone; round++) {
      const atMs = (now + ahead + 2 * round) * 1000;
      await write(
        ...[0, 1, 2, 3, 4].map((n) => [`both.${n}`, atMs, -round, integerValue] as const),
      );
      await series.maintain();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await theirs;

    const found = await twin<Record<string, TwinSeries>>("read");
    for (let n = 0; n < 5; n++) {
      const ours = Array.from({ length: round }, (_, i) => [now + ahead + 2 * i, -i]);
      for (const [name, half, own] of [
        [`theirs.${n}`, n % 2 === 0 ? 0 : 0.5, []],
        [`both.${n}`, n % 2 === 0 ? 0.5 : 0, ours],
      ] as const) {
        const added = Array.from({ length: rounds }, (_, i) => [now + 2 * i + 1, i + half]);
        const expected = [...added, ...own].sort(([a], [b]) => a! - b!);
        const raw = found[`metrics.${name}`]!;
        const plain = raw.points.map((point) => point.map(([, number]) => number));
        expect(
          plain.sort(([a], [b]) => a! - b!),
          name,
        ).toEqual(expected);
        expect(raw.isAsPacked).toBe(true);
        const pairs = pairsOf(await series.read(name, always));
        expect(pairs.map(([timeMs, value]) => [timeMs / 1000, value])).toEqual(expected);
        await until(async () => {
          // Lists the names that are new.
          await series.findNames({ query: "theirs", limit: 1 });
          return added.every(([at, value]) => heard.get(name)?.get(at!) === value);
        }, 60_000);
      }
    }
  });
});
