/** A program with much to read back takes metrics in at once, says how far it is, and loses nothing. */
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fillFolder } from "../bench/fill-folder.ts";
import { fleetNames } from "../bench/fleet.ts";
import type { ErrorJson, PointsJson, StartingJson } from "../src/webapp/contract.ts";
import { freePorts, temporaryFolder, until } from "./support/kale-process.ts";
import { sendStream } from "./support/send.ts";

vi.setConfig({ testTimeout: 240_000 });

const patienceMs = 120_000;
const stepMs = 10_000;
const seriesCount = 12_000;

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test("kale takes lines in while it reads what it kept, answers that it is starting, and then has all", async () => {
  const endMs = Math.floor(Date.now() / stepMs) * stepMs;
  await fillFolder({
    ...{ folder, seriesCount, hours: 24, stepMs, endMs, shardCount: 1 },
    isLearned: false,
  });
  const [carbon, webapp] = await freePorts(2);
  const child = spawn(
    process.execPath,
    [
      ...["src/cli/main.ts", "start", "--data", folder, "--no-host-metrics"],
      ...["--roles", "horizon,webapp", "--log-level", "error"],
      ...["--port-carbon", String(carbon), "--port-webapp", String(webapp)],
      ...["pickle", "msgpack", "oculus"].flatMap((key) => [`--port-${key}`, "0"]),
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    const url = `http://127.0.0.1:${webapp}`;
    const timeSeconds = Math.floor(Date.now() / 1000);
    const line = `starting.first 5 ${timeSeconds}\n`;
    await until(() => sendStream(carbon!, line).then(always, never), patienceMs);
    let told: StartingJson | undefined;
    await until(async () => {
      const response = await fetch(`${url}/kale/starting`).catch(() => undefined);
      told = (await response?.json()) as StartingJson | undefined;
      return told !== undefined;
    }, patienceMs);
    // Where the machine was so fast that it was over by then there is nothing to see.
    if (told!.starting) {
      const response = await fetch(`${url}/kale/series?query=*`);
      if (!response.ok) {
        expect(response.status).toBe(503);
        expect(response.headers.get("Retry-After")).toBe("1");
        const { error } = (await response.json()) as ErrorJson;
        expect(error.code).toBe("starting");
        expect(error.message).toMatch(/starting: \d+ %/);
      }
    }
    await until(() => fetch(`${url}/readyz`).then((answer) => answer.ok, never), patienceMs);
    expect(await fetch(`${url}/kale/starting`).then((answer) => answer.json())).toEqual({
      starting: false,
      share: 1,
    });
    await until(async () => (await pointsOf(url, "starting.first")).length === 1, patienceMs);
    const names = fleetNames(seriesCount);
    for (const name of [names[0]!, names[seriesCount - 1]!]) {
      const points = await pointsOf(url, name);
      expect(points.length).toBe(8640);
      expect(points.at(-1)![0]).toBe(endMs / 1000);
    }
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
});

async function pointsOf(url: string, name: string): Promise<PointsJson["points"]> {
  const path = `/kale/points?name=${encodeURIComponent(name)}&from=-25h&maxPoints=100000`;
  const response = await fetch(url + path);
  return response.ok ? ((await response.json()) as PointsJson).points : [];
}

function always(): boolean {
  return true;
}

function never(): boolean {
  return false;
}
