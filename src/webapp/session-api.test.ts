import { afterEach, beforeEach, expect, test } from "vitest";
import type { SearchEngineControl, SearchEngineReport } from "../model/index.ts";
import type { AdminStateJson, ErrorJson, StatusJson, UserJson } from "./contract.ts";
import { fixtureNowMs, startTestWebapp, type Answer, type TestWebapp } from "./http.fixture.ts";

const nowSeconds = fixtureNowMs / 1000;
const password = "a long password";

let app: TestWebapp;
let origin: Record<string, string>;
beforeEach(async () => {
  app = await startTestWebapp();
  origin = { Origin: `http://127.0.0.1:${app.webapp.ports[0]?.port ?? 0}` };
});
afterEach(() => app.webapp.close());

async function signIn(value: unknown): Promise<Record<string, string>> {
  const answer = await app.sendJson("POST", "/kale/session", value, origin);
  expect(answer.status, answer.text).toBe(200);
  const [cookie = ""] = answer.headers["set-cookie"] ?? [];
  return { Cookie: cookie.replace(/;.*/, ""), ...origin };
}

function errorOf(answer: Answer): [status: number, code: string] {
  return [answer.status, (answer.json() as ErrorJson).error.code];
}

test("with the token one signs in, makes a user, who signs in, makes another and signs out", async () => {
  expect((await app.get("/kale/session")).json()).toEqual({ signedIn: false, user: null });
  const admin = await signIn({ token: ` ${app.site.keeper.token}\n` });
  expect((await app.get("/kale/session", admin)).json()).toEqual({ signedIn: true, user: null });
  const ann = { name: "<b>ann</b>", password };
  expect((await app.sendJson("POST", "/kale/users", ann, admin)).status).toBe(204);

  const own = await signIn({ user: ann.name, password });
  expect((await app.get("/kale/session", own)).json()).toEqual({ signedIn: true, user: ann.name });
  expect((await app.sendJson("POST", "/kale/users", { name: "bob", password }, own)).status).toBe(
    204,
  );
  expect((await app.get("/kale/users", own)).json()).toEqual([
    { name: ann.name, created: nowSeconds, lastSeen: nowSeconds },
    { name: "bob", created: nowSeconds, lastSeen: null },
  ] satisfies UserJson[]);

  const out = await app.send("DELETE", "/kale/session", { headers: own });
  expect(out.json()).toEqual({ signedIn: false, user: null });
  expect(out.headers["set-cookie"]?.[0]).toMatch(/^kale_session=; Max-Age=0; Path=\//);
  expect((await app.get("/kale/session", own)).json()).toEqual({ signedIn: false, user: null });
  expect((await app.get("/kale/users", own)).status).toBe(401);
});

test("signing in anew ends the session before", async () => {
  const first = await signIn({ token: app.site.keeper.token });
  const answer = await app.sendJson(
    "POST",
    "/kale/session",
    { token: app.site.keeper.token },
    first,
  );
  expect(answer.status).toBe(200);
  expect((await app.get("/kale/users", first)).status).toBe(401);
  expect(app.site.keeper.state().sessionCount).toBe(1);
});

test("GET /kale/session renews the cookie of who is signed in, and sets none otherwise", async () => {
  const admin = await signIn({ token: app.site.keeper.token });
  const [renewed] = (await app.get("/kale/session", admin)).headers["set-cookie"] ?? [];
  expect(renewed).toMatch(/^kale_session=session-1; Max-Age=2592000; /);
  expect((await app.get("/kale/session")).headers["set-cookie"]).toBeUndefined();
});

test("a deleted user's session ends, and so does one whose password is set anew", async () => {
  for (const name of ["ann", "bob"]) {
    await app.sendJson("POST", "/kale/users", { name, password }, app.bearer);
  }
  const ann = await signIn({ user: "ann", password });
  const bob = await signIn({ user: "bob", password });
  const gone = await app.send("DELETE", "/kale/users?name=ann", { headers: app.bearer });
  expect(gone.status).toBe(204);
  await app.sendJson("POST", "/kale/users", { name: "bob", password: "another one" }, app.bearer);
  expect((await app.get("/kale/users", ann)).status).toBe(401);
  expect((await app.get("/kale/users", bob)).status).toBe(401);
  const again = await app.send("DELETE", "/kale/users?name=ann", { headers: app.bearer });
  expect(errorOf(again)).toEqual([404, "unknown-user"]);
  const nobody = await app.send("DELETE", "/kale/users", { headers: app.bearer });
  expect(errorOf(nobody)).toEqual([400, "bad-parameter"]);
});

test.each([
  [{ token: "wrong" }, 401, "wrong-credentials"],
  [{ user: "nobody", password }, 401, "wrong-credentials"],
  [{ user: "admin", password: "admin" }, 401, "wrong-credentials"],
  [{ token: "" }, 401, "wrong-credentials"],
  [{}, 400, "bad-field"],
  [{ user: "ann" }, 400, "bad-field"],
  [{ token: 7 }, 400, "bad-field"],
  [{ token: "a", user: "b" }, 400, "bad-field"],
  [{ user: "ann", password: ["the-password"] }, 400, "bad-field"],
])("POST /kale/session answers %j with %i %s, and no cookie", async (value, status, code) => {
  const answer = await app.sendJson("POST", "/kale/session", value);
  expect(errorOf(answer)).toEqual([status, code]);
  expect(answer.headers["set-cookie"]).toBeUndefined();
  expect(answer.text).not.toContain("the-password");
});

test.each([
  [{ name: "ann", password: "123456789" }, /10 to 1000 characters/],
  [{ name: " ann", password }, /name has 1 to 64 characters/],
  [{ name: "ann" }, /password is missing/],
  [{ name: "ann", password, admin: true }, /No field "admin"/],
])("POST /kale/users refuses %j", async (value, message) => {
  const answer = await app.sendJson("POST", "/kale/users", value, app.bearer);
  expect(errorOf(answer)).toEqual([400, "bad-field"]);
  expect(answer.text.replaceAll("\\", "")).toMatch(message);
});

test("/kale/admin/state shows shards, shape tables, journal, accounts and sign-ins", async () => {
  await app.sendJson("POST", "/kale/session", { token: "wrong" });
  const state = (await app.get("/kale/admin/state", app.bearer)).json() as AdminStateJson;
  expect(state.shards).toHaveLength(2);
  expect(state.shapeTables).toEqual([
    { shard: 0, series: 26, memoryBytes: 6_748 },
    { shard: 1, series: 26, memoryBytes: 6_748 },
  ]);
  expect(state.journal).toMatchObject({ episodes: 169, unsaved: 0, lost: 0 });
  expect(state.collections).toEqual({ collections: 0, items: 0 });
  expect(state.accounts).toEqual({ users: 0, sessions: 0 });
  expect(state.signIns).toEqual({ failed: 1, refused: 0 });
  expect(state.searchEngine.configured).toBe(false);
});

test("/kale/admin/wipe-collections deletes them all and tells how many", async () => {
  for (const name of ["a", "b"]) app.site.collections.create({ name, note: "", items: [] });
  const answer = await app.sendJson("POST", "/kale/admin/wipe-collections", {}, app.bearer);
  expect(answer.json()).toEqual({ wiped: 2 });
  expect((await app.get("/kale/collections")).json()).toEqual([]);
});

test("/kale/admin/import says honestly that there is nothing to import into", async () => {
  const answer = await app.sendJson("POST", "/kale/admin/import", {}, app.bearer);
  expect(errorOf(answer)).toEqual([501, "not-configured"]);
  expect(answer.text).toContain("oculus.engine");
});

test("/kale/admin/import begins an import into the search engine, one at a time", async () => {
  await app.webapp.close();
  let isRunning = false;
  const report: SearchEngineReport = {
    nodes: ["http://es1:9200"],
    scorer: "plugin",
    window: { range: { fromMs: 1000, untilMs: 3_601_000 }, pointCount: 60 },
    seriesCount: 7,
    lastImport: {
      ...{ startedMs: 5000, endedMs: 7500, seriesCount: 9, totalCount: 9 },
      ...{ outcome: "done", problem: "" },
    },
    importIntervalMs: 120_000,
    answeredCount: 3,
    fallbackCount: 1,
    problem: "",
    collections: { agreedMs: 4000, problem: "" },
  };
  const searchEngine: SearchEngineControl = {
    report: () => report,
    startImport() {
      const begins = !isRunning;
      isRunning = true;
      return begins;
    },
  };
  app = await startTestWebapp({}, { searchEngine });
  const begun = await app.sendJson("POST", "/kale/admin/import", {}, app.bearer);
  expect([begun.status, begun.json()]).toEqual([202, { begun: true }]);
  const again = await app.sendJson("POST", "/kale/admin/import", {}, app.bearer);
  expect(errorOf(again)).toEqual([409, "import-running"]);
  expect(errorOf(await app.sendJson("POST", "/kale/admin/import", {}))).toEqual([
    401,
    "not-signed-in",
  ]);
  const told = {
    nodes: ["http://es1:9200"],
    scorer: "plugin",
    window: { from: 1, until: 3601, points: 60 },
    series: 7,
    importIntervalSeconds: 120,
    lastImport: {
      ...{ started: 5, seconds: 2.5, written: 9, total: 9 },
      ...{ outcome: "done", problem: "" },
    },
    answered: 3,
    fallbacks: 1,
    problem: "",
    collections: { agreed: 4, problem: "" },
  };
  const state = (await app.get("/kale/admin/state", app.bearer)).json() as AdminStateJson;
  expect(state.searchEngine).toEqual({ configured: true, setting: "oculus.engine", state: told });
  expect(((await app.get("/kale/status")).json() as StatusJson).searchEngine).toEqual(told);
});
