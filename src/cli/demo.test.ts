import { EventEmitter } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { testIo } from "./command.fixture.ts";
import { runDemo } from "./demo.ts";
import type { StartOptions } from "./running.ts";
import { startSmallKale, type SmallKale } from "./small-kale.fixture.ts";

let kale: SmallKale | undefined;
afterEach(() => (kale = undefined));

interface DemoRun {
  readonly status: number;
  readonly out: string;
  readonly started: StartOptions;
  readonly kale: SmallKale;
}

/** Runs the demo until every series has a live sample, then ends it. */
async function demo(
  args: readonly string[],
  isDone: (kale: SmallKale | undefined) => boolean = () => true,
): Promise<DemoRun> {
  const signals = new EventEmitter();
  const { io, out } = testIo();
  const seen: StartOptions[] = [];
  const running = runDemo(args, io, {
    startKale: async (options) => {
      seen.push(options);
      return (kale = await startSmallKale());
    },
    signals,
    endAtOnce: () => undefined,
  });
  while (!out().includes("Kale is running"))
    await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 500));
  await vi.waitUntil(() => isDone(kale), { timeout: 20_000 });
  const [started] = seen;
  if (started === undefined || kale === undefined) throw new Error("the demo started nothing");
  expect(existsSync(started.settings.dataPath)).toBe(true);
  kale.visit();
  signals.emit("SIGTERM", "SIGTERM");
  return { status: await running, out: out(), started, kale };
}

test("kale demo writes its history, sends the present by all three protocols, and cleans up", async () => {
  const { status, out, started, kale } = await demo(["--series", "400", "--hours", "1"]);
  expect(status).toBe(0);
  expect(out).toContain("A simulated shop with 400 metrics, 1 h of history");
  expect(existsSync(started.settings.dataPath)).toBe(false);
  for (const name of [
    "web.checkout.latency_ms.p95",
    "host.app1.load.1m",
    "payment.north.latency_ms.p50",
  ]) {
    const column = kale.samples.get(name) ?? [];
    expect(column.length, name).toBeGreaterThan(360); // the hour, and at least one live sample
    const times = column.map(([timeMs]) => timeMs);
    expect(times, name).toEqual(times.map((...[, i]) => times[0]! + i * 10_000));
  }
});

test("kale demo also records the anomalies of its history", async () => {
  const { kale } = await demo(
    ["--series", "300", "--hours", "4", "--detector", "skyline"],
    (kale) => kale !== undefined && kale.episodes.length > 0,
  );
  const names = new Set(kale.episodes.map(({ name }) => name));
  expect(names).toContain("web.search.requests_per_second");
});

test("kale demo keeps away from a default port that is taken, and keeps a port that was asked for", async () => {
  const holder = createServer();
  holder.listen(2003, "127.0.0.1");
  // Another program may hold it already: the better.
  await once(holder, "listening").catch(() => undefined);
  const { started } = await demo(["--series", "300", "--hours", "0", "--port-pickle", "2024"]);
  holder.close();
  expect(started.settings.carbonPort).not.toBe(2003);
  expect(started.settings.carbonPort).toBeGreaterThan(0);
  expect(started.settings.picklePort).toBe(2024);
  expect(started.settings.hostMetrics).toBe(false);
  expect(started.origins.carbonPort.where).toBe("demo");
  expect(started.origins.picklePort.where).toBe("--port-pickle");
});

test("kale demo tells settings that cannot be used, and starts nothing", async () => {
  const { io, err } = testIo();
  const parts = {
    startKale: () => Promise.reject(new Error("must not be called")),
    signals: new EventEmitter(),
    endAtOnce: () => undefined,
  };
  expect(await runDemo(["--bnd", "::1"], io, parts)).toBe(2);
  expect(err()).toContain("--bnd: unknown option; did you mean --bind?");
  await expect(runDemo(["--series", "5"], io, parts)).rejects.toThrow(/from 200 to/);
});
