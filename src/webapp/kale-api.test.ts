import { afterAll, beforeAll, expect, test } from "vitest";
import type { Episode } from "../model/index.ts";
import type {
  ActivityJson,
  AnomalyJson,
  ErrorJson,
  PointsJson,
  SeriesPageJson,
  SourcesJson,
  StatusJson,
  SummaryJson,
  VerdictJson,
} from "./contract.ts";
import { fixtureNowMs, startTestWebapp, type Answer, type TestWebapp } from "./http.fixture.ts";
import { oddNames } from "./simulated-series.fixture.ts";

const nowSeconds = fixtureNowMs / 1000;

let app: TestWebapp;
beforeAll(async () => {
  app = await startTestWebapp();
});
afterAll(() => app.webapp.close());

async function getJson<Shape>(target: string): Promise<Shape> {
  const answer = await app.get(target);
  expect(answer.status, answer.text).toBe(200);
  expect(answer.headers["content-type"]).toBe("application/json");
  expect(answer.headers["cache-control"]).toBe("no-store");
  return answer.json() as Shape;
}

test("/kale/anomalies lists what is active, newest first; all and ended on request", async () => {
  const active = await getJson<AnomalyJson[]>("/kale/anomalies");
  expect(active).toHaveLength(9);
  expect(active.every(({ state, ended }) => state === "active" && ended === null)).toBe(true);
  const starts = active.map(({ started }) => started);
  expect(starts).toEqual(starts.toSorted((a, b) => b - a));
  const all = await getJson<AnomalyJson[]>("/kale/anomalies?state=all");
  const ended = await getJson<AnomalyJson[]>("/kale/anomalies?state=ended");
  expect(all).toHaveLength(active.length + ended.length);
  expect(await getJson<AnomalyJson[]>("/kale/anomalies?state=all&limit=3")).toEqual(
    all.slice(0, 3),
  );
});

test("/kale/anomalies takes a range and a name", async () => {
  const recent = await getJson<AnomalyJson[]>("/kale/anomalies?state=ended&from=-1d");
  expect(recent.length).toBeGreaterThan(0);
  expect(recent.every(({ ended }) => (ended ?? 0) > nowSeconds - 86_400)).toBe(true);
  const old = await getJson<AnomalyJson[]>(
    `/kale/anomalies?state=all&until=${nowSeconds - 86_400}`,
  );
  expect(old.length).toBeGreaterThan(0);
  expect(old.every(({ started }) => started < nowSeconds - 86_400)).toBe(true);
  const ofOne = await getJson<AnomalyJson[]>("/kale/anomalies?name=queue.orders.depth");
  expect(ofOne.map(({ name }) => name)).toEqual(["queue.orders.depth"]);
});

test("/kale/anomalies/ID gives one, and 404 for an id that is not known", async () => {
  const [first] = await getJson<AnomalyJson[]>("/kale/anomalies?limit=1");
  expect(await getJson(`/kale/anomalies/${first?.id ?? ""}`)).toEqual({ ...first, seenBefore: [] });
  const answer = await app.get("/kale/anomalies/%3Cb%3E");
  expect(answer.status).toBe(404);
  expect(answer.json()).toEqual({
    error: {
      code: "unknown-anomaly",
      message: 'No anomaly has the id "<b>"; old ones are forgotten.',
    },
  });
});

test("/kale/anomalies writes numbers that JSON cannot as null", async () => {
  const episode: Episode = {
    ...(app.site.journal.find({ state: "ended", limit: 1 })[0] as Episode),
    id: "infinite",
    before: NaN,
    checks: [
      {
        check: "grubbs",
        outcome: "fired",
        observed: Infinity,
        lower: -Infinity,
        upper: NaN,
        isValue: false,
      },
    ],
  };
  app.site.journal.record([{ change: "ended", episode }]);
  const found = await getJson<AnomalyJson>("/kale/anomalies/infinite");
  expect(found.before).toBeNull();
  expect(found.checks[0]).toMatchObject({ observed: null, lower: null, upper: null });
});

test("/kale/series gives names; with details the count of all", async () => {
  const names = await getJson<string[]>("/kale/series?query=web.fe1.*");
  expect(names).toContain("web.fe1.cpu.user");
  expect(await getJson<SeriesPageJson>("/kale/series?query=web.fe1.*&limit=2&details=1")).toEqual({
    names: names.slice(0, 2),
    total: names.length,
  });
});

test("/kale/points gives the samples of a range with their own times", async () => {
  const points = await getJson<PointsJson>("/kale/points?name=web.fe2.errors&from=-10min");
  expect(points.points).toHaveLength(60);
  expect(points.sampleCount).toBe(60);
  expect(points.points[0]?.[0]).toBe(nowSeconds - 600);
  expect([points.from, points.until]).toEqual([nowSeconds - 600, nowSeconds]);
});

test("/kale/points reduces to maxPoints, and tells how many there were", async () => {
  const points = await getJson<PointsJson>(
    "/kale/points?name=web.fe2.errors&from=-1d&maxPoints=100",
  );
  expect(points.sampleCount).toBe(8_640);
  expect(points.points.length).toBeLessThanOrEqual(100);
  expect(points.points.length).toBeGreaterThan(30);
});

test("/kale/points gives the same points as columns", async () => {
  const target = "/kale/points?name=web.fe2.errors&from=-3h&maxPoints=500";
  const json = await getJson<PointsJson>(target);
  const answer = await app.get(target, { Accept: "application/octet-stream" });
  expect(answer.headers["content-type"]).toBe("application/octet-stream");
  const body = Uint8Array.from(answer.bytes).buffer;
  const header = new DataView(body);
  const count = header.getUint32(4, true);
  expect(answer.bytes.toString("latin1", 0, 4)).toBe("KPT1");
  expect(header.getFloat64(8, true)).toBe(json.from);
  expect(header.getFloat64(16, true)).toBe(json.until);
  expect(header.getFloat64(24, true)).toBe(json.sampleCount);
  expect(body.byteLength).toBe(32 + 16 * count);
  const times = new Float64Array(body, 32, count);
  const values = new Float64Array(body, 32 + 8 * count, count);
  expect(Array.from(times, (time, i) => [time, values[i]])).toEqual(json.points);
});

test("/kale/verdict gives all nine checks of the series as it is now", async () => {
  const verdict = await getJson<VerdictJson>("/kale/verdict?name=web.fe1.requests");
  expect(verdict.checks).toHaveLength(9);
  expect(verdict).toMatchObject({ status: "ok", votes: 7, anomalous: true });
});

test("/kale/activity counts per step, aligned so that a refresh changes nothing", async () => {
  const activity = await getJson<ActivityJson>("/kale/activity?from=-1d&step=600");
  expect(activity.from % 600).toBe(0);
  expect(activity.counts).toHaveLength(Math.ceil((nowSeconds - activity.from) / 600));
  expect(activity.counts.at(-1)).toBeGreaterThanOrEqual(9);
  const coarse = await getJson<ActivityJson>("/kale/activity");
  expect(coarse.step).toBe(300);
});

test("/kale/summary, /kale/sources and /kale/status tell the state of the whole", async () => {
  const summary = await getJson<SummaryJson>("/kale/summary");
  expect(summary).toMatchObject({ metrics: 56, abnormal: 9, keepsUp: true, durable: true });
  expect(summary.samplesPerSecond).toBeCloseTo(492.4);
  const { sources } = await getJson<SourcesJson>("/kale/sources");
  expect(sources.map(({ protocol }) => protocol)).toEqual(["carbon", "msgpack", "pickle", "host"]);
  expect(sources[2]?.problem).toContain("taken");
  const status = await getJson<StatusJson>("/kale/status");
  expect(status).toMatchObject({ version: "1.2.3", started: nowSeconds, store: "embedded" });
  expect(status.shards).toHaveLength(2);
  expect(status.canary).toEqual({
    state: "ok",
    lastSeen: nowSeconds - 2.4,
    roundTripSeconds: 0.041,
  });
  expect(status.disk.totalBytes).toBeGreaterThan(0);
});

test.each(oddNames)("the name %j passes through every route unharmed", async (name) => {
  const encoded = encodeURIComponent(name);
  expect((await getJson<AnomalyJson[]>(`/kale/anomalies?name=${encoded}`))[0]?.name).toBe(name);
  expect((await getJson<PointsJson>(`/kale/points?name=${encoded}`)).name).toBe(name);
  expect((await getJson<VerdictJson>(`/kale/verdict?name=${encoded}`)).name).toBe(name);
  const named = await getJson<string[]>(`/kale/series?query=${encoded}`);
  expect(named).toContain(name);
});

test("the tags of a name may come in any order", async () => {
  const name = encodeURIComponent("disk.used;host=fe 1;datacenter=dc1");
  expect((await getJson<PointsJson>(`/kale/points?name=${name}`)).name).toBe(
    "disk.used;datacenter=dc1;host=fe 1",
  );
});

test.each([
  ["/kale/anomalies?state=gone", /^Parameter state is "gone"; allowed: active, ended, all\.$/],
  [
    "/kale/anomalies?limit=0",
    /^Parameter limit is "0"; allowed: a whole number from 1 to 10000\.$/,
  ],
  ["/kale/anomalies?limit=10001", /limit/],
  ["/kale/anomalies?limit=1e3", /limit/],
  ["/kale/anomalies?limit=", /limit/],
  ["/kale/anomalies?from=yesterday", /^Parameter from is "yesterday"; allowed: Unix seconds/],
  ["/kale/anomalies?from=-1h&until=-2h", /from: must be earlier/],
  ["/kale/anomalies?name=", /name/],
  [`/kale/anomalies?name=${"x".repeat(1_025)}`, /1024 bytes/],
  [`/kale/series?query=${"%E2%98%83".repeat(200)}`, /query/],
  ["/kale/series?details=yes", /details/],
  ["/kale/points?name=a&maxPoints=9", /maxPoints .* from 10 to 100000/],
  ["/kale/points?name=a&maxPoints=100001", /maxPoints/],
  ["/kale/points?name=a&from=now&until=now", /from must be earlier/],
  ["/kale/points?name=a&from=0", /more than 400 days/],
  ["/kale/activity?from=-30d&step=60", /step.*at most 10000/],
  ["/kale/activity?step=0.5", /step/],
])("%s is refused as a bad parameter", async (target, message) => {
  expect(await errorOf(await app.get(target), 400)).toEqual({
    code: "bad-parameter",
    message: expect.stringMatching(message) as string,
  });
});

test.each([
  ["/kale/points", 400, "missing-parameter"],
  ["/kale/verdict", 400, "missing-parameter"],
  ["/kale/points?name=a&name=b", 400, "repeated-parameter"],
  ["/kale/anomalies?stat=all", 400, "unknown-parameter"],
  ["/kale/summary?x=1", 400, "unknown-parameter"],
  ["/kale/events?x=1", 400, "unknown-parameter"],
  ["/kale/points?name=no.such.series", 404, "unknown-series"],
  ["/kale/verdict?name=%FF%FE", 404, "unknown-series"],
  ["/kale/verdict?name=%zz", 404, "unknown-series"],
  ["/kale/no-such-route", 404, "not-found"],
])("%s is answered %i %s", async (target, status, code) => {
  expect(await errorOf(await app.get(target), status)).toMatchObject({ code });
});

test("a parameter that defeats caches is ignored", async () => {
  await getJson("/kale/summary?_=123");
});

async function errorOf(answer: Answer, status: number): Promise<ErrorJson["error"]> {
  expect(answer.status).toBe(status);
  expect(answer.headers["cache-control"]).toBe("no-store");
  const { error } = (await Promise.resolve(answer.json())) as ErrorJson;
  return error;
}

test("answers are compressed for who takes that", async () => {
  const plain = await app.get("/kale/anomalies?state=all");
  const packed = await app.get("/kale/anomalies?state=all", { "Accept-Encoding": "gzip" });
  expect(packed.headers["content-encoding"]).toBe("gzip");
  expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 2);
});

test("HEAD is GET without a body", async () => {
  const answer = await app.send("HEAD", "/kale/summary");
  expect(answer.status).toBe(200);
  expect(answer.bytes).toHaveLength(0);
});

test("a part that stays silent, fails, or makes a mistake is an answer with its own code", async () => {
  const noise = { never: new Promise<never>(() => undefined) };
  const disk = Object.assign(new Error("append to /secret/path"), { code: "STORE_DISK_FULL" });
  const broken = await startTestWebapp(
    { limits: { answerWaitMs: 30 } },
    {
      shards: () => noise.never,
      sources: () => Promise.reject(disk),
      series: {
        read: () => Promise.reject(new Error("a secret mistake")),
        findNames: () => noise.never,
        judge: () => noise.never,
      },
    },
  );
  try {
    const codes: [string, number, string][] = [
      ["/kale/status", 504, "no-answer"],
      ["/kale/series", 504, "no-answer"],
      ["/kale/verdict?name=a", 504, "no-answer"],
      ["/kale/sources", 503, "unavailable"],
      ["/kale/points?name=a", 500, "internal"],
    ];
    for (const [target, status, code] of codes) {
      const answer = await broken.get(target);
      expect([target, answer.status]).toEqual([target, status]);
      expect(answer.json()).toMatchObject({ error: { code } });
      expect(answer.text).not.toContain("secret");
    }
    expect((await broken.get("/readyz")).status).toBe(503);
    expect((await broken.get("/healthz")).status).toBe(200);
  } finally {
    await broken.webapp.close();
  }
});
