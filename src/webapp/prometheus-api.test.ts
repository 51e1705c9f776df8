import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NamePage, SampleColumns, SeriesIndex, SeriesReader } from "../model/index.ts";
import { countTagsOf, finish, selectNames } from "../query/select/index.ts";
import { type Answer, fixtureNowMs, startTestWebapp, type TestWebapp } from "./http.fixture.ts";

const nowSeconds = fixtureNowMs / 1000;
const names = [
  "container;name=db",
  "http_requests_total;code=200;job=api",
  "http_requests_total;code=500;job=api",
  "servers.fe1.cpu",
];

/** A counter that grows by 1 a second, measured every 15 s for an hour. */
const columns: SampleColumns = {
  timesMs: Float64Array.from({ length: 240 }, (_, i) => fixtureNowMs - (239 - i) * 15_000),
  values: Float64Array.from({ length: 240 }, (_, i) => i * 15),
};

const index: SeriesIndex = {
  select: (selector): Promise<NamePage> => Promise.resolve(finish(selectNames(names, selector))),
  browse: () => Promise.resolve([]),
  countTags: (query) => Promise.resolve(finish(countTagsOf(names, query))),
};

const series: SeriesReader = {
  read: (_, { fromMs, untilMs }) => {
    const from = columns.timesMs.findIndex((timeMs) => timeMs >= fromMs);
    const until = columns.timesMs.findLastIndex((timeMs) => timeMs < untilMs) + 1;
    return Promise.resolve({
      timesMs: columns.timesMs.slice(from, until),
      values: columns.values.slice(from, until),
    });
  },
  findNames: () => Promise.resolve({ names: [], totalCount: 0 }),
  judge: () => Promise.resolve(undefined),
};

let app: TestWebapp;
beforeAll(async () => {
  app = await startTestWebapp({}, { index, series });
});
afterAll(() => app.webapp.close());

function postForm(path: string, form: Record<string, string>): Promise<Answer> {
  return app.send("POST", path, {
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  });
}

/** As Grafana's Prometheus source asks, in the order in which it does. */
test("Grafana's health check gets a scalar 2, and what flavour this is", async () => {
  const answer = await postForm("/api/v1/query", { query: "1+1", time: String(nowSeconds) });
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toBe("application/json");
  expect(answer.json()).toEqual({
    status: "success",
    data: { resultType: "scalar", result: [nowSeconds, "2"] },
  });
  const info = (await app.get("/api/v1/status/buildinfo")).json();
  expect(info).toMatchObject({ status: "success", data: { version: "2.42.0" } });
});

test("Grafana's range query, a form by POST, gets steps", async () => {
  const answer = await postForm("/api/v1/query_range", {
    query: 'sum by (code) (rate(http_requests_total{job="api"}[1m0s]))',
    start: String(nowSeconds - 60),
    end: String(nowSeconds),
    step: "30",
  });
  const values = [-60, -30, 0].map((after) => [nowSeconds + after, "1"]);
  expect(answer.json()).toEqual({
    status: "success",
    data: {
      resultType: "matrix",
      result: [
        { metric: { code: "200" }, values },
        { metric: { code: "500" }, values },
      ],
    },
  });
});

test("an instant query by GET takes the time now unless one is given", async () => {
  const byNow = (await app.get("/api/v1/query?query=servers.fe1.cpu")).json();
  expect(byNow).toMatchObject({ status: "error", errorType: "bad_data" });
  const query = encodeURIComponent('{"servers.fe1.cpu"}');
  expect((await app.get(`/api/v1/query?query=${query}`)).json()).toEqual({
    status: "success",
    data: {
      resultType: "vector",
      result: [{ metric: { __name__: "servers.fe1.cpu" }, value: [nowSeconds, "3585"] }],
    },
  });
  const at = "2025-11-24T15:59:30Z";
  expect((await app.get(`/api/v1/query?query=${query}&time=${at}`)).text).toContain('"3555"');
});

test("Grafana's variables and drilldown get labels, values and series", async () => {
  const range = `start=${nowSeconds - 3600}&end=${nowSeconds}`;
  const data = async (target: string): Promise<unknown> => (await app.get(target)).json();
  const success = (found: unknown): unknown => ({ status: "success", data: found });
  expect(await data(`/api/v1/labels?${range}`)).toEqual(
    success(["__name__", "code", "job", "name"]),
  );
  const match = encodeURIComponent("http_requests_total");
  expect(await data(`/api/v1/labels?${range}&match[]=${match}`)).toEqual(
    success(["__name__", "code", "job"]),
  );
  expect(await data(`/api/v1/label/__name__/values?${range}`)).toEqual(
    success(["container", "http_requests_total", "servers.fe1.cpu"]),
  );
  expect(await data(`/api/v1/label/name/values?${range}`)).toEqual(success(["db"]));
  expect(await data(`/api/v1/label/code/values?${range}&match[]=${match}`)).toEqual(
    success(["200", "500"]),
  );
  expect(await data(`/api/v1/label/missing/values`)).toEqual(success([]));
  expect(await data(`/api/v1/series?${range}&match[]=${match}&match[]=container`)).toEqual(
    success([
      { __name__: "container", name: "db" },
      { __name__: "http_requests_total", code: "200", job: "api" },
      { __name__: "http_requests_total", code: "500", job: "api" },
    ]),
  );
  expect(await data(`/api/v1/label/__name__/values?limit=1`)).toEqual({
    ...(success(["container"]) as object),
    warnings: ["results truncated due to limit"],
  });
  for (const path of ["metadata", "rules", "alerts", "query_exemplars?query=up"]) {
    expect(await data(`/api/v1/${path}`), path).toMatchObject({ status: "success" });
  }
});

test.each([
  ["/api/v1/query", 400, "bad_data", "no expression found"],
  ["/api/v1/query?query=sum(", 400, "bad_data", '"query": 1:5: parse error'],
  ["/api/v1/query?query=up&time=soon", 400, "bad_data", '"time": cannot parse "soon"'],
  ["/api/v1/query?query=histogram_sum(up)", 400, "bad_data", "native histograms"],
  ["/api/v1/query_range?query=up", 400, "bad_data", '"start"'],
  ["/api/v1/query_range?query=up&start=2&end=1&step=1", 400, "bad_data", "before start"],
  ["/api/v1/query_range?query=up&start=1&end=2&step=0", 400, "bad_data", "zero or negative"],
  ["/api/v1/query_range?query=up&start=0&end=20000&step=1", 400, "bad_data", "11,000 points"],
  ["/api/v1/query_range?query=up[5m]&start=1&end=2&step=1", 400, "bad_data", "range vector"],
  ["/api/v1/query?query=topk(NaN,up)", 422, "execution", "overflows int64"],
  ["/api/v1/query?query=up&timeout=abc", 400, "bad_data", '"timeout"'],
  ["/api/v1/series", 400, "bad_data", "no match[]"],
  ["/api/v1/labels?match[]=up[5m]", 400, "bad_data", "series selector is expected"],
  ["/api/v1/labels?limit=x", 400, "bad_data", "limit"],
])("%s is refused with %i as Prometheus refuses it", async (target, status, errorType, words) => {
  const answer = await app.get(target);
  expect(answer.status).toBe(status);
  const body = answer.json() as { status: string; errorType: string; error: string };
  expect(body).toMatchObject({ status: "error", errorType });
  expect(body.error).toContain(words);
});

test("a query that takes too long is given up with 503 and timeout", async () => {
  const answer = await app.get("/api/v1/query?query=count({job%3D~'.*api'})&timeout=-1");
  expect(answer.status).toBe(503);
  expect(answer.json()).toMatchObject({ status: "error", errorType: "timeout" });
});

test("format_query gives the query in Prometheus' form, and health is told", async () => {
  const answer = await postForm("/api/v1/format_query", { query: "sum(foo)by(a)/  2" });
  expect(answer.json()).toEqual({ status: "success", data: "sum by (a) (foo) / 2" });
  expect((await app.get("/-/healthy")).status).toBe(200);
});

test("another site's page may not ask by POST", async () => {
  const answer = await app.send("POST", "/api/v1/query", {
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      Origin: "http://elsewhere.example",
    },
    body: "query=1",
  });
  expect(answer.status).toBe(403);
});

test.each([
  ["gzip, deflate, br", "gzip"],
  ["gzip;q=0", undefined],
  ["", undefined],
])("an answer to who accepts %j is packed as %s, and says the same", async (accepted, packed) => {
  const query = `query=up&start=${nowSeconds - 600}&end=${nowSeconds}&step=15`;
  const answer = await app.send("GET", `/api/v1/query_range?${query}`, {
    headers: { "Accept-Encoding": accepted },
  });
  expect(answer.headers["content-encoding"]).toBe(packed);
  const text = packed === undefined ? answer.bytes : gunzipSync(answer.bytes);
  const plain = await app.send("GET", `/api/v1/query_range?${query}`);
  expect(text.toString()).toBe(plain.text);
});
