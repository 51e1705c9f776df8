import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
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

const gmondXml = readFileSync(new URL("../../test/data/captures/gmond.xml", import.meta.url));

/** A gmond that answers each client in turn. */
async function gmond(answer: (socket: Socket, pollCount: number) => void): Promise<number> {
  let pollCount = 0;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    undo.push(() => void socket.destroy());
    answer(socket, ++pollCount);
  });
  undo.push(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function open(settings: Partial<HorizonSettings>) {
  const outlet = new RememberingOutlet(1);
  const horizon = new Horizon({
    outlet,
    clock: systemClock,
    logger: silentLogger,
    settings: { ports: {}, flushAfterMs: 5, maxAgeMs: 1e15, futureMaxMs: 1e15, ...settings },
  });
  undo.push(() => horizon.close());
  return { outlet, horizon, results: await horizon.start() };
}

async function until(claim: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !claim(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(claim()).toBe(true);
}

const row = { shard: 0, name: "ganglia.ctest.gtest.my_metric", timeMs: 1795397415000, value: 12.5 };

test.each([
  ["plain", gmondXml],
  ["gzip", gzipSync(gmondXml)],
])(
  "Horizon polls a gmond that answers in %s, again and again, and takes each value once",
  async (ignored, answer) => {
    let polls = 0;
    const port = await gmond((socket, pollCount) => {
      polls = pollCount;
      socket.end(answer);
    });
    const { outlet, horizon } = await open({
      gangliaTargets: [{ host: "127.0.0.1", port }],
      gangliaPollMs: 20,
    });
    await until(() => polls >= 3 && outlet.rows.length > 0);
    expect(outlet.rows).toEqual([row]);
    expect(horizon.stats()).toMatchObject([
      {
        protocol: "ganglia-xml",
        acceptedCount: 1,
        addresses: [`polls 127.0.0.1:${port}`],
        refusals: [],
      },
    ]);
    expect(horizon.stats()[0]?.problem).toBeUndefined();
  },
);

test("Horizon says what is wrong with a gmond, and goes on with the others and with itself later", async () => {
  const port = await gmond((socket, pollCount) => {
    if (pollCount === 1) socket.end(gmondXml.subarray(0, gmondXml.length - 40));
    else if (pollCount === 2) socket.end();
    else socket.end(gmondXml);
  });
  const notXml = await gmond((socket) => socket.end(`<${"x".repeat(70_000)}`));
  const broken = await gmond((socket) => socket.end(gzipSync(gmondXml).subarray(0, 100)));
  const { outlet, horizon } = await open({
    gangliaTargets: [port, notXml, broken, 1].map((each) => ({ host: "127.0.0.1", port: each })),
    gangliaPollMs: 20,
  });
  await until(() => {
    const problem = horizon.stats()[0]?.problem ?? "";
    return ["not Ganglia's XML", "unexpected end", "ECONNREFUSED"].every((text) =>
      problem.includes(text),
    );
  });
  await until(() => outlet.rows.length > 0);
  await until(() => !(horizon.stats()[0]?.problem ?? "").includes(`:${port}:`));
  expect(outlet.rows).toEqual([row]);
});

/** id 135, host "web", metric "load", not spoofed, format "%f", 1.5 */
const packet = Buffer.from(
  ["00000087", "0000000377656200", "000000046c6f6164", "00000000", "0000000225660000"].join("") +
    "3ff8000000000000",
  "hex",
);

async function sender(): Promise<UdpSocket> {
  const socket = createSocket("udp4");
  undo.push(() => void socket.close());
  await new Promise<void>((resolve) => socket.bind(0, resolve));
  return socket;
}

test("Horizon takes Ganglia's packets over UDP", async () => {
  const { outlet, results } = await open({ ports: { ganglia: "any" } });
  const socket = await sender();
  socket.send(packet, results[0]!.port, "127.0.0.1");
  expect(results.map(({ key, transport }) => `${key} ${transport}`)).toEqual(["ganglia udp"]);
  await until(() => outlet.rows.length === 1);
  expect(outlet.rows[0]).toMatchObject({ name: "ganglia.web.load", value: 1.5 });
});

test.runIf(process.platform === "linux")(
  "Horizon joins Ganglia's multicast group where it listens on all addresses",
  async () => {
    const { outlet, results } = await open({ ports: { ganglia: "any" }, bind: "0.0.0.0" });
    const socket = await sender();
    socket.setMulticastInterface("127.0.0.1");
    socket.send(packet, results[0]!.port, "239.2.11.71");
    await until(() => outlet.rows.length > 0);
    expect(outlet.rows[0]).toMatchObject({ name: "ganglia.web.load", value: 1.5 });
  },
);
