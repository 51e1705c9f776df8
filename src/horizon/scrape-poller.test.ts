import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { Horizon } from "./horizon.ts";
import { RememberingOutlet } from "./outlet.fixture.ts";
import type { HorizonSettings } from "./settings.ts";

const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function target(handle: Handler): Promise<number> {
  const server = createServer(handle);
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function scrape(
  port: number,
  settings: Partial<HorizonSettings> = {},
): Promise<{ readonly outlet: RememberingOutlet; readonly horizon: Horizon }> {
  const outlet = new RememberingOutlet(1);
  const horizon = new Horizon({
    outlet,
    clock: systemClock,
    logger: silentLogger,
    settings: {
      ports: {},
      flushAfterMs: 5,
      scrapeTargets: [{ job: "app", url: `http://127.0.0.1:${port}/metrics` }],
      scrapeEveryMs: 20,
      ...settings,
    },
  });
  undo.push(() => horizon.close());
  await horizon.start();
  return { outlet, horizon };
}

async function until(claim: () => boolean): Promise<void> {
  for (let i = 0; i < 6000 && !claim(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(claim()).toBe(true);
}

function own(name: string, port: number): string {
  return `${name};instance=127.0.0.1:${port};job=app`;
}

test.each(["plain", "gzip"])(
  "ScrapePoller takes what a target says in %s, and tells of the scrape itself",
  async (packing) => {
    let asked: IncomingMessage | undefined;
    const port = await target((request, response) => {
      asked = request;
      const text = '# TYPE hits counter\n# HELP hits Hits.\nhits{path="/"} 12\nbroken\nq NaN\n';
      response.setHeader("Content-Type", "text/plain; version=0.0.4");
      if (packing === "gzip") {
        response.setHeader("Content-Encoding", "gzip");
        response.end(gzipSync(text));
      } else response.end(text);
    });
    const { outlet, horizon } = await scrape(port, { scrapeEveryMs: 60_000 });
    await until(() => outlet.rows.length >= 4);
    expect(asked?.headers.accept).toContain("application/openmetrics-text");
    const values = Object.fromEntries(outlet.rows.map(({ name, value }) => [name, value]));
    expect(values).toMatchObject({
      [own("up", port)]: 1,
      [own("scrape_samples_scraped", port)]: 3,
      [`hits;instance=127.0.0.1:${port};job=app;path=/`]: 12,
    });
    expect(values[own("scrape_duration_seconds", port)]).toBeGreaterThan(0);
    expect(new Set(outlet.rows.map(({ timeMs }) => timeMs)).size).toBe(1);
    const [stats] = horizon.stats();
    expect(stats).toMatchObject({
      protocol: "scrape",
      addresses: [`scrapes http://127.0.0.1:${port}/metrics`],
      acceptedCount: 4,
      refusals: [{ reason: "bad-value", count: 1 }],
    });
    expect(stats?.problem).toBeUndefined();
    expect(horizon.metadata({ limit: 5 })).toEqual([
      { metric: "hits", type: "counter", help: "Hits.", unit: "" },
    ]);
  },
);

test.each<[string, number, Handler, RegExp]>([
  ["an error", 30_000, (_, response) => response.writeHead(500).end("no"), /status 500/],
  ["silence", 200, () => undefined, /no answer within 0.2 s/],
  ["a cut answer", 30_000, (_, response) => cut(response), /scrapes http:/],
  ["too much", 30_000, (_, response) => flood(response), /more than 33554432 bytes/],
])(
  "ScrapePoller counts a target with %s as down, says why, and asks again",
  async (_, scrapeTimeoutMs, handle, problem) => {
    let askedCount = 0;
    const port = await target((request, response) => {
      askedCount += 1;
      handle(request, response);
    });
    const { outlet, horizon } = await scrape(port, { scrapeTimeoutMs });
    await until(() => askedCount >= 2 && outlet.rows.some(({ name }) => name === own("up", port)));
    expect(outlet.rows.find(({ name }) => name === own("up", port))?.value).toBe(0);
    expect(horizon.stats()[0]?.problem).toMatch(problem);
  },
);

test("ScrapePoller says that nobody listens, and up is 1 again when somebody does", async () => {
  const port = await target((_, response) => void response.end("a 1\n"));
  const { outlet, horizon } = await scrape(1, {
    scrapeTargets: [
      { job: "gone", url: "http://127.0.0.1:1/metrics" },
      { job: "app", url: `http://127.0.0.1:${port}/metrics` },
    ],
  });
  await until(() => outlet.rows.some(({ name }) => name.startsWith("a;")));
  await until(() => horizon.stats()[0]?.problem !== undefined);
  const ups = new Map(outlet.rows.map(({ name, value }) => [name, value]));
  expect(ups.get("up;instance=127.0.0.1:1;job=gone")).toBe(0);
  expect(ups.get(own("up", port))).toBe(1);
});

function cut(response: ServerResponse): void {
  response.writeHead(200, { "Content-Length": "1000" });
  response.write("a 1\n");
  setImmediate(() => response.destroy());
}

function flood(response: ServerResponse): void {
  const chunk = Buffer.alloc(1 << 20, "# padding\n");
  for (let i = 0; i < 40; i++) response.write(chunk);
  response.end();
}

test("ScrapePoller says who asks where that is wanted, shows it nowhere, and keeps a target's own pace", async () => {
  const asked: (string | undefined)[] = [];
  const port = await target((request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(request.headers.authorization === "Bearer secret" ? 200 : 401).end("a 1\n");
  });
  const url = `http://127.0.0.1:${port}/metrics`;
  const { horizon, outlet } = await scrape(port, {
    scrapeTargets: [
      { job: "app", url, authorization: "Bearer secret", everyMs: 20 },
      { job: "stranger", url },
    ],
    scrapeEveryMs: 3_600_000,
  });
  await until(() => asked.filter((header) => header === "Bearer secret").length >= 3);
  await until(() => outlet.rows.some(({ name }) => name.endsWith("job=stranger")));
  expect(asked.filter((header) => header === undefined)).toHaveLength(1);
  const [stats] = horizon.stats();
  expect(stats?.problem).toMatch(/status 401/);
  expect(JSON.stringify(stats)).not.toContain("secret");
});
