import { afterEach, beforeEach, expect, test } from "vitest";
import type { ErrorJson, ViewJson, ViewsFileJson } from "./contract.ts";
import { fixtureNowMs, startTestWebapp, type TestWebapp } from "./http.fixture.ts";

let app: TestWebapp;

beforeEach(async () => {
  app = await startTestWebapp();
});
afterEach(() => app.webapp.close());

const wanted = {
  name: "Orders <b>now</b>",
  note: "for the morning",
  targets: ["sumSeries(queue.*.depth)", "web.fe1.requests"],
  from: "-2h",
  until: "now",
  layout: "separate",
} as const;

async function save(changes: object = {}): Promise<ViewJson> {
  const answer = await app.sendJson("POST", "/kale/views", { ...wanted, ...changes }, app.bearer);
  expect(answer.status).toBe(201);
  return answer.json() as ViewJson;
}

function list(): Promise<ViewJson[]> {
  return app.get("/kale/views").then((answer) => answer.json() as ViewJson[]);
}

test("a view is saved as it was written, read by anybody, changed and deleted", async () => {
  const made = await save();
  const at = fixtureNowMs / 1000;
  expect(made).toEqual({ id: made.id, ...wanted, created: at, changed: at });
  expect(await list()).toEqual([made]);
  const path = `/kale/views/${made.id}`;
  expect((await app.get(path)).json()).toEqual(made);

  const change = { name: "Orders", layout: "overlaid", changed: made.changed };
  const changed = await app.sendJson("PUT", path, change, app.bearer);
  expect(changed.json()).toMatchObject({ ...wanted, name: "Orders", layout: "overlaid" });
  const late = await app.sendJson("PUT", path, change, app.bearer);
  expect([late.status, (late.json() as ErrorJson).error.code]).toEqual([409, "changed-meanwhile"]);

  expect((await app.send("DELETE", path, { headers: app.bearer })).status).toBe(204);
  expect((await app.get(path)).status).toBe(404);
  expect((await app.send("DELETE", path, { headers: app.bearer })).status).toBe(404);
});

test("POST /kale/views takes name and targets alone: the last six hours, overlaid", async () => {
  const body = { name: "one", targets: ["a.b"] };
  const answer = await app.sendJson("POST", "/kale/views", body, app.bearer);
  const usual = { note: "", from: "-6h", until: "now", layout: "overlaid" };
  expect(answer.json()).toMatchObject({ ...body, ...usual });
});

test("nothing is saved, changed, imported or deleted by who is not signed in", async () => {
  const { id } = await save();
  for (const [method, path] of [
    ["POST", "/kale/views"],
    ["POST", "/kale/views/import"],
    ["PUT", `/kale/views/${id}`],
  ] as const) {
    expect((await app.sendJson(method, path, wanted)).status, path).toBe(401);
  }
  expect((await app.send("DELETE", `/kale/views/${id}`)).status).toBe(401);
  expect(await list()).toHaveLength(1);
});

test.each([
  [{ name: " " }, /^Field name is/],
  [{ name: "n".repeat(201) }, /^Field name has to have 1 to 200/],
  [{ note: "n".repeat(4001) }, /^Field note has at most 4000/],
  [{ targets: [] }, /^Field targets is empty/],
  [{ targets: Array(21).fill("a") }, /^Field targets has 21 entries; at most 20/],
  [{ targets: ["a", 7] }, /^Field targets\[1\] is no text/],
  [{ targets: ["a", "b".repeat(8_000)] }, /^Field targets has 8001 characters in all/],
  [{ targets: ["a", "sumSeries(web.*"] }, /^Field targets\[1\] cannot be read: .* at character 16/],
  [{ layout: "tag", targets: ["host", "dc"] }, /^Field targets is one name of a tag/],
  [{ layout: "pie" }, /^Field layout is "pie"; allowed: overlaid, separate, tree, tag/],
  [{ from: "-5m" }, /^Field from is "-5m"; allowed: Unix seconds/],
  [{ from: "now", until: "-1h" }, /^Field from is not before until/],
  [{ from: "-500d" }, /^Field from is more than 400 days/],
  [{ colour: "red" }, /^No field "colour" here/],
])("POST /kale/views refuses %j and names the field", async (changes, message) => {
  const answer = await app.sendJson("POST", "/kale/views", { ...wanted, ...changes }, app.bearer);
  expect(answer.status).toBe(400);
  expect((answer.json() as ErrorJson).error.message).toMatch(message);
  expect(await list()).toEqual([]);
});

test("a name is given once, and there is a limit to how many views there are", async () => {
  await save();
  const again = await app.sendJson("POST", "/kale/views", wanted, app.bearer);
  expect([again.status, (again.json() as ErrorJson).error.code]).toEqual([409, "name-taken"]);
  const views = Array.from({ length: 500 }, (_, i) => {
    return { ...wanted, name: `v${i}`, created: 1, changed: 1 };
  });
  const file = { format: "kale-views", version: 1, views };
  const full = await app.sendJson("POST", "/kale/views/import", file, app.bearer);
  expect([full.status, (full.json() as ErrorJson).error.code]).toEqual([422, "too-many-views"]);
  expect(await list()).toHaveLength(1);
});

test("an export is imported again, names that are taken get a number; a broken one leaves nothing", async () => {
  const first = await save();
  await save({ name: "tags", layout: "tag", targets: ["host"] });
  const exported = await app.get(`/kale/views/export?id=${first.id}`);
  expect(exported.headers["content-disposition"]).toContain("kale-views.json");
  expect((exported.json() as ViewsFileJson).views.map(({ name }) => name)).toEqual([wanted.name]);

  const whole = (await app.get("/kale/views/export")).json() as ViewsFileJson;
  const broken = { ...whole, views: [...whole.views, { ...whole.views[0], targets: ["a("] }] };
  const refused = await app.sendJson("POST", "/kale/views/import", broken, app.bearer);
  expect((refused.json() as ErrorJson).error.message).toMatch(
    /^Field views\[2\]\.targets\[0\] cannot/,
  );
  expect(await list()).toHaveLength(2);

  const taken = await app.sendJson("POST", "/kale/views/import", whole, app.bearer);
  expect(taken.json()).toEqual({
    imported: 2,
    renamed: [
      { from: wanted.name, to: `${wanted.name} (2)` },
      { from: "tags", to: "tags (2)" },
    ],
  });
  const copy = (await list()).find(({ name }) => name === "tags (2)");
  expect(copy).toMatchObject({ layout: "tag", targets: ["host"], note: wanted.note });
});
