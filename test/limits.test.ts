/** A program at its limits of names and of memory: known series go on, new ones are refused and told of. */
import { afterEach, expect, test, vi } from "vitest";
import type { PointsJson, StatusJson } from "../src/webapp/contract.ts";
import { type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import { sendStream } from "./support/send.ts";

vi.setConfig({ testTimeout: 240_000 });

const patienceMs = 60_000;
const kept: KaleProcess[] = [];

afterEach(async () => {
  for (const kale of kept.splice(0)) await kale.end("SIGKILL");
});

test("kale refuses names beyond series-limit, tells the last one, and goes on with those it knows", async () => {
  const kale = await startKaleProcess({
    startPatienceMs: 120_000,
    args: [
      "--no-host-metrics",
      "--shards",
      "1",
      "--series-limit",
      "150",
      "--memory-limit",
      "64MiB",
    ],
  });
  kept.push(kale);
  // Kale's own two are names too, with the vital signs of the machine left out.
  const own = ["kale.anomalies.active", "kale.canary"];
  await until(async () => {
    const found = await kale.get<string[]>("/kale/series?query=*");
    return found.length === own.length && own.every((name) => found.includes(name));
  }, patienceMs);
  const now = Math.floor(Date.now() / 1000);
  const lines = (time: number, from: number, until: number): string =>
    Array.from({ length: until - from }, (_, i) => `limit.metric${from + i} 1 ${time}\n`).join("");
  await sendStream(kale.ports.carbon, lines(now - 20, 0, 120));
  await sendStream(kale.ports.carbon, lines(now - 10, 0, 200));
  let status: StatusJson | undefined;
  await until(async () => {
    status = await kale.get<StatusJson>("/kale/status");
    return status.room?.refused.some(({ reason }) => reason === "series-limit") === true;
  }, patienceMs);
  const { room } = status!;
  expect(room).toMatchObject({ seriesLimit: 150, limitBytes: 64 << 20, scarce: true });
  expect(room!.moreMetrics).toBe(0);
  expect(room!.bytesPerMetric).toBeGreaterThan(0);
  expect(room!.refused[0]!.example).toMatch(/^limit[.]metric1[5-9]\d$/);
  await until(async () => {
    const { points } = await kale.get<PointsJson>("/kale/points?name=limit.metric7&from=-1h");
    return points.length === 2;
  }, patienceMs);
  const metrics = await fetch(`${kale.url}/metrics`).then((response) => response.text());
  expect(metrics).toMatch(/^kale_names_refused_total\{reason="series-limit"\} \d+$/m);
  expect(metrics).toContain(`kale_memory_limit_bytes ${64 << 20}`);
});
