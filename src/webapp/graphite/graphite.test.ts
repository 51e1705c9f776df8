/** Graphite's API over HTTP: Grafana's own requests, the forms of answers, what is refused. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Answer, fixtureNowMs, startTestWebapp, type TestWebapp } from "../http.fixture.ts";

let kale: TestWebapp;

beforeAll(async () => {
  kale = await startTestWebapp();
});
afterAll(() => kale.webapp.close());

const now = fixtureNowMs / 1000;
const form = { "Content-Type": "application/x-www-form-urlencoded" };

interface Target {
  readonly target: string;
  readonly tags: Record<string, string>;
  readonly datapoints: readonly (readonly [number | null, number])[];
}

function post(path: string, body: string): Promise<Answer> {
  return kale.send("POST", path, { headers: form, body });
}

async function render(query: string): Promise<Target[]> {
  const answer = await kale.get(`/render?${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json() as Target[];
}

test("Grafana's health check, a render of constantLine(100) as a form, is answered", async () => {
  const answer = await post(
    "/render",
    "target=constantLine(100)&from=-3600s&until=now&format=json&maxDataPoints=300",
  );
  expect(answer.status).toBe(200);
  expect(answer.headers["content-type"]).toContain("application/json");
  expect(answer.json()).toEqual([
    {
      target: "100.0",
      tags: { name: "100.0" },
      datapoints: [now - 3600, now - 1800, now].map((time) => [100, time]),
    },
  ]);
});

test("Grafana's graph: absolute seconds, several targets, points no more than asked for", async () => {
  const body = new URLSearchParams([
    ["target", "aliasByNode(web.*.requests, 1)"],
    ["target", "sumSeries(queue.*.depth)"],
    ["from", String(now - 6 * 3600)],
    ["until", String(now)],
    ["format", "json"],
    ["maxDataPoints", "100"],
  ]);
  const answer = await post("/render", body.toString());
  const found = answer.json() as Target[];
  expect(found.map(({ target }) => target)).toEqual([
    "fe1",
    "fe2",
    "fe3",
    "fe4",
    "sumSeries(queue.*.depth)",
  ]);
  for (const { datapoints } of found) {
    expect(datapoints.length).toBeGreaterThan(90);
    expect(datapoints.length).toBeLessThanOrEqual(100);
    expect(datapoints.every(([value]) => value !== null)).toBe(true);
  }
});

test("points stand still between refreshes: only the first and the last one change", async () => {
  const at = (seconds: number): Promise<Target[]> =>
    render(`target=web.fe1.requests&format=json&from=-6h&now=${seconds}&maxDataPoints=60`);
  const [before] = await at(now - 40);
  const [after] = await at(now - 10);
  const earlier = new Map(before?.datapoints.map(([value, time]) => [time, value]));
  const shared = after?.datapoints.filter(([, time]) => earlier.has(time)).slice(0, -1) ?? [];
  expect(shared.length).toBeGreaterThan(50);
  for (const [value, time] of shared) expect(earlier.get(time)).toBe(value);
});

test("from is exclusive and times lie on the series' step", async () => {
  const [series] = await render("target=web.fe1.requests&format=json&from=-1min");
  expect(series?.datapoints.map(([, time]) => time)).toEqual(
    [50, 40, 30, 20, 10, 0].map((back) => now - back),
  );
});

test("an unknown name is no error", async () => {
  expect(await render("target=no.such.series&format=json")).toEqual([]);
});

test("Grafana's browser of names: find as a form, with the range in the URL", async () => {
  const answer = await post(`/metrics/find?from=${now - 3600}&until=${now}`, "query=web.*");
  expect(answer.json()).toEqual(
    ["fe1", "fe2", "fe3", "fe4"].map((host) => ({
      text: host,
      id: `web.${host}`,
      allowChildren: 1,
      expandable: 1,
      leaf: 0,
    })),
  );
});

test.each([
  ["query=web.fe1.*&format=nodelist", { nodes: ["cpu", "errors", "latency", "mem", "requests"] }],
  [
    "query=web.fe1.req&format=completer",
    { metrics: [{ path: "web.fe1.requests", name: "requests", is_leaf: "1" }] },
  ],
  [
    "query=web.fe*.requests&format=json",
    ["fe1", "fe2", "fe3", "fe4"].map((host) => ({
      path: `web.${host}.requests`,
      is_leaf: true,
      intervals: [{ start: 0, end: now }],
    })),
  ],
  [
    "query=web.fe1.mem",
    [{ text: "mem", id: "web.fe1.mem", allowChildren: 1, expandable: 1, leaf: 0 }],
  ],
])("/metrics/find?%s", async (query, expected) => {
  expect((await kale.get(`/metrics/find?${query}`)).json()).toEqual(expected);
});

test("/metrics/expand and /metrics/index.json list names", async () => {
  const expanded = await kale.get("/metrics/expand?query=web.*.errors&query=business.o*");
  expect(expanded.json()).toEqual({
    results: [
      "business.orders",
      "web.fe1.errors",
      "web.fe2.errors",
      "web.fe3.errors",
      "web.fe4.errors",
    ],
  });
  expect((await kale.get("/metrics/index.json")).json()).toEqual(
    [...kale.site.series.names].sort(),
  );
});

test("Grafana's editor of tags: names, values, and those that go with what is chosen", async () => {
  const tags = (await kale.get("/tags")).json() as { readonly tag: string }[];
  expect(tags.map(({ tag }) => tag)).toEqual(["datacenter", "host", "name"]);
  expect((await kale.get("/tags/autoComplete/tags?tagPrefix=da&limit=5")).json()).toEqual([
    "datacenter",
  ]);
  const narrowed = await kale.get(
    "/tags/autoComplete/tags?expr=name%3Ddisk.used&expr=datacenter%3Ddc1",
  );
  expect(narrowed.json()).toEqual(["host"]);
  const values = await kale.get(
    "/tags/autoComplete/values?tag=host&expr=datacenter%3D~dc&valuePrefix=f",
  );
  expect(values.json()).toEqual(["fe 1"]);
  expect((await kale.get("/tags/datacenter")).json()).toEqual({
    id: 1,
    tag: "datacenter",
    values: [{ id: 1, value: "dc1", count: 1 }],
  });
  const found = await kale.get("/tags/findSeries?expr=name%3Ddisk.used");
  expect(found.json()).toEqual(["disk.used;datacenter=dc1;host=fe 1"]);
  const series = await render("target=seriesByTag('datacenter=dc1')&format=json&from=-1min");
  expect(series[0]?.tags).toEqual({ name: "disk.used", datacenter: "dc1", host: "fe 1" });
});

test("tags are not written: a series has those in its name", async () => {
  const answer = await post("/tags/tagSeries", "path=a;b=c");
  expect(answer.status).toBe(405);
  expect(answer.text).toContain("in its name");
});

test("/version tells a version that Grafana reads as one with tags and functions", async () => {
  expect((await kale.get("/version")).text).toBe("1.1.8\n");
});

test("/functions tells groups and parameters; Infinity is a number that reads as it", async () => {
  const answer = await kale.get("/functions");
  const functions = JSON.parse(answer.text.replaceAll("1e9999", '"inf"')) as Record<
    string,
    unknown
  >;
  expect(Object.keys(functions).length).toBeGreaterThan(140);
  expect(functions["keepLastValue"]).toMatchObject({
    group: "Transform",
    params: [
      { name: "seriesList", type: "seriesList", required: true },
      { name: "limit", type: "intOrInf", default: "inf" },
    ],
  });
  expect((await kale.get("/functions/sumSeries")).json()).toMatchObject({ group: "Combine" });
  expect((await kale.get("/functions/noSuch")).status).toBe(404);
});

test("Grafana's annotations: anomalies are events with tags", async () => {
  const answer = await kale.get(`/events/get_data?from=-1h&until=now&tags=anomaly+active`);
  const events = answer.json() as { when: number; what: string; tags: string[]; data: string }[];
  const active = kale.site.journal.find({ state: "active", limit: 100 });
  expect(events.map(({ what }) => what).sort()).toEqual(active.map(({ name }) => name).sort());
  for (const { when, tags, data } of events) {
    expect(when).toBeLessThanOrEqual(now);
    expect(tags).toEqual(expect.arrayContaining(["kale", "anomaly", "active"]));
    expect(data).toContain("checks");
  }
  expect((await kale.get("/events/get_data?from=-1h&tags=deploy")).json()).toEqual([]);
});

test.each([
  ["target=sumSeries(web.fe1.requests", /The target ends at character 27; expected , or \)/],
  ["target=noSuch(1)", /no function "noSuch"/],
  ["target=scale(web.fe1.requests,'x')", /scale\(\) takes as factor a number; found: "x"/],
  ["target=a.b&from=tomorrowish", /"tomorrowish" is no moment/],
  ["target=a.b&format=doc", /format is "doc"/],
  ["target=a.b&tz=Mars/Phobos", /no zone/],
  ["target=a.b&jsonp=f", /jsonp/],
  ["target=exclude(web.*.requests,'(')", /no pattern of RE2's/],
])("/render?%s is refused in words", async (query, message) => {
  const answer = await kale.get(`/render?format=json&${query}`);
  expect(answer.status).toBe(400);
  expect(answer.headers["content-type"]).toContain("text/plain");
  expect(answer.text).toMatch(message);
});

test("a body that is no form, or too long, is refused", async () => {
  const json = await kale.sendJson("POST", "/render", { target: "a" });
  expect(json.status).toBe(400);
  const long = await post("/render", `target=${"a".repeat(1 << 21)}`);
  expect(long.status).toBe(400);
});

test("csv and raw answer lines", async () => {
  const query = "target=scale(web.fe1.requests,0)&from=-20s&tz=Europe/Berlin";
  expect((await kale.get(`/render?${query}&format=csv`)).text).toBe(
    '"scale(web.fe1.requests,0)",2025-11-24 16:59:50,0.0\r\n' +
      '"scale(web.fe1.requests,0)",2025-11-24 17:00:00,\r\n',
  );
  expect((await kale.get(`/render?${query}&rawData=1`)).text).toBe(
    `scale(web.fe1.requests,0),${now - 10},${now + 10},10|0.0,None\n`,
  );
});

test("without a format a PNG comes, as large as asked for", async () => {
  const answer = await kale.get("/render?target=web.*.requests&from=-1h&width=123&height=77");
  expect(answer.headers["content-type"]).toBe("image/png");
  expect(answer.bytes.subarray(1, 4).toString()).toBe("PNG");
  expect([answer.bytes.readUInt32BE(16), answer.bytes.readUInt32BE(20)]).toEqual([123, 77]);
});

test("an SVG holds names as text, and no markup of theirs", async () => {
  const target = encodeURIComponent("alias(web.fe1.requests,'<script>alert(1)</script>')");
  const answer = await kale.get(`/render?target=${target}&format=svg&title=%3Cb%3E&from=-1h`);
  expect(answer.headers["content-type"]).toBe("image/svg+xml");
  expect(answer.text).toMatch(/^<svg /);
  expect(answer.text).toContain("&lt;script&gt;");
  expect(answer.text).not.toMatch(/<script|<b>/);
});

test.each([
  ["width=9999", /width goes from 1 to 4000/],
  ["width=4000&height=4000", /too large/],
  ["bgcolor=url(x)", /no colour/],
])("a picture with %s is refused in words", async (query, message) => {
  const answer = await kale.get(`/render?target=a&format=svg&${query}`);
  expect(answer.status).toBe(400);
  expect(answer.text).toMatch(message);
});
