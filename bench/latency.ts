/**
 * From a datapoint sent to the event on the page: the time a person waits for news, while a fleet sends
 * at a steady rate.
 *
 * Each spike is a series of its own that has been calm for an hour. Its last minute is sent at once, as a
 * sender does that was cut off for a minute, so that the newest sample is the one that decides.
 */
import { encodeCarbon } from "../src/cli/send/encode.ts";
import { TcpSender } from "../src/cli/send/senders.ts";
import type { StatusJson, SummaryJson } from "../src/webapp/contract.ts";
import { type KaleProcess, startKaleProcess, until } from "../test/support/kale-process.ts";
import { Fleet } from "./fleet.ts";
import { anomalyEvents } from "./load/anomaly-events.ts";

const stepMs = 10_000;
const calmCount = 360;
/** Samples of the spike, the newest of now: the detector asks for a minute, the nine checks for three. */
const oddCounts = { kale: 8, skyline: 3 } as const;
const oddCountMax = 8;
const tickMs = 10;

export interface LatencyFigures {
  readonly detector: keyof typeof oddCounts;
  readonly seriesCount: number;
  /** Of the fleet beside the spikes, as it was reached. */
  readonly samplesPerSecond: number;
  readonly spikeCount: number;
  readonly seenCount: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Of the whole process while the spikes were sent; 100 is one core. */
  readonly cpuPercent: number;
  readonly lagSeconds: number;
}

export async function benchLatency(options: {
  readonly detector: keyof typeof oddCounts;
  readonly seriesCount: number;
  readonly spikeCount: number;
  readonly samplesPerSecond: number;
  readonly report: (text: string) => void;
}): Promise<LatencyFigures> {
  const { detector, seriesCount, spikeCount, report } = options;
  const args = ["--no-host-metrics", "--max-age", "25h", "--detector", detector];
  const kale = await startKaleProcess({ args });
  const abort = new AbortController();
  let load: FleetLoad | undefined;
  try {
    const sender = await TcpSender.connect({ host: "127.0.0.1", port: kale.ports.carbon });
    const names = Array.from({ length: spikeCount }, (_, i) => `latency.spike${i}`);
    await sendCalm(sender, names);
    load = new FleetLoad(sender, new Fleet(seriesCount));
    report(`latency, ${detector}: the fleet begins`);
    load.start(options.samplesPerSecond);
    await settled(kale, seriesCount + spikeCount);

    const seenMs = new Map<string, number>();
    const reading = anomalyEvents(
      `${kale.url}/kale/events`,
      abort.signal,
      ({ change, anomaly }) => {
        if (change === "started" && !seenMs.has(anomaly.name))
          seenMs.set(anomaly.name, performance.now());
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = {
      cpuSeconds: await cpuSeconds(kale),
      sent: load.sentCount,
      ms: performance.now(),
    };
    const waits: number[] = [];
    let lagSeconds = 0;
    for (const [i, name] of names.entries()) {
      const odd = Array.from({ length: oddCounts[detector] }, (_, k) => {
        return { name, timeMs: Date.now() - (oddCounts[detector] - 1 - k) * stepMs, value: 5000 };
      });
      const sentMs = performance.now();
      await sender.send(encodeCarbon(odd));
      await until(() => seenMs.has(name), 10_000).catch(() => undefined);
      const seen = seenMs.get(name);
      if (seen !== undefined) waits.push(seen - sentMs);
      await new Promise((resolve) => setTimeout(resolve, 37 + (i % 29)));
      if (i % 20 === 0) {
        lagSeconds = Math.max(
          lagSeconds,
          (await kale.get<SummaryJson>("/kale/summary")).lagSeconds,
        );
      }
    }
    const tookMs = performance.now() - before.ms;
    const cpu = (await cpuSeconds(kale)) - before.cpuSeconds;
    const sent = load.sentCount - before.sent;
    await load.stop();
    abort.abort();
    await reading;
    await sender.close();
    waits.sort((a, b) => a - b);
    return {
      detector,
      seriesCount,
      samplesPerSecond: Math.round((sent / tookMs) * 1000),
      spikeCount,
      seenCount: waits.length,
      medianMs: Math.round(waits[Math.floor(waits.length / 2)] ?? NaN),
      p99Ms: Math.round(waits[Math.ceil(waits.length * 0.99) - 1] ?? NaN),
      cpuPercent: Math.round((cpu / tookMs) * 100_000),
      lagSeconds,
    };
  } finally {
    abort.abort();
    await load?.stop();
    await kale.end();
  }
}

/** Sends a fleet's samples in turn, a little every few milliseconds. */
class FleetLoad {
  sentCount = 0;
  readonly #sender: TcpSender;
  readonly #fleet: Fleet;
  #isStopped = false;
  #running: Promise<void> | undefined;

  constructor(sender: TcpSender, fleet: Fleet) {
    this.#sender = sender;
    this.#fleet = fleet;
  }

  start(samplesPerSecond: number): void {
    this.#running = this.#run(samplesPerSecond);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #run(samplesPerSecond: number): Promise<void> {
    const { length } = this.#fleet.names;
    const startedMs = performance.now();
    let at = 0;
    while (!this.#isStopped) {
      const due = ((performance.now() - startedMs) / 1000) * samplesPerSecond - this.sentCount;
      // What the receiver did not take in time is not caught up with at once.
      const until = Math.min(length, at + Math.min(Math.floor(due), samplesPerSecond / 20));
      if (until > at) {
        await this.#sender.send(encodeCarbon(this.#fleet.round(Date.now(), at, until)));
        this.sentCount += until - at;
        at = until === length ? 0 : until;
      }
      await new Promise((resolve) => setTimeout(resolve, tickMs));
    }
  }
}

async function sendCalm(sender: TcpSender, names: readonly string[]): Promise<void> {
  const nowMs = Date.now();
  for (let age = calmCount + oddCountMax; age > oddCountMax; age--) {
    const timeMs = nowMs - age * stepMs;
    await sender.send(
      encodeCarbon(
        names.map((name, i) => ({ name, timeMs, value: 50 + ((i * 7 + age * 13) % 11) })),
      ),
    );
  }
}

/** All series are there, and nothing that came waits. */
async function settled(kale: KaleProcess, seriesCount: number): Promise<void> {
  await until(async () => {
    const { shards } = await kale.get<StatusJson>("/kale/status");
    const known = shards.reduce((sum, { roundSeries }) => sum + roundSeries, 0);
    // The canary is one more.
    return known >= seriesCount;
  }, 120_000);
}

async function cpuSeconds(kale: KaleProcess): Promise<number> {
  return (await kale.get<StatusJson>("/kale/status")).process.cpuSeconds;
}
