import { afterEach, beforeEach, expect, test } from "vitest";
import type { ErrorJson, RulesJson, RulesTrialJson } from "./contract.ts";
import { fixtureNowMs, startTestWebapp, type TestWebapp } from "./http.fixture.ts";

const hour = 3600;
let app: TestWebapp;

beforeEach(async () => {
  app = await startTestWebapp();
});
afterEach(() => app.webapp.close());

test("PUT /kale/rules keeps rules as they were written, for who has an account", async () => {
  const text = "# at night it is full\n- match: web.fe1\n  least-relative: 0.5\n";
  expect((await app.sendJson("PUT", "/kale/rules", { text })).status).toBe(401);
  const answer = await app.sendJson("PUT", "/kale/rules", { text }, app.bearer);
  expect(answer.status).toBe(200);
  const rules = (await app.get("/kale/rules?name=web.fe1.requests")).json() as RulesJson;
  expect(rules).toMatchObject({
    configured: [{ match: "web.*", "least-relative": 0.2 }],
    kept: [{ match: "web.fe1", "least-relative": 0.5 }],
    text,
    changed: { at: fixtureNowMs / 1000, by: "" },
  });
  expect(rules.effective!.applied.map(({ from }) => from)).toEqual(["configured", "kept"]);
  const relative = rules.effective!.floors.find(({ key }) => key === "least-relative");
  expect(relative).toEqual({ key: "least-relative", value: "0.5", match: "web.fe1" });
  expect(rules.effective!.floors.find(({ key }) => key === "direction")!.match).toBe("");
});

test("PUT /kale/rules names what is wrong, and keeps the rules there were", async () => {
  const text = "- {match: x, loud: 1}";
  const answer = await app.sendJson("PUT", "/kale/rules", { text }, app.bearer);
  expect(answer.status).toBe(400);
  expect((answer.json() as ErrorJson).error.message).toContain("loud");
  expect(app.site.rules.inForce().kept).toEqual([]);
});

test("POST /kale/rules/test tries rules in place of the kept ones, or of the configured ones", async () => {
  const rules = [{ match: "queue.*", ignore: true }];
  const asked = { rules, match: "queue", from: "-2d", until: fixtureNowMs / 1000 - hour };
  const answer = await app.sendJson("POST", "/kale/rules/test", asked);
  expect(answer.status).toBe(200);
  const trial = answer.json() as RulesTrialJson;
  expect(trial).toMatchObject({ matched: 120, affected: 9, tried: 9, leftOut: 4, both: 8 });
  expect(trial.anomalies).toHaveLength(12);
  const tried = { match: "queue.*", isIgnored: true };
  const configured = { match: "web.*", leastRelative: 0.2 };
  expect(app.site.rules.asked[0]).toMatchObject({
    match: "queue",
    inForce: [configured],
    tried: [configured, tried],
    range: { fromMs: fixtureNowMs - 48 * hour * 1000, untilMs: fixtureNowMs - hour * 1000 },
  });
  await app.sendJson("POST", "/kale/rules/test", { rules, replaces: "configured" });
  expect(app.site.rules.asked[1]!.tried).toEqual([tried]);
});

test.each([
  [{}, /text/],
  [{ text: "", from: "-40d" }, /31 days/],
  [{ text: "", replaces: "all" }, /kept or configured/],
  [{ rules: [{}] }, /match is missing/],
])("POST /kale/rules/test refuses %j", async (asked, message) => {
  const answer = await app.sendJson("POST", "/kale/rules/test", asked);
  expect(answer.status).toBe(400);
  expect((answer.json() as ErrorJson).error.message).toMatch(message);
});

test("/kale/rules answers that there are none where the nine checks alone judge", async () => {
  const plain = await startTestWebapp({}, { rules: undefined, trials: undefined });
  expect((await plain.get("/kale/rules")).status).toBe(501);
  await plain.webapp.close();
});
