import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { WideReads } from "./wide-reads.ts";

const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

/** Both ends of a connection; the accepted one is paused. */
async function connection(): Promise<{ client: Socket; accepted: Socket }> {
  const server = createServer({ pauseOnConnect: true });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  undo.push(() => server.close());
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP address");
  const client = connect({ host: "127.0.0.1", port: address.port });
  undo.push(() => client.destroy());
  const [accepted] = (await once(server, "connection")) as [Socket];
  return { client, accepted };
}

async function until(claim: () => boolean): Promise<void> {
  for (let i = 0; i < 6000 && !claim(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(claim()).toBe(true);
}

function patternOf(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 9)) & 0xff));
}

test("WideReads gives what came, in order, each time in the same memory", async () => {
  const { client, accepted } = await connection();
  const pieces: Buffer[] = [];
  const memories = new Set<ArrayBufferLike>();
  const socket = new WideReads().of(accepted, (bytes) => {
    pieces.push(Buffer.from(bytes));
    memories.add(bytes.buffer);
  });
  socket.resume();
  const sent = patternOf(3_000_000);
  client.end(sent);
  await once(socket, "close");
  expect(Buffer.concat(pieces).equals(sent)).toBe(true);
  // This Node has the way to it; where one has not, each read has memory of its own.
  expect(memories.size).toBe(1);
});

test("WideReads keeps the connections of a server apart, and answers them", async () => {
  const reads = new WideReads();
  const ends = await Promise.all([connection(), connection()]);
  const heard = ends.map(({ accepted }) => {
    const all: string[] = [];
    const socket = reads.of(accepted, (bytes) => {
      all.push(Buffer.from(bytes).toString());
      socket.write(`${all.length};`);
    });
    socket.resume();
    return all;
  });
  for (const [i, { client }] of ends.entries()) {
    client.write(`from ${i}`);
    const [answer] = (await once(client, "data")) as [Buffer];
    expect(answer.toString()).toBe("1;");
  }
  expect(heard).toEqual([["from 0"], ["from 1"]]);
});

test("WideReads gives nothing while the connection is paused, by its taker too", async () => {
  const { client, accepted } = await connection();
  let takenBytes = 0;
  const socket = new WideReads().of(accepted, (bytes) => {
    takenBytes += bytes.length;
    socket.pause();
  });
  const sent = patternOf(2_000_000);
  client.end(sent);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(takenBytes).toBe(0);
  for (let before = 0; takenBytes < sent.length; before = takenBytes) {
    socket.resume();
    await until(() => takenBytes > before);
    const paused = takenBytes;
    await new Promise((resolve) => setImmediate(resolve));
    expect(takenBytes).toBe(paused);
  }
  socket.resume();
  await once(socket, "close");
});

test("WideReads lets the server forget the connection", async () => {
  const { client, accepted } = await connection();
  const socket = new WideReads().of(accepted, () => undefined);
  await once(accepted, "close");
  expect(socket.destroyed).toBe(false);
  socket.resume();
  client.destroy();
  await once(socket, "close");
});

test("WideReads reads what has no handle as others are read", async () => {
  const stream = new PassThrough();
  const pieces: Buffer[] = [];
  const socket = new WideReads().of(stream as unknown as Socket, (bytes) => {
    pieces.push(Buffer.from(bytes));
  });
  expect(socket).toBe(stream);
  stream.end("a.b 1 2\n");
  await once(stream, "end");
  expect(Buffer.concat(pieces).toString()).toBe("a.b 1 2\n");
});
