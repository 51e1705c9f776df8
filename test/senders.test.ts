/** Real senders, unmodified, into a real Kale. */
import { spawn } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PointsJson, SourcesJson } from "../src/webapp/contract.ts";
import {
  freePorts,
  type KaleProcess,
  startKaleProcess,
  temporaryFolder,
  until,
} from "./support/kale-process.ts";
import { carbonRelay, describeWith, perlSender } from "./support/requirements.ts";
import { sendStream } from "./support/send.ts";

let kale: KaleProcess;

beforeAll(async () => {
  kale = await startKaleProcess({ args: ["--no-host-metrics"] });
});

afterAll(async () => {
  expect(await kale.end()).toBe(0);
});

async function pointsOf(name: string): Promise<[number, number][]> {
  const { points } = await kale.get<PointsJson>(
    `/kale/points?name=${encodeURIComponent(name)}&from=-1h`,
  );
  return points;
}

async function waitForPoints(name: string, count: number): Promise<[number, number][]> {
  let points: [number, number][] = [];
  await until(async () => {
    points = await pointsOf(name).catch(() => []);
    return points.length >= count;
  });
  return points;
}

async function refusedCount(): Promise<number> {
  const { sources } = await kale.get<SourcesJson>("/kale/sources");
  return sources.flatMap(({ refusals }) => refusals).reduce((sum, { count }) => sum + count, 0);
}

describeWith(perlSender, "a Perl script with AnyEvent::Handle::UDP and Data::MessagePack", () => {
  test("sends localhost.loadavg once a moment, and each value arrives", async () => {
    const beforeSeconds = Math.floor(Date.now() / 1000);
    const child = spawn("perl", ["test/data/senders/loadavg.pl", String(kale.ports.msgpack), "12"]);
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const status = await new Promise((resolve) => child.on("exit", resolve));
    expect(errors).toBe("");
    expect(status).toBe(0);

    // Five a second with whole seconds: the last of each second is kept.
    const points = await waitForPoints("localhost.loadavg", 3);
    for (const [time, value] of points) {
      expect(time).toBeGreaterThanOrEqual(beforeSeconds);
      expect(Number.isInteger(time)).toBe(true);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(2);
    }
    expect(await refusedCount()).toBe(0);
  });
});

describeWith(carbonRelay, "carbon-relay with its pickle destination at Skyline's port", () => {
  test("passes lines on as pickle frames: names, times and values arrive as sent", async () => {
    const folder = await temporaryFolder();
    const [linePort, picklePort] = (await freePorts(2)) as [number, number];
    await mkdir(join(folder, "storage/log"), { recursive: true });
    await writeFile(
      join(folder, "carbon.conf"),
      `[relay]
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = ${linePort}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = ${picklePort}
RELAY_METHOD = consistent-hashing
DESTINATION_PROTOCOL = pickle
MAX_QUEUE_SIZE = 10000
DESTINATIONS = 127.0.0.1:${kale.ports.pickle}
LOG_LISTENER_CONNECTIONS = False
`,
    );
    await writeFile(
      join(folder, "storage-schemas.conf"),
      "[all]\npattern = .*\nretentions = 10s:1d\n",
    );
    const relay = spawn(
      "/usr/bin/carbon-relay",
      [
        "--config",
        join(folder, "carbon.conf"),
        "--logdir",
        join(folder, "storage/log"),
        "--pidfile",
        join(folder, "relay.pid"),
        "--nodaemon",
        "start",
      ],
      {
        env: {
          ...process.env,
          GRAPHITE_STORAGE_DIR: join(folder, "storage"),
          GRAPHITE_CONF_DIR: folder,
        },
      },
    );
    let output = "";
    relay.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    relay.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise((resolve) => relay.on("exit", resolve));

    try {
      const seconds = Math.floor(Date.now() / 1000) - 600;
      const names = Array.from({ length: 40 }, (_, i) => `relay.host${i}.größe`);
      const lines = names.flatMap((name, i) =>
        Array.from({ length: 30 }, (_, k) => `${name} ${i + k / 4} ${seconds + 10 * k}\n`),
      );
      await until(() =>
        sendStream(linePort, lines.join("")).then(
          () => true,
          () => {
            if (relay.exitCode !== null) throw new Error(`carbon-relay ended:\n${output}`);
            return false;
          },
        ),
      );
      for (const [i, name] of names.entries()) {
        expect(await waitForPoints(name, 30)).toEqual(
          Array.from({ length: 30 }, (_, k) => [seconds + 10 * k, i + k / 4]),
        );
      }
      expect(await refusedCount()).toBe(0);
    } catch (error) {
      throw new Error(`carbon-relay wrote:\n${output}`, { cause: error });
    } finally {
      relay.kill("SIGTERM");
      await ended;
      await rm(folder, { recursive: true, force: true });
    }
  });
});
