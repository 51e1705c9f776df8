import { afterEach, expect, test } from "vitest";
import type { SeriesReader, StepQuery } from "../model/index.ts";
import { fixtureNowMs, startTestWebapp, type Answer, type TestWebapp } from "./http.fixture.ts";
import { MemorySeries, type Points } from "./memory-series.fixture.ts";

const opened: TestWebapp[] = [];

afterEach(async () => {
  for (const { webapp } of opened.splice(0)) await webapp.close();
});

async function open(
  series: Readonly<Record<string, Points>>,
  change: Partial<SeriesReader> = {},
): Promise<TestWebapp> {
  const memory = new MemorySeries(series);
  const reader: SeriesReader = {
    read: (name, range) => memory.read(name, range),
    findNames: () => memory.findNames(),
    judge: () => memory.judge(),
    ...change,
  };
  const app = await startTestWebapp({}, { series: reader, index: memory });
  opened.push(app);
  return app;
}

interface ResultJson {
  metric: string;
  tags: Record<string, string>;
  aggregateTags: string[];
  dps: Record<string, number | string | null>;
  query?: { index: number };
  annotations?: unknown[];
  globalAnnotations?: { description: string; startTime: number }[];
}

function results(answer: Answer): ResultJson[] {
  expect([answer.status, answer.text]).toEqual([200, expect.stringMatching(/^\[/)]);
  return answer.json() as ResultJson[];
}

const now = fixtureNowMs / 1000;
const start = now - 600;

/** A point every ten seconds of the last ten minutes. */
function every10(value: (i: number) => number): Points {
  return Array.from({ length: 60 }, (unused, i) => [start + i * 10, value(i)] as const);
}

const fleet = {
  "sys.cpu;dc=lga;host=web1": every10((i) => i),
  "sys.cpu;dc=lga;host=web2": every10((i) => 100 + i),
  "sys.cpu;dc=sjc;host=db1": every10(() => 1000),
  "sys.cpu;dc=sjc;host=db2;rack=7": every10(() => 2000),
  "sys.mem;host=web1": every10(() => 7),
  "plain.path": every10((i) => i % 2),
};

function query(app: TestWebapp, body: object, target = "/api/query"): Promise<Answer> {
  return app.sendJson("POST", target, body);
}

test("GET /api/query groups by tags, aggregates, and tells tags and aggregate tags", async () => {
  const app = await open(fleet);
  const answer = await app.get(`/api/query?start=${start}&m=sum:sys.cpu{dc=*}`);
  expect(answer.headers["content-type"]).toMatch(/^application\/json/);
  const [lga, sjc] = results(answer);
  expect(lga).toMatchObject({ metric: "sys.cpu", tags: { dc: "lga" }, aggregateTags: ["host"] });
  expect(sjc).toMatchObject({ tags: { dc: "sjc" }, aggregateTags: ["host", "rack"] });
  expect(Object.entries(lga!.dps).slice(0, 3)).toEqual([
    [String(start), 100],
    [String(start + 10), 102],
    [String(start + 20), 104],
  ]);
  expect(Object.values(sjc!.dps)).toEqual(Array(60).fill(3000));
});

test("GET and POST give the same, with downsampling, rates, filters and arrays", async () => {
  const app = await open(fleet);
  const m = "max:1m-avg:rate:sys.cpu{host=*}{dc=literal_or(lga)}";
  const byUrl = await app.get(`/api/query?start=10m-ago&arrays&ms&m=${encodeURIComponent(m)}`);
  const byBody = await query(
    app,
    {
      start: "10m-ago",
      msResolution: true,
      queries: [
        {
          aggregator: "max",
          metric: "sys.cpu",
          rate: true,
          downsample: "1m-avg",
          filters: [
            { type: "wildcard", tagk: "host", filter: "*", groupBy: true },
            { type: "literal_or", tagk: "dc", filter: "lga", groupBy: false },
          ],
        },
      ],
    },
    "/api/query?arrays=true",
  );
  expect(byUrl.text).toBe(byBody.text);
  const [first] = results(byUrl) as unknown as { tags: object; dps: [number, number][] }[];
  expect(first?.tags).toEqual({ dc: "lga", host: "web1" });
  expect(first?.dps[0]).toEqual([(start + 60) * 1000, 0.1]);
});

test("the aggregator none keeps series apart, explicitTags leaves out those with more tags", async () => {
  const app = await open(fleet);
  const none = results(await app.get(`/api/query?start=1h-ago&m=none:sys.cpu`));
  expect(none.map(({ tags }) => tags["host"])).toEqual(["web1", "web2", "db1", "db2"]);
  expect(none.every(({ aggregateTags }) => aggregateTags.length === 0)).toBe(true);
  const explicit = results(
    await app.get("/api/query?start=1h-ago&m=sum:explicit_tags:sys.cpu{host=*,dc=*}"),
  );
  expect(explicit.map(({ tags }) => tags["host"])).toEqual(["web1", "web2", "db1"]);
  const plain = results(await app.get("/api/query?start=1h-ago&m=sum:plain.path"));
  expect(plain).toMatchObject([{ tags: {}, aggregateTags: [] }]);
});

test("steps without samples are NaN, null or 0 by the fill policy", async () => {
  const app = await open({
    "m;h=a": [
      [now - 300, 1],
      [now - 60, 3],
    ],
  });
  const dpsOf = async (fill: string): Promise<unknown[]> => {
    const [result] = results(await app.get(`/api/query?start=${now - 300}&m=sum:1m-sum-${fill}:m`));
    return Object.values(result!.dps);
  };
  expect(await dpsOf("none")).toEqual([1, 3]);
  expect(await dpsOf("nan")).toEqual([1, "NaN", "NaN", "NaN", 3]);
  expect(await dpsOf("null")).toEqual([1, null, null, null, 3]);
  expect(await dpsOf("zero")).toEqual([1, 0, 0, 0, 3]);
});

test("of several points in a second the last stays, unless milliseconds are asked for", async () => {
  const points: Points = [
    [now - 10, 1],
    [now - 9.5, 2],
    [now - 9, 3],
  ];
  const app = await open({ "m;h=a": points });
  const [seconds] = results(await app.get("/api/query?start=1h-ago&m=sum:m"));
  expect(seconds?.dps).toEqual({ [now - 10]: 2, [now - 9]: 3 });
  const [ms] = results(await app.get("/api/query?start=1h-ago&ms&m=sum:m"));
  expect(ms?.dps).toEqual(Object.fromEntries(points.map(([t, v]) => [t * 1000, v])));
});

test("a long answer comes whole, in pieces", async () => {
  const points = Array.from({ length: 10_001 }, (unused, i) => [start + i / 50, i] as const);
  const app = await open({ "m;h=a": points, "m;h=b": points });
  const found = results(await app.get("/api/query?start=1h-ago&ms&m=none:m"));
  expect(found.map(({ dps }) => Object.keys(dps).length)).toEqual([10_001, 10_001]);
});

test("anomalies are annotations of their series, and global ones where they are asked for", async () => {
  const app = await open(fleet);
  const episode = app.site.journal.find({ state: "active", limit: 1 })[0]!;
  const name = "sys.cpu;dc=lga;host=web1";
  const startedMs = fixtureNowMs - 120_000;
  app.site.journal.record([
    { change: "started", episode: { ...episode, id: "x-1", name, startedMs } },
  ]);
  const asked = "start=10m-ago&m=sum:sys.cpu&m=sum:sys.mem";
  const [cpu, mem] = results(await app.get(`/api/query?${asked}`));
  expect(cpu?.annotations).toEqual([
    {
      tsuid: expect.stringMatching(/^[0-9A-F]+$/) as string,
      description: episode.sentence,
      notes: "",
      custom: { anomaly: "x-1", series: name },
      startTime: startedMs / 1000,
      endTime: 0,
    },
  ]);
  expect([mem?.annotations, mem?.globalAnnotations]).toEqual([undefined, undefined]);
  const [all] = results(await app.get(`/api/query?${asked}&global_annotations`));
  expect(all?.globalAnnotations?.map(({ description }) => description)).toContain(
    `${name}: ${episode.sentence}`,
  );
  const [bare] = results(await app.get(`/api/query?${asked}&no_annotations`));
  expect(bare?.annotations).toBeUndefined();
});

test("errors are OpenTSDB's own, with what to do about them", async () => {
  const app = await open(fleet);
  const errorOf = (answer: Answer) => [answer.status, (answer.json() as { error: object }).error];
  expect(errorOf(await app.get("/api/query?start=1h-ago&m=sum:no.such"))).toEqual([
    400,
    { code: 400, message: `No such name for 'metrics': "no.such"` },
  ]);
  expect(errorOf(await app.get("/api/query?m=sum:a"))).toMatchObject([400, { code: 400 }]);
  expect(errorOf(await query(app, { start: 1, queries: [] }))).toMatchObject([400, { code: 400 }]);
  const broken = await app.send("POST", "/api/query", { body: "{" });
  expect(errorOf(broken)).toMatchObject([400, { message: "Unable to parse the given JSON." }]);
  const long = await app.send("POST", "/api/query", { body: " ".repeat((1 << 20) + 1) });
  expect(errorOf(long)).toMatchObject([413, { code: 413 }]);
  const packed = await app.send("POST", "/api/query", {
    body: "x",
    headers: { "Content-Encoding": "gzip" },
  });
  expect(errorOf(packed)).toMatchObject([415, { code: 415 }]);
  // The metric is known, no series passes.
  expect(results(await app.get("/api/query?start=1h-ago&m=sum:sys.cpu{host=none}"))).toEqual([]);
  expect(results(await app.get("/api/query?start=1&end=2&m=sum:sys.cpu"))).toEqual([]);
  const foreign = await app.send("POST", "/api/query", {
    headers: { Origin: "https://evil.example" },
  });
  expect(foreign.status).toBe(403);
});

test("a query beyond a limit is told so, and a store that stays silent too", async () => {
  const many = Object.fromEntries(
    Array.from(
      { length: 10_001 },
      (unused, i) => [`many;n=${i}`, [[now - 5, i]] as Points] as const,
    ),
  );
  const app = await open(many);
  const answer = await app.get("/api/query?start=1h-ago&m=sum:many");
  expect([answer.status, answer.text]).toEqual([
    413,
    expect.stringMatching(/10001 series; at most 10000/),
  ]);
  const two = await app.get("/api/query?start=1h-ago&m=sum:many{n=1*}&m=sum:many{n=*}");
  expect(two.status).toBe(413);
  const steps = await app.get("/api/query?start=2y-ago&m=sum:1s-avg:many{n=1}");
  expect([steps.status, steps.text]).toEqual([
    400,
    expect.stringMatching(/more than 100000 steps/),
  ]);

  const memory = new MemorySeries(fleet);
  const silentSeries: SeriesReader = {
    read: () => new Promise(() => undefined),
    findNames: () => memory.findNames(),
    judge: () => memory.judge(),
  };
  const silent = await startTestWebapp(
    { limits: { answerWaitMs: 50 } },
    {
      series: silentSeries,
      index: new MemorySeries(fleet),
    },
  );
  opened.push(silent);
  const late = await silent.get("/api/query?start=1h-ago&m=sum:sys.cpu");
  expect([late.status, late.text]).toEqual([504, expect.stringMatching(/no answer within/)]);
});

test("steps come from the backend where it works them out, and give the same answer", async () => {
  const asked: StepQuery[] = [];
  const hour = 3600;
  const from = Math.floor(now / hour) * hour - 4 * hour;
  const points = Array.from(
    { length: 3 * 60 },
    (unused, i) => [from + i * 60, (i * 37) % 101] as const,
  );
  const memory = new MemorySeries({ "m;h=a": points });
  const app = await open(
    { "m;h=a": points },
    {
      async readSteps(steps) {
        asked.push(steps);
        if (steps.stepMs % (hour * 1000) !== 0) return undefined;
        const columns = await memory.read(steps.name, steps.range);
        const table = new Map<number, number[]>();
        for (const [i, timeMs] of (columns?.timesMs ?? []).entries()) {
          const step = Math.floor(timeMs / steps.stepMs) * steps.stepMs;
          table.set(step, [...(table.get(step) ?? []), columns?.values[i] ?? NaN]);
        }
        const of = (make: (values: number[]) => number) => Float64Array.from(table.values(), make);
        return {
          timesMs: Float64Array.from(table.keys()),
          counts: of((values) => values.length),
          sums: of((values) => values.reduce((sum, value) => sum + value, 0)),
          minima: of((values) => Math.min(...values)),
          maxima: of((values) => Math.max(...values)),
        };
      },
    },
  );
  const plain = await open({ "m;h=a": points });
  for (const m of [
    "sum:1h-avg:m",
    "sum:1h-sum:m",
    "sum:1h-min:m",
    "sum:1h-max-zero:m",
    "sum:1h-count:m",
    "sum:30m-avg:m",
    "sum:1h-dev:m",
  ]) {
    const target = `/api/query?start=${from - 2 * hour}&m=${m}`;
    expect((await app.get(target)).text, m).toBe((await plain.get(target)).text);
  }
  expect(asked.map(({ stepMs }) => stepMs / 60_000)).toEqual([60, 60, 60, 60, 60, 30]);
  // A series without points in range is none, whoever found none.
  const empty = `/api/query?start=${from - 9 * hour}&end=${from - 5 * hour}&m=sum:1h-max-zero:m`;
  expect((await app.get(empty)).text).toBe((await plain.get(empty)).text);
});

test("/api/suggest lists metrics, keys and values that begin with the text", async () => {
  const app = await open(fleet);
  const listed = async (target: string): Promise<unknown> => (await app.get(target)).json();
  expect(await listed("/api/suggest?type=metrics&q=sys")).toEqual(["sys.cpu", "sys.mem"]);
  expect(await listed("/api/suggest?type=metrics&q=sys&max=1")).toEqual(["sys.cpu"]);
  expect(await listed("/api/suggest?type=tagk")).toEqual(["dc", "host", "rack"]);
  expect(await listed("/api/suggest?type=tagv&q=")).toEqual([
    "7",
    "db1",
    "db2",
    "lga",
    "sjc",
    "web1",
    "web2",
  ]);
  const posted = await app.sendJson("POST", "/api/suggest", { type: "tagv", q: "web", max: 10 });
  expect(posted.json()).toEqual(["web1", "web2"]);
  expect((await app.get("/api/suggest?type=all")).status).toBe(400);
  expect((await app.get("/api/suggest?type=tagk&max=x")).status).toBe(400);
});

test("/api/search/lookup lists series with their tags, page by page", async () => {
  const app = await open(fleet);
  const answer = await app.get("/api/search/lookup?m=sys.cpu{host=*}&limit=3");
  expect(answer.json()).toMatchObject({
    type: "LOOKUP",
    metric: "sys.cpu",
    tags: [{ key: "host", value: "*" }],
    limit: 3,
    startIndex: 0,
    totalResults: 4,
    results: [
      { metric: "sys.cpu", tags: { dc: "lga", host: "web1" } },
      { metric: "sys.cpu", tags: { dc: "lga", host: "web2" } },
      { metric: "sys.cpu", tags: { dc: "sjc", host: "db1" } },
    ],
  });
  const rest = await app.sendJson("POST", "/api/search/lookup", {
    tags: [{ key: "host", value: "web1" }],
    startIndex: 1,
  });
  expect(rest.json()).toMatchObject({ totalResults: 2, results: [{ metric: "sys.mem" }] });
  expect((await app.get("/api/search/lookup?m=")).status).toBe(400);
});

test("/api/query/last gives the newest point of each series, however old", async () => {
  const app = await open({ ...fleet, "old;h=a": [[now - 5 * 86_400, 4.5]] });
  const answer = await app.get(
    "/api/query/last?timeseries=sys.cpu{host=web1}&timeseries=old&resolve",
  );
  expect(answer.json()).toMatchObject([
    {
      metric: "sys.cpu",
      timestamp: (start + 590) * 1000,
      value: "59",
      tags: { dc: "lga", host: "web1" },
    },
    { metric: "old", timestamp: (now - 5 * 86_400) * 1000, value: "4.5", tags: { h: "a" } },
  ]);
  const body = { queries: [{ metric: "old", tags: { h: "a" } }], resolveNames: true, backScan: 24 };
  expect((await app.sendJson("POST", "/api/query/last", body)).json()).toEqual([]);
  expect((await app.get("/api/query/last")).status).toBe(400);
});

test("a TSD's facts: aggregators, filters, configuration, version, figures", async () => {
  const app = await open(fleet);
  const json = async (target: string): Promise<unknown> => (await app.get(target)).json();
  expect(await json("/api/aggregators")).toEqual(expect.arrayContaining(["sum", "zimsum", "p99"]));
  expect(Object.keys((await json("/api/config/filters")) as object).sort()).toEqual([
    ...["iliteral_or", "iwildcard", "literal_or", "not_iliteral_or", "not_key"],
    ...["not_literal_or", "regexp", "wildcard"],
  ]);
  expect(await json("/api/config")).toMatchObject({ "tsd.mode": "rw" });
  expect(await json("/api/version")).toMatchObject({ version: "2.4.0", repo: "kale 1.2.3" });
  expect(await json("/api/stats")).toEqual(
    expect.arrayContaining([expect.objectContaining({ metric: "kale.series" })]),
  );
});

/** As its data source makes them, by version of the setting "Version" and resolution. */
test("what Grafana's OpenTSDB source asks is answered as it reads it", async () => {
  const app = await open(fleet);
  // Its health check, and what its editor and variables ask.
  for (const target of [
    "/api/suggest?type=metrics&q=cpu&max=1000",
    "/api/aggregators",
    "/api/config/filters",
    "/api/suggest?type=tagk&q=&max=1000",
    "/api/suggest?type=tagv&q=&max=1000",
  ]) {
    expect((await app.get(target)).status, target).toBe(200);
  }
  // tag_values(sys.cpu, host, dc=lga) and tag_names(sys.cpu)
  const lookup = await app.get("/api/search/lookup?m=sys.cpu%7Bhost=*,dc=lga%7D&limit=1000");
  expect(
    (lookup.json() as { results: ResultJson[] }).results.map(({ tags }) => tags["host"]),
  ).toEqual(["web1", "web2"]);
  const names = await app.get("/api/search/lookup?m=sys.cpu&limit=1000");
  expect((names.json() as { results: ResultJson[] }).results).toHaveLength(4);

  // From the browser (up to version 11): relative ranges without an end, times in milliseconds.
  const fromBrowser = await query(app, {
    start: fixtureNowMs - 600_000,
    queries: [
      { metric: "sys.cpu", aggregator: "sum", downsample: "10s-avg", tags: { dc: "*" } },
      {
        metric: "sys.mem",
        aggregator: "avg",
        rate: true,
        rateOptions: { counter: false, dropResets: true },
        downsample: "1m-avg-nan",
        filters: [{ type: "iliteral_or", tagk: "host", filter: "WEB1", groupBy: true }],
        explicitTags: true,
      },
    ],
    msResolution: true,
    globalAnnotations: true,
    showQuery: true,
  });
  const shown = results(fromBrowser);
  // Version 2.3 and later finds the target of a result by query.index.
  expect(shown.map((result) => [result.metric, result.query?.index])).toEqual([
    ["sys.cpu", 0],
    ["sys.cpu", 0],
    ["sys.mem", 1],
  ]);
  expect(Object.keys(shown[0]!.dps)[0]).toBe(String(start * 1000));

  // Annotations: the first result's list, each with a description and a start in seconds.
  const annotated = await query(app, {
    start: fixtureNowMs - 3 * 86_400_000,
    queries: [{ aggregator: "sum", metric: "sys.cpu" }],
    msResolution: false,
    globalAnnotations: true,
    end: fixtureNowMs,
  });
  expect(results(annotated)[0]?.globalAnnotations).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        description: expect.any(String) as string,
        startTime: expect.any(Number) as number,
      }),
    ]),
  );

  // From the server (alerts, and all of version 12): numbers for both ends; 2.4 asks for arrays.
  const body = {
    start: fixtureNowMs - 600_000,
    end: fixtureNowMs,
    queries: [
      { metric: "sys.cpu", aggregator: "max", downsample: "30s-avg", tags: { host: "web1|web2" } },
    ],
  };
  const fromServer = results(await query(app, body));
  expect(fromServer).toHaveLength(2);
  for (const { dps } of fromServer) {
    for (const [time, value] of Object.entries(dps)) {
      expect([/^\d{10}$/.test(time), typeof value]).toEqual([true, "number"]);
    }
  }
  const arrays = (await query(app, body, "/api/query?arrays=true")).json() as { dps: unknown[] }[];
  expect(arrays[0]?.dps[0]).toEqual([start, 1]);
});
