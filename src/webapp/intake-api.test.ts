import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { BodyCounts, BodyFault, BodyOutcome } from "../model/index.ts";
import { startTestWebapp, type Answer, type TestWebapp } from "./http.fixture.ts";
import { allTaken, broken, MemoryBodies, partlyTaken } from "./memory-bodies.fixture.ts";

let bodies: MemoryBodies;
let app: TestWebapp;
const others: TestWebapp[] = [];

beforeEach(async () => {
  bodies = new MemoryBodies();
  app = await startTestWebapp({}, { bodies });
});
afterEach(async () => {
  for (const { webapp } of [app, ...others.splice(0)]) await webapp.close();
});

function post(
  target: string,
  body: string | Uint8Array = "",
  headers: Record<string, string> = {},
): Promise<Answer> {
  return app.send("POST", target, { headers, body });
}

function tell(counts: BodyCounts): void {
  bodies.outcome = { isRead: true, counts };
}

const protobuf = { "Content-Type": "application/x-protobuf" };
const protobufV2 = {
  "Content-Type": "application/x-protobuf;proto=io.prometheus.write.v2.Request",
};
const json = { "Content-Type": "application/json" };
const routes: readonly (readonly [string, Record<string, string>])[] = [
  ["/api/v1/write", protobuf],
  ["/write?db=x", {}],
  ["/api/v2/write?bucket=b&org=o", {}],
  ["/v1/metrics", protobuf],
  ["/v1/metrics", json],
  ["/api/put", json],
  ["/collectd", json],
];

interface CapturedRequest {
  readonly file: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const captures = new URL("../../test/data/captures/", import.meta.url);
const captured = JSON.parse(
  readFileSync(new URL("http-requests.json", captures), "utf8"),
) as CapturedRequest[];

const expectedKinds: Readonly<Record<string, readonly [kind: string, encoding: string]>> = {
  "collectd-write-http-kairosdb.body": ["collectd", ""],
  "collectd-write-http-json.body": ["collectd", ""],
  "collectd-write-http-command.body": ["collectd", ""],
  "otlp-go-protobuf.body": ["otlp-protobuf", ""],
  "otlp-javascript-json.body": ["otlp-json", ""],
  "remote-write-v1-vmagent.body": ["prometheus-v1", "snappy"],
  "remote-write-vmagent-zstd.body": ["prometheus-v1", "zstd"],
  "remote-write-v1-prometheus-2.42.body": ["prometheus-v1", "snappy"],
  "remote-write-v1-telegraf.body": ["prometheus-v1", "snappy"],
  "remote-write-v2-prometheus-3.body": ["prometheus-v2", "snappy"],
  "telegraf-influx-v1-write.body": ["influx", "gzip"],
  "telegraf-influx-v2-write.body": ["influx", "gzip"],
  "telegraf-opentsdb-put.body": ["opentsdb", "gzip"],
};

test.each(captured.map((request) => [request.file, request] as const))(
  "what a real sender posted, %s, reaches the intake byte for byte and is answered as it wants",
  async (file, { method, path, headers }) => {
    const body = readFileSync(new URL(file, captures));
    const answer = await app.send(method, path, { headers, body });
    if (path === "/query") {
      expect(answer.headers["content-encoding"]).toBe("gzip");
      expect(gunzipSync(answer.bytes).toString()).toBe('{"results":[{"statement_id":0}]}');
      expect(bodies.requests).toEqual([]);
      return;
    }
    expect(answer.status).toBe(path === "/v1/metrics" ? 200 : 204);
    const [request] = bodies.requests;
    expect([request?.kind, request?.encoding]).toEqual(expectedKinds[file]);
    expect(Buffer.from(request?.body ?? []).equals(body)).toBe(true);
    expect(request?.body.buffer.byteLength).toBe(body.length);
  },
);

test.each(routes)(
  "POST %s %j needs no token, and no page of another site",
  async (path, headers) => {
    expect((await post(path, "x", headers)).status).toBeLessThan(300);
    for (const from of [{ Origin: "https://evil.example" }, { "Sec-Fetch-Site": "cross-site" }]) {
      expect((await post(path, "x", { ...headers, ...from })).status).toBe(403);
    }
    expect((await post(path, "x", { ...headers, Host: "evil.example" })).status).toBe(403);
    expect(bodies.requests).toHaveLength(1);
    const answer = await post(path, "x", headers);
    expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
  },
);

test.each(routes)(
  "POST %s %j answers faults by status, and tells when to come back",
  async (path, headers) => {
    const faults: readonly (readonly [BodyFault, number])[] = [
      ["busy", 503],
      ["unknown-encoding", 415],
      ["bad-encoding", 400],
      ["long-body", 413],
    ];
    for (const [fault, status] of faults) {
      bodies.outcome = { isRead: false, fault };
      const answer = await post(path, "x", { ...headers, "Content-Encoding": "br" });
      expect([answer.status, answer.headers["retry-after"]]).toEqual([
        status,
        fault === "busy" ? "1" : undefined,
      ]);
    }
  },
);

test.each(routes)("POST %s %j reads no further than 16 MiB", async (path, headers) => {
  const stated = { ...headers, "Content-Length": String((16 << 20) + 1) };
  expect((await post(path, "x", stated).catch(() => undefined))?.status).toBe(413);
  const long = new Uint8Array((16 << 20) + 1);
  const chunked = { ...headers, "Transfer-Encoding": "chunked" };
  // The rest may meet a closed connection before the answer is read.
  expect([413, undefined]).toContain(
    (await post(path, long, chunked).catch(() => undefined))?.status,
  );
  expect(bodies.requests).toEqual([]);
});

test.each(routes)("POST %s %j is 501 where nothing is taken in", async (path, headers) => {
  const other = await startTestWebapp();
  others.push(other);
  expect((await other.send("POST", path, { headers, body: "x" })).status).toBe(501);
});

test("bodies that wait are held up to a limit, and its room comes back", async () => {
  const other = await startTestWebapp({ limits: { senderBytesMax: 10 } }, { bodies });
  others.push(other);
  const answers: ((outcome: BodyOutcome) => void)[] = [];
  bodies.outcome = new Promise((resolve) => answers.push(resolve));
  const first = other.send("POST", "/write", { body: "1234567" });
  while (bodies.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await other.send("POST", "/write", { body: "1234567" });
  expect([second.status, second.headers["retry-after"]]).toEqual([503, "1"]);
  for (const answer of answers) answer({ isRead: true, counts: allTaken });
  expect((await first).status).toBe(204);
  expect((await other.send("POST", "/write", { body: "1234567" })).status).toBe(204);
});

const written = (answer: Answer): (string | string[] | undefined)[] =>
  ["samples", "histograms", "exemplars"].map(
    (what) => answer.headers[`x-prometheus-remote-write-${what}-written`],
  );

test("/api/v1/write tells senders of version 2 what was written, whatever became of it", async () => {
  expect(written(await post("/api/v1/write", "x", protobuf))).toEqual(Array(3).fill(undefined));
  const whole = await post("/api/v1/write", "x", protobufV2);
  expect([whole.status, ...written(whole)]).toEqual([204, "3", "0", "0"]);
  tell(partlyTaken);
  const partial = await post("/api/v1/write", "x", protobufV2);
  expect([partial.status, ...written(partial)]).toEqual([400, "3", "1", "0"]);
  expect(partial.text).toBe('2 refused: too-old (2, the last: "m\u2028 1 0")\n');
  tell(broken);
  const spoilt = await post("/api/v1/write", "x", protobufV2);
  expect([spoilt.status, ...written(spoilt)]).toEqual([400, "3", "0", "0"]);
  bodies.outcome = { isRead: false, fault: "busy" };
  const refused = await post("/api/v1/write", "x", protobufV2);
  expect([refused.status, ...written(refused)]).toEqual([503, "0", "0", "0"]);
});

test.each([
  ["", "prometheus-v1"],
  ["application/x-protobuf", "prometheus-v1"],
  ["application/x-protobuf; proto=prometheus.WriteRequest", "prometheus-v1"],
  ['APPLICATION/X-PROTOBUF; PROTO="io.prometheus.write.v2.Request"', "prometheus-v2"],
  ["application/x-protobuf;proto=io.prometheus.write.v3.Request", undefined],
  ["application/json", undefined],
])("/api/v1/write reads the content type %j as %s", async (type, kind) => {
  const answer = await post("/api/v1/write", "x", type === "" ? {} : { "Content-Type": type });
  expect(answer.status).toBe(kind === undefined ? 415 : 204);
  expect(bodies.requests.map((request) => [request.kind, request.encoding])).toEqual(
    kind === undefined ? [] : [[kind, "snappy"]],
  );
});

test("/write and /api/v2/write tell of refused lines, each in its own form", async () => {
  tell(partlyTaken);
  const message = 'partial write: 2 refused: too-old (2, the last: "m\u2028 1 0")';
  const first = await post("/write?db=x");
  expect([first.status, first.json()]).toEqual([400, { error: message }]);
  expect(first.headers["x-influxdb-error"]).toBe(message.replace("\u2028", "?"));
  const second = await post("/api/v2/write");
  expect([second.status, second.json()]).toEqual([400, { code: "invalid", message }]);
});

test.each([
  ["", undefined, 204],
  ["?precision=s", "s", 204],
  ["?precision=n", "ns", 204],
  ["?precision=%C2%B5", "us", 204],
  ["?precision=h&db=x&u=ann&p=secret&rp=a&consistency=one", "h", 204],
  ["?precision=d", undefined, 400],
])("/write%s is read in the precision %s", async (query, precision, status) => {
  expect((await post(`/write${query}`, "m x=1")).status).toBe(status);
  expect(bodies.requests.map((request) => request.precision)).toEqual(
    status === 204 ? [precision ?? "ns"] : [],
  );
});

test("/ping answers as InfluxDB does", async () => {
  for (const method of ["GET", "HEAD"]) {
    const answer = await app.send(method, "/ping");
    expect([answer.status, answer.text]).toEqual([204, ""]);
    expect(answer.headers["x-influxdb-version"]).toBe("1.8.0");
  }
});

const form = { "Content-Type": "application/x-www-form-urlencoded" };

test.each([
  ["CREATE DATABASE tg", 200],
  [' create  database "my ""base" ', 400],
  [' create  database "my \\"base";', 200],
  ["CREATE DATABASE tg WITH DURATION 1d NAME x", 200],
  ["CREATE DATABASE tg; DROP DATABASE tg", 400],
  ["CREATE DATABASE", 400],
  ["SHOW DATABASES", 400],
  ["", 400],
])("/query answers %j by %d", async (query, status) => {
  const text = `q=${encodeURIComponent(query)}`;
  const answers = [await post("/query", text, form)];
  if (query.length < 1_000) answers.push(await app.get(`/query?${text}`));
  for (const answer of answers) {
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.json()).toEqual({ results: [{ statement_id: 0 }] });
    else expect((answer.json() as { error: string }).error).toContain("CREATE DATABASE");
  }
});

test("/query looks at no more of a long query than it has to", async () => {
  const text = `q=CREATE DATABASE a WITH ${"+".repeat(60_000)};x`;
  expect((await post("/query", text, form)).status).toBe(400);
  expect((await post("/query", `${text}${text}`, form)).status).toBe(413);
});

test("/v1/metrics answers in the encoding of the request", async () => {
  const empty = await post("/v1/metrics", "x", protobuf);
  expect([empty.status, empty.headers["content-type"], empty.bytes.length]).toEqual([
    200,
    "application/x-protobuf",
    0,
  ]);
  const plain = await post("/v1/metrics", "{}", {
    "Content-Type": "application/json; charset=utf-8",
  });
  expect([plain.status, plain.json()]).toEqual([200, {}]);

  tell({ ...partlyTaken, refusedPieceCount: 300 });
  const errorMessage = '300 refused: too-old (2, the last: "m\u2028 1 0")';
  const text = Buffer.from(errorMessage);
  const inner = Buffer.concat([Buffer.of(0x08, 0xac, 0x02, 0x12, text.length), text]);
  const partial = await post("/v1/metrics", "x", protobuf);
  expect(partial.status).toBe(200);
  expect(partial.bytes).toEqual(Buffer.concat([Buffer.of(0x0a, inner.length), inner]));
  expect((await post("/v1/metrics", "x", json)).json()).toEqual({
    partialSuccess: { rejectedDataPoints: "300", errorMessage },
  });

  tell(broken);
  const message = 'The body is broken: bad-protobuf (1, the last: "x")';
  const failed = await post("/v1/metrics", "x", protobuf);
  expect([failed.status, failed.bytes]).toEqual([
    400,
    Buffer.concat([Buffer.of(0x08, 3, 0x12, message.length), Buffer.from(message)]),
  ]);
  expect((await post("/v1/metrics", "x", json)).json()).toEqual({ code: 3, message });
  expect((await post("/v1/metrics", "x", { "Content-Type": "text/plain" })).status).toBe(415);
});

test("/api/put answers as OpenTSDB does, with ?summary and ?details", async () => {
  expect((await post("/api/put", "x")).status).toBe(204);
  expect((await post("/api/put?summary", "x")).json()).toEqual({ success: 3, failed: 0 });
  expect((await post("/api/put?details=true", "x")).json()).toEqual({
    success: 3,
    failed: 0,
    errors: [],
  });

  const examples = [
    { reason: "bad-time", example: '{"metric":"m"}' },
    { reason: "too-old", example: "m;host=fe 1 2.5 1764000000" },
    { reason: "too-old", example: "cut and long… 1 0" },
  ];
  tell({ ...partlyTaken, refusedPieceCount: 3, examples });
  const plain = await post("/api/put", "x");
  expect([plain.status, plain.json()]).toMatchObject([400, { error: { code: 400 } }]);
  const summary = await post("/api/put?summary", "x");
  expect([summary.status, summary.json()]).toEqual([400, { success: 3, failed: 3 }]);
  expect(bodies.requests.at(-1)?.exampleCountMax).toBeUndefined();
  const details = await post("/api/put?details", "x");
  expect(bodies.requests.at(-1)?.exampleCountMax).toBe(1_000);
  expect([details.status, details.json()]).toEqual([
    400,
    {
      success: 3,
      failed: 3,
      errors: [
        { datapoint: { metric: "m" }, error: "bad-time" },
        {
          datapoint: { metric: "m", timestamp: 1764000000, value: 2.5, tags: { host: "fe 1" } },
          error: "too-old",
        },
        { datapoint: "cut and long… 1 0", error: "too-old" },
      ],
    },
  ]);

  tell({ ...allTaken, pieceCount: 0, takenPieceCount: 0 });
  expect((await post("/api/put", "[]")).status).toBe(400);
  const read = await app.send("GET", "/api/put");
  expect([read.status, read.json()]).toMatchObject([405, { error: { code: 405 } }]);
  tell(broken);
  expect((await post("/api/put?details", "{")).json()).toMatchObject({ error: { code: 400 } });
});

test("/api/put?sync waits until the points are on disk, for as long as it is told", async () => {
  let release = (): void => undefined;
  bodies.syncing = new Promise<void>((resolve) => (release = resolve));
  const late = await post("/api/put?sync&sync_timeout=5", "x");
  expect([late.status, late.json()]).toMatchObject([
    400,
    { error: { message: expect.stringContaining("timed out") as string } },
  ]);
  const details = await post("/api/put?sync=true&sync_timeout=5&details", "x");
  expect([details.status, details.json()]).toEqual([
    400,
    { success: 3, failed: 0, errors: [], timeouts: 3 },
  ]);
  release();
  expect((await post("/api/put?sync", "x")).status).toBe(204);
  expect((await post("/api/put?sync&summary", "x")).json()).toEqual({ success: 3, failed: 0 });
  expect(bodies.syncCount).toBe(4);
  expect((await post("/api/put", "x")).status).toBe(204);
  expect(bodies.syncCount).toBe(4);
});

test("/collectd tells what it refused", async () => {
  tell(partlyTaken);
  const answer = await post("/collectd", "[]", json);
  expect([answer.status, answer.text]).toEqual([
    400,
    '2 refused: too-old (2, the last: "m\u2028 1 0")\n',
  ]);
});
