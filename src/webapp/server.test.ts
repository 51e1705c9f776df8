import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { startTestWebapp, type TestWebapp } from "./http.fixture.ts";
import { WebappError } from "./index.ts";

let app: TestWebapp | undefined;
let other: Server | undefined;
afterEach(async () => {
  await app?.webapp.close();
  other?.close();
  app = other = undefined;
});

async function takePort(): Promise<number> {
  const server = createServer();
  other = server;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" ? (address?.port ?? 0) : 0;
}

test("startWebapp() goes on without a port that is taken, and names it", async () => {
  const taken = await takePort();
  app = await startTestWebapp({
    ports: [
      { port: taken, landing: "/" },
      { port: 0, landing: "/oculus" },
    ],
  });
  const [problem] = app.webapp.problems;
  expect(problem).toBeInstanceOf(WebappError);
  expect(problem).toMatchObject({ code: "WEBAPP_PORT_TAKEN", port: taken });
  expect(problem?.message).toBe(`open HTTP port ${taken} on 127.0.0.1: another program has it`);
  expect(app.webapp.ports.map(({ landing }) => landing)).toEqual(["/oculus"]);
  expect((await app.get("/healthz")).status).toBe(200);
});

test("startWebapp() names an address that the machine does not have", async () => {
  app = await startTestWebapp({ bind: "192.0.2.1" });
  expect(app.webapp.ports).toEqual([]);
  expect(app.webapp.problems[0]).toMatchObject({ code: "WEBAPP_ADDRESS_MISSING" });
});

test("startWebapp() tells the address to visit, with the port that was given", async () => {
  app = await startTestWebapp();
  const [open] = app.webapp.ports;
  expect(open?.port).toBeGreaterThan(0);
  expect(open?.url).toBe(`http://127.0.0.1:${open?.port ?? 0}/`);
});

test("close() lets a request that is under way finish, closes the port, and may be called again", async () => {
  let release: (value: undefined) => void = () => undefined;
  let asked: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  app = await startTestWebapp(
    {},
    {
      series: {
        read: () =>
          new Promise<undefined>((resolve) => {
            release = resolve;
            asked();
          }),
        judge: () => Promise.resolve(undefined),
        findNames: () => Promise.resolve({ names: [], totalCount: 0 }),
      },
    },
  );
  const answer = app.get("/kale/points?name=a");
  await isAsked;
  const closed = app.webapp.close();
  release(undefined);
  expect((await answer).status).toBe(404);
  await closed;
  await app.webapp.close();
  await expect(app.get("/healthz")).rejects.toThrow(/ECONNREFUSED/);
});
