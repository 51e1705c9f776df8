/**
 * The process that test/store-crash.test.ts kills: writes to an embedded store as fast as it can
 * and says on stdout what it writes and what is committed. Time runs fast, so that within a second
 * chunks are sealed, blocks archived, checkpoints written and memory evicted.
 *
 *     ready
 *     w [[name, timeMs, value], …]     before each write
 *     c                                all written so far is committed
 */
import { writeSync } from "node:fs";
import { systemClock } from "../src/base/clock.ts";
import { silentLogger } from "../src/base/log.ts";
import { nextInteger, seededRandom } from "../src/base/random.ts";
import { batchOf } from "../src/model/index.ts";
import { EmbeddedStore } from "../src/store/index.ts";

export const minuteMs = 60_000;
/** Milliseconds that pass in the store while one passes in the world. */
const speed = 600;

/** @param options.isQuiet  only what is asked for is done */
export async function openFast(
  folder: string,
  startedMs: number,
  options: { readonly isQuiet: boolean },
): Promise<EmbeddedStore> {
  return EmbeddedStore.open(folder, {
    clock: {
      nowMs: () => Math.floor(startedMs + (systemClock.nowMs() - startedMs) * speed),
      elapsedMs: () => systemClock.elapsedMs(),
    },
    logger: silentLogger,
    windowMs: 40 * minuteMs,
    blockMs: 20 * minuteMs,
    retentionMs: 10_000 * minuteMs,
    chunkSampleCount: 8,
    checkpointIntervalMs: 60,
    maintainIntervalMs: options.isQuiet ? 0 : 10,
    backfillCountMax: 50,
  });
}

async function writeUntilKilled(folder: string, startedMs: number, seed: number): Promise<never> {
  const random = seededRandom(seed);
  const store = await openFast(folder, startedMs, { isQuiet: false });
  writeSync(1, "ready\n");
  for (let step = 1; ; step++) {
    for (let batch = 0; batch <= nextInteger(random, 3); batch++) {
      const nowMs = startedMs + (systemClock.nowMs() - startedMs) * speed;
      const rows = Array.from({ length: 30 }, (): [string, number, number] => {
        const name = `series.${nextInteger(random, 25)}`;
        const kind = random.next();
        const ageMs =
          kind < 0.8 ? 0 : nextInteger(random, kind < 0.95 ? 40 * minuteMs : 120 * minuteMs);
        const timeMs = Math.floor((nowMs - ageMs) / 1000) * 1000;
        return [name, timeMs, nextInteger(random, 100_000) / 100];
      });
      if (random.next() < 0.05) rows.push([`new.${seed}.${step}`, Math.floor(nowMs), step]);
      writeSync(1, `w ${JSON.stringify(rows)}\n`);
      await store.write(batchOf(rows));
    }
    await store.commit();
    writeSync(1, "c\n");
  }
}

if (import.meta.main) {
  const [, , folder = "", startedMs, seed] = process.argv;
  await writeUntilKilled(folder, Number(startedMs), Number(seed));
}
