import { afterEach, beforeEach, expect, test } from "vitest";
import type { AlertsJson, AnomalyAlertsJson, SilenceJson } from "./contract.ts";
import { fixtureNowMs, startTestWebapp, type TestWebapp } from "./http.fixture.ts";

const nowSeconds = fixtureNowMs / 1000;
let app: TestWebapp;

beforeEach(async () => {
  app = await startTestWebapp();
});
afterEach(() => app.webapp.close());

test("GET /kale/alerts tells routes, channels and what was sent, newest first", async () => {
  const answer = await app.get("/kale/alerts?limit=1");
  const alerts = answer.json() as AlertsJson;
  expect(alerts.routes[0]).toMatchObject({ name: "database", repeatSeconds: 14_400 });
  expect(alerts.channels.map(({ type }) => type)).toEqual(["pagerduty", "smtp", "slack"]);
  expect(alerts.deliveries).toMatchObject([{ id: 2, state: "waiting", nextTry: nowSeconds + 45 }]);
});

test("GET /kale/anomalies/ID/alerts tells what was sent of it, and why not", async () => {
  const answer = await app.get("/kale/anomalies/x/alerts");
  const alerts = answer.json() as AnomalyAlertsJson;
  expect(alerts.deliveries).toHaveLength(2);
  expect(alerts.skips).toMatchObject([{ route: "rest", reason: "silence: moving disks" }]);
});

test("a silence is made, listed and removed by who is signed in", async () => {
  const wanted = { metric: "db.*", note: "moving disks", until: nowSeconds + 3600 };
  expect((await app.sendJson("POST", "/kale/silences", wanted)).status).toBe(401);
  const made = await app.sendJson("POST", "/kale/silences", wanted, app.bearer);
  expect(made.status).toBe(201);
  const { id } = made.json() as SilenceJson;
  expect((await app.get("/kale/silences")).json()).toMatchObject([{ id, ...wanted }]);
  const path = `/kale/silences/${id}`;
  expect((await app.send("DELETE", path)).status).toBe(401);
  expect((await app.send("DELETE", path, { headers: app.bearer })).status).toBe(204);
  expect((await app.send("DELETE", path, { headers: app.bearer })).status).toBe(404);
  expect((await app.get("/kale/silences")).json()).toEqual([]);
});

test("/kale/silences?name= lists those that hold for a metric, by its name or a wider pattern", async () => {
  const until = nowSeconds + 3600;
  const ids: string[] = [];
  for (const metric of ["db.primary.latency", "db.*", "latency", "web.*"]) {
    const made = await app.sendJson("POST", "/kale/silences", { metric, until }, app.bearer);
    ids.push((made.json() as SilenceJson).id);
  }
  const metricsOf = async (name: string): Promise<string[]> => {
    const answer = await app.get(`/kale/silences?name=${name}`);
    return (answer.json() as SilenceJson[]).map(({ metric }) => metric);
  };
  expect(await metricsOf("db.primary.latency")).toEqual(["db.primary.latency", "db.*"]);
  expect(await metricsOf("db.primary.rows")).toEqual(["db.*"]);
  expect(await metricsOf("queue.depth")).toEqual([]);
  expect((await app.get("/kale/silences?name=")).status).toBe(400);
  for (const id of ids) {
    await app.send("DELETE", `/kale/silences/${id}`, { headers: app.bearer });
  }
});

test.each([
  [{ metric: "", until: nowSeconds + 60 }, '"metric"'],
  [{ metric: "a", until: nowSeconds - 1 }, '"until"'],
  [{ metric: "a", until: nowSeconds + 4e8 }, '"until"'],
  [{ metric: "a", until: nowSeconds + 60, extra: 1 }, '"extra"'],
])("POST /kale/silences refuses %o and names the field", async (body, named) => {
  const answer = await app.sendJson("POST", "/kale/silences", body, app.bearer);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(named.replaceAll('"', ""));
});

test("POST /kale/alerts/test says of each channel whether it arrived", async () => {
  expect((await app.sendJson("POST", "/kale/alerts/test", {})).status).toBe(401);
  const one = await app.sendJson("POST", "/kale/alerts/test", { channel: "ops-mail" }, app.bearer);
  expect(one.json()).toEqual({ results: [{ channel: "ops-mail", problem: "no answer" }] });
  const none = await app.sendJson("POST", "/kale/alerts/test", { channel: "fax" }, app.bearer);
  expect(none.status).toBe(400);
});
