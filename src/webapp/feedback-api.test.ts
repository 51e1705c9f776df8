import { afterEach, beforeEach, expect, test } from "vitest";
import type { AnomalyJson, FeedbackFileJson, FeedbackJson } from "./contract.ts";
import { startTestWebapp, type TestWebapp } from "./http.fixture.ts";

let app: TestWebapp;
beforeEach(async () => {
  app = await startTestWebapp();
});
afterEach(() => app.webapp.close());

test("feedback is said with a name and a pattern, listed with who said it, exported and taken back", async () => {
  const [anomaly] = (await app.get("/kale/anomalies?state=active")).json() as AnomalyJson[];
  const path = `/kale/anomalies/${anomaly!.id}/feedback`;
  const said = { kind: "normal", label: "nightly <b>", pattern: "db.*" };
  expect((await app.sendJson("POST", path, said)).status).toBe(401);
  await app.site.keeper.setPassword("ann", "a long password");
  const origin = `http://127.0.0.1:${app.webapp.ports[0]!.port}`;
  const cookie = (
    await app.sendJson("POST", "/kale/session", { user: "ann", password: "a long password" })
  ).headers["set-cookie"]!.map((text) => text.replace(/;.*/, "")).join("; ");
  expect((await app.sendJson("POST", path, said, { Cookie: cookie, Origin: origin })).status).toBe(
    201,
  );
  const listed = (await app.get("/kale/feedback")).json() as FeedbackJson[];
  expect(listed).toMatchObject([{ ...said, anomaly: anomaly!.id, name: anomaly!.name, by: "ann" }]);
  const file = (await app.get("/kale/feedback/export")).json() as FeedbackFileJson;
  expect(file.feedback[0]!.shape).toMatchObject({ step: 60, lead: 15 });
  const gone = `/kale/feedback/${listed[0]!.id}`;
  expect((await app.send("DELETE", gone, { headers: app.bearer })).status).toBe(204);
  expect((await app.send("DELETE", gone, { headers: app.bearer })).status).toBe(404);
  expect((await app.get("/kale/feedback")).json()).toEqual([]);
});
