import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestWebapp, type TestWebapp } from "./http.fixture.ts";

let app: TestWebapp;
beforeAll(async () => {
  app = await startTestWebapp();
});
afterAll(() => app.webapp.close());

test("/healthz and /readyz say that the program answers and works", async () => {
  expect((await app.get("/healthz")).json()).toEqual({ status: "ok", faults: [] });
  expect((await app.get("/readyz")).json()).toEqual({ status: "ready", faults: [] });
  expect((await app.get("/readyz?strict=1")).status).toBe(200);
  expect((await app.get("/readyz?strikt=1")).status).toBe(400);
});

test("/healthz and /readyz name a full disk and stay in service; with strict=1 /readyz fails", async () => {
  const shards = await app.site.parts.shards();
  const full = shards.map((shard, at) =>
    at === 1 ? { ...shard, store: { ...shard.store, isDurable: false } } : shard,
  );
  const journal = { ...app.site.parts.journal(), unsavedCount: 3 };
  const troubled = await startTestWebapp(
    {},
    { shards: () => Promise.resolve(full), journal: () => journal },
  );
  try {
    const faults = [
      "The disk takes no more, samples are kept in memory only: 214 so far. Free space on it; Kale goes on by itself.",
      "The journal's file cannot be written: what is new of 3 anomalies is in memory only.",
    ];
    for (const route of ["/healthz", "/readyz"]) {
      const answer = await troubled.get(route);
      expect(answer.status).toBe(200);
      expect(answer.json()).toEqual({ status: "degraded", faults });
    }
    const strict = await troubled.get("/readyz?strict=1");
    expect(strict.status).toBe(503);
    expect(strict.json()).toEqual({ error: { code: "not-ready", message: faults.join(" ") } });
  } finally {
    await troubled.webapp.close();
  }
});

test("/healthz answers although the shards do not, and says so", async () => {
  const silent = await startTestWebapp({}, { shards: () => new Promise(() => undefined) });
  try {
    const answer = await silent.get("/healthz");
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      status: "degraded",
      faults: ["The shards gave no answer within 0.5 s."],
    });
  } finally {
    await silent.webapp.close();
  }
});

test("/metrics is Prometheus text about ingest, store, judging, episodes, HTTP and process", async () => {
  await app.get("/kale/anomalies/one");
  await app.get("/kale/anomalies/two");
  await app.get("/wp-admin.php");
  app.site.begin("web.fe1.requests", 3);
  const answer = await app.get("/metrics");
  expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  for (const line of [
    'kale_build_info{version="1.2.3",store="embedded"} 1',
    'kale_ingest_listening{protocol="pickle"} 0',
    'kale_ingest_samples_total{protocol="msgpack"} 88120',
    'kale_ingest_refused_total{protocol="carbon",reason="bad-value"} 17',
    'kale_ingest_dropped_total{protocol="msgpack"} 31',
    'kale_store_faults_total{shard="1",code="corrupt-record"} 1',
    'kale_store_durable{shard="0"} 1',
    'kale_judging_series{shard="0",status="Boring"} 2',
    'kale_judging_round_seconds{shard="0"} 1.84',
    'kale_episode_changes_total{change="started"} 1',
    'kale_http_requests_total{route="/kale/anomalies/:id",status="404"} 2',
    'kale_http_requests_total{route="other",status="404"} 1',
    "kale_event_streams 0",
    "kale_canary_ok 1",
  ]) {
    expect(answer.text.split("\n")).toContain(line);
  }
  expect(answer.text).toMatch(/^process_cpu_seconds_total \d/m);
  // A way in that has no port is none that is closed.
  expect(answer.text).toContain('kale_ingest_samples_total{protocol="host"} 12');
  expect(answer.text).not.toContain('kale_ingest_listening{protocol="host"}');
});

test("/metrics has the form that Prometheus reads, line by line", async () => {
  const { text } = await app.get("/metrics");
  expect(text.endsWith("\n")).toBe(true);
  const label = String.raw`[a-z_]+="(?:[^"\\\n]|\\["\\n])*"`;
  const sample = new RegExp(
    String.raw`^([a-z_]+)(?:\{${label}(?:,${label})*\})? (?:[-+.e\d]+|NaN|[-+]Inf)$`,
  );
  const seen = new Set<string>();
  let current = "";
  for (const line of text.trimEnd().split("\n")) {
    const type = /^# TYPE (\S+) (?:counter|gauge)$/.exec(line);
    if (type !== null) {
      current = type[1] ?? "";
      expect(seen.has(current), current).toBe(false);
      seen.add(current);
    } else if (!line.startsWith("# HELP ")) expect(sample.exec(line)?.[1], line).toBe(current);
  }
  expect(seen.size).toBeGreaterThan(35);
});
