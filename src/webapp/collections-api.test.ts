import { afterEach, beforeEach, expect, test } from "vitest";
import type {
  CollectionJson,
  CollectionsFileJson,
  CollectionSummaryJson,
  ErrorJson,
} from "./contract.ts";
import { fixtureNowMs, startTestWebapp, type Answer, type TestWebapp } from "./http.fixture.ts";
import { oddNames } from "./simulated-series.fixture.ts";

const nowSeconds = fixtureNowMs / 1000;
const item = { name: "queue.orders.depth", from: nowSeconds - 3_600, until: nowSeconds };

let app: TestWebapp;
beforeEach(async () => {
  app = await startTestWebapp();
});
afterEach(() => app.webapp.close());

function post(target: string, value: unknown): Promise<Answer> {
  return app.sendJson("POST", target, value, app.bearer);
}

function put(id: string, value: unknown): Promise<Answer> {
  return app.sendJson("PUT", `/kale/collections/${id}`, value, app.bearer);
}

function errorOf(answer: Answer): [status: number, code: string] {
  return [answer.status, (answer.json() as ErrorJson).error.code];
}

async function create(name: string, items: readonly unknown[] = [item]): Promise<CollectionJson> {
  const answer = await post("/kale/collections", { name, note: "why", items });
  expect(answer.status, answer.text).toBe(201);
  return answer.json() as CollectionJson;
}

test("a collection is made from windows, listed, read, changed and deleted", async () => {
  const made = await create("disk full");
  expect(made).toMatchObject({ name: "disk full", note: "why", created: nowSeconds });
  expect(made.items).toHaveLength(1);
  expect(made.items[0]).toMatchObject(item);
  expect(made.items[0]?.points).toHaveLength(360);
  expect((await app.get(`/kale/collections/${made.id}`)).json()).toEqual(made);
  expect((await app.get("/kale/collections")).json()).toEqual([
    {
      id: made.id,
      name: "disk full",
      note: "why",
      created: nowSeconds,
      changed: nowSeconds,
      metrics: ["queue.orders.depth"],
    },
  ] satisfies CollectionSummaryJson[]);

  app.clock.advance(60_000);
  const changed = await put(made.id, {
    name: "disk was full",
    note: "",
    remove: [0],
    add: [{ ...item, name: "web.fe1.errors", from: "-1d", until: "now" }],
    changed: made.changed,
  });
  expect(changed.status, changed.text).toBe(200);
  const after = changed.json() as CollectionJson;
  expect(after).toMatchObject({ id: made.id, name: "disk was full", note: "" });
  expect(after.items.map(({ name }) => name)).toEqual(["web.fe1.errors"]);
  expect(after.items[0]?.points.length).toBeLessThanOrEqual(720);
  expect(after.items[0]?.points.length).toBeGreaterThan(300);

  const target = `/kale/collections/${made.id}`;
  expect((await app.send("DELETE", target, { headers: app.bearer })).status).toBe(204);
  const again = await app.send("DELETE", target, { headers: app.bearer });
  expect(errorOf(again)).toEqual([404, "unknown-collection"]);
  expect(errorOf(await app.get(target))).toEqual([404, "unknown-collection"]);
  expect(errorOf(await put(made.id, {}))).toEqual([404, "unknown-collection"]);
});

test.each([...oddNames])("the name %j passes through a collection unharmed", async (name) => {
  const made = await create(name, [{ ...item, name }]);
  const read = (await app.get(`/kale/collections/${made.id}`)).json() as CollectionJson;
  expect([read.name, read.items[0]?.name]).toEqual([name, name]);
});

test("a snapshot stays as it was when the series goes on", async () => {
  const made = await create("then");
  app.clock.advance(3_600_000);
  app.site.begin("queue.orders.depth", 50);
  expect((await app.get(`/kale/collections/${made.id}`)).json()).toEqual(made);
});

test.each([
  [{ name: "n" }, 400, "bad-field"],
  [{ items: [] }, 400, "bad-field"],
  [{ name: 7, items: [] }, 400, "bad-field"],
  [{ name: " ", items: [] }, 400, "bad-field"],
  [{ name: "n", items: {} }, 400, "bad-field"],
  [{ name: "n", items: [7] }, 400, "bad-field"],
  [{ name: "n", items: [{ name: "a" }] }, 400, "bad-field"],
  [{ name: "n", items: [{ ...item, from: item.until }] }, 400, "bad-field"],
  [{ name: "n", items: [{ ...item, from: 0 }] }, 400, "bad-field"],
  [{ name: "n", items: [{ ...item, points: [] }] }, 400, "bad-field"],
  [{ name: "n", items: [item], live: true }, 400, "bad-field"],
  [{ name: "n".repeat(201), items: [] }, 400, "bad-field"],
  [{ name: "n", note: "n".repeat(20_001), items: [] }, 400, "bad-field"],
  [{ name: "n", items: Array.from({ length: 201 }, () => item) }, 400, "bad-field"],
  [{ name: "taken", items: [] }, 409, "name-taken"],
  [{ name: "n", items: [item, { ...item, name: "nobody" }] }, 404, "unknown-series"],
  [{ name: "n", items: [{ ...item, from: 1_000, until: 2_000 }] }, 422, "empty-window"],
])("POST /kale/collections refuses %j with %i %s and saves nothing", async (body, status, code) => {
  await create("taken");
  expect(errorOf(await post("/kale/collections", body))).toEqual([status, code]);
  expect(app.site.collections.list()).toHaveLength(1);
});

test("a fault in a body names the field, where it lies and what is allowed", async () => {
  const answer = await post("/kale/collections", {
    name: "n",
    items: [item, { ...item, from: "yesterday" }],
  });
  const { message } = (answer.json() as ErrorJson).error;
  expect(message).toMatch(/^Field items\[1\]\.from is "yesterday"; allowed: Unix seconds/);
});

test("PUT refuses a change to what somebody has changed meanwhile", async () => {
  const made = await create("mine", [item, item]);
  expect((await put(made.id, { note: "first", changed: made.changed })).status).toBe(200);
  const late = await put(made.id, { remove: [0], changed: made.changed });
  expect(errorOf(late)).toEqual([409, "changed-meanwhile"]);
  expect((await put(made.id, { remove: [0] })).status).toBe(200);
  expect(errorOf(await put(made.id, { remove: [1] }))).toEqual([400, "bad-field"]);
  expect(errorOf(await put(made.id, { remove: ["0"] }))).toEqual([400, "bad-field"]);
});

test("an export is a file, which comes back by import with new names where they are taken", async () => {
  const first = await create("disk full");
  const second = await create("<b>", [{ ...item, name: oddNames[0] }]);
  const file = await app.get("/kale/collections/export");
  expect(file.headers["content-disposition"]).toBe('attachment; filename="kale-collections.json"');
  const parsed = file.json() as CollectionsFileJson;
  expect(parsed).toMatchObject({ format: "kale-collections", version: 1 });
  expect(parsed.collections.map(({ name }) => name)).toEqual(["<b>", "disk full"]);

  app.site.collections.remove(second.id);
  const imported = await post("/kale/collections/import", parsed);
  expect(imported.json()).toEqual({
    imported: 2,
    renamed: [{ from: "disk full", to: "disk full (2)" }],
  });
  const names = app.site.collections.list().map(({ name }) => name);
  expect(names).toEqual(["<b>", "disk full", "disk full (2)"]);
  const back = app.site.collections.list().find(({ name }) => name === "disk full (2)");
  const read = (await app.get(`/kale/collections/${back?.id ?? ""}`)).json() as CollectionJson;
  expect(read).toEqual({ ...first, id: back?.id, name: "disk full (2)" });
});

test("an export may be of some collections only", async () => {
  await create("a");
  const { id } = await create("b");
  const file = (await app.get(`/kale/collections/export?id=${id}`)).json() as CollectionsFileJson;
  expect(file.collections.map(({ name }) => name)).toEqual(["b"]);
  expect(errorOf(await app.get("/kale/collections/export?id=x"))).toEqual([
    404,
    "unknown-collection",
  ]);
});

test("an export of nothing is a file too, and may be imported", async () => {
  const file = (await app.get("/kale/collections/export")).json();
  expect(file).toEqual({ format: "kale-collections", version: 1, collections: [] });
  expect((await post("/kale/collections/import", file)).json()).toEqual({
    imported: 0,
    renamed: [],
  });
});

const saved = { name: "a", from: 100, until: 200, points: [[100, 1]] };
const entry = { name: "one", note: "", created: 1, changed: 2, items: [saved] };

test.each([
  ["no object", [], /no JSON object/],
  ["another format", { format: "other", version: 1, collections: [] }, /format/],
  ["another version", { format: "kale-collections", version: 2, collections: [] }, /version/],
  ["no list", { format: "kale-collections", version: 1 }, /collections is no list/],
  ["no name", file({ ...entry, name: undefined }), /collections\[1\]\.name is missing/],
  ["an id", file({ ...entry, id: "x" }), /"collections\[1\]\.id"/],
  ["an endless range", file(withItem({ until: "1e9999" })), /items\[0\]\.until/],
  ["a range that ends before it begins", file(withItem({ until: 50 })), /until/],
  ["a point that is none", file(withItem({ points: [[100]] })), /points/],
  ["a value that is text", file(withItem({ points: [[100, "1"]] })), /points/],
  ["a value that is null", file(withItem({ points: [[100, null]] })), /points/],
  [
    "times that go back",
    file(
      withItem({
        points: [
          [150, 1],
          [149, 1],
        ],
      }),
    ),
    /ascending/,
  ],
  [
    "a time twice",
    file(
      withItem({
        points: [
          [150, 1],
          [150, 1],
        ],
      }),
    ),
    /ascending/,
  ],
  ["a time out of the range", file(withItem({ points: [[200, 1]] })), /ascending/],
  [
    "too many points",
    file(withItem({ points: Array.from({ length: 721 }, (none, i) => [100 + i / 100, 1]) })),
    /721 entries; at most 720/,
  ],
  ["too many items", file({ ...entry, items: Array.from({ length: 201 }, () => saved) }), /200/],
])("an import with %s is refused, and nothing of it kept", async (what, body, message) => {
  const answer = await post("/kale/collections/import", body);
  expect(errorOf(answer)).toEqual([400, "bad-field"]);
  expect((answer.json() as ErrorJson).error.message).toMatch(message);
  expect(app.site.collections.list()).toEqual([]);
});

function file(second: unknown): unknown {
  return { format: "kale-collections", version: 1, collections: [entry, second] };
}

function withItem(change: object): unknown {
  return { ...entry, name: "two", items: [{ ...saved, ...change }] };
}

test("an import beyond the limit of collections is refused as a whole", async () => {
  const collections = Array.from({ length: 999 }, (none, i) => ({ ...entry, name: `c${i}` }));
  const body = { format: "kale-collections", version: 1, collections };
  expect((await post("/kale/collections/import", body)).status).toBe(200);
  const two = { ...body, collections: collections.slice(0, 2) };
  expect(errorOf(await post("/kale/collections/import", two))).toEqual([
    422,
    "too-many-collections",
  ]);
  expect(app.site.collections.state().collectionCount).toBe(999);
});
