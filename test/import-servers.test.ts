/** `kale import` from servers: a real graphite-web 1.1.8 and a real Prometheus. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { seededRandom } from "../src/base/random.ts";
import { readDataFolder } from "./support/data-folder.ts";
import { GraphiteWeb, graphiteWeb, type OracleSeries } from "./support/graphite-web.ts";
import { kaleImport, startImport } from "./support/kale-import.ts";
import { temporaryFolder } from "./support/kale-process.ts";
import {
  type PrometheusProcess,
  type RemoteSample,
  remoteWrite,
  staleMarker,
  startPrometheus,
} from "./support/prometheus-process.ts";
import { describeWith, prometheusServer } from "./support/requirements.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 120_000 });

let folder: string;
let data: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  data = join(folder, "data");
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

type Answer = (path: string, query: string) => Promise<{ status: number; body: string | Buffer }>;

/** Parameters come in the URL or in the body. */
async function startHttp(
  answer: Answer,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
      const body = await text(request);
      const { status, body: said } = await answer(pathname, body === "" ? search.slice(1) : body);
      response.writeHead(status, { "Content-Type": "application/json" }).end(said);
    })();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describeWith(graphiteWeb, "kale import graphite", () => {
  const step = 60;
  const nowSecond = Math.floor(Date.now() / 1000 / step) * step;
  const names = [
    "servers.web1.load",
    "servers.web2.load",
    "queue",
    "ganglia.web.web1_site.load_one.sum",
    "ganglia.web.web1_site.load_one.num",
    "ganglia.web.__SummaryInfo__.load_one.sum",
    "disk.used;host=a;mount=root",
  ];
  const series: OracleSeries[] = names.map((name, i) => {
    const random = seededRandom(i);
    const values = Array.from({ length: 2000 }, () =>
      random.next() < 0.1 ? null : Math.round(random.next() * 1e6) / 64,
    );
    return { name, step, start: nowSecond - (values.length - 1) * step, values };
  });
  const expected = Object.fromEntries(
    series.map(({ name, start, values }) => [
      name,
      values.flatMap((value, i) => (value === null ? [] : [[start + i * step, value]])),
    ]),
  );
  let graphite: GraphiteWeb;
  let server: Server;
  let url: string;
  beforeAll(async () => {
    graphite = new GraphiteWeb(series, nowSecond);
    ({ server, url } = await startHttp((path, query) => graphite.ask(path, query)));
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await graphite.close();
  });

  test("takes every series with every value, and never a null", async () => {
    const { status, err } = await kaleImport(["graphite", url, "--data", data]);
    expect(err).toBe("");
    expect(status).toBe(0);
    expect(await readDataFolder(data)).toEqual(expected);
  });

  test("takes what a pattern finds, and all below it", async () => {
    const args = ["graphite", url, "--data", data, "--query", "servers.*", "--prefix", "old."];
    expect(await kaleImport(args)).toMatchObject({ status: 0, err: "" });
    expect(await readDataFolder(data)).toEqual({
      "old.servers.web1.load": expected["servers.web1.load"],
      "old.servers.web2.load": expected["servers.web2.load"],
    });
    const tagged = ["graphite", url, "--data", data, "--query", "seriesByTag('host=a')"];
    expect(await kaleImport(tagged)).toMatchObject({ status: 0 });
    expect((await readDataFolder(data))[names.at(-1)!]).toEqual(expected[names.at(-1)!]);
  });

  test("--ganglia takes what ganglia_to_skyline took", async () => {
    expect(await kaleImport(["graphite", url, "--ganglia", "--data", data])).toMatchObject({ status: 0 }); // prettier-ignore
    const name = "ganglia.web.web1_site.load_one.sum";
    expect(await readDataFolder(data)).toEqual({ [name]: expected[name] });
  });
});

test("kale import graphite: killed in the middle it goes on with what is not there yet", async () => {
  const second = Math.floor(Date.now() / 1000) - 1800;
  const names = Array.from({ length: 1200 }, (_, i) => `site.m${String(i).padStart(4, "0")}`);
  const asked: string[] = [];
  const { server, url } = await startHttp((path, query) => {
    if (path === "/metrics/index.json") {
      return Promise.resolve({ status: 200, body: JSON.stringify(names) });
    }
    if (path !== "/render") return Promise.resolve({ status: 404, body: "no" });
    const targets = new URLSearchParams(query).getAll("target");
    asked.push(...targets);
    const body = targets.map((target) => ({ target, datapoints: [[1, second], [null, second + 60]] })); // prettier-ignore
    return Promise.resolve({ status: 200, body: JSON.stringify(body) });
  });
  try {
    const args = ["graphite", url, "--data", data, "--from", "-1h"];
    const { child, ended } = startImport(args);
    const state = join(data, "import-graphite.json");
    await vi.waitUntil(() => existsSync(state) || child.exitCode !== null, { timeout: 90_000, interval: 2 }); // prettier-ignore
    child.kill("SIGKILL");
    const { status } = await ended;
    asked.length = 0;
    const again = await kaleImport(args);
    expect(again.status).toBe(0);
    if (status === null) {
      expect(again.out).toMatch(/^Goes on behind \d+ of 1200/);
      expect(asked).not.toContain(names[0]);
    }
    expect(await readDataFolder(data)).toEqual(
      Object.fromEntries(names.map((name) => [name, [[second, 1]]])),
    );
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("kale import graphite: what is no graphite-web is told, and no password with it", async () => {
  const { server, url } = await startHttp(() => Promise.resolve({ status: 401, body: "who?" }));
  try {
    const secret = url.replace("//", "//me:geheim@");
    const { status, err } = await kaleImport(["graphite", secret, "--data", data]);
    expect(status).toBe(1);
    expect(err).toContain("401 who?");
    expect(err).not.toContain("geheim");
    expect((await kaleImport(["graphite", "--data", data])).status).toBe(2);
    expect((await kaleImport(["graphite", "ftp://x", "--data", data])).status).toBe(2);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("kale import prometheus asks for less where it was too much, and again where it may help", async () => {
  const second = Math.floor(Date.now() / 1000) - 20_000;
  const points = Array.from({ length: 1000 }, (_, i) => [second + i * 15, String(i)] as const);
  let refusedCount = 0;
  let busyCount = 0;
  const { server, url } = await startHttp((path, query) => {
    const parameters = new URLSearchParams(query);
    if (path === "/api/v1/label/__name__/values") {
      return Promise.resolve({ status: 200, body: JSON.stringify({ data: ["up"] }) });
    }
    if (busyCount === 0) {
      busyCount += 1;
      return Promise.resolve({ status: 503, body: "busy" });
    }
    const lengthMs = Number(/\[(\d+)ms\]/.exec(parameters.get("query") ?? "")?.[1]);
    if (lengthMs > 1_800_000) {
      refusedCount += 1;
      return Promise.resolve({ status: 422, body: "too many samples" });
    }
    const until = Number(parameters.get("time"));
    const values = points.filter(([at]) => at <= until && at >= until - lengthMs / 1000);
    const result = [{ metric: { __name__: "up" }, values }];
    const body = JSON.stringify({ data: { resultType: "matrix", result } });
    return Promise.resolve({ status: 200, body });
  });
  try {
    const args = ["prometheus", url, "--data", data, "--from", String(second)];
    const { status, out } = await kaleImport(args);
    expect(status).toBe(0);
    expect(out).toBe("1000 samples of 1 series were taken over.\n");
    expect(refusedCount).toBeGreaterThan(0);
    expect(await readDataFolder(data)).toEqual({ up: points.map(([at, value]) => [at, Number(value)]) }); // prettier-ignore
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

describeWith(prometheusServer, "kale import prometheus", () => {
  const nowMs = Date.now();
  let prometheus: PrometheusProcess;
  const samples: RemoteSample[] = [];
  beforeAll(async () => {
    prometheus = await startPrometheus({ args: ["--web.enable-remote-write-receiver"] });
    const random = seededRandom(7);
    for (let i = 0; i < 400; i++) {
      for (const [k, job] of ["a", "b;c"].entries()) {
        const timeMs = nowMs - 7_000_000 + i * 15_000 + k;
        const labels = { __name__: "http_requests_total", job, instance: "x:80" };
        samples.push({ labels, timeMs, value: Math.round(random.next() * 1e9) / 128 });
      }
      samples.push({ labels: { __name__: "up" }, timeMs: nowMs - 7_000_000 + i * 15_000, value: i % 2 }); // prettier-ignore
    }
    samples.push({ labels: { __name__: "up" }, timeMs: nowMs - 60_000, value: staleMarker });
    samples.push({ labels: { __name__: "up" }, timeMs: nowMs - 50_000, value: Number.NaN });
    expect((await remoteWrite(prometheus.url, samples)).ok).toBe(true);
  });
  afterAll(async () => {
    await prometheus.end();
  });

  function expectedOf(wants: (sample: RemoteSample) => boolean) {
    const found: Record<string, [number, number][]> = {};
    for (const sample of samples.filter(wants)) {
      if (!Number.isFinite(sample.value)) continue;
      const { __name__: metric, ...labels } = sample.labels;
      const tags = Object.entries(labels).sort().map(([key, value]) => `;${key}=${value.replace(";", "_")}`); // prettier-ignore
      const points = (found[`${metric}${tags.join("")}`] ??= []);
      points.push([sample.timeMs / 1000, sample.value as number]);
    }
    return found;
  }

  test("takes every sample as it was scraped, but no marker and no NaN", async () => {
    const { status, out, err } = await kaleImport(["prometheus", prometheus.url, "--data", data]);
    expect(err).toBe("");
    expect(status).toBe(0);
    expect(out).toContain('values-that-are-no-number: "{__name__=\\"up\\"}"');
    expect(await readDataFolder(data)).toEqual(expectedOf(() => true));
  });

  test.each([
    ["up", "up", ""],
    ['http_requests_total{job="a"}', "http_requests_total", "a"],
    ['{job="a"}', "http_requests_total", "a"],
  ])("--match %s takes what matches", async (match, metric, job) => {
    const args = ["prometheus", prometheus.url, "--data", data, "--match", match];
    expect(await kaleImport(args)).toMatchObject({ status: 0, err: "" });
    expect(await readDataFolder(data)).toEqual(
      expectedOf(({ labels }) => labels["__name__"] === metric && (labels["job"] ?? "") === job),
    );
  });

  test("a range is half-open to the millisecond; a selector that is none is refused", async () => {
    const [first, , , , , , last] = samples.filter(({ labels }) => labels["job"] === "a");
    const range = ["--from", String(first!.timeMs), "--until", String(last!.timeMs)];
    const args = ["prometheus", prometheus.url, "--data", data, "--match", '{job="a"}', ...range];
    expect(await kaleImport(args)).toMatchObject({ status: 0, err: "" });
    const isIn = ({ timeMs }: RemoteSample) => timeMs >= first!.timeMs && timeMs < last!.timeMs;
    expect(await readDataFolder(data)).toEqual(
      expectedOf((sample) => sample.labels["job"] === "a" && isIn(sample)),
    );
    const wrong = await kaleImport([
      "prometheus",
      prometheus.url,
      "--data",
      data,
      "--match",
      "1+1",
    ]);
    expect(wrong.status).toBe(2);
  });
});
