/** The whole program ended, killed, started again and started twice. */
import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AnomalyJson, PointsJson, StatusJson } from "../src/webapp/contract.ts";
import {
  type KaleProcess,
  startKaleProcess,
  temporaryFolder,
  until,
} from "./support/kale-process.ts";
import { sendStream } from "./support/send.ts";

// Each test starts several whole programs, on machines that may be busy.
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
    args: [
      ...["--no-host-metrics", "--max-age", "1d", "--commit-interval", "every-batch"],
      // Judges after three samples already, where the streaming detector would still be learning.
      ...["--detector", "skyline"],
    ],
  });
  started.push(kale);
  return kale;
}

async function pointsOf(kale: KaleProcess, name: string): Promise<[number, number][]> {
  return await kale
    .get<PointsJson>(`/kale/points?name=${name}&from=-2h&maxPoints=100000`)
    .then(({ points }) => points)
    .catch(() => []);
}

test("kale keeps points and anomalies over a restart, and goes on with the same episode", async () => {
  const now = Math.floor(Date.now() / 1000);
  const values = Array.from({ length: 400 }, (_, i) => (i < 397 ? 50 + ((i * 13) % 7) : 700));
  const lines = values.map((value, i) => `restart.metric ${value} ${now - (400 - i) * 5}\n`);
  const first = await start();
  await sendStream(first.ports.carbon, lines.join(""));
  let before: AnomalyJson | undefined;
  await until(async () => {
    [before] = await first.get<AnomalyJson[]>("/kale/anomalies?state=active");
    return before !== undefined;
  }, patienceMs);
  expect(await first.end()).toBe(0);

  const second = await start();
  const points = await pointsOf(second, "restart.metric");
  expect(points).toEqual(values.map((value, i) => [now - (400 - i) * 5, value]));
  const [after] = await second.get<AnomalyJson[]>("/kale/anomalies?state=active");
  expect(after).toMatchObject({ id: before!.id, name: "restart.metric", started: before!.started });
  await sendStream(second.ports.carbon, `restart.metric 900 ${now}\n`);
  await until(async () => {
    const [going] = await second.get<AnomalyJson[]>("/kale/anomalies?state=active");
    return going?.id === before!.id && going.observed === 900;
  }, patienceMs);
  expect(await second.end()).toBe(0);
});

test("kale loses nothing that was on disk when it is killed under load", async () => {
  const now = Math.floor(Date.now() / 1000) - 3000;
  let sent = 0;
  for (let round = 0; round < 3; round++) {
    const kale = await start();
    const isSending = { now: true };
    const sending = (async () => {
      while (isSending.now) {
        const lines = Array.from(
          { length: 50 },
          (_, i) => `kill.metric${i} ${sent} ${now + sent}\n`,
        );
        await sendStream(kale.ports.carbon, lines.join("")).catch(() => undefined);
        sent += 1;
      }
    })();
    // A batch can be read a moment before it is on disk, and the next one is taken when it is: so what
    // was there two batches ago is in the log. Each metric is of a shard of its own, of which one may be
    // far behind the other.
    const metrics = ["kill.metric0", "kill.metric49"] as const;
    const counts = (): Promise<number[]> =>
      Promise.all(metrics.map(async (name) => (await pointsOf(kale, name)).length));
    const growBeyond = (least: readonly number[]): Promise<void> =>
      until(async () => (await counts()).every((count, i) => count > least[i]!), patienceMs);
    await growBeyond(metrics.map(() => 5 * (round + 1)));
    const seen = await counts();
    await growBeyond(seen);
    await growBeyond(await counts());
    await kale.end("SIGKILL");
    isSending.now = false;
    await sending;

    const again = await start();
    for (const [i, metric] of metrics.entries()) {
      const points = await pointsOf(again, metric);
      expect(points.length).toBeGreaterThanOrEqual(seen[i]!);
      for (const [time, value] of points) expect(time).toBe(now + value);
    }
    const { shards } = await again.get<StatusJson>("/kale/status");
    expect(shards.flatMap(({ faults }) => faults)).toEqual([]);
    await again.end();
  }
});

test("kale says on its log, and under Status, what it set aside at the start", async () => {
  await mkdir(join(folder, "shard-0"), { recursive: true });
  await writeFile(join(folder, "shard-0", "samples-00009999.log"), Buffer.alloc(5000, 0xa5));
  const kale = await start();
  await until(() => kale.output().includes("quarantine"), patienceMs);
  const { shards } = await kale.get<StatusJson>("/kale/status");
  expect(shards.flatMap(({ faults }) => faults.map(({ code }) => code))).toContain(
    "corrupt-record",
  );
  expect(await kale.end()).toBe(0);
});

test("a second kale on the same folder refuses, and says who holds it", async () => {
  const kale = await start();
  const second = spawn(process.execPath, [
    "src/cli/main.ts",
    "start",
    "--data",
    folder,
    ...["pickle", "msgpack", "carbon", "webapp", "oculus"].flatMap((key) => [`--port-${key}`, "0"]),
  ]);
  let said = "";
  second.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise((resolve) => second.on("exit", resolve));
  expect(status).toBe(1);
  expect(said).toContain(folder);
  expect(said).toContain(String(kale.child.pid));
  expect(said).toContain("--data");
  expect(await kale.end()).toBe(0);
});
