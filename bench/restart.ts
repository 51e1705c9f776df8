/**
 * How long a Kale with a day of many metrics takes to come back: its folder is made as after a day, the
 * real program is started on it, and from the moment of its start is taken how long until its port takes
 * a first line, until a point sent then can be read, and until the whole answers.
 *
 * Files are as warm as the machine has them: they were just written.
 */
import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { connect } from "node:net";
import type { PointsJson, StatusJson } from "../src/webapp/contract.ts";
import { freePorts, nodeFlags, temporaryFolder } from "../test/support/kale-process.ts";
import { fillFolder } from "./fill-folder.ts";
import { cpuSecondsOf, residentBytesOf } from "./load/process-figures.ts";

const stepMs = 10_000;
const lookMs = 20;
const patienceMs = 600_000;

export interface RestartFigures {
  readonly seriesCount: number;
  readonly hours: number;
  readonly folder: {
    readonly pointCount: number;
    readonly bytes: number;
    readonly pointsPerCpuSecond: number;
  };
  /** From the start of the process, wall time. */
  readonly seconds: {
    /** The Carbon port takes a connection and a line. */
    readonly toFirstLine: number;
    /** The page answers, if only that it is starting. */
    readonly toFirstPage: number;
    /** /readyz says ready: every query answers from the whole day. */
    readonly toFullService: number;
    /** What was sent while it started can be read. */
    readonly toReadBack: number;
  };
  /** Of the process, until it was in full service. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly memoryBytesPerSeries: number;
  readonly samplesHeld: number;
}

export async function benchRestart(options: {
  readonly seriesCount: number;
  readonly hours: number;
  readonly shardCount: number;
  readonly report: (text: string) => void;
}): Promise<RestartFigures> {
  const { seriesCount, hours, shardCount, report } = options;
  const folder = await temporaryFolder();
  try {
    report(`restart: making a folder of ${seriesCount} metrics x ${hours} h`);
    const endMs = Math.floor(Date.now() / stepMs) * stepMs;
    const fill = await fillFolder({ folder, seriesCount, hours, stepMs, endMs, shardCount });
    report(`restart: starting the program`);
    const measured = await measureStart(folder, seriesCount);
    return {
      seriesCount,
      hours,
      folder: {
        pointCount: fill.pointCount,
        bytes: fill.chunkBytes,
        pointsPerCpuSecond: Math.round(fill.pointCount / fill.cpuSeconds),
      },
      ...measured,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureStart(
  folder: string,
  seriesCount: number,
): Promise<Omit<RestartFigures, "seriesCount" | "hours" | "folder">> {
  const [carbon, webapp] = await freePorts(2);
  const off = ["pickle", "msgpack", "oculus"].flatMap((key) => [`--port-${key}`, "0"]);
  const ports = [`--port-carbon`, String(carbon), `--port-webapp`, String(webapp), ...off];
  const startedMs = performance.now();
  const since = (): number => Math.round(performance.now() - startedMs) / 1000;
  const child = spawn(
    process.execPath,
    [...nodeFlags, "src/cli/main.ts", "start", "--data", folder, "--no-host-metrics", ...ports],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  try {
    const url = `http://127.0.0.1:${webapp}`;
    const timeSeconds = Math.floor(Date.now() / 1000);
    const [toFirstLine, toFirstPage, full] = await Promise.all([
      until(() => sendLine(carbon!, `bench.restart.first 1 ${timeSeconds}\n`)).then(since),
      until(() => answers(`${url}/healthz`)).then(since),
      until(() => answers(`${url}/readyz`)).then(() => ({
        seconds: since(),
        ...processFigures(child.pid!),
      })),
    ]);
    await until(async () => {
      const points = await json<PointsJson>(`${url}/kale/points?name=bench.restart.first&from=-1h`);
      return points?.points.length === 1;
    });
    const toReadBack = since();
    const status = await json<StatusJson>(`${url}/kale/status`);
    const sum = (of: (shard: StatusJson["shards"][number]) => number): number =>
      (status?.shards ?? []).reduce((total, shard) => total + of(shard), 0);
    return {
      seconds: { toFirstLine, toFirstPage, toFullService: full.seconds, toReadBack },
      cpuSeconds: full.cpuSeconds,
      residentBytes: full.residentBytes,
      memoryBytesPerSeries: Math.round(sum((shard) => shard.memoryBytes) / seriesCount),
      samplesHeld: sum((shard) => shard.samples),
    };
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** As the system counts them; the page cannot be asked while it starts. */
function processFigures(pid: number): { cpuSeconds: number; residentBytes: number } {
  return { cpuSeconds: cpuSecondsOf(pid), residentBytes: residentBytesOf(pid) };
}

function sendLine(port: number, line: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("error", () => {
      resolve(false);
    });
    socket.once("connect", () => {
      socket.end(line, () => {
        resolve(true);
      });
    });
  });
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    (response) => response.ok,
    () => false,
  );
}

async function json<T>(url: string): Promise<T | undefined> {
  const response = await fetch(url);
  return response.ok ? ((await response.json()) as T) : undefined;
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error("the program did not come back");
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
