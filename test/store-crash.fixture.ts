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
import { type AliasBatch, AliasNames, batchOf } from "../src/model/index.ts";
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

type Row = readonly [name: string, timeMs: number, value: number];

/** Makes batches as the listeners' kernel does: a name goes along once, then its alias stands for it. */
class AliasWriter {
  readonly known = new AliasNames();
  readonly #aliases = new Map<string, number>();

  batchOf(rows: readonly Row[]): AliasBatch {
    const firstAlias = this.#aliases.size;
    const told: string[] = [];
    const aliases = Uint32Array.from(rows, ([name]) => {
      const alias = this.#aliases.get(name) ?? this.#aliases.size;
      if (alias === this.#aliases.size) {
        this.#aliases.set(name, alias);
        told.push(name);
      }
      return alias;
    });
    let end = 0;
    const batch: AliasBatch = {
      count: rows.length,
      generation: 0,
      firstAlias,
      names: new TextEncoder().encode(told.join("")),
      nameEnds: Uint32Array.from(told, (name) => (end += name.length)),
      aliases,
      timesMs: Float64Array.from(rows, ([, timeMs]) => timeMs),
      values: Float64Array.from(rows, ([, , value]) => value),
    };
    this.known.take(batch);
    return batch;
  }
}

async function writeUntilKilled(folder: string, startedMs: number, seed: number): Promise<never> {
  const random = seededRandom(seed);
  const store = await openFast(folder, startedMs, { isQuiet: false });
  const aliased = new AliasWriter();
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
        // Every form that a log has for values: hundredths, whole numbers, doubles.
        const form = random.next();
        const value =
          form < 0.7
            ? nextInteger(random, 100_000) / 100
            : form < 0.85
              ? nextInteger(random, 2_000_000) - 1_000_000
              : random.next() - 0.5;
        return [name, timeMs, value];
      });
      if (random.next() < 0.05) rows.push([`new.${seed}.${step}`, Math.floor(nowMs), step]);
      writeSync(1, `w ${JSON.stringify(rows)}\n`);
      // Both ways into the store, which have rows of their own in the log.
      if (random.next() < 0.7) await store.writeAliased(aliased.batchOf(rows), aliased.known);
      else await store.write(batchOf(rows));
    }
    await store.commit();
    writeSync(1, "c\n");
  }
}

if (import.meta.main) {
  const [, , folder = "", startedMs, seed] = process.argv;
  await writeUntilKilled(folder, Number(startedMs), Number(seed));
}
