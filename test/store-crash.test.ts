/**
 * `kill -9` under load, fifty times in a row on one folder: no committed sample is lost, no start
 * is refused, and no damage is reported, since a killed process damages nothing.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "../src/base/clock.ts";
import { nextInteger, seededRandom } from "../src/base/random.ts";
import { openFast } from "./store-crash.fixture.ts";

const killCount = 50;
/** Reading everything back takes longer than a life; what was written in between is remembered. */
const compareEvery = 4;

/** By "name time": the values that may stand there; `undefined` where nothing may. */
type Model = Map<string, Set<number | undefined>>;

test(
  "EmbeddedStore keeps every committed sample through fifty kills under load",
  { timeout: 600_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "kale-crash-"));
    const startedMs = systemClock.nowMs();
    const random = seededRandom(50);
    const model: Model = new Map();
    let committedCount = 0;
    try {
      for (let life = 0; life < killCount; life++) {
        committedCount += await liveAndDie(join(folder, "store"), {
          model,
          startedMs,
          seed: life,
          lifeMs: 10 + nextInteger(random, 300),
        });
        if (life % compareEvery !== 0) continue;
        // A copy, so that the next life meets the files as the kill left them.
        const copy = join(folder, "copy");
        await cp(join(folder, "store"), copy, { recursive: true });
        await compare(copy, startedMs, model, `after kill ${life + 1}`);
        await rm(copy, { recursive: true });
      }
      await compare(join(folder, "store"), startedMs, model, "at the end");
      expect(committedCount).toBeGreaterThan(10_000);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

/** Runs the writer and kills it. @returns how many samples were committed */
async function liveAndDie(
  folder: string,
  options: {
    readonly model: Model;
    readonly startedMs: number;
    readonly seed: number;
    readonly lifeMs: number;
  },
): Promise<number> {
  const script = join(import.meta.dirname, "store-crash.fixture.ts");
  const args = [script, folder, String(options.startedMs), String(options.seed)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  let pending: [name: string, timeMs: number, value: number][] = [];
  let committedCount = 0;
  const lines = createInterface({ input: child.stdout });
  const isRead = once(lines, "close");
  const isReady = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      if (line === "ready") resolve();
      else if (line === "c") {
        for (const [name, timeMs, value] of pending)
          options.model.set(`${name} ${timeMs}`, new Set([value]));
        committedCount += pending.length;
        pending = [];
      } else if (line.startsWith("w ") && line.endsWith("]]"))
        pending.push(...(JSON.parse(line.slice(2)) as typeof pending));
    });
  });
  await Promise.race([isReady, exit]);
  expect(child.exitCode, `life ${options.seed} starts`).toBeNull();
  await sleep(options.lifeMs);
  child.kill("SIGKILL");
  const [, signal] = (await exit) as [number | null, string | null];
  expect(signal, `life ${options.seed} ran until it was killed`).toBe("SIGKILL");
  await isRead;
  for (const [name, timeMs, value] of pending) {
    const key = `${name} ${timeMs}`;
    const allowed = options.model.get(key) ?? new Set([undefined]);
    options.model.set(key, allowed.add(value));
  }
  return committedCount;
}

/** Compares the store with the model, which then knows what became of uncommitted samples. */
async function compare(
  folder: string,
  startedMs: number,
  model: Model,
  when: string,
): Promise<void> {
  const store = await openFast(folder, startedMs, { isQuiet: true });
  try {
    expect(store.stats().faults, when).toEqual([]);
    const found = new Map<string, number>();
    for (const name of (await store.findNames({ query: "", limit: 100_000 })).names) {
      const columns = await store.read(name, { fromMs: 0, untilMs: 2 ** 47 });
      columns?.timesMs.forEach((timeMs, i) => found.set(`${name} ${timeMs}`, columns.values[i]!));
    }
    const wrong = [...model].filter(([key, allowed]) => !allowed.has(found.get(key)));
    expect(
      wrong.slice(0, 5).map(([key, allowed]) => [key, [...allowed], found.get(key)]),
      `${wrong.length} of ${model.size} samples, ${when}`,
    ).toEqual([]);
    const unknown = [...found.keys()].filter((key) => !model.has(key));
    expect(unknown.slice(0, 5), when).toEqual([]);
    for (const key of model.keys()) {
      const value = found.get(key);
      if (value === undefined) model.delete(key);
      else model.set(key, new Set([value]));
    }
  } finally {
    await store.close();
  }
}
