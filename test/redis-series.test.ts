/** Series in a real Redis: the original's bytes, both ways, and beside others who write there. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { nextInteger, seededRandom } from "../src/base/random.ts";
import { ManualClock } from "../src/base/clock.ts";
import { floatTime, integerValue, SampleBatchBuilder } from "../src/model/index.ts";
import type { RemoteSeries, ScannedSeries } from "../src/store/remote/remote-series.ts";
import { until } from "./support/kale-process.ts";
import { type RedisServer, redisServer, startRedis } from "./support/redis-server.ts";
import { describeWith } from "./support/requirements.ts";
import { always, openSmall, pairsOf, type Row, writeRows } from "./support/small-redis-series.ts";

const secondMs = 1000;
const hourMs = 3_600_000;

describeWith(redisServer, "series in Redis", () => {
  let redis: RedisServer;
  let series: RemoteSeries;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    await redis.end();
  });
  beforeEach(async () => {
    await redis.ask("FLUSHALL");
    await redis.ask("CONFIG", "RESETSTAT");
    series = openSmall(addressOf(redis));
  });
  afterEach(async () => {
    await series.close();
  });

  async function hexOf(key: string): Promise<string> {
    return (await redis.ask<Buffer>("GET", key)).toString("hex");
  }

  async function members(key: string): Promise<string[]> {
    return (await redis.ask<Buffer[]>("SMEMBERS", key)).map(String).sort();
  }

  async function readAll(name: string): Promise<[number, number][]> {
    return pairsOf(await series.read(name, always));
  }

  describe("the layout", () => {
    test("write() makes the bytes that msgpack-python makes, types kept, full keys in the set", async () => {
      const builder = new SampleBatchBuilder(10);
      const add = (name: string, timeMs: number, value: number, types: number): void => {
        const bytes = Buffer.from(name);
        builder.add(bytes, 0, bytes.length, timeMs, value, types);
      };
      add("a", 1_385_000_000_000, 7, 0);
      add("b", 1_385_000_000_000, 7, integerValue);
      add("a", 1_385_000_001_000, 7, floatTime);
      add("größe;tag=1", 1_385_000_000_500, 300, integerValue);
      await series.write(builder.take(), { isRepeat: false });
      expect(await hexOf("metrics.a")).toBe(
        "92ce528d6c40cb401c00000000000092cb41d4a35b10400000cb401c000000000000",
      );
      expect(await hexOf("metrics.b")).toBe("92ce528d6c4007");
      expect(await hexOf("metrics.größe;tag=1")).toBe("92cb41d4a35b10200000cd012c");
      expect(await members("metrics.unique_metrics")).toEqual([
        "metrics.a",
        "metrics.b",
        "metrics.größe;tag=1",
      ]);
      expect(await redis.ask("EXISTS", "mini.unique_metrics")).toBe(0);
    });

    test("with mini switched on both namespaces are written", async () => {
      await series.close();
      series = openSmall(addressOf(redis), { isMiniOn: true, fullNamespace: "full/" });
      await writeRows(series, [["a", 1_385_000_000_000, 7]]);
      expect(await hexOf("full/a")).toBe("92ce528d6c40cb401c000000000000");
      expect(await hexOf("mini.a")).toBe(await hexOf("full/a"));
      expect(await members("mini.unique_metrics")).toEqual(["mini.a"]);
    });

    test("a batch is one APPEND per key, and SADD only for names that are new here", async () => {
      const rows: Row[] = Array.from({ length: 50 }, (_, i) => [`s${i % 5}`, 1000 * (i + 1), i]);
      await writeRows(series, rows);
      await writeRows(series, rows.map(([name, timeMs, value]) => [name, timeMs + 50_000, value])); // prettier-ignore
      const stats = String(await redis.ask("INFO", "commandstats"));
      expect(/cmdstat_append:calls=(\d+)/.exec(stats)?.[1]).toBe("10");
      expect(/cmdstat_sadd:calls=(\d+)/.exec(stats)?.[1]).toBe("1");
      expect(stats).not.toContain("cmdstat_multi");
    });

    test("what others wrote is read: any order, doubles, odd things stepped over and left alone", async () => {
      const hex = "920307 920205 93010709 9204a3616263 07 920209 92";
      const value = Buffer.from(hex.replaceAll(" ", ""), "hex");
      await redis.ask("SET", "metrics.theirs", value);
      expect(await readAll("theirs")).toEqual([
        [1000, 7],
        [2000, 9],
        [3000, 7],
      ]);
      expect(series.health().problem).toContain('"metrics.theirs" holds bytes that are no points');
      await series.maintain();
      expect(await redis.ask("GET", "metrics.theirs")).toEqual(value);
    });

    test("a range is half-open, an unknown series undefined, and another type of key an error", async () => {
      await writeRows(series, [1, 2, 3].map((second) => ["a", second * 1000, second])); // prettier-ignore
      const range = { fromMs: 2000, untilMs: 3000 };
      expect(pairsOf(await series.read("a", range))).toEqual([[2000, 2]]);
      expect(await series.read("nobody", always)).toBeUndefined();
      await redis.ask("RPUSH", "metrics.list", "x");
      await expect(series.read("list", always)).rejects.toMatchObject({ code: "REMOTE_CORRUPT" });
    });

    test("a key of another type costs its own samples only, and is told of", async () => {
      await redis.ask("RPUSH", "metrics.list", "x");
      await writeRows(series, [
        ["list", 1000, 1],
        ["a", 1000, 1],
      ]);
      expect(await readAll("a")).toEqual([[1000, 1]]);
      expect(series.health()).toMatchObject({ isReachable: true, writtenSampleCount: 1 });
      expect(series.health().problem).toContain('"metrics.list" is not a string');
    });

    test("a key that nobody ever trimmed is told of, and never read", async () => {
      await redis.ask("SETRANGE", "metrics.long", String(64 << 20), "x");
      await redis.ask("SADD", "metrics.unique_metrics", "metrics.long");
      await expect(series.read("long", always)).rejects.toThrow(/longer than 64 MiB/);
      await series.close();
      series = openSmall(addressOf(redis), { followIntervalMs: 20 });
      series.follow?.(() => Promise.resolve());
      await until(() => series.health().problem?.includes("64 MiB") === true);
      const stats = String(await redis.ask("INFO", "commandstats"));
      expect(/cmdstat_get:calls=(\d+)/.exec(stats)?.[1]).toBeUndefined();
    });

    test("findNames() knows what others registered, and ranks as every store does", async () => {
      await writeRows(series, [["a.LOAD", 1000, 1], ["load.a", 1000, 1]]); // prettier-ignore
      await redis.ask("SADD", "metrics.unique_metrics", "metrics.load", "metrics.z", "stray");
      expect(await series.findNames({ query: "load", limit: 2 })).toEqual({
        names: ["load", "load.a"],
        totalCount: 3,
      });
      expect((await series.findNames({ query: "", limit: 10 })).totalCount).toBe(4);
    });

    test("scan() gives each wanted series once with what it has in range, and tells how far it is", async () => {
      const rows: Row[] = [];
      for (let i = 0; i < 700; i++) {
        for (const second of [1, 2, 3]) rows.push([`s${i}`, second * 1000, i]);
      }
      await writeRows(series, rows);
      await redis.ask("RPUSH", "metrics.list", "x");
      await redis.ask("SADD", "metrics.unique_metrics", "metrics.list", "metrics.gone");
      const progress: number[] = [];
      const found: ScannedSeries[] = [];
      const scan = series.scan({
        range: { fromMs: 2000, untilMs: 4000 },
        wants: (name) => name !== "s13",
        onProgress: (done, total) => progress.push(done / total),
      });
      for await (const each of scan) found.push(each);
      expect(found.map(({ name }) => name).sort()).toEqual(
        Array.from({ length: 700 }, (_, i) => `s${i}`).filter((name) => name !== "s13").sort(), // prettier-ignore
      );
      expect(pairsOf(found.find(({ name }) => name === "s7")?.columns)).toEqual([
        [2000, 7],
        [3000, 7],
      ]);
      expect(progress.at(-1)).toBe(1);
    });
  });

  describe("writing again what may have been written", () => {
    test("nothing stands twice, whatever part of it was written", async () => {
      const random = seededRandom(11);
      const rows: Row[] = Array.from({ length: 400 }, (_, i) => [
        `s${nextInteger(random, 20)}`,
        1_385_000_000_000 + i * 500,
        nextInteger(random, 3) === 0 ? i : i / 3,
      ]);
      await writeRows(series, rows);
      const whole = await allBytes();
      await redis.ask("FLUSHALL");
      await series.close();
      series = openSmall(addressOf(redis));
      const part = rows.filter(([name]) => Number(name.slice(1)) % 2 === 0);
      await writeRows(series, part);
      await writeRows(series, part.slice(0, 3), true);
      await writeRows(series, rows, true);
      expect(await allBytes()).toEqual(whole);
      await writeRows(series, rows, true);
      expect(await allBytes()).toEqual(whole);
    });

    test("where the key goes on for long, its end is found among points of any width", async () => {
      const baseMs = 1_385_000_000_000;
      const theirs: Row[] = Array.from({ length: 5000 }, (_, i) => [
        "a",
        baseMs + i * 1000,
        i % 3 === 0 ? 0x92 : i / 7,
      ]);
      await writeRows(series, theirs);
      const late: Row[] = [["a", baseMs + 5_000_000, 1], ["a", baseMs + 10_000, 2]]; // prettier-ignore
      await writeRows(series, late);
      const bytes = await redis.ask<Buffer>("GET", "metrics.a");
      await writeRows(series, late, true);
      expect(await redis.ask("GET", "metrics.a")).toEqual(bytes);
    });

    test("a value that was overwritten at the same time is the last one again", async () => {
      await writeRows(series, [["a", 1000, 1]]);
      await writeRows(series, [["a", 1000, 2]]);
      await writeRows(series, [["a", 1000, 1]], true);
      await writeRows(series, [["a", 1000, 2]], true);
      expect(await readAll("a")).toEqual([[1000, 2]]);
    });

    async function allBytes(): Promise<Record<string, string>> {
      const keys = await members("metrics.unique_metrics");
      const entries = await Promise.all(keys.map(async (key) => [key, await hexOf(key)] as const));
      return Object.fromEntries(entries);
    }
  });

  describe("trimming", () => {
    const nowMs = 1_795_000_000_000;
    let clock: ManualClock;

    beforeEach(async () => {
      await series.close();
      clock = new ManualClock(nowMs);
      series = openSmall(addressOf(redis), { clock });
    });

    test("what is older than the window and its grace goes, the rest keeps its bytes", async () => {
      const step = 60_000;
      const theirs = Buffer.from("92ca4eb00000a3616263", "hex"); // single precision, a text
      await redis.ask("SADD", "metrics.unique_metrics", "metrics.a");
      const rows: Row[] = [];
      for (let ageMs = 30 * hourMs; ageMs > 0; ageMs -= step) rows.push(["a", nowMs - ageMs, ageMs / 7]); // prettier-ignore
      await writeRows(series, rows.slice(0, 100));
      await redis.ask("APPEND", "metrics.a", theirs);
      await writeRows(series, rows.slice(100));
      const before = await redis.ask<Buffer>("GET", "metrics.a");
      await series.maintain();
      const after = await redis.ask<Buffer>("GET", "metrics.a");
      const kept = rows.filter(([, timeMs]) => timeMs > nowMs - 24 * hourMs - 600_000);
      expect(await readAll("a")).toEqual(kept.map(([, timeMs, value]) => [timeMs, value]));
      expect(before.subarray(before.length - after.length)).toEqual(after);

      // Nothing is touched again before it has become too old for a while.
      await redis.ask("CONFIG", "RESETSTAT");
      clock.advance(20 * 60_000);
      await series.maintain();
      expect(String(await redis.ask("INFO", "commandstats"))).not.toContain("cmdstat_eval");
      clock.advance(20 * 60_000);
      await series.maintain();
      const last = (await readAll("a"))[0]?.[0] ?? 0;
      expect(last).toBeGreaterThan(clock.nowMs() - 24 * hourMs - 600_000);
      expect(last).toBeLessThanOrEqual(clock.nowMs() - 24 * hourMs - 600_000 + step);
    });

    test("a series of old points only is deleted and taken out of the set; a new point makes it anew", async () => {
      await writeRows(series, [["old", nowMs - 30 * hourMs, 1], ["new", nowMs, 1]]); // prettier-ignore
      await series.maintain();
      expect(await redis.ask("EXISTS", "metrics.old")).toBe(0);
      expect(await members("metrics.unique_metrics")).toEqual(["metrics.new"]);
      await writeRows(series, [["old", nowMs, 2]]);
      expect(await members("metrics.unique_metrics")).toEqual(["metrics.new", "metrics.old"]);
    });

    test("a series that others deleted and took out of the set is put back with its next point", async () => {
      await writeRows(series, [["a", nowMs, 1]]);
      await redis.ask("DEL", "metrics.a");
      await redis.ask("SREM", "metrics.unique_metrics", "metrics.a");
      await writeRows(series, [["a", nowMs + 1000, 2]]);
      expect(await members("metrics.unique_metrics")).toEqual(["metrics.a"]);
    });

    test("a point of the far future does not keep what is old behind it", async () => {
      await writeRows(series, [
        ["a", nowMs + 1000 * 24 * hourMs, 1],
        ["a", nowMs - 30 * hourMs, 2],
        ["a", nowMs, 3],
      ]);
      await series.maintain();
      expect((await readAll("a")).map(([, value]) => value)).toEqual([3, 1]);
    });

    test("a value longer than one head is cut all the same", async () => {
      const rows: Row[] = Array.from({ length: 40_000 }, (_, i) => [
        "a",
        nowMs - 40 * hourMs + i * 3600,
        i / 3,
      ]);
      await writeRows(series, rows);
      await series.maintain();
      const kept = rows.filter(([, timeMs]) => timeMs > nowMs - 24 * hourMs - 600_000);
      expect(await readAll("a")).toEqual(kept.map(([, timeMs, value]) => [timeMs, value]));
    });

    test("nothing is deleted where bytes cannot be read", async () => {
      const broken = Buffer.from("c1c1c1920107", "hex");
      await redis.ask("SET", "metrics.a", broken);
      await redis.ask("SADD", "metrics.unique_metrics", "metrics.a");
      await series.maintain();
      expect(await redis.ask("GET", "metrics.a")).toEqual(broken);
      expect(await members("metrics.unique_metrics")).toEqual(["metrics.a"]);
    });

    test("what others append while it trims stays: no point of theirs is lost", async () => {
      const seriesCount = 60;
      const rows: Row[] = [];
      for (let i = 0; i < seriesCount; i++) {
        for (let ageMs = 26 * hourMs; ageMs > 0; ageMs -= 600_000) {
          rows.push([`s${i}`, nowMs - ageMs, 1]);
        }
      }
      await writeRows(series, rows);
      let round = 0;
      const trimming = { isDone: false };
      const appending = (async () => {
        for (; !trimming.isDone || round < 50; round++) {
          await Promise.all(
            Array.from({ length: seriesCount }, (_, i) => {
              const point = Buffer.from("92ce00000000cc00", "hex");
              point.writeUInt32BE(nowMs / 1000 + round, 2);
              point[7] = round % 256;
              return redis.ask("APPEND", `metrics.s${i}`, point);
            }),
          );
        }
      })();
      for (let i = 0; i < 5; i++) {
        await series.maintain();
        clock.advance(30 * 60_000);
      }
      trimming.isDone = true;
      await appending;
      for (let i = 0; i < seriesCount; i++) {
        const appended = (await readAll(`s${i}`)).filter(([timeMs]) => timeMs >= nowMs);
        expect(appended.length, `s${i}`).toBe(round);
      }
    });
  });

  describe("following what others write", () => {
    function follow(): Map<string, Map<number, number>> {
      const seen = new Map<string, Map<number, number>>();
      series.follow?.((batch) => {
        for (let row = 0, start = 0; row < batch.count; row++) {
          const end = batch.nameEnds[row] ?? 0;
          const name = Buffer.from(batch.names.subarray(start, end)).toString();
          start = end;
          const points = seen.get(name) ?? new Map<number, number>();
          points.set(batch.timesMs[row] ?? NaN, batch.values[row] ?? NaN);
          seen.set(name, points);
        }
        return Promise.resolve();
      });
      return seen;
    }

    /** As the original's worker does. */
    async function theirs(name: string, timeMs: number, value: number): Promise<void> {
      const point = Buffer.from("92ce00000000cb0000000000000000", "hex");
      point.writeUInt32BE(timeMs / secondMs, 2);
      point.writeDoubleBE(value, 7);
      await redis.ask("APPEND", `metrics.${name}`, point);
      await redis.ask("SADD", "metrics.unique_metrics", `metrics.${name}`);
    }

    /** As the original's roomba does: all points in order, old ones cut off, each time once. */
    async function roomba(name: string, keptFromMs: number): Promise<void> {
      const pairs = await readAll(name);
      await redis.ask("DEL", `metrics.${name}`);
      for (const [timeMs, value] of pairs) {
        if (timeMs >= keptFromMs) await theirs(name, timeMs, value);
      }
    }

    test("their points come, also after a roomba has cut as much as was appended", async () => {
      const clock = new ManualClock(1_795_000_000_000);
      const nowMs = clock.nowMs();
      await series.close();
      series = openSmall(addressOf(redis), { clock, followIntervalMs: 20 });
      for (let i = 0; i < 20; i++) await theirs("theirs", nowMs - 60_000 + i * secondMs, i);
      const seen = follow();
      await until(() => seen.get("theirs")?.size === 20);
      await theirs("theirs", nowMs, 100);
      await until(() => seen.get("theirs")?.get(nowMs) === 100);

      // Cuts two, and two are appended before anybody looks: the length is what it was.
      const length = await redis.ask("STRLEN", "metrics.theirs");
      const value = await redis.ask<Buffer>("GET", "metrics.theirs");
      const added = Buffer.from(value.subarray(-15));
      const moved = [added, Buffer.from(added)];
      for (const [i, point] of moved.entries()) point.writeUInt32BE(nowMs / secondMs + 1 + i, 2);
      await redis.ask("SET", "metrics.theirs", Buffer.concat([value.subarray(30), ...moved]));
      expect(await redis.ask("STRLEN", "metrics.theirs")).toBe(length);
      await until(() => seen.get("theirs")?.get(nowMs + 2000) === 100);
      expect(seen.get("theirs")?.get(nowMs + 1000)).toBe(100);

      await roomba("theirs", nowMs - 50_000);
      await theirs("theirs", nowMs + 3000, 103);
      await until(() => seen.get("theirs")?.get(nowMs + 3000) === 103);
    });

    test("a series that they make later is found, and a late point of theirs too", async () => {
      const clock = new ManualClock(1_795_000_000_000);
      const nowMs = clock.nowMs();
      await series.close();
      series = openSmall(addressOf(redis), { clock, followIntervalMs: 20 });
      await theirs("early", nowMs - 1000, 1);
      const seen = follow();
      await until(() => seen.get("early")?.size === 1);
      await theirs("late", nowMs, 2);
      clock.advance(31_000);
      await until(() => seen.get("late")?.get(nowMs) === 2);
      await theirs("early", nowMs - 500_000, 3);
      await until(() => seen.get("early")?.get(nowMs - 500_000) === 3);
    });

    test("what is written here needs no look, and what both write comes whole", async () => {
      await series.close();
      const clock = new ManualClock(1_795_000_000_000);
      const nowMs = clock.nowMs();
      series = openSmall(addressOf(redis), { clock, followIntervalMs: 20 });
      const seen = follow();
      for (let i = 0; i < 10; i++) {
        await writeRows(series, [["ours", nowMs + i * secondMs, i], ["both", nowMs + i * 2000, i]]); // prettier-ignore
        await theirs("both", nowMs + i * 2000 + 1000, 100 + i);
      }
      await until(() => {
        const both = seen.get("both");
        return Array.from({ length: 10 }, (_, i) => both?.get(nowMs + i * 2000 + 1000)).every(
          (value, i) => value === 100 + i,
        );
      });
      expect(seen.has("ours")).toBe(false);
    });
  });
});

describeWith(redisServer, "ways to a Redis server", () => {
  async function worksAt(
    address: string,
    options: Parameters<typeof openSmall>[1] = {},
  ): Promise<void> {
    const series = openSmall(address, options);
    try {
      await writeRows(series, [["a", 1000, 1]]);
      await writeRows(series, [["a", 1000, 1]], true);
      expect(pairsOf(await series.read("a", always))).toEqual([[1000, 1]]);
      await writeRows(series, [["b", Date.now(), 1]]);
      await series.maintain();
      expect(await series.read("a", always)).toBeUndefined();
      expect(series.health()).toMatchObject({ isReachable: true, problem: undefined });
    } finally {
      await series.close();
    }
  }

  async function refusalOf(
    address: string,
    options: Parameters<typeof openSmall>[1] = {},
  ): Promise<unknown> {
    const series = openSmall(address, options);
    try {
      return await writeRows(series, [["a", 1000, 1]]).catch((error: unknown) => error);
    } finally {
      await series.close();
    }
  }

  test("unix socket, database, password, user; a wrong one is named as such", async () => {
    const redis = await startRedis({
      lines: ["unixsocket FOLDER/redis.sock", "requirepass secret", "user kale on >word ~metrics.* +@read +@write +eval +ping +client +wait +role +cluster|slots"], // prettier-ignore
      password: "secret",
    });
    try {
      await worksAt(`unix://${redis.folder}/redis.sock`, { password: "secret" });
      await redis.ask("FLUSHALL");
      // With no more than docs/operating.md tells to give.
      await worksAt(addressOf(redis), { user: "kale", password: "word" });
      await worksAt(`${addressOf(redis)}/3`, { password: "secret" });
      expect(String(await redis.ask("INFO", "keyspace"))).toMatch(/db0:keys=2.*\r\ndb3:keys=2/);
      expect(await refusalOf(addressOf(redis))).toMatchObject({ code: "REMOTE_DENIED" });
      const wrong = await refusalOf(addressOf(redis), { password: "guess" });
      expect(wrong).toMatchObject({ code: "REMOTE_DENIED" });
      expect(String(wrong)).toContain("redis.password");
    } finally {
      await redis.end();
    }
  });

  test("TLS with an authority of one's own; without it the certificate is refused", async () => {
    const redis = await startRedis({ isTls: true });
    try {
      const ca = redis.ca ?? "";
      await worksAt(`rediss://127.0.0.1:${redis.port}`, { ca });
      const refusal = await refusalOf(`rediss://127.0.0.1:${redis.port}`);
      expect(refusal).toMatchObject({ code: "REMOTE_DENIED" });
      expect(String(refusal)).toContain("redis.ca");
      expect(await refusalOf(`redis://127.0.0.1:${redis.port}`)).toMatchObject({
        code: "REMOTE_UNREACHABLE",
      });
    } finally {
      await redis.end();
    }
  });

  test("nobody there: unreachable, with the address, and never no data", async () => {
    const redis = await startRedis();
    await redis.end();
    const series = openSmall(addressOf(redis));
    const gone = { code: "REMOTE_UNREACHABLE" };
    await expect(series.read("a", always)).rejects.toMatchObject(gone);
    await expect(series.findNames({ query: "", limit: 1 })).rejects.toMatchObject(gone);
    await expect(series.maintain()).rejects.toMatchObject(gone);
    expect(series.health()).toMatchObject({ isReachable: false });
    expect(series.health().problem).toContain(`127.0.0.1:${redis.port}`);
    await series.close();
  });
});

function addressOf(redis: RedisServer): string {
  return `redis://127.0.0.1:${redis.port}`;
}
