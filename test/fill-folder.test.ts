/** A folder that was made is one that a store opens, with every sample in its place. */
import { rm } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../src/base/clock.ts";
import { silentLogger } from "../src/base/log.ts";
import { shardOfName } from "../src/model/index.ts";
import { DataFolder, EmbeddedStore } from "../src/store/index.ts";
import { temporaryFolder } from "./support/kale-process.ts";
import { fillFolder } from "../bench/fill-folder.ts";
import { fleetNames } from "../bench/fleet.ts";

const stepMs = 10_000;
const shardCount = 2;

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("fillFolder() makes shards that a store opens without damage, every series whole", async () => {
  const endMs = Math.floor(Date.now() / stepMs) * stepMs;
  const made = { folder, seriesCount: 500, hours: 2, stepMs, endMs, shardCount, isLearned: false };
  const { pointCount } = await fillFolder(made);
  expect(pointCount).toBe(500 * 720);

  const data = DataFolder.open(folder, { shardCount, clock: systemClock });
  let sampleCount = 0;
  for (let shard = 0; shard < shardCount; shard++) {
    const store = await EmbeddedStore.open(data.shardFolder(shard), {
      clock: systemClock,
      logger: silentLogger,
      maintainIntervalMs: 0,
    });
    for (const name of fleetNames(500)) {
      if (shardOfName(name, shardCount) !== shard) continue;
      const { timesMs } = (await store.read(name, { fromMs: 0, untilMs: Infinity }))!;
      expect(timesMs.length).toBe(720);
      expect(timesMs[719]).toBe(endMs);
      expect(timesMs.every((timeMs, k) => timeMs === endMs - (719 - k) * stepMs)).toBe(true);
    }
    expect(store.stats().faults).toEqual([]);
    sampleCount += store.stats().sampleCount;
    await store.close();
  }
  data.close();
  expect(sampleCount).toBe(pointCount);
});
