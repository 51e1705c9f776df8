/** What a Skyline remembers in Redis, read and written as it does: on a real server. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseRedisAddress, SkylineMemory } from "../src/store/redis/index.ts";
import { redisServer, type RedisServer, startRedis } from "./support/redis-server.ts";
import { describeWith } from "./support/requirements.ts";

let server: RedisServer;
let memory: SkylineMemory;

describeWith(redisServer, "SkylineMemory on a real Redis", () => {
  beforeAll(async () => {
    server = await startRedis();
    const address = parseRedisAddress(`redis://127.0.0.1:${server.port}`);
    memory = new SkylineMemory({
      server: { address: address!, user: "", password: "" },
      fullNamespace: "metrics.",
    });
  });
  afterAll(async () => {
    memory.close();
    await server.end();
  });

  const ask = (...args: (string | Buffer)[]): Promise<unknown> => server.ask(...args);

  test("isTold() finds the key that a Skyline has set, of its own strategy only", async () => {
    await ask("SETEX", "last_alert.smtp.db.locks", "60", Buffer.from([0x07]));
    expect(await memory.isTold("smtp", "db.locks")).toBe(true);
    expect(await memory.isTold("pagerduty", "db.locks")).toBe(false);
  });

  test("noteTold() leaves the packed value for the time asked", async () => {
    await memory.noteTold("smtp", "web.hits", { value: 1.5, expireMs: 90_000 });
    expect(await ask("GET", "last_alert.smtp.web.hits")).toEqual(
      Buffer.from("cb3ff8000000000000", "hex"),
    );
    const seconds = Number(await ask("TTL", "last_alert.smtp.web.hits"));
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThanOrEqual(90);
  });

  test("triggers are appended to the array that msgpack-python wrote, and read back", async () => {
    // msgpack.packb([(1700000000, 5), (1700000600, 7.5)])
    const theirs = Buffer.from(
      "9292ce6553f10005 92ce6553f358cb401e000000000000".replaceAll(" ", ""),
      "hex",
    );
    await ask("SET", "trigger_history.metrics.db.locks", theirs);
    await memory.addTrigger("db.locks", { timeMs: 1_700_001_200_000, value: 9 });
    const found = [];
    for await (const one of memory.readTriggers(["none", "db.locks"])) found.push(one);
    expect(found).toEqual([
      {
        name: "db.locks",
        triggers: [
          { timeMs: 1_700_000_000_000, value: 5 },
          { timeMs: 1_700_000_600_000, value: 7.5 },
          { timeMs: 1_700_001_200_000, value: 9 },
        ],
      },
    ]);
    const kept = (await ask("GET", "trigger_history.metrics.db.locks")) as Buffer;
    expect(kept.subarray(0, 1)).toEqual(Buffer.from([0x93]));
    expect(kept.subarray(1, 1 + theirs.length - 1)).toEqual(theirs.subarray(1));
  });

  test("a history stays an array of at most 100, and what is no history is left alone", async () => {
    for (let i = 0; i < 120; i++) await memory.addTrigger("busy", { timeMs: i * 1000, value: i });
    const kept = (await ask("GET", "trigger_history.metrics.busy")) as Buffer;
    expect(kept.subarray(0, 3)).toEqual(Buffer.from([0xdc, 0, 100]));
    await ask("SADD", "trigger_history.metrics.odd", "x");
    await memory.addTrigger("odd", { timeMs: 1000, value: 1 });
    expect(await ask("SCARD", "trigger_history.metrics.odd")).toBe(1);
  });
});
