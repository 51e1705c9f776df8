/**
 * One metric's day to the page: processor time of the whole of Kale for each answer of /kale/points as binary
 * columns, 8,640 points, over one connection; what the process takes when nobody asks is taken off.
 */
import { Agent, get } from "node:http";
import { TcpSender } from "../src/cli/send/senders.ts";
import type { SourcesJson } from "../src/webapp/contract.ts";
import { startKaleProcess, until } from "../test/support/kale-process.ts";
import { cpuSecondsOf } from "./load/process-figures.ts";

export interface PageFigures {
  readonly pointCount: number;
  readonly answerBytes: number;
  readonly requestCount: number;
  /** Milliseconds of processor time of all threads; medians and the least of the rounds. */
  readonly cpuMsPerRequest: number;
  readonly cpuMsPerRequestLeast: number;
  /** Of it, what an answer without samples takes: HTTP, and two threads that are woken. */
  readonly emptyCpuMsPerRequest: number;
  /** Of the first hundreds, while V8 compiles what they need. */
  readonly firstCpuMsPerRequest: number;
}

const name = "bench.page";
const dayMs = 86_400_000;
const stepMs = 10_000;
const firstCount = 500;
/** Until then V8 compiles, of this many both kinds. */
const warmUpCount = 2_000;
const roundCount = 5;
const idleMs = 2_000;

export async function benchPage({
  requestCount,
}: {
  readonly requestCount: number;
}): Promise<PageFigures> {
  const endMs = Math.floor(Date.now() / stepMs) * stepMs;
  const startMs = endMs - dayMs;
  const pointCount = dayMs / stepMs;
  const kale = await startKaleProcess({ args: ["--no-host-metrics", "--max-age", "26h"] });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const sender = await TcpSender.connect({ host: "127.0.0.1", port: kale.ports.carbon });
    const lines = Array.from({ length: pointCount }, (_, i) => {
      const value = Math.round(1000 * Math.sin(i / 300)) / 10 + (i % 7);
      return `${name} ${value} ${(startMs + i * stepMs) / 1000}\n`;
    });
    await sender.send(Buffer.from(lines.join("")));
    await until(async () => {
      const { sources } = await kale.get<SourcesJson>("/kale/sources");
      return (sources.find(({ protocol }) => protocol === "carbon")?.accepted ?? 0) >= pointCount;
    }, 60_000);
    await sender.close();

    const pid = kale.child.pid ?? 0;
    const range = `from=${startMs / 1000}&until=${endMs / 1000}`;
    const day = `${kale.url}/kale/points?name=${name}&${range}&maxPoints=10000`;
    const empty = `${kale.url}/kale/points?name=${name}&from=1000&until=2000`;
    // Accepted is not yet written: the shards are behind by some batches.
    const answerBytes = 32 + 16 * pointCount;
    await until(async () => (await ask(day, agent)) === answerBytes, 60_000);
    const first = await cpuMsOfEach(pid, firstCount, () => ask(day, agent));
    for (let i = 0; i < warmUpCount; i++) {
      await ask(day, agent);
      await ask(empty, agent);
    }

    const days: number[] = [];
    const empties: number[] = [];
    for (let round = 0; round < roundCount; round++) {
      days.push(await cpuMsOfEach(pid, requestCount / roundCount, () => ask(day, agent)));
      empties.push(await cpuMsOfEach(pid, requestCount / roundCount, () => ask(empty, agent)));
    }
    days.sort((a, b) => a - b);
    empties.sort((a, b) => a - b);
    return {
      pointCount,
      answerBytes,
      requestCount,
      cpuMsPerRequest: rounded(days[roundCount >> 1]!),
      cpuMsPerRequestLeast: rounded(days[0]!),
      emptyCpuMsPerRequest: rounded(empties[roundCount >> 1]!),
      firstCpuMsPerRequest: rounded(first),
    };
  } finally {
    agent.destroy();
    await kale.end();
  }
}

async function cpuMsOfEach(
  pid: number,
  count: number,
  work: () => Promise<unknown>,
): Promise<number> {
  const idleFromMs = 1000 * cpuSecondsOf(pid);
  const idleStartedMs = performance.now();
  await new Promise((resolve) => setTimeout(resolve, idleMs));
  const idleShare = (1000 * cpuSecondsOf(pid) - idleFromMs) / (performance.now() - idleStartedMs);
  const fromMs = 1000 * cpuSecondsOf(pid);
  const startedMs = performance.now();
  for (let i = 0; i < count; i++) await work();
  const idleCpuMs = idleShare * (performance.now() - startedMs);
  return (1000 * cpuSecondsOf(pid) - fromMs - idleCpuMs) / count;
}

function ask(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Accept: "application/octet-stream" };
    get(url, { agent, headers }, (response) => {
      let sizeBytes = 0;
      response.on("data", (piece: Buffer) => {
        sizeBytes += piece.length;
      });
      response.on("end", () => {
        if (response.statusCode === 200) resolve(sizeBytes);
        else reject(new Error(`status ${response.statusCode ?? 0}`));
      });
      response.on("error", reject);
    }).on("error", reject);
  });
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
