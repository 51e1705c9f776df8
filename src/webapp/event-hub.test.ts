import { connect, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { Episode } from "../model/index.ts";
import { EpisodeFeed } from "./episode-feed.ts";
import type { AnomalyEventJson, SummaryJson } from "./contract.ts";
import { startTestWebapp, type TestWebapp } from "./http.fixture.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";

interface ServerEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** Reads a stream as the standard tells, over a bare socket, so that it can also stop reading. */
class EventReader {
  readonly socket: Socket;
  readonly events: ServerEvent[] = [];
  head = "";
  comments = 0;
  lastId: string | undefined;
  isClosed = false;
  #text = "";
  #wake: () => void = () => undefined;

  constructor(app: TestWebapp, headers = "") {
    this.socket = connect(app.webapp.ports[0]?.port ?? 0, "127.0.0.1");
    this.socket.write(
      `GET /kale/events HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip, br\r\n${headers}\r\n`,
    );
    this.socket.on("data", (chunk) => this.#take(chunk.toString()));
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.isClosed = true;
      this.#wake();
    });
    readers.push(this);
  }

  /** Waits until what was read satisfies the claim. */
  async until(claim: () => boolean): Promise<void> {
    while (!claim()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async next(kind: string): Promise<ServerEvent> {
    const from = this.events.length;
    await this.until(() => this.events.slice(from).some(({ event }) => event === kind));
    return this.events.slice(from).find(({ event }) => event === kind)!;
  }

  of(kind: string): readonly ServerEvent[] {
    return this.events.filter(({ event }) => event === kind);
  }

  #take(text: string): void {
    this.#text += text;
    if (this.head === "") {
      const end = this.#text.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.head = this.#text.slice(0, end).toLowerCase();
      this.#text = this.#text.slice(end + 4);
    }
    // The chunked coding: lines of hexadecimal lengths between the pieces, which end in an empty line.
    this.#text = this.#text.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, "").replaceAll("\r\n", "");
    for (let end = this.#text.indexOf("\n\n"); end >= 0; end = this.#text.indexOf("\n\n")) {
      this.#block(this.#text.slice(0, end).split("\n"));
      this.#text = this.#text.slice(end + 2);
    }
    this.#wake();
  }

  #block(lines: readonly string[]): void {
    const field = (name: string): string | undefined =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    if (lines.some((line) => line.startsWith(":"))) this.comments += 1;
    const id = field("id");
    this.lastId = id ?? this.lastId;
    const data = field("data");
    if (data !== undefined) this.events.push({ id, event: field("event") ?? "", data });
  }
}

let readers: EventReader[] = [];
let app: TestWebapp | undefined;
afterEach(async () => {
  for (const { socket } of readers) socket.destroy();
  readers = [];
  await app?.webapp.close();
  app = undefined;
});

async function start(
  limits: Partial<WebappLimits> = {},
  replace: Partial<WebappParts> = {},
): Promise<TestWebapp> {
  app = await startTestWebapp(
    { limits: { summaryEveryMs: 20, closeWaitMs: 200, ...limits } },
    replace,
  );
  return app;
}

test("/kale/events is an uncompressed, unbuffered stream that begins with an id", async () => {
  const { site } = await start();
  const reader = new EventReader(app!);
  await reader.until(() => reader.lastId !== undefined);
  expect(reader.head).toContain("content-type: text/event-stream");
  expect(reader.head).toContain("x-accel-buffering: no");
  expect(reader.head).toContain("cache-control: no-store");
  expect(reader.head).not.toContain("content-encoding");
  expect(reader.lastId).toBe(String(site.feed.lastId));
});

test("/kale/events tells of episodes as they happen, with odd names unharmed", async () => {
  const { site } = await start();
  const reader = new EventReader(app!);
  await reader.until(() => reader.lastId !== undefined);
  const name = '<script>alert("x")</script>.load';
  const waiting = reader.next("anomaly");
  site.begin(name, 4);
  const { id, data } = await waiting;
  const told = JSON.parse(data) as AnomalyEventJson;
  expect(id).toBe(String(site.feed.lastId));
  expect(told).toMatchObject({ change: "started", anomaly: { name, state: "active" } });
});

test("/kale/events repeats the summary, and comments keep the connection alive", async () => {
  await start({ heartbeatEveryMs: 15 });
  const reader = new EventReader(app!);
  await reader.until(() => reader.of("summary").length >= 3 && reader.comments >= 2);
  const summary = JSON.parse(reader.of("summary")[0]!.data) as SummaryJson;
  expect(summary.metrics).toBe(56);
  expect(reader.of("summary")[0]!.id).toBeUndefined();
});

test("/kale/events goes on where Last-Event-ID says, and misses nothing", async () => {
  const { site } = await start();
  const first = new EventReader(app!);
  await first.until(() => first.lastId !== undefined);
  first.socket.destroy();
  const begun = ["a", "b", "c"].map((name) => site.begin(name, 3).id);
  const second = new EventReader(app!, `Last-Event-ID: ${first.lastId ?? ""}\r\n`);
  await second.until(() => second.of("anomaly").length >= 3);
  const ids = second
    .of("anomaly")
    .map(({ data }) => (JSON.parse(data) as AnomalyEventJson).anomaly.id);
  expect(ids).toEqual(begun);
  expect(second.of("reset")).toEqual([]);
});

test.each(["17", "99999999999999", "nonsense", "-1"])(
  "/kale/events answers the id %s with a reset, and goes on from now",
  async (id) => {
    const { site } = await start();
    const reader = new EventReader(app!, `Last-Event-ID: ${id}\r\n`);
    await reader.until(() => reader.of("reset").length === 1);
    expect(reader.lastId).toBe(String(site.feed.lastId));
    const waiting = reader.next("anomaly");
    site.begin("web.fe1.requests", 3);
    await waiting;
    expect(reader.of("reset")).toHaveLength(1);
  },
);

test("/kale/events resets a client that falls behind, and holds nothing for it meanwhile", async () => {
  const { site, clock } = await start();
  const feed = new EpisodeFeed(clock, { entryCountMax: 50 });
  await app!.webapp.close();
  await start({}, { feed });
  const reader = new EventReader(app!);
  await reader.until(() => reader.lastId !== undefined);
  const episode = { ...site.begin("a", 3), sentence: "x".repeat(20_000) };
  for (let i = 0; i < 200; i++) feed.publish([{ change: "changed", episode: withId(episode, i) }]);
  await reader.until(() => reader.lastId === String(feed.lastId));
  expect(reader.of("reset").length).toBeGreaterThanOrEqual(1);
  expect(reader.of("anomaly").length).toBeLessThan(200);
});

function withId(episode: Episode, id: number): Episode {
  return { ...episode, id: `e${id}` };
}

test("/kale/events cuts a client that reads nothing, and counts it", async () => {
  const { site, clock } = await start({ eventStallMs: 1_000 });
  const reader = new EventReader(app!);
  await reader.until(() => reader.of("summary").length > 0);
  reader.socket.pause();
  const episode = { ...site.begin("a", 3), sentence: "x".repeat(50_000) };
  const metrics = async (): Promise<string> => (await app!.get("/metrics")).text;
  // The buffers of the system take some megabytes before anybody notices.
  while (!(await metrics()).includes("kale_event_streams_cut_total 1")) {
    site.feed.publish(
      Array.from({ length: 64 }, (none, i) => ({ change: "changed", episode: withId(episode, i) })),
    );
    clock.advance(100);
  }
  expect(await metrics()).toContain("kale_event_streams 0");
});

test("/kale/events answers 503 beyond its limit of clients, and takes one again when one leaves", async () => {
  await start({ eventClientCountMax: 1 });
  const first = new EventReader(app!);
  await first.until(() => first.lastId !== undefined);
  const refused = await app!.get("/kale/events");
  expect(refused.status).toBe(503);
  expect(refused.headers["retry-after"]).toBe("10");
  expect(refused.json()).toMatchObject({ error: { code: "too-many-clients" } });
  first.socket.destroy();
  for (;;) {
    const next = new EventReader(app!);
    await next.until(() => next.head !== "");
    if (next.head.startsWith("http/1.1 200")) break;
    next.socket.destroy();
  }
});

test("/kale/events lives on while the shards do not answer", async () => {
  const shards = (): Promise<never> => Promise.reject(new Error("no shard"));
  const { site } = await start({}, { shards });
  const reader = new EventReader(app!);
  await reader.until(() => reader.lastId !== undefined);
  const waiting = reader.next("anomaly");
  site.begin("a", 3);
  await waiting;
  expect(reader.of("summary")).toEqual([]);
});

test("close() ends the streams", async () => {
  await start({ closeWaitMs: 60_000 });
  const reader = new EventReader(app!);
  await reader.until(() => reader.of("summary").length > 0);
  const closing = app!.webapp.close();
  await reader.until(() => reader.isClosed);
  await closing;
});
