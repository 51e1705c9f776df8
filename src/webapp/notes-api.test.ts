import { afterEach, beforeEach, expect, test } from "vitest";
import type { NoteJson } from "./contract.ts";
import { fixtureNowMs, startTestWebapp, type TestWebapp } from "./http.fixture.ts";

const nowSeconds = fixtureNowMs / 1000;
let app: TestWebapp;

beforeEach(async () => {
  app = await startTestWebapp();
});
afterEach(() => app.webapp.close());

test("a note is made, listed in its range and removed by who is signed in", async () => {
  const wanted = { title: "deploy <b>7</b>", text: "by ann", time: nowSeconds - 60 };
  expect((await app.sendJson("POST", "/kale/notes", wanted)).status).toBe(401);
  const made = await app.sendJson("POST", "/kale/notes", wanted, app.bearer);
  expect(made.status).toBe(201);
  const { id } = made.json() as NoteJson;
  expect((await app.get("/kale/notes")).json()).toMatchObject([{ id, ...wanted, source: "page" }]);
  expect((await app.get(`/kale/notes?from=${nowSeconds - 30}`)).json()).toEqual([]);
  const path = `/kale/notes/${id}`;
  expect((await app.send("DELETE", path)).status).toBe(401);
  expect((await app.send("DELETE", path, { headers: app.bearer })).status).toBe(204);
  expect((await app.send("DELETE", path, { headers: app.bearer })).status).toBe(404);
});

test("POST /kale/notes refuses a note without a title", async () => {
  const answer = await app.sendJson("POST", "/kale/notes", { title: " " }, app.bearer);
  expect(answer.status).toBe(400);
});
