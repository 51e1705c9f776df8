import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtureNowMs, startTestWebapp, type TestWebapp } from "./http.fixture.ts";
import { oddNames } from "./simulated-series.fixture.ts";

let app: TestWebapp;
beforeAll(async () => {
  app = await startTestWebapp({
    skyline: { graphUrl: "http://graphite/?t=%s", oculusHost: "http://oculus" },
  });
});
afterAll(() => app.webapp.close());

interface Results {
  readonly results: [time: number, value: number][];
}

test("/app_settings gives the original's three settings as text/html", async () => {
  const answer = await app.get("/app_settings");
  expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(answer.json()).toEqual({
    GRAPH_URL: "http://graphite/?t=%s",
    OCULUS_HOST: "http://oculus",
    FULL_NAMESPACE: "metrics.",
  });
});

test("/api gives a day behind the full namespace, and an hour behind the mini one", async () => {
  const full = await app.get("/api?metric=metrics.web.fe2.errors");
  expect(full.status).toBe(200);
  expect(full.headers["content-type"]).toBe("text/html; charset=utf-8");
  const { results } = full.json() as Results;
  expect(results).toHaveLength(8_640);
  expect(results[0]?.[0]).toBe(fixtureNowMs / 1000 - 86_400);
  const mini = (await app.get("/api?metric=mini.web.fe2.errors")).json() as Results;
  expect(mini.results).toEqual(results.slice(-360));
});

test.each([
  "/api",
  "/api?metric=",
  "/api?metric=web.fe2.errors",
  "/api?metric=metrics.nope",
  "/api?metric=mini.",
])("%s is answered 404 in the original's words", async (target) => {
  const answer = await app.get(target);
  expect(answer.status).toBe(404);
  expect(answer.json()).toEqual({ results: "Error: No metric by that name" });
});

test("/api takes odd names, and ignores what scripts append", async () => {
  for (const name of oddNames) {
    const answer = await app.get(`/api?metric=${encodeURIComponent(`mini.${name}`)}&_=17`);
    expect((answer.json() as Results).results).toHaveLength(360);
  }
});

test("/static/dump/anomalies.json is a call of handle_data, sorted by name, never cached", async () => {
  const answer = await app.get("/static/dump/anomalies.json?callback=x&_=17");
  expect(answer.headers["content-type"]).toBe("application/json");
  expect(answer.headers["cache-control"]).toBe("no-store");
  const list = /^handle_data\((\[.*\])\)$/s.exec(answer.text)?.[1];
  const rows = JSON.parse(list ?? "") as [number, string][];
  const names = rows.map(([, name]) => name);
  expect(names).toEqual(names.toSorted());
  expect(names).toEqual(expect.arrayContaining([...oddNames]));
  const [active] = app.site.journal.find({ state: "active", limit: 1 });
  expect(rows).toContainEqual([active?.observed, active?.name]);
  expect(answer.text).not.toContain("<");
});

test("/static/dump/anomalies.json holds each name once, with its newest value", async () => {
  const value = app.site.begin("web.fe1.requests", 12).observed;
  const { text } = await app.get("/static/dump/anomalies.json");
  expect(text.split('"web.fe1.requests"')).toHaveLength(2);
  expect(text).toContain(`[${value},"web.fe1.requests"]`);
});
