import { afterEach, beforeEach, expect, test } from "vitest";
import type { ErrorJson } from "./contract.ts";
import { startTestWebapp, type Answer, type TestWebapp } from "./http.fixture.ts";
import { methodsOf, routeRules, ruleFor, type RouteRule } from "./route-rules.ts";

let app: TestWebapp;
let cookie = "";
let host = "";
beforeEach(async () => {
  await start();
});
afterEach(() => app.webapp.close());

async function start(...options: Parameters<typeof startTestWebapp>): Promise<void> {
  app = await startTestWebapp(...options);
  host = `127.0.0.1:${app.webapp.ports[0]?.port ?? 0}`;
  const signedIn = await app.sendJson("POST", "/kale/session", { token: app.site.keeper.token });
  cookie = cookieOf(signedIn);
}

/** What a browser would send back. */
function cookieOf(answer: Answer): string {
  return (answer.headers["set-cookie"] ?? []).map((text) => text.replace(/;.*/, "")).join("; ");
}

function codeOf(answer: Answer): string {
  return answer.text === "" ? "" : ((answer.json() as Partial<ErrorJson>).error?.code ?? "");
}

/** As the rule has it, with `{}` where there is a body. */
async function ask(rule: RouteRule, headers: Record<string, string>): Promise<Answer> {
  const target = rule.path.replace(":id", "no-such");
  return rule.bodyBytesMax > 0
    ? await app.sendJson(rule.method, target, {}, headers)
    : await app.send(rule.method, target, { headers });
}

const guarded = routeRules.filter(({ access }) => access === "account");
const changing = guarded.filter(({ method }) => method !== "GET");
const matrix = changing.map((rule) => [rule.method, rule.path, rule] as const);

test("the table of rules holds every route that changes something, and signing in", () => {
  expect(routeRules.map(({ method, path, access }) => `${access} ${method} ${path}`)).toEqual([
    "anyone POST /kale/similar",
    "account POST /kale/collections",
    "account POST /kale/collections/import",
    "account PUT /kale/collections/:id",
    "account DELETE /kale/collections/:id",
    "account POST /kale/alerts/test",
    "account POST /kale/notes",
    "account DELETE /kale/notes/:id",
    "account POST /kale/views",
    "account POST /kale/views/import",
    "account PUT /kale/views/:id",
    "account DELETE /kale/views/:id",
    "account POST /kale/silences",
    "account DELETE /kale/silences/:id",
    "account POST /kale/anomalies/:id/feedback",
    "account DELETE /kale/feedback/:id",
    "account PUT /kale/rules",
    "anyone POST /kale/rules/test",
    "sign-in POST /kale/session",
    "sign-in DELETE /kale/session",
    "account GET /kale/users",
    "account POST /kale/users",
    "account DELETE /kale/users",
    "account GET /kale/admin/state",
    "account POST /kale/admin/wipe-collections",
    "account POST /kale/admin/import",
    "sender POST /api/v1/write",
    "sender POST /write",
    "sender POST /api/v2/write",
    "sender POST /query",
    "sender POST /v1/metrics",
    "sender POST /api/put",
    "asker POST /api/query",
    "asker POST /api/query/last",
    "asker POST /api/suggest",
    "asker POST /api/search/lookup",
    "sender POST /collectd",
    "asker POST /render",
    "asker POST /render/",
    "asker POST /metrics/find",
    "asker POST /metrics/find/",
    "asker POST /metrics/expand",
    "asker POST /metrics/index.json",
    "asker POST /tags/findSeries",
    "asker POST /tags/autoComplete/tags",
    "asker POST /tags/autoComplete/values",
    "asker POST /tags/tagSeries",
    "asker POST /tags/tagMultiSeries",
    "asker POST /tags/delSeries",
    "asker POST /events/get_data",
    "asker POST /api/v1/query",
    "asker POST /api/v1/query_range",
    "asker POST /api/v1/query_exemplars",
    "asker POST /api/v1/format_query",
    "asker POST /api/v1/labels",
    "asker POST /api/v1/series",
  ]);
});

test.each(guarded.map((rule) => [rule.method, rule.path, rule] as const))(
  "%s %s without a session, or with one that is none, is 401 with a remedy",
  async (method, path, rule) => {
    const wrongs: Record<string, string>[] = [
      {},
      { Cookie: "kale_session=session-99" },
      { Cookie: `kale_session=${"x".repeat(2_000)}` },
      { Cookie: "other=1" },
      { Authorization: "Basic YWRtaW46YWRtaW4=" },
      { Authorization: "Bearer" },
    ];
    for (const headers of wrongs) {
      const answer = await ask(rule, { Origin: `http://${host}`, ...headers });
      expect([answer.status, codeOf(answer)], JSON.stringify(headers)).toEqual([
        401,
        "not-signed-in",
      ]);
      expect(answer.headers["www-authenticate"]).toBe('Bearer realm="kale"');
      expect(answer.text).toContain("Authorization");
    }
    const wrong = await ask(rule, { Authorization: "Bearer wrong" });
    expect([wrong.status, codeOf(wrong)]).toEqual([401, "wrong-credentials"]);
  },
);

test.each(matrix)(
  "%s %s with a cookie is refused from another site's page",
  async (method, path, rule) => {
    const wrongs: Record<string, string>[] = [
      { Origin: "https://evil.example" },
      { Origin: `http://${host}.evil.example` },
      { Origin: `http://evil.example:${host.split(":")[1] ?? ""}` },
      { Origin: "http://127.0.0.1:1" },
      { Origin: "null" },
      { Origin: "" },
      { "Sec-Fetch-Site": "cross-site" },
      { "Sec-Fetch-Site": "same-site" },
      { "Sec-Fetch-Site": "none" },
      { Origin: `http://${host}`, "Sec-Fetch-Site": "cross-site" },
      { Origin: "https://evil.example", "Sec-Fetch-Site": "same-origin" },
      {},
    ];
    app.site.collections.create({ name: "kept", note: "", items: [] });
    for (const headers of wrongs) {
      const answer = await ask(rule, { Cookie: cookie, ...headers });
      expect([answer.status, codeOf(answer)], JSON.stringify(headers)).toEqual([
        403,
        "forbidden-origin",
      ]);
    }
    expect(app.site.collections.list()).toHaveLength(1);
  },
);

test.each(matrix)(
  "%s %s passes with token or cookie of our own page",
  async (method, path, rule) => {
    const rights: Record<string, string>[] = [
      app.bearer,
      { ...app.bearer, Origin: "https://evil.example" },
      { Cookie: cookie, Origin: `http://${host}` },
      { Cookie: cookie, "Sec-Fetch-Site": "same-origin" },
    ];
    for (const headers of rights) {
      const answer = await ask(rule, headers);
      expect([401, 403, 405, 415], answer.text).not.toContain(answer.status);
      expect(answer.headers["cache-control"]).toBe("no-store");
    }
  },
);

test.each(matrix.filter(([, , rule]) => rule.bodyBytesMax > 0))(
  "%s %s takes JSON only, and no more than its limit",
  async (method, path, rule) => {
    const target = path.replace(":id", "no-such");
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"]) {
      const headers = { ...app.bearer, "Content-Type": type };
      const answer = await app.send(method, target, { headers, body: "{}" });
      expect([answer.status, codeOf(answer)], type).toEqual([415, "not-json"]);
    }
    const tooLong = await app.send(method, target, {
      headers: {
        ...app.bearer,
        "Content-Type": "application/json",
        "Content-Length": String(rule.bodyBytesMax + 1),
      },
      body: "{}",
    });
    expect([tooLong.status, codeOf(tooLong)]).toEqual([413, "body-too-large"]);
  },
);

test("a body without a stated length is read no further than its limit", async () => {
  const headers = {
    ...app.bearer,
    "Content-Type": "application/json",
    "Transfer-Encoding": "chunked",
  };
  const answer = await app.send("POST", "/kale/users", { headers, body: " ".repeat(20_000) });
  expect([answer.status, codeOf(answer)]).toEqual([413, "body-too-large"]);
  const bad = await app.send("POST", "/kale/users", { headers, body: '{"name":' });
  expect([bad.status, codeOf(bad)]).toEqual([400, "bad-body"]);
});

test("other methods are refused by name, with what is allowed", async () => {
  for (const [method, target, allow] of [
    ["PUT", "/kale/similar", "GET, HEAD, POST"],
    ["POST", "/kale/collections/some-id", "GET, HEAD, PUT, DELETE"],
    ["DELETE", "/kale/anomalies", "GET, HEAD"],
    ["POST", "/kale/session/", "GET, HEAD"],
  ] as const) {
    const answer = await app.send(method, target, { headers: app.bearer });
    expect([answer.status, answer.headers.allow]).toEqual([405, allow]);
  }
});

test("a path that is written with percent signs finds the same rule", async () => {
  for (const target of ["/kale/%75sers", "/kale/admin%2Fstate", "/kale/admin/st%61te"]) {
    expect([401, 404], target).toContain((await app.get(target)).status);
  }
  const answer = await app.send("DELETE", "/kale/collections/%63%31");
  expect(answer.status).toBe(401);
});

test("ruleFor() and methodsOf() match whole paths", () => {
  expect(ruleFor("PUT", "/kale/collections/a/b")).toBeUndefined();
  expect(ruleFor("PUT", "/kale/collections/")).toBeUndefined();
  expect(ruleFor("HEAD", "/kale/users")?.access).toBe("account");
  expect(ruleFor("GET", "/kale/collections")).toBeUndefined();
  expect(methodsOf("/kale/users")).toEqual(["GET", "HEAD", "POST", "DELETE"]);
});

test("signing in from another site's page is refused too", async () => {
  const body = { token: app.site.keeper.token };
  const from = { Origin: "https://evil.example" };
  expect((await app.sendJson("POST", "/kale/session", body, from)).status).toBe(403);
  expect((await app.send("DELETE", "/kale/session", { headers: from })).status).toBe(403);
  const form = await app.send("POST", "/kale/session", {
    headers: { "Content-Type": "text/plain" },
    body: JSON.stringify(body),
  });
  expect(form.status).toBe(415);
});

test("the cookie is out of reach of scripts and other sites, and Secure only behind a trusted proxy", async () => {
  const body = { token: app.site.keeper.token };
  const https = { "X-Forwarded-Proto": "https", "X-Forwarded-Host": "kale.example" };
  const plain = await app.sendJson("POST", "/kale/session", body, https);
  expect(plain.headers["set-cookie"]).toEqual([
    expect.stringMatching(
      /^kale_session=[\w-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    ),
  ]);
  await app.webapp.close();
  await start({ trustsProxy: true });
  const secure = await app.sendJson("POST", "/kale/session", body, https);
  expect(secure.headers["set-cookie"]?.[0]).toMatch(/; HttpOnly; Secure; SameSite=Strict$/);
  const wipe = "/kale/admin/wipe-collections";
  const own = { Cookie: cookieOf(secure), ...https };
  const right = await app.sendJson("POST", wipe, {}, { ...own, Origin: "https://kale.example" });
  expect(right.status).toBe(200);
  const wrong = await app.sendJson("POST", wipe, {}, { ...own, Origin: `http://${host}` });
  expect(wrong.status).toBe(403);
});

test("wrong tokens and passwords are slowed down per address, told when to come back, and counted", async () => {
  const tries = ["token", "user", "bearer"].flatMap((kind) => [kind, kind, kind, kind]);
  const statuses: number[] = [];
  for (const kind of tries) {
    const answer =
      kind === "bearer"
        ? await app.get("/kale/users", { Authorization: "Bearer wrong" })
        : await app.sendJson(
            "POST",
            "/kale/session",
            kind === "token" ? { token: "wrong" } : { user: "ann", password: "wrong" },
          );
    statuses.push(answer.status);
    if (answer.status === 429) {
      expect(codeOf(answer)).toBe("too-many-attempts");
      expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    }
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
  const right = { token: app.site.keeper.token };
  expect((await app.sendJson("POST", "/kale/session", right)).status).toBe(429);
  // Who is signed in already goes on.
  const headers = { Cookie: cookie, Origin: `http://${host}` };
  expect((await app.sendJson("POST", "/kale/admin/wipe-collections", {}, headers)).status).toBe(
    200,
  );
  const { text } = await app.get("/metrics");
  expect(text).toContain("\nkale_sign_in_failures_total 10\n");
  expect(text).toContain("\nkale_sign_in_refusals_total 3\n");
  app.clock.advance(30_000);
  expect((await app.sendJson("POST", "/kale/session", right)).status).toBe(200);
});

test("behind a trusted proxy addresses are told apart by what the nearest proxy says", async () => {
  await app.webapp.close();
  await start({ trustsProxy: true });
  const attempt = async (from: string): Promise<number> => {
    const headers = { "X-Forwarded-For": from };
    return (await app.sendJson("POST", "/kale/session", { token: "wrong" }, headers)).status;
  };
  for (let i = 0; i < 10; i++) await attempt(`10.0.0.${i}, 192.0.2.1`);
  expect(await attempt("10.0.0.99, 192.0.2.1")).toBe(429);
  expect(await attempt("192.0.2.1, 192.0.2.2")).toBe(401);
  for (let i = 0; i < 10; i++) await attempt(`2001:db8::${i}`);
  expect(await attempt("2001:db8:0:0:9::1")).toBe(429);
  expect(await attempt("2001:db8:0:1::1")).toBe(401);
});

test("clients that came through another port are told apart, whatever they say they were forwarded for", async () => {
  await app.webapp.close();
  let client = "10.0.0.1";
  await start({ trustsProxy: true }, { tunnelled: () => client });
  const attempt = async (from: string): Promise<number> => {
    const headers = { "X-Forwarded-For": from };
    return (await app.sendJson("POST", "/kale/session", { token: "wrong" }, headers)).status;
  };
  for (let i = 0; i < 10; i++) await attempt(`192.0.2.${i}`);
  expect(await attempt("192.0.2.99")).toBe(429);
  client = "10.0.0.2";
  expect(await attempt("192.0.2.99")).toBe(401);
});
