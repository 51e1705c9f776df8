/**
 * Real programs of Prometheus' world and a real Kale: an exporter that Kale scrapes, and a Prometheus
 * that writes what it scrapes on to Kale. What arrived is compared, sample by sample.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, expect, test } from "vitest";
import { freePorts, type KaleProcess, startKaleProcess, until } from "./support/kale-process.ts";
import { startPrometheus } from "./support/prometheus-process.ts";
import {
  describeWith,
  nodeExporter,
  nodeExporterPath,
  prometheusServer,
} from "./support/requirements.ts";

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

type Metric = Readonly<Record<string, string>>;
type Point = readonly [seconds: number, value: string];

interface MatrixJson {
  readonly data: { readonly result: readonly { metric: Metric; values: readonly Point[] }[] };
}

/** The samples themselves, by labels. */
async function samplesOf(
  baseUrl: string,
  query: string,
  timeSeconds: number,
): Promise<Map<string, readonly Point[]>> {
  const form = new URLSearchParams({ query, time: String(timeSeconds) });
  const response = await fetch(`${baseUrl}/api/v1/query`, { method: "POST", body: form });
  if (!response.ok) throw new Error(`${query}: ${response.status} ${await response.text()}`);
  const { data } = (await response.json()) as MatrixJson;
  const found = new Map<string, readonly Point[]>();
  for (const { metric, values } of data.result) {
    // Kale keeps no NaN: a summary without observations has no value.
    const numbers = values.filter(([, value]) => value !== "NaN");
    const labels = Object.entries(metric).toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (numbers.length > 0) found.set(JSON.stringify(labels), numbers);
  }
  return found;
}

async function startExporter(): Promise<number> {
  const [port] = await freePorts(1);
  const child: ChildProcess = spawn(nodeExporterPath, [`--web.listen-address=127.0.0.1:${port}`], {
    stdio: "ignore",
  });
  const ended = new Promise((resolve) => child.on("exit", resolve));
  undo.push(() => {
    child.kill("SIGTERM");
    return ended;
  });
  await until(
    () =>
      fetch(`http://127.0.0.1:${port}/metrics`).then(
        (response) => response.ok,
        () => false,
      ),
    30_000,
  );
  return port!;
}

async function startKale(...args: string[]): Promise<KaleProcess> {
  const kale = await startKaleProcess({ args: ["--no-host-metrics", ...args] });
  undo.push(() => kale.end());
  return kale;
}

describeWith(nodeExporter, "prometheus-node-exporter, scraped by Kale", () => {
  test("every series of its page arrives under its name and labels", async () => {
    const port = await startExporter();
    const url = `http://127.0.0.1:${port}/metrics`;
    const kale = await startKale("--scrape", `node=${url}`, "--scrape-interval", "1s");
    const page = await (await fetch(url)).text();
    const metrics = new Set<string>();
    for (const line of page.split("\n")) {
      if (line !== "" && !line.startsWith("#") && !/ NaN$/.test(line)) {
        metrics.add(/^[^{ ]+/.exec(line)![0]);
      }
    }
    expect(metrics.size).toBeGreaterThan(100);
    const labels = `job="node",instance="127.0.0.1:${port}"`;
    let found = new Map<string, readonly Point[]>();
    await until(async () => {
      found = await samplesOf(kale.url, `{${labels}}[1m]`, Date.now() / 1000);
      return found.size >= metrics.size;
    }, 60_000);
    const arrived = new Set(
      [...found.keys()].map((key) => (JSON.parse(key) as [string, string][])[0]![1]),
    );
    expect([...metrics].filter((metric) => !arrived.has(metric))).toEqual([]);
    for (const metric of ["up", "scrape_duration_seconds", "scrape_samples_scraped"]) {
      expect(arrived.has(metric), metric).toBe(true);
    }
    const total = /^node_memory_MemTotal_bytes (\S+)$/m.exec(page)?.[1];
    const memory = await samplesOf(kale.url, "node_memory_MemTotal_bytes[1m]", Date.now() / 1000);
    expect(Number([...memory.values()][0]?.[0]?.[1])).toBe(Number(total));
    const answer = await kale.get<{ data: Record<string, { type: string }[]> }>(
      "/api/v1/metadata?metric=node_cpu_seconds_total",
    );
    expect(answer.data["node_cpu_seconds_total"]?.[0]?.type).toBe("counter");
  }, 120_000);
});

describeWith(prometheusServer, "a Prometheus that writes on to Kale", () => {
  test("names, labels, values and times are the same in both", async () => {
    const kale = await startKale();
    const [ownPort] = await freePorts(1);
    const config = `
global:
  scrape_interval: 1s
  external_labels: {site: "a=b"}
scrape_configs:
  - job_name: prometheus
    static_configs:
      - targets: ["127.0.0.1:${ownPort}"]
remote_write:
  - url: ${kale.url}/api/v1/write
    queue_config: {batch_send_deadline: 1s}
    metadata_config: {send_interval: 1s}
`;
    const prometheus = await startPrometheus({ config, port: ownPort! });
    undo.push(() => prometheus.end());

    // Some seconds that lie behind, of which all has been sent.
    const query = '{job="prometheus"}[4s]';
    let seconds = 0;
    await until(async () => {
      const now = Math.floor(Date.now() / 1000);
      const newest = await samplesOf(kale.url, "up[1m]", now);
      const [points] = newest.values();
      if ((points?.length ?? 0) < 8) return false;
      seconds = points!.at(-1)![0] - 2;
      return true;
    }, 60_000);
    const theirs = await samplesOf(prometheus.url, query, seconds);
    // What Prometheus adds on the way out is not in its own store.
    const expected = new Map(
      Array.from(theirs, ([key, points]) => {
        const labels = [...(JSON.parse(key) as [string, string][]), ["site", "a=b"]];
        const sorted = labels.toSorted(([a], [b]) => (a! < b! ? -1 : 1));
        return [JSON.stringify(sorted), points];
      }),
    );
    expect(expected.size).toBeGreaterThan(200);
    let ours = new Map<string, readonly Point[]>();
    await until(async () => {
      ours = await samplesOf(kale.url, query, seconds);
      return ours.size >= expected.size;
    }, 60_000);
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(expected));

    await until(async () => {
      const { data } = await kale.get<{ data: Record<string, { type: string }[]> }>(
        "/api/v1/metadata?metric=prometheus_http_requests_total",
      );
      return data["prometheus_http_requests_total"]?.[0]?.type === "counter";
    }, 60_000);
  }, 180_000);
});
