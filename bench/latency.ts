/** From a datapoint sent to the event on the page: the time a person waits for news. */
import { encodeCarbon, encodeMessagePack } from "../src/cli/send/encode.ts";
import { TcpSender, UdpSender } from "../src/cli/send/senders.ts";
import { startKaleProcess, until } from "../test/support/kale-process.ts";
import { anomalyEvents } from "./load/anomaly-events.ts";

export interface LatencyFigures {
  readonly spikeCount: number;
  readonly seenCount: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

export async function benchLatency(options: {
  readonly seriesCount: number;
  readonly spikeCount: number;
}): Promise<LatencyFigures> {
  const { seriesCount, spikeCount } = options;
  const kale = await startKaleProcess({
    args: ["--no-host-metrics", "--max-age", "25h", "--detector", "skyline"],
  });
  try {
    const names = Array.from({ length: seriesCount }, (_, i) => `latency.series${i}`);
    const carbon = await TcpSender.connect({ host: "127.0.0.1", port: kale.ports.carbon });
    const nowMs = Date.now();
    for (let age = 360; age >= 1; age--) {
      const timeMs = nowMs - age * 10_000;
      await carbon.send(
        encodeCarbon(
          names.map((name, i) => ({ name, timeMs, value: 50 + ((i * 7 + age * 13) % 11) })),
        ),
      );
    }
    await until(async () => {
      const metrics = await kale.get<string[]>(`/kale/series?query=latency.*&limit=10000`);
      return metrics.length === seriesCount;
    });

    const seenMs = new Map<string, number>();
    const abort = new AbortController();
    const reading = anomalyEvents(
      `${kale.url}/kale/events`,
      abort.signal,
      ({ change, anomaly }) => {
        if (change === "started" && !seenMs.has(anomaly.name))
          seenMs.set(anomaly.name, performance.now());
      },
    );
    const udp = new UdpSender({ host: "127.0.0.1", port: kale.ports.msgpack });
    const waits: number[] = [];
    for (let i = 0; i < spikeCount; i++) {
      const name = names[i]!;
      const sentMs = performance.now();
      // Three samples, since several checks look at the mean of the last three.
      for (let k = 2; k >= 0; k--) {
        await udp.send(encodeMessagePack({ name, timeMs: Date.now() - k * 1000, value: 5000 }));
      }
      await until(() => seenMs.has(name), 10_000).catch(() => undefined);
      const seen = seenMs.get(name);
      if (seen !== undefined) waits.push(seen - sentMs);
      await new Promise((resolve) => setTimeout(resolve, 37 * (i % 29)));
    }
    abort.abort();
    await reading;
    await carbon.close();
    udp.close();
    waits.sort((a, b) => a - b);
    return {
      spikeCount,
      seenCount: waits.length,
      medianMs: Math.round(waits[Math.floor(waits.length / 2)] ?? NaN),
      p99Ms: Math.round(waits[Math.ceil(waits.length * 0.99) - 1] ?? NaN),
    };
  } finally {
    await kale.end();
  }
}
