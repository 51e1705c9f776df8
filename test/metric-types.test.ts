/** What senders state of their metrics, from a body over HTTP to the judge, and over a restart. */
import { rm } from "node:fs/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { VerdictJson } from "../src/webapp/contract.ts";
import {
  type KaleProcess,
  startKaleProcess,
  temporaryFolder,
  until,
} from "./support/kale-process.ts";

vi.setConfig({ testTimeout: 240_000 });

const patienceMs = 60_000;

let folder: string;
const started: KaleProcess[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(async () => {
  for (const kale of started.splice(0)) await kale.end("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<KaleProcess> {
  const kale = await startKaleProcess({
    startPatienceMs: 120_000,
    dataFolder: folder,
    args: ["--no-host-metrics", "--max-age", "1d", "--commit-interval", "every-batch"],
  });
  started.push(kale);
  return kale;
}

/** An hour of a total that rises by 5 a second and begins anew at a third of itself in between. */
function hourOfTotals(nowSeconds: number): object {
  let total = 1e6;
  const dataPoints = Array.from({ length: 360 }, (_, i) => {
    total = i === 200 ? total / 3 : total + 50;
    return { asDouble: total, timeUnixNano: `${nowSeconds - 3600 + 10 * i}000000000` };
  });
  const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints };
  const metrics = [{ name: "orders", description: "Orders taken", unit: "{order}", sum }];
  return { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
}

test("kale judges an OTLP sum by its rate from the first hour on, and knows after a restart what it is", async () => {
  const first = await start();
  const response = await fetch(`${first.url}/v1/metrics`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(hourOfTotals(Math.floor(Date.now() / 1000))),
  });
  expect(response.status).toBe(200);
  const asked = "/kale/verdict?name=orders";
  let verdict: VerdictJson | undefined;
  await until(async () => {
    verdict = await first.get<VerdictJson>(asked).catch(() => undefined);
    return verdict?.standing?.learning === null;
  }, patienceMs);
  const known = {
    standing: { nature: "counter", stated: "counter" },
    metadata: { metric: "orders", type: "counter", help: "Orders taken", unit: "{order}" },
  };
  expect(verdict).toMatchObject({ anomalous: false, ...known });
  expect(verdict!.standing!.expected!.center).toBeCloseTo(5, 1);
  expect(await first.get("/kale/anomalies?state=all")).toEqual([]);
  expect(await first.end()).toBe(0);

  const second = await start();
  await until(async () => {
    verdict = await second.get<VerdictJson>(asked).catch(() => undefined);
    return verdict?.standing?.learning === null;
  }, patienceMs);
  expect(verdict).toMatchObject(known);
  expect(await second.end()).toBe(0);
});
