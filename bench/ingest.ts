/**
 * What taking in costs: samples per CPU-second of a real Kale, by protocol, through its real ports.
 *
 * The sender is this process; only the receiver's CPU counts, as its own status page tells it: all
 * its threads, log on disk included. Each protocol has a fresh Kale that does not judge.
 */
import { nextInteger, type Random, seededRandom } from "../src/base/random.ts";
import {
  encodeCarbon,
  encodeMessagePack,
  encodePickleFrame,
  packDatagrams,
  type Sample,
} from "../src/cli/send/encode.ts";
import { TcpSender, UdpSender } from "../src/cli/send/senders.ts";
import type { SourcesJson, StatusJson } from "../src/webapp/contract.ts";
import {
  type KaleProcess,
  type PortKey,
  startKaleProcess,
  until,
} from "../test/support/kale-process.ts";
import { Fleet } from "./fleet.ts";

export interface IngestFigures {
  readonly protocol: string;
  readonly sampleCount: number;
  readonly lostCount: number;
  readonly cpuMicrosecondsPerSample: number;
  readonly samplesPerCpuSecond: number;
  readonly samplesPerSecond: number;
}

interface Route {
  readonly protocol: string;
  readonly port: PortKey;
  encode(samples: readonly Sample[]): Uint8Array[];
  readonly isDatagram: boolean;
  /** Each round in another order, so that nobody can know which name comes next. */
  readonly isShuffled?: boolean;
}

/** Samples that are encoded at once. */
const samplesPerPiece = 20_000;

const routes: readonly Route[] = [
  {
    protocol: "carbon over TCP",
    port: "carbon",
    encode: (samples) => [encodeCarbon(samples)],
    isDatagram: false,
  },
  {
    protocol: "carbon over TCP, shuffled",
    port: "carbon",
    encode: (samples) => [encodeCarbon(samples)],
    isDatagram: false,
    isShuffled: true,
  },
  {
    protocol: "pickle over TCP, 500 a frame",
    port: "pickle",
    encode: (samples) => slices(samples, 500).map((part) => encodePickleFrame(part)),
    isDatagram: false,
  },
  {
    protocol: "MessagePack over TCP",
    port: "msgpack",
    encode: (samples) => [Buffer.concat(samples.map(encodeMessagePack))],
    isDatagram: false,
  },
  {
    protocol: "MessagePack over UDP, packed datagrams",
    port: "msgpack",
    encode: (samples) => packDatagrams(samples.map(encodeMessagePack)),
    isDatagram: true,
  },
  {
    protocol: "MessagePack over UDP, one a datagram",
    port: "msgpack",
    encode: (samples) => samples.map(encodeMessagePack),
    isDatagram: true,
  },
];

export async function benchIngest(options: {
  readonly seriesCount: number;
  readonly roundCount: number;
}): Promise<IngestFigures[]> {
  const figures: IngestFigures[] = [];
  for (const route of routes) figures.push(await benchRoute(route, options));
  return figures;
}

async function benchRoute(
  route: Route,
  { seriesCount, roundCount }: { readonly seriesCount: number; readonly roundCount: number },
): Promise<IngestFigures> {
  const kale = await startKaleProcess({
    args: ["--roles", "horizon,webapp", "--no-host-metrics", "--max-age", "24h"],
  });
  try {
    const fleet = new Fleet(seriesCount);
    const address = { host: "127.0.0.1", port: kale.ports[route.port] };
    const sender = route.isDatagram ? new UdpSender(address) : await TcpSender.connect(address);
    const startMs = Date.now() - 10_000 * (roundCount + 1);
    // Names are new only once; the steady state is what counts.
    const send = async (round: number): Promise<void> => {
      const samples = fleet.round(startMs + 10_000 * round);
      if (route.isShuffled === true) shuffle(samples, seededRandom(round + 1));
      for (const part of slices(samples, samplesPerPiece)) {
        for (const bytes of route.encode(part)) await sender.send(bytes);
      }
    };
    // A busy machine loses datagrams: the round is sent until nearly all of one has come.
    await until(async () => {
      const before = await acceptedCount(kale, route);
      await send(0);
      return (await settled(kale, route, before, seriesCount)) >= seriesCount * 0.9;
    }, 120_000);

    const before = await cpuSeconds(kale);
    const acceptedBefore = await acceptedCount(kale, route);
    const startedMs = performance.now();
    for (let round = 1; round <= roundCount; round++) await send(round);
    const sampleCount = seriesCount * roundCount;
    let accepted = await settled(kale, route, acceptedBefore, sampleCount);
    const wallSeconds = (performance.now() - startedMs) / 1000;
    accepted = Math.min(accepted, sampleCount);
    const cpu = (await cpuSeconds(kale)) - before;
    await sender.close();
    return {
      protocol: route.protocol,
      sampleCount,
      lostCount: sampleCount - accepted,
      cpuMicrosecondsPerSample: round3((cpu / accepted) * 1e6),
      samplesPerCpuSecond: Math.round(accepted / cpu),
      samplesPerSecond: Math.round(accepted / wallSeconds),
    };
  } finally {
    await kale.end();
  }
}

/** How many arrived once nothing more does. */
async function settled(
  kale: KaleProcess,
  route: Route,
  before: number,
  wanted: number,
): Promise<number> {
  let last = -1;
  for (;;) {
    const now = (await acceptedCount(kale, route)) - before;
    if (now >= wanted || now === last) return now;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function acceptedCount(kale: KaleProcess, route: Route): Promise<number> {
  const { sources } = await kale.get<SourcesJson>("/kale/sources");
  return sources
    .filter(({ protocol }) => protocol === route.port)
    .reduce((sum, { accepted }) => sum + accepted, 0);
}

async function cpuSeconds(kale: KaleProcess): Promise<number> {
  return (await kale.get<StatusJson>("/kale/status")).process.cpuSeconds;
}

function shuffle(samples: Sample[], random: Random): void {
  for (let i = samples.length - 1; i > 0; i--) {
    const k = nextInteger(random, i + 1);
    const sample = samples[i]!;
    samples[i] = samples[k]!;
    samples[k] = sample;
  }
}

function slices<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}

function round3(value: number): number {
  return Math.round(value * 1000) / 1000;
}
