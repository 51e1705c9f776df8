import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silentLogger } from "../base/log.ts";
import type { Clock } from "../base/clock.ts";
import type { AlertConfig } from "./alert-config.ts";
import { ended, episode, noonMs, started } from "./episode.fixture.ts";
import { openAlertOffice, type AlertOfficeParts, type RunningOffice } from "./office.ts";
import { readAlertConfig } from "./read-config.ts";

/** Wall time is set by the test, so that gathering and repeating need no waiting. */
class TestClock implements Clock {
  offsetMs = 0;
  nowMs(): number {
    return noonMs + this.offsetMs;
  }
  elapsedMs(): number {
    return this.offsetMs;
  }
}

interface Received {
  readonly path: string;
  readonly body: Record<string, unknown>;
}

let folder: string;
let clock: TestClock;
let receiver: Server;
let base: string;
let received: Received[];
let answerStatus: number;
const offices: RunningOffice[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kale-alert-"));
  clock = new TestClock();
  received = [];
  answerStatus = 200;
  receiver = createServer((request, response) => {
    let text = "";
    request.on("data", (bytes: Buffer) => (text += bytes.toString()));
    request.on("end", () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      if (answerStatus === 200) received.push({ path: request.url ?? "", body });
      response.writeHead(answerStatus).end("no");
    });
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});

afterEach(async () => {
  for (const office of offices.splice(0)) await office.close();
  receiver.closeAllConnections();
  receiver.close();
  await rm(folder, { recursive: true });
});

function configOf(input: unknown): AlertConfig {
  const reading = readAlertConfig(input);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.config;
}

function open(config: unknown, parts: Partial<AlertOfficeParts> = {}): RunningOffice {
  let count = 0;
  const office = openAlertOffice({
    config: configOf(config),
    path: join(folder, "alerts.sqlite"),
    episodes: { find: () => [] },
    tickMs: 20,
    newId: () => `id${++count}`,
    clock,
    logger: silentLogger,
    ...parts,
  });
  offices.push(office);
  return office;
}

async function closeAll(): Promise<void> {
  for (const office of offices.splice(0)) await office.close();
}

/** The clock stands still while the office's own timer ticks. */
async function until(happened: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(happened()).toBe(true), { timeout: 30_000, interval: 50 });
}

const hook = (extra: object = {}): unknown => ({
  "page-url": "https://kale.example.org",
  channels: { hook: { type: "webhook", url: `${base}/hook` } },
  routes: [{ name: "all", channels: ["hook"], ...extra }],
});

test("start and end arrive at a webhook, and are listed for the anomaly", async () => {
  const office = open(hook());
  const one = episode("db.locks;host=<fe1>");
  office.take(started(one));
  await until(() => {
    clock.offsetMs += 31_000;
    return office.deliveries({ limit: 10 }).length > 0;
  });
  await until(() => received.length === 1);
  expect(received[0]).toMatchObject({
    path: "/hook",
    body: {
      kind: "started",
      severity: "major",
      metrics: [
        {
          name: "db.locks;host=<fe1>",
          links: { anomaly: "https://kale.example.org/a/id-db.locks%3Bhost%3D%3Cfe1%3E" },
        },
      ],
    },
  });
  office.take(ended(one, noonMs + 120_000));
  await until(() => received.length === 2);
  expect(received[1]?.body).toMatchObject({ kind: "ended", group: received[0]?.body["group"] });
  await until(() =>
    office.deliveries({ episodeId: one.id, limit: 10 }).every(({ state }) => state === "sent"),
  );
  expect(office.deliveries({ episodeId: one.id, limit: 10 }).map(({ kind }) => kind)).toEqual([
    "ended",
    "started",
  ]);
});

let toldCount = 0;

/** Tells a new episode and waits until it is gathered. */
async function tell(office: RunningOffice, name: string): Promise<void> {
  const before = office.deliveries({ limit: 100 }).length;
  toldCount += 1;
  office.take(started(episode(name, { id: `told-${toldCount}`, startedMs: clock.nowMs() })));
  await until(() => {
    clock.offsetMs += 31_000;
    return office.deliveries({ limit: 100 }).length > before;
  });
}

test("what did not arrive is tried again, also by the next run of the program", async () => {
  answerStatus = 503;
  const first = open(hook());
  await tell(first, "a");
  await until(() => first.deliveries({ limit: 1 })[0]?.problem !== "");
  expect(first.deliveries({ limit: 1 })[0]).toMatchObject({
    state: "waiting",
    problem: "webhook hook answered 503: no",
  });
  await closeAll();
  answerStatus = 200;
  clock.offsetMs += 3_600_000;
  const second = open(hook());
  await until(() => received.length === 1);
  expect(received[0]?.body["kind"]).toBe("started");
  await until(() => second.deliveries({ limit: 1 })[0]?.state === "sent");
});

test("a metric keeps quiet for the route's `expire` only after a send that worked", async () => {
  answerStatus = 400;
  const office = open(hook({ expire: "1d" }));
  await tell(office, "a");
  await until(() => office.deliveries({ limit: 1 })[0]?.state === "failed");
  expect(office.report().channels[0]?.problem).toContain("answered 400");
  answerStatus = 200;
  // Long after the first, so that it is no part of the same trouble.
  clock.offsetMs += 3_600_000;
  await tell(office, "a");
  await until(() => received.length === 1);
  await until(() => office.deliveries({ limit: 1 })[0]?.state === "sent");
  office.take(started(episode("a", { id: "third", startedMs: clock.nowMs() })));
  await until(() => office.skipsOf("third").length === 1);
  expect(office.skipsOf("third")[0]?.reason).toContain("expire");
});

test("a silence keeps matching metrics quiet until it is removed, also across a restart", async () => {
  const office = open(hook());
  const untilMs = noonMs + 86_400_000;
  const silence = office.addSilence({ metric: "db.*", note: "moving disks", untilMs });
  await closeAll();
  const again = open(hook());
  expect(again.silences()).toMatchObject([{ metric: "db.*", note: "moving disks" }]);
  again.take(started(episode("db.x")));
  await until(() => again.skipsOf("id-db.x").length === 1);
  expect(again.skipsOf("id-db.x")[0]?.reason).toBe("silence: moving disks");
  await tell(again, "web.x");
  await until(() => received.length === 1);
  expect(again.removeSilence(silence?.id ?? "")).toBe(true);
  await tell(again, "db.y");
  await until(() => received.length === 2);
});

test("while a channel takes nothing only the newest notice of a group waits", async () => {
  answerStatus = 500;
  const office = open({ ...(hook({ repeat: "1m" }) as object), gather: 0 });
  office.take(started(episode("a")));
  await until(() => office.deliveries({ limit: 10 }).length === 1);
  const first = office.deliveries({ limit: 1 })[0];
  await until(() => {
    clock.offsetMs += 61_000;
    const newest = office.deliveries({ limit: 10 });
    return newest.length === 1 && (newest[0]?.madeMs ?? 0) > (first?.madeMs ?? 0);
  });
  expect(office.deliveries({ limit: 10 }).map(({ kind }) => kind)).toEqual(["started"]);
});

test("chat, pager and Alertmanager get their own forms", async () => {
  const office = open({
    gather: 0,
    channels: {
      chat: { type: "slack", url: `${base}/chat` },
      pager: { type: "pagerduty", url: `${base}/pager`, "routing-key": "key" },
      am: { type: "alertmanager", url: base },
    },
    routes: [{ name: "all", channels: ["chat", "pager", "am"] }],
  });
  const one = episode("queue<a>&b;env=prod");
  office.take(started(one));
  await until(() => received.length === 3);
  office.take(ended(one, noonMs + 120_000));
  await until(() => received.length === 6);
  const bodies = (path: string): unknown[] =>
    received.filter((one) => one.path === path).map(({ body }) => body);
  expect(bodies("/chat")[0]).toMatchObject({
    text: expect.stringContaining("queue&lt;a&gt;&amp;b;env=prod") as string,
  });
  const [trigger, resolve] = bodies("/pager") as Record<string, unknown>[];
  expect(trigger).toMatchObject({
    event_action: "trigger",
    routing_key: "key",
    payload: { severity: "error" },
  });
  expect(resolve).toEqual({
    event_action: "resolve",
    routing_key: "key",
    dedup_key: trigger?.["dedup_key"],
  });
  expect(bodies("/api/v2/alerts")).toMatchObject([
    [{ labels: { alertname: "KaleAnomaly", env: "prod" }, startsAt: "2026-11-23T12:00:00Z" }],
    [{ endsAt: "2026-11-23T12:02:00Z" }],
  ]);
});

test("a command gets the notice on its standard input and no part of it as words", async () => {
  const out = join(folder, "out.json");
  const office = open({
    gather: 0,
    channels: { script: { type: "command", command: ["/bin/sh", "-c", `cat > ${out}`] } },
    routes: [{ name: "all", channels: ["script"] }],
  });
  office.take(started(episode("$(touch /tmp/never)")));
  await until(() => office.deliveries({ limit: 1 })[0]?.state === "sent");
  expect(JSON.parse(await readFile(out, "utf8"))).toMatchObject({
    metrics: [{ name: "$(touch /tmp/never)" }],
  });
});

test("mail arrives at an SMTP server with text, HTML and the graph", async () => {
  const mails: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, _, done) {
      let text = "";
      stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
      stream.on("end", () => {
        mails.push(text);
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  try {
    const office = open(
      {
        gather: 0,
        channels: {
          mail: {
            type: "smtp",
            host: "127.0.0.1",
            port,
            from: "kale@example.org",
            to: ["ops@example.org"],
          },
        },
        routes: [{ name: "all", channels: ["mail"] }],
      },
      { picture: () => Promise.resolve(new Uint8Array([0x89, 0x50, 0x4e, 0x47])) },
    );
    office.take(started(episode("db.<locks>")));
    await until(() => mails.length === 1);
    expect(mails[0]).toContain("Subject: Kale: major: abnormal: db.<locks>");
    expect(mails[0]).toContain("db.&#60;locks&#62;");
    expect(mails[0]).toContain("Content-ID: <graph@kale>");
    await until(() => office.deliveries({ limit: 1 })[0]?.state === "sent");
  } finally {
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
});

test("sendTest() says of each channel whether it arrived", async () => {
  const office = open({
    channels: {
      good: { type: "webhook", url: `${base}/hook` },
      lost: { type: "webhook", url: `${base}/hook`, "token-file": join(folder, "missing") },
    },
  });
  expect(await office.sendTest()).toEqual([
    { channel: "good", problem: "" },
    { channel: "lost", problem: `read the secret in ${join(folder, "missing")}` },
  ]);
  expect(received.map(({ body }) => body["kind"])).toEqual(["test"]);
});

test("the digest tells once a day what was abnormal, told or not", async () => {
  const day = [episode("a"), episode("b")];
  clock.offsetMs = -3_600_000;
  open(
    {
      channels: { hook: { type: "webhook", url: `${base}/hook` } },
      digest: { channels: ["hook"], at: "12:00", "time-zone": "UTC" },
    },
    { episodes: { find: () => day } },
  );
  clock.offsetMs = 1000;
  await until(() => received.length === 1);
  expect(received[0]?.body).toMatchObject({
    kind: "digest",
    metricCount: 2,
    subject: "Kale: 2 metrics abnormal since the last digest",
  });
});

test("quiet hours hold a message back until they end, and what lasts is repeated by its route", async () => {
  const office = open({
    ...(hook({ repeat: "1h" }) as object),
    "quiet-hours": [{ from: "11:00", until: "13:00", "time-zone": "UTC" }],
  });
  office.take(started(episode("mild", { peak: 16 })));
  for (let i = 0; i < 10; i++) {
    clock.offsetMs += 60_000;
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
  expect(office.deliveries({ limit: 1 })).toEqual([]);
  clock.offsetMs = 3_600_000;
  await until(() => received.length === 1);
  clock.offsetMs += 3_500_000;
  await until(() => office.deliveries({ limit: 1 })[0]?.state === "sent");
  expect(received.map(({ body }) => body["kind"])).toEqual(["started"]);
  clock.offsetMs += 200_000;
  await until(() => received.length === 2);
  expect(received.map(({ body }) => body["kind"])).toEqual(["started", "repeated"]);
});
