import { createSocket } from "node:dgram";
import { connect, createServer, type Socket } from "node:net";
import { readFileSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "../base/clock.ts";
import { silentLogger } from "../base/log.ts";
import { nextInteger, seededRandom } from "../base/random.ts";
import type { SourceStats } from "../model/index.ts";
import type { SenderNote } from "../wire/index.ts";
import { Horizon } from "./horizon.ts";
import { RememberingOutlet } from "./outlet.fixture.ts";
import type { HorizonSettings, ListenerKey } from "./settings.ts";

const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

interface Setup {
  readonly outlet: RememberingOutlet;
  readonly horizon: Horizon;
  readonly port: (key: ListenerKey) => number;
  readonly stats: (key: ListenerKey) => SourceStats;
  readonly reasons: (key: ListenerKey) => Record<string, number>;
}

async function open(
  settings: Partial<HorizonSettings> = {},
  outlet = new RememberingOutlet(2),
  onNote: (note: SenderNote) => void = () => undefined,
): Promise<Setup> {
  const horizon = new Horizon({
    outlet,
    clock: systemClock,
    logger: silentLogger,
    onNote,
    settings: {
      ports: { pickle: "any", msgpack: "any", carbon: "any" },
      flushAfterMs: 10,
      ...settings,
    },
  });
  undo.push(() => {
    outlet.giveRoom(Infinity);
    return horizon.close();
  });
  const results = await horizon.start();
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  const stats = (key: ListenerKey): SourceStats =>
    horizon.stats().find(({ protocol }) => protocol === key)!;
  return {
    outlet,
    horizon,
    port: (key) => results.find((result) => result.key === key)!.port,
    stats,
    reasons: (key) =>
      Object.fromEntries(stats(key).refusals.map(({ reason, count }) => [reason, count])),
  };
}

async function client(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", () => undefined);
  undo.push(() => void socket.destroy());
  await new Promise<void>((resolve) => socket.once("connect", () => resolve()));
  return socket;
}

/** Resolves when the other side has closed the connection. */
function closed(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

function sendDatagram(port: number, bytes: Uint8Array | string): Promise<void> {
  const socket = createSocket("udp4");
  return new Promise((resolve) => {
    socket.send(bytes, port, "127.0.0.1", () => socket.close(() => resolve()));
  });
}

async function until(claim: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !claim(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(claim()).toBe(true);
}

/** `(name, (-1, value))` of protocol 0, in a frame. */
function pickleFrame(name: string, value: number): Buffer {
  const pickle = Buffer.from(`(S'${name}'\n(I-1\nI${value}\ntt.`);
  const header = Buffer.alloc(4);
  header.writeUInt32BE(pickle.length);
  return Buffer.concat([header, pickle]);
}

/** `[name, [-1, value]]` */
function message(name: string, value: number): Buffer {
  return Buffer.concat([
    Buffer.of(0x92, 0xa0 | name.length),
    Buffer.from(name),
    Buffer.of(0x92, 0xff, value),
  ]);
}

test("Horizon takes all three protocols over TCP and UDP, and counts them", async () => {
  const { outlet, port, stats } = await open();
  const before = systemClock.nowMs();
  (await client(port("carbon"))).write("carbon.tcp 1.5 -1\n");
  (await client(port("pickle"))).write(pickleFrame("pickle.tcp", 2));
  (await client(port("msgpack"))).write(message("msgpack.tcp", 3));
  await sendDatagram(port("carbon"), "carbon.udp 4 -1");
  await sendDatagram(port("pickle"), pickleFrame("pickle.udp", 5).subarray(4));
  await sendDatagram(
    port("msgpack"),
    Buffer.concat([message("msgpack.udp", 6), message("msgpack.too", 7)]),
  );
  await until(() => outlet.rows.length === 7);
  expect(outlet.rows.map(({ name, value }) => `${name} ${value}`).sort()).toEqual([
    "carbon.tcp 1.5",
    "carbon.udp 4",
    "msgpack.tcp 3",
    "msgpack.too 7",
    "msgpack.udp 6",
    "pickle.tcp 2",
    "pickle.udp 5",
  ]);
  for (const { timeMs } of outlet.rows) {
    expect(timeMs).toBeGreaterThanOrEqual(before);
    expect(timeMs).toBeLessThanOrEqual(systemClock.nowMs());
  }
  expect(stats("msgpack")).toMatchObject({
    acceptedCount: 3,
    clientCount: 1,
    droppedCount: 0,
    pausedClientCount: 0,
    refusals: [],
    addresses: [`tcp 127.0.0.1:${port("msgpack")}`, `udp 127.0.0.1:${port("msgpack")}`],
  });
  expect(stats("msgpack").ratePerSecond).toBeGreaterThan(0);
  expect(stats("msgpack").lastSampleMs).toBeGreaterThanOrEqual(before);
});

test("Horizon takes a datagram of 60 kB", async () => {
  const { outlet, port } = await open({ receiveBufferBytes: 1 << 20 });
  await sendDatagram(port("carbon"), "some.metric.of.carbon 1 -1\n".repeat(2200));
  await until(() => outlet.rows.length === 2200);
});

test("Horizon serves many clients at once, each in the middle of a line", async () => {
  const { outlet, port, stats } = await open();
  const clients = await Promise.all(Array.from({ length: 50 }, () => client(port("carbon"))));
  for (const [i, socket] of clients.entries()) socket.write(`client.${i} 1 -1\nclient.${i}.se`);
  await until(() => outlet.rows.length === 50);
  expect(stats("carbon").clientCount).toBe(50);
  for (const socket of clients) socket.end("cond 2 -1\n");
  await until(() => outlet.rows.length === 100);
  expect(new Set(outlet.names).size).toBe(100);
  await until(() => stats("carbon").clientCount === 0);
});

test("Horizon sends a single sample on without waiting for more", async () => {
  const { outlet, port } = await open({ rowsPerBatch: 4096, flushAfterMs: 20 });
  (await client(port("carbon"))).write("a 1 -1\n");
  await until(() => outlet.rows.length === 1);
});

test("Horizon goes on behind bad lines, frames, messages and datagrams", async () => {
  const { outlet, port, reasons, stats } = await open();
  const carbon = await client(port("carbon"));
  carbon.write("good.1 1 -1\nbad x -1\ngood.2 2 -1\n");
  const pickle = await client(port("pickle"));
  pickle.write(
    Buffer.concat([
      pickleFrame("good.3", 3),
      Buffer.of(0, 0, 0, 2, 0xff, 0x2e),
      pickleFrame("good.4", 4),
    ]),
  );
  const msgpack = await client(port("msgpack"));
  msgpack.write(Buffer.concat([message("good.5", 5), Buffer.of(0xc0), message("good.6", 6)]));
  for (const key of ["pickle", "msgpack"] as const) {
    await sendDatagram(port(key), Buffer.of(0xc1, 0xc1));
    await sendDatagram(port(key), "");
  }
  await sendDatagram(port("msgpack"), message("good.7", 7));
  await sendDatagram(port("pickle"), pickleFrame("good.8", 8).subarray(4));
  await until(() => outlet.rows.length === 8);
  expect(reasons("carbon")).toEqual({ "bad-value": 1 });
  expect(reasons("pickle")).toEqual({ "bad-opcode": 2, "cut-short": 1 });
  expect(reasons("msgpack")).toEqual({ "bad-item": 1, "bad-byte": 1 });
  expect(stats("carbon").refusals[0]?.lastExample).toBe("bad x -1");
  expect(
    stats("pickle").clientCount + stats("msgpack").clientCount + stats("carbon").clientCount,
  ).toBe(3);
});

test("Horizon outlives any bytes on any port", async () => {
  const { outlet, port, stats } = await open({ frameBytesMax: 1 << 16 });
  const random = seededRandom(2024);
  const garbage = (): Buffer => {
    const bytes = Buffer.from(
      Array.from({ length: 3 + nextInteger(random, 400) }, () => nextInteger(random, 256)),
    );
    // Often a short frame, so that the pickle itself is read.
    if (random.next() < 0.5) bytes.fill(0, 0, 3);
    return bytes;
  };
  const keys = ["pickle", "msgpack", "carbon"] as const;
  for (const key of keys) {
    for (let i = 0; i < 20; i++) {
      const socket = await client(port(key));
      if (random.next() < 0.5) socket.end(garbage());
      else socket.write(garbage(), () => socket.resetAndDestroy());
      await sendDatagram(port(key), garbage());
    }
  }
  await until(() => keys.every((key) => stats(key).clientCount === 0));
  (await client(port("pickle"))).write(pickleFrame("good.pickle", 1));
  (await client(port("msgpack"))).write(message("good.msgpack", 1));
  (await client(port("carbon"))).write("good.carbon 1 -1\n");
  for (const key of keys) await until(() => outlet.names.includes(`good.${key}`));
});

test("Horizon closes the one connection whose framing is lost", async () => {
  const { outlet, port, reasons } = await open({ frameBytesMax: 1000 });
  const bad = await client(port("pickle"));
  const good = await client(port("pickle"));
  bad.write("plain.text.on.the.pickle.port 1 -1\n");
  await closed(bad);
  good.write(pickleFrame("good", 1));
  await until(() => outlet.rows.length === 1);
  expect(reasons("pickle")).toEqual({ "long-frame": 1 });
});

test("Horizon drops silent and half-open clients after a while, and no others", async () => {
  const { outlet, port, reasons, stats } = await open({ idleTimeoutMs: 150 });
  const silent = await client(port("carbon"));
  const halfSaid = await client(port("pickle"));
  halfSaid.write(Buffer.of(0, 0, 1, 0, 0x28));
  const busy = await client(port("msgpack"));
  const beat = setInterval(() => busy.write(message("busy", 1)), 20);
  undo.push(() => clearInterval(beat));
  await Promise.all([closed(silent), closed(halfSaid)]);
  await until(() => stats("carbon").clientCount + stats("pickle").clientCount === 0);
  expect(reasons("carbon")).toEqual({ "idle-client": 1 });
  expect(stats("carbon").refusals[0]?.lastExample).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(reasons("pickle")).toEqual({ "idle-client": 1, "cut-short": 1 });
  expect(stats("msgpack").clientCount).toBe(1);
  await until(() => outlet.rows.length > 5);
});

test("Horizon counts a client that resets its connection in the middle of a line", async () => {
  const { port, reasons, stats } = await open();
  const socket = await client(port("carbon"));
  socket.write("a.b 1");
  await until(() => stats("carbon").clientCount === 1);
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.resetAndDestroy();
  await until(() => stats("carbon").clientCount === 0);
  expect(reasons("carbon")).toEqual({ "socket-error": 1, "cut-line": 1 });
});

test("Horizon turns away clients beyond its limit, and counts them", async () => {
  const { port, reasons, stats } = await open({ clientCountMax: 2 });
  const first = await client(port("carbon"));
  await client(port("carbon"));
  await until(() => stats("carbon").clientCount === 2);
  await closed(await client(port("carbon")));
  expect(reasons("carbon")).toEqual({ "too-many-clients": 1 });
  first.destroy();
  await until(() => stats("carbon").clientCount === 1);
  await client(port("carbon"));
  await until(() => stats("carbon").clientCount === 2);
});

test("Horizon pauses TCP while the outlet is full, drops and counts datagrams, and loses nothing over TCP", async () => {
  const outlet = new RememberingOutlet(2);
  outlet.roomCount = 3;
  const lineCount = 20_000;
  // Made beforehand: a client is not to look silent while this thread is busy.
  const texts = Array.from({ length: 4 }, (ignored, s) =>
    Array.from(
      { length: lineCount },
      (none, i) => `client.${s}.has.a.long.name.${i} ${i} -1\n`,
    ).join(""),
  );
  const { port, stats } = await open({ rowsPerBatch: 100, idleTimeoutMs: 500 }, outlet);
  const sockets = await Promise.all(texts.map(() => client(port("carbon"))));
  for (const [s, socket] of sockets.entries()) socket.end(texts[s] ?? "");
  await until(() => stats("carbon").pausedClientCount === 4);
  const heldCount = stats("carbon").acceptedCount;
  await sendDatagram(port("msgpack"), message("dropped", 1));
  await until(() => stats("msgpack").droppedCount === 1);
  // Far beyond the idle time: being paused is not the clients' silence.
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(stats("carbon").acceptedCount).toBe(heldCount);
  expect(heldCount).toBeLessThan(lineCount);
  expect(stats("carbon").clientCount).toBe(4);

  const pump = setInterval(() => outlet.giveRoom(40), 2);
  undo.push(() => clearInterval(pump));
  await until(() => outlet.rows.length === 4 * lineCount);
  for (let s = 0; s < 4; s++) {
    const values = outlet.rows
      .filter(({ name, shard }) => shard === 0 && name.startsWith(`client.${s}.`))
      .map(({ value }) => value);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  }
  expect(new Set(outlet.names).size).toBe(4 * lineCount);
  expect(stats("carbon")).toMatchObject({
    acceptedCount: 4 * lineCount,
    refusals: [],
    pausedClientCount: 0,
  });
  expect(stats("msgpack").acceptedCount).toBe(0);
});

test.runIf(process.platform === "linux")(
  "Horizon counts datagrams that the system had no room for",
  async () => {
    const { port, stats } = await open({ receiveBufferBytes: 4096 });
    const socket = createSocket("udp4");
    undo.push(() => void socket.close());
    // All in one turn, so that nobody reads meanwhile.
    for (let i = 0; i < 2000; i++) socket.send(message("burst", 1), port("msgpack"), "127.0.0.1");
    await until(() => stats("msgpack").acceptedCount + stats("msgpack").droppedCount === 2000);
    expect(stats("msgpack").droppedCount).toBeGreaterThan(0);
  },
);

test("Horizon.close() hands on what was read", async () => {
  const { outlet, port, horizon, stats } = await open({ rowsPerBatch: 4096, flushAfterMs: 60_000 });
  (await client(port("carbon"))).write("a 1 -1\nb 2 -1\n");
  await until(() => stats("carbon").acceptedCount === 2);
  expect(outlet.rows).toEqual([]);
  await horizon.close();
  expect(outlet.names.sort()).toEqual(["a", "b"]);
  expect(
    await new Promise((resolve) => connect(port("carbon")).once("error", () => resolve("refused"))),
  ).toBe("refused");
});

test("Horizon goes on without a port that is taken, and says what to do", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  undo.push(() => void other.close());
  const address = other.address();
  const taken = typeof address === "object" && address !== null ? address.port : 0;
  const outlet = new RememberingOutlet();
  const horizon = new Horizon({
    outlet,
    clock: systemClock,
    logger: silentLogger,
    settings: { ports: { carbon: taken, msgpack: "any" } },
  });
  undo.push(() => horizon.close());
  const results = await horizon.start();
  expect(results.map(({ key, transport, ok }) => `${key} ${transport} ${ok}`)).toEqual([
    "msgpack tcp true",
    "msgpack udp true",
    "carbon tcp false",
    "carbon udp true",
  ]);
  const problem = `port ${taken} (tcp) is already taken by another program; move it with --port-carbon N, or turn it off with 0`;
  expect(results[2]).toEqual({ key: "carbon", transport: "tcp", ok: false, port: taken, problem });
  const carbon = horizon.stats().find(({ protocol }) => protocol === "carbon");
  expect(carbon).toMatchObject({ problem, addresses: [`udp 127.0.0.1:${taken}`] });
  await sendDatagram(results[0]!.port, message("a", 1));
  await until(() => outlet.rows.length === 1);
});

test("Horizon names an address that is not this machine's", async () => {
  const horizon = new Horizon({
    outlet: new RememberingOutlet(),
    clock: systemClock,
    logger: silentLogger,
    settings: { bind: "192.0.2.1", ports: { carbon: "any" } },
  });
  undo.push(() => horizon.close());
  for (const { ok, problem } of await horizon.start()) {
    expect({ ok, problem }).toEqual({
      ok: false,
      problem: "192.0.2.1 is no address of this machine; name one that is with --bind",
    });
  }
});

test("Horizon listens on IPv6, and on no port that is off", async () => {
  const { horizon, port } = await open({ bind: "::1", ports: { carbon: "any", pickle: 0 } });
  expect(horizon.stats().map(({ protocol }) => protocol)).toEqual(["carbon"]);
  expect(horizon.stats()[0]?.addresses[0]).toBe(`tcp [::1]:${port("carbon")}`);
});

test("Horizon takes what carbon-relay and telegraf sent, when their time is now", async () => {
  const captures = new URL("../../test/data/captures/", import.meta.url);
  const { outlet, port, reasons } = await open({ maxAgeMs: 1e15, futureMaxMs: 1e15 });
  (await client(port("pickle"))).end(readFileSync(new URL("pickle.bin", captures)));
  (await client(port("carbon"))).end(readFileSync(new URL("plain.bin", captures)));
  await until(() => outlet.rows.length === 78 + 320);
  expect(reasons("pickle")).toEqual({});
  expect(reasons("carbon")).toEqual({});
});

test("Horizon gathers StatsD over UDP and TCP, and writes it every while and at the end", async () => {
  const notes: string[] = [];
  const { outlet, port, horizon, reasons, stats } = await open(
    { ports: { statsd: "any" }, statsdFlushMs: 30 },
    new RememberingOutlet(1),
    (note) => notes.push(note.title),
  );
  await sendDatagram(port("statsd"), "hits:1|c|@0.5|#env:x\n_e{4,1}:boom|x\nbad");
  (await client(port("statsd"))).write("level:7|g\n");
  await until(() => outlet.names.includes("stats.gauges.level"));
  await until(() => outlet.names.includes("stats.counters.hits.count;env=x"));
  expect(outlet.rows.find(({ name }) => name.includes("hits.count"))?.value).toBe(2);
  expect(notes).toEqual(["boom"]);
  expect(reasons("statsd")).toEqual({ "missing-value": 1 });
  expect(stats("statsd").acceptedCount).toBeGreaterThan(0);
  await sendDatagram(port("statsd"), "late:1|s");
  await new Promise((resolve) => setTimeout(resolve, 20));
  await horizon.close();
  expect(outlet.names).toContain("stats.sets.late.count");
});

test("Horizon takes what collectd sent over UDP, and opens no TCP for it", async () => {
  const captures = new URL("../../test/data/captures/", import.meta.url);
  const { outlet, port, horizon, reasons } = await open({
    ports: { collectd: "any" },
    maxAgeMs: 1e15,
    futureMaxMs: 1e15,
  });
  await sendDatagram(port("collectd"), readFileSync(new URL("collectd.000.udp", captures)));
  await until(() => outlet.rows.length === 48);
  expect(outlet.names).toContain("testhost.load.load.shortterm");
  expect(horizon.stats()[0]?.addresses).toEqual([`udp 127.0.0.1:${port("collectd")}`]);
  expect(reasons("collectd")).toEqual({});
});

test("Horizon takes OpenTSDB's puts over TCP, answers, and opens no UDP for it", async () => {
  const { outlet, port, horizon, reasons } = await open({ ports: { opentsdb: "any" } });
  const seconds = Math.floor(systemClock.nowMs() / 1000);
  const socket = await client(port("opentsdb"));
  let said = "";
  socket.on("data", (bytes) => void (said += bytes.toString()));
  socket.write(`version\nput sys.load ${seconds} 1.5 host=a  cpu=0\nput sys.load\nexit\n`);
  await closed(socket);
  await until(() => outlet.rows.length === 1);
  expect(outlet.rows[0]).toMatchObject({ name: "sys.load;cpu=0;host=a", value: 1.5 });
  expect(reasons("opentsdb")).toEqual({ "missing-argument": 1 });
  expect(said).toContain("Kale");
  expect(said).toContain("not enough arguments");
  expect(horizon.stats()[0]?.addresses).toEqual([`tcp 127.0.0.1:${port("opentsdb")}`]);
});
