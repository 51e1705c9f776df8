/**
 * `sum(rate(x[5m]))` over many counters and a day, asked of Kale and of a Prometheus that has the same
 * samples, in turns on the same machine. Prometheus reads a block that promtool made.
 */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { promisify } from "node:util";
import { seededRandom } from "../src/base/random.ts";
import { TcpSender } from "../src/cli/send/senders.ts";
import type { SourcesJson } from "../src/webapp/contract.ts";
import { startKaleProcess, temporaryFolder, until } from "../test/support/kale-process.ts";
import { startPrometheus } from "../test/support/prometheus-process.ts";

export interface PromqlFigures {
  readonly query: string;
  readonly seriesCount: number;
  readonly sampleCount: number;
  readonly stepCount: number;
  /** Medians, milliseconds of processor time of the whole process, and of the wall. */
  readonly kale: Spent;
  readonly prometheus: Spent;
  /** The largest difference of two values, as a part of them. */
  readonly differenceMax: number;
}

interface Spent {
  readonly cpuMs: number;
  readonly wallMs: number;
}

export interface PromqlBenchOptions {
  readonly seriesCount: number;
  readonly hours: number;
  readonly sampleStepMs: number;
  readonly runCount: number;
}

const queries = ["sum(rate(x[5m]))", "sum by (job) (rate(x[5m]))", "max_over_time(x[1h])"];
const stepMs = 60_000;

export async function benchPromql(options: PromqlBenchOptions): Promise<PromqlFigures[]> {
  const { seriesCount, hours, sampleStepMs, runCount } = options;
  const endMs = Math.floor(Date.now() / stepMs) * stepMs;
  const startMs = endMs - hours * 3_600_000;
  const roundCount = Math.floor((endMs - startMs) / sampleStepMs);
  const folder = await temporaryFolder();
  const kale = await startKaleProcess({
    args: ["--no-host-metrics", "--max-age", `${hours + 2}h`],
  });
  try {
    const data = join(folder, "data");
    const file = join(folder, "samples.om");
    const text = createWriteStream(file);
    const sender = await TcpSender.connect({ host: "127.0.0.1", port: kale.ports.carbon });
    text.write("# TYPE x counter\n");
    // promtool wants a series after the other.
    for (let series = 0; series < seriesCount; series++) {
      const random = seededRandom(series);
      const instance = `i${series}`;
      const job = `j${series % 10}`;
      const carbon: string[] = [];
      const openMetrics: string[] = [];
      let value = 0;
      for (let round = 0; round < roundCount; round++) {
        value = random.next() < 0.001 ? 0 : value + Math.floor(random.next() * 100);
        const seconds = (startMs + round * sampleStepMs) / 1000;
        carbon.push(`x_total;instance=${instance};job=${job} ${value} ${seconds}\n`);
        openMetrics.push(`x_total{instance="${instance}",job="${job}"} ${value} ${seconds}\n`);
      }
      await sender.send(Buffer.from(carbon.join("")));
      if (!text.write(openMetrics.join(""))) {
        await once(text, "drain");
      }
    }
    text.end("# EOF\n");
    await finished(text);
    const sampleCount = seriesCount * roundCount;
    await until(async () => {
      const { sources } = await kale.get<SourcesJson>("/kale/sources");
      const accepted = sources.find(({ protocol }) => protocol === "carbon")?.accepted ?? 0;
      return accepted >= sampleCount;
    }, 600_000);
    await sender.close();
    const toBlocks = ["tsdb", "create-blocks-from", "openmetrics", file, data];
    await promisify(execFile)("/usr/bin/promtool", toBlocks, { maxBuffer: 1 << 26 });
    const prometheus = await startPrometheus({ dataFolder: data });
    try {
      const figures: PromqlFigures[] = [];
      for (const shown of queries) {
        const query = shown.replace("x[", "x_total[");
        const range = { query, start: startMs / 1000, end: endMs / 1000, step: stepMs / 1000 };
        const kaleSpent: Spent[] = [];
        const prometheusSpent: Spent[] = [];
        let differenceMax = 0;
        for (let run = 0; run < runCount; run++) {
          const ours = await ask(kale.url, range, kale.child.pid ?? 0);
          const theirs = await ask(prometheus.url, range, prometheus.pid);
          kaleSpent.push(ours.spent);
          prometheusSpent.push(theirs.spent);
          differenceMax = Math.max(differenceMax, differenceOf(ours.values, theirs.values));
        }
        const stepCount = Math.floor((endMs - startMs) / stepMs) + 1;
        figures.push({
          query,
          seriesCount,
          sampleCount,
          stepCount,
          kale: medianOf(kaleSpent),
          prometheus: medianOf(prometheusSpent),
          differenceMax,
        });
      }
      return figures;
    } finally {
      await prometheus.end();
    }
  } finally {
    await kale.end();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Asked {
  readonly spent: Spent;
  readonly values: Float64Array;
}

async function ask(
  url: string,
  parameters: Record<string, string | number>,
  pid: number,
): Promise<Asked> {
  const body = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) body.set(key, String(value));
  const cpuBeforeMs = cpuMsOf(pid);
  const startedMs = performance.now();
  const response = await fetch(`${url}/api/v1/query_range`, { method: "POST", body });
  const text = await response.text();
  const spent = { wallMs: performance.now() - startedMs, cpuMs: cpuMsOf(pid) - cpuBeforeMs };
  if (!response.ok) throw new Error(text);
  const { data } = JSON.parse(text) as {
    data: { result: { metric: Record<string, string>; values: [number, string][] }[] };
  };
  const sorted = data.result.toSorted((a, b) =>
    JSON.stringify(a.metric) < JSON.stringify(b.metric) ? -1 : 1,
  );
  const values = sorted.flatMap((series) => series.values.map(([, value]) => Number(value)));
  return { spent, values: Float64Array.from(values) };
}

function differenceOf(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.max(Math.abs(a[i]!), Math.abs(b[i]!));
    if (size > 0) most = Math.max(most, Math.abs(a[i]! - b[i]!) / size);
  }
  return most;
}

function medianOf(all: readonly Spent[]): Spent {
  return {
    cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
    wallMs: median(all.map(({ wallMs }) => wallMs)),
  };
}

/** Of all threads of a process so far, in user and system; Linux counts in hundredths of a second. */
function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[values.length >> 1]!);
}
