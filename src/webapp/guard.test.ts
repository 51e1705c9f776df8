import { afterEach, expect, test } from "vitest";
import { hostRule } from "./guard.ts";
import { startTestWebapp, type TestWebapp } from "./http.fixture.ts";

let running: TestWebapp | undefined;
afterEach(async () => {
  await running?.webapp.close();
  running = undefined;
});

test.each([
  { bind: "127.0.0.1", host: "127.0.0.1:1500", allowed: true },
  { bind: "127.0.0.1", host: "localhost:3000", allowed: true },
  { bind: "127.0.0.1", host: "LOCALHOST", allowed: true },
  { bind: "127.0.0.1", host: "kale.localhost:1500", allowed: true },
  { bind: "::1", host: "[::1]:1500", allowed: true },
  { bind: "localhost", host: "metrics.example.org", allowed: true },
  { bind: "127.0.0.1", host: "Metrics.Example.org:1500", allowed: true },
  { bind: "127.0.0.1", host: "evil.example", allowed: false },
  { bind: "127.0.0.1", host: "127.0.0.1.evil.example", allowed: false },
  { bind: "127.0.0.1", host: "localhost.evil.example", allowed: false },
  { bind: "127.0.0.1", host: "evillocalhost", allowed: false },
  { bind: "127.0.0.1", host: "", allowed: false },
  { bind: "0.0.0.0", host: "evil.example", allowed: true },
  { bind: "192.0.2.7", host: "anything", allowed: true },
])("hostRule() bound to $bind answers to '$host': $allowed", ({ bind, host, allowed }) => {
  expect(hostRule({ bind, allowedHosts: ["metrics.example.org"] })(host)).toBe(allowed);
});

test("a page of another site that rebinds its name reads nothing", async () => {
  running = await startTestWebapp();
  const answer = await running.get("/kale/anomalies", { Host: "evil.example" });
  expect(answer.status).toBe(403);
  expect(answer.json()).toMatchObject({ error: { code: "forbidden-host" } });
});

test.each(["/", "/kale/anomalies", "/kale/nope", "/api?metric=x", "/metrics", "/app_settings"])(
  "%s carries the security headers, and none of CORS",
  async (target) => {
    running = await startTestWebapp();
    const { headers } = await running.get(target, { Origin: "https://evil.example" });
    expect(headers["content-security-policy"]).toContain("script-src 'self';");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["content-security-policy"]).not.toContain("unsafe");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["access-control-allow-origin"]).toBeUndefined();
  },
);

test.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])("%s is not taken", async (method) => {
  running = await startTestWebapp();
  const answer = await running.send(method, "/kale/anomalies");
  expect(answer.status).toBe(405);
  expect(answer.headers.allow).toBe("GET, HEAD");
  expect(answer.json()).toMatchObject({ error: { code: "method-not-allowed" } });
});

test("a body, long headers and an unreadable path are refused, and the port lives on", async () => {
  running = await startTestWebapp();
  const { send, get } = running;
  const withLength = { headers: { "Content-Length": "1" }, body: "x" };
  expect((await send("GET", "/kale/series", withLength)).status).toBe(413);
  const chunked = { headers: { "Transfer-Encoding": "chunked" }, body: "x" };
  expect((await send("GET", "/kale/series", chunked)).status).toBe(413);
  expect((await get("/kale/series", { "X-Long": "x".repeat(20_000) })).status).toBe(431);
  expect((await get(`/kale/series?query=${"x".repeat(20_000)}`)).status).toBe(431);
  expect((await get("/kale\\..\\series")).status).toBe(400);
  expect((await get("/kale/series", { Host: "a b" })).status).toBe(400);
  expect((await get("/kale/series")).status).toBe(200);
});
