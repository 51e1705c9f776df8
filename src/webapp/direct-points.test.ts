import { createServer, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { columnsHeadroomBytes, type SampleColumns, type SeriesReader } from "../model/index.ts";
import { directPoints } from "./direct-points.ts";
import { HttpCounters } from "./http-counters.ts";
import { fixtureNowMs, startTestWebapp, type Answer, type TestWebapp } from "./http.fixture.ts";
import { defaultWebappLimits } from "./parts.ts";

const patienceMs = 60_000;
const accept = { Accept: "application/octet-stream" };
const target = "/kale/points?name=web.fe2.errors&from=-1h";
/** A sign that no URL has: the routes are left to deal with it. */
const byRoutes = '&_="';

let app: TestWebapp | undefined;
let server: Server | undefined;
afterEach(async () => {
  await app?.webapp.close();
  server?.closeAllConnections();
  server?.close();
  app = server = undefined;
});

test.each([
  { what: "an hour", target },
  { what: "a day of few points", target: "/kale/points?name=web.fe2.errors&from=-1d&maxPoints=99" },
  { what: "nothing", target: "/kale/points?name=web.fe2.errors&from=1000&until=2000" },
  { what: "an unknown series", target: "/kale/points?name=no.such" },
  { what: "a name with signs", target: "/kale/points?name=a%3Bb=%3Cc%3E" },
])("directPoints() answers $what as the routes do", async ({ target: asked }) => {
  app = await startTestWebapp();
  expectSame(await app.get(asked, accept), await app.get(asked + byRoutes, accept));
});

test.each([
  { code: "STARTING", status: 503 },
  { code: "REMOTE_UNREACHABLE", status: 503 },
  { code: "STORE_UNREACHABLE", status: 503 },
  { code: undefined, status: 500 },
])("directPoints() tells of a store that fails by $code as the routes do", async (failure) => {
  const error = Object.assign(new Error("it is so"), failure.code && { code: failure.code });
  app = await startTestWebapp({}, { series: seriesOf(() => Promise.reject(error)) });
  const answer = await app.get(target, accept);
  expectSame(answer, await app.get(target + byRoutes, accept));
  expect(answer.status).toBe(failure.status);
});

test("directPoints() tells of a store that stays silent, and counts what it answered by status", async () => {
  const stays = seriesOf((name) =>
    name === "silent" ? new Promise(() => undefined) : Promise.resolve(columnsOf(2)),
  );
  app = await startTestWebapp({ limits: { answerWaitMs: 50 } }, { series: stays });
  expect((await app.get("/kale/points?name=silent", accept)).status).toBe(504);
  expect((await app.get("/kale/points?name=a", accept)).status).toBe(200);
  expect((await app.get("/kale/points?name=b", accept)).status).toBe(200);
  const { text } = await app.get("/metrics");
  expect(text).toContain('kale_http_requests_total{route="/kale/points",status="200"} 2\n');
  expect(text).toContain('kale_http_requests_total{route="/kale/points",status="504"} 1\n');
});

test.each([
  { what: "the columns of a series", isTaken: true },
  { what: "columns beside others", headers: { Accept: `${accept.Accept}, */*` }, isTaken: true },
  { what: "JSON", headers: { Accept: "application/json" } },
  { what: "any type", headers: { Accept: "*/*" } },
  { what: "HEAD", method: "HEAD" },
  { what: "POST", method: "POST" },
  { what: "a body", headers: { "Content-Length": "1" }, body: "x" },
  { what: "a foreign name of this machine", headers: { Host: "evil.example" } },
  { what: "a host that is none", headers: { Host: "local host" } },
  { what: "no name", path: "/kale/points?from=-1h" },
  { what: "a bad time", path: `${target}&until=soon` },
  { what: "too many points", path: `${target}&maxPoints=100001` },
  { what: "a range that is too long", path: "/kale/points?name=a&from=1&until=1764000000" },
  { what: "a parameter twice", path: `${target}&name=b` },
  { what: "an unknown parameter", path: `${target}&colour=red` },
  { what: "a name that is too long", path: `/kale/points?name=${"a".repeat(2_000)}` },
  { what: "a sign that no URL has", path: target + byRoutes },
  { what: "a fragment", path: `${target}#top` },
  { what: "another path", path: "/kale/points/?name=a" },
  { what: "the whole address", path: "http://localhost/kale/points?name=a" },
])("directPoints() takes only plain reads: $what", async (given) => {
  const { method = "GET", path = target, headers = {}, body = "", isTaken = false } = given;
  const port = await serveDirectly(seriesOf(() => Promise.resolve(columnsOf(1))));
  const fields = { Host: "localhost", ...accept, ...headers, Connection: "close" };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const client = await RawClient.open(port);
  client.send(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
  await client.ended;
  expect(client.text.slice(0, 12)).toBe(isTaken ? "HTTP/1.1 200" : "HTTP/1.1 418");
});

test("directPoints() gives clients that ask at once each its own, in whatever order they are read", async () => {
  const asked = new Map<string, (columns: SampleColumns) => void>();
  const series = seriesOf((name) => new Promise((resolve) => asked.set(name, resolve)));
  app = await startTestWebapp({}, { series });
  const { get } = app;
  const counts = [1, 20, 300, 1_999];
  const answers = counts.map((count) => get(`/kale/points?name=n${count}`, accept));
  await expect.poll(() => asked.size, { timeout: patienceMs }).toBe(counts.length);
  for (const count of counts.toReversed()) asked.get(`n${count}`)!(columnsOf(count));
  for (const [i, count] of counts.entries()) {
    const { bytes } = await answers[i]!;
    expect(bytes.readUInt32LE(4)).toBe(count);
    expect(hasValues(bytes, columnsOf(count))).toBe(true);
  }
});

test("directPoints() gives memory back once it is sent, and not before to who reads slowly", async () => {
  // More than the system keeps of a connection.
  const columns = Array.from({ length: 10 }, (_, i) => columnsOf(100_000, i));
  const few = columnsOf(5);
  const read = (name: string): SampleColumns => columns[Number(name)] ?? few;
  app = await startTestWebapp({}, { series: seriesOf((name) => Promise.resolve(read(name))) });
  const slow = await RawClient.open(app.webapp.ports[0]!.port);
  slow.pause();
  for (let i = 0; i < columns.length; i++) {
    const connection = i === columns.length - 1 ? "close" : "keep-alive";
    const path = `/kale/points?name=${i}&maxPoints=100000`;
    slow.send(`GET ${path} HTTP/1.1\r\n${plainHeaders}Connection: ${connection}\r\n\r\n`);
  }
  await app.get("/kale/points?name=few", accept);
  await expect.poll(() => isGivenBack(few), { timeout: patienceMs }).toBe(true);
  expect(isGivenBack(columns.at(-1)!)).toBe(false);

  slow.resume();
  await slow.ended;
  const bodies = slow.bodies();
  expect(bodies).toHaveLength(columns.length);
  for (const [i, body] of bodies.entries()) {
    expect(hasValues(body, columnsOf(100_000, i))).toBe(true);
  }
  await expect.poll(() => columns.every(isGivenBack), { timeout: patienceMs }).toBe(true);
});

test("directPoints() goes on when clients are gone before, and while, they are answered", async () => {
  const waiting: ((columns: SampleColumns) => void)[] = [];
  const series = seriesOf((name) =>
    name === "late"
      ? new Promise((resolve) => waiting.push(resolve))
      : Promise.resolve(columnsOf(100_000)),
  );
  app = await startTestWebapp({}, { series });
  const { port } = app.webapp.ports[0]!;
  const early = await RawClient.open(port);
  early.send(`GET /kale/points?name=late HTTP/1.1\r\n${plainHeaders}\r\n`);
  await expect.poll(() => waiting.length, { timeout: patienceMs }).toBe(1);
  early.destroy();
  const halfWay = await RawClient.open(port);
  for (let i = 0; i < 10; i++) {
    halfWay.send(`GET /kale/points?name=a&maxPoints=100000 HTTP/1.1\r\n${plainHeaders}\r\n`);
  }
  await expect.poll(() => halfWay.text.length, { timeout: patienceMs }).toBeGreaterThan(0);
  halfWay.destroy();

  waiting[0]!(columnsOf(3));
  const { bytes } = await app.get("/kale/points?name=a&maxPoints=100000", accept);
  expect(hasValues(bytes, columnsOf(100_000))).toBe(true);
});

const plainHeaders = `Host: localhost\r\nAccept: ${accept.Accept}\r\n`;

function expectSame(answer: Answer, expected: Answer): void {
  expect(answer.status).toBe(expected.status);
  expect(answer.bytes.equals(expected.bytes)).toBe(true);
  // That text is compressed for who can take it so is said by the routes alone.
  const compared = ({ status, headers }: Answer): object => ({
    ...headers,
    date: "",
    vary: status === 200 ? headers.vary : "",
  });
  expect(compared(answer)).toEqual(compared(expected));
}

function seriesOf(read: SeriesReader["read"]): SeriesReader {
  return {
    read,
    findNames: () => Promise.resolve({ names: [], totalCount: 0 }),
    judge: () => Promise.resolve(undefined),
  };
}

/** As a store reads them into one buffer. */
function columnsOf(count: number, first = 0): SampleColumns {
  const buffer = new ArrayBuffer(columnsHeadroomBytes + 16 * count);
  const timesMs = new Float64Array(buffer, columnsHeadroomBytes, count);
  const values = new Float64Array(buffer, columnsHeadroomBytes + 8 * count, count);
  for (let i = 0; i < count; i++) timesMs[i] = fixtureNowMs - 1_000 * (count - i);
  for (let i = 0; i < count; i++) values[i] = first + Math.sin(i);
  return { timesMs, values };
}

function isGivenBack({ timesMs }: SampleColumns): boolean {
  return timesMs.buffer.detached;
}

function hasValues(body: Buffer, { values }: SampleColumns): boolean {
  const { buffer, byteOffset, byteLength } = values;
  const found = body.subarray(columnsHeadroomBytes + byteLength);
  return body.readUInt32LE(4) === values.length && found.equals(Buffer.from(buffer, byteOffset));
}

/** What is left to the routes is answered 418. */
async function serveDirectly(series: SeriesReader): Promise<number> {
  const { parts } = (app = await startTestWebapp()).site;
  const direct = directPoints({
    parts: { ...parts, series },
    limits: defaultWebappLimits,
    guard: { bind: "127.0.0.1", allowedHosts: [] },
    counters: new HttpCounters(),
  });
  const made = (server = createServer((incoming, outgoing) => {
    if (!direct(incoming, outgoing)) outgoing.writeHead(418).end();
  }));
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return (made.address() as AddressInfo).port;
}

/** Sends what it is given and keeps what comes. */
class RawClient {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  readonly ended: Promise<void>;

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, "127.0.0.1");
    await new Promise<void>((resolve, reject) =>
      socket.once("connect", resolve).once("error", reject),
    );
    return new RawClient(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#chunks.push(chunk));
    socket.on("error", () => undefined);
    this.ended = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString("latin1");
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Of the answers that have come, each whole. */
  bodies(): Buffer[] {
    let left = Buffer.concat(this.#chunks);
    const bodies: Buffer[] = [];
    while (left.length > 0) {
      const bodyAt = left.indexOf("\r\n\r\n") + 4;
      const head = left.toString("latin1", 0, bodyAt);
      const end = bodyAt + Number(/^content-length: (\d+)/im.exec(head)?.[1]);
      bodies.push(left.subarray(bodyAt, end));
      left = left.subarray(end);
    }
    return bodies;
  }
}
