/**
 * The whole program under its stated load: a fleet with a day of history, then samples at a steady
 * rate while every series is judged.
 *
 * The history goes in by replay through the Carbon port, faster than real time.
 */
import { encodeCarbon } from "../src/cli/send/encode.ts";
import { TcpSender } from "../src/cli/send/senders.ts";
import type { SourcesJson, StatusJson, SummaryJson } from "../src/webapp/contract.ts";
import { type KaleProcess, startKaleProcess, until } from "../test/support/kale-process.ts";
import { Fleet } from "./fleet.ts";

export interface LiveFigures {
  readonly seriesCount: number;
  readonly hours: number;
  readonly fill: {
    readonly sampleCount: number;
    readonly wallSeconds: number;
    readonly cpuMicrosecondsPerSample: number;
  };
  readonly memoryBytesPerSample: number;
  readonly diskBytesPerSample: number;
  readonly residentBytes: number;
  readonly live: {
    readonly samplesPerSecond: number;
    readonly seconds: number;
    readonly lostCount: number;
    /** CPU-seconds of all threads in one minute; two cores have 120. */
    readonly cpuSecondsPerMinute: number;
    /** The worst lag of judging that the page showed: longest wait of a series since its verdict. */
    readonly lagSecondsMax: number;
    readonly sliceMaxMs: number;
    readonly abnormalCount: number;
  };
}

export async function benchLive(options: {
  readonly seriesCount: number;
  readonly hours: number;
  readonly samplesPerSecond: number;
  readonly seconds: number;
  readonly report: (text: string) => void;
}): Promise<LiveFigures> {
  const { seriesCount, hours, samplesPerSecond, seconds, report } = options;
  const kale = await startKaleProcess({ args: ["--no-host-metrics", "--max-age", "30h"] });
  try {
    const fleet = new Fleet(seriesCount);
    const sender = await TcpSender.connect({ host: "127.0.0.1", port: kale.ports.carbon });
    const roundCount = Math.floor((hours * 3600) / 10);
    const startMs = Date.now() - roundCount * 10_000;
    const startedMs = performance.now();
    const cpuBefore = await cpuSeconds(kale);
    for (let round = 0; round < roundCount; round++) {
      await sender.send(encodeCarbon(fleet.round(startMs + round * 10_000)));
      if (round % 100 === 0) report(`filling: ${Math.round((100 * round) / roundCount)} %`);
    }
    const filled = seriesCount * roundCount;
    await until(async () => (await acceptedCount(kale)) >= filled, 600_000);
    const fill = {
      sampleCount: filled,
      wallSeconds: Math.round((performance.now() - startedMs) / 1000),
      cpuMicrosecondsPerSample: rounded(((await cpuSeconds(kale)) - cpuBefore) * (1e6 / filled)),
    };
    report("filled; waiting for a round of judging");
    await new Promise((resolve) => setTimeout(resolve, 20_000));

    const cpuLive = await cpuSeconds(kale);
    const acceptedLive = await acceptedCount(kale);
    let lagSecondsMax = 0;
    let sent = 0;
    const liveStartedMs = performance.now();
    // Each series in turn: a fleet whose agents report at different moments.
    let at = 0;
    const partSize = Math.max(1, Math.round(samplesPerSecond / 10));
    while (performance.now() - liveStartedMs < seconds * 1000) {
      const timeMs = Math.floor(Date.now() / 1000) * 1000;
      const until = Math.min(at + partSize, seriesCount);
      await sender.send(encodeCarbon(fleet.round(timeMs, at, until)));
      sent += until - at;
      at = until === seriesCount ? 0 : until;
      if (sent % (partSize * 50) < partSize) {
        const summary = await kale.get<SummaryJson>("/kale/summary");
        lagSecondsMax = Math.max(lagSecondsMax, summary.lagSeconds);
        report(`live: ${sent} sent, lag ${summary.lagSeconds.toFixed(1)} s`);
      }
      const aheadMs = (sent / samplesPerSecond) * 1000 - (performance.now() - liveStartedMs);
      if (aheadMs > 0) await new Promise((resolve) => setTimeout(resolve, aheadMs));
    }
    const liveSeconds = (performance.now() - liveStartedMs) / 1000;
    const liveCpu = (await cpuSeconds(kale)) - cpuLive;
    await until(async () => (await acceptedCount(kale)) - acceptedLive >= sent, 10_000).catch(
      () => undefined,
    );
    const accepted = (await acceptedCount(kale)) - acceptedLive;
    const status = await kale.get<StatusJson>("/kale/status");
    const samples = sum(status.shards.map((shard) => shard.samples));
    await sender.close();
    return {
      seriesCount,
      hours,
      fill,
      memoryBytesPerSample: rounded(sum(status.shards.map((s) => s.memoryBytes)) / samples),
      diskBytesPerSample: rounded(sum(status.shards.map((s) => s.diskBytes)) / samples),
      residentBytes: status.process.residentBytes,
      live: {
        samplesPerSecond: Math.round(sent / liveSeconds),
        seconds: Math.round(liveSeconds),
        // The canary goes through the same port.
        lostCount: Math.max(0, sent - accepted),
        cpuSecondsPerMinute: rounded((liveCpu / liveSeconds) * 60),
        lagSecondsMax: rounded(lagSecondsMax),
        sliceMaxMs: rounded(Math.max(...status.shards.map((shard) => shard.sliceMaxMs))),
        abnormalCount: (await kale.get<SummaryJson>("/kale/summary")).abnormal,
      },
    };
  } finally {
    await kale.end();
  }
}

async function acceptedCount(kale: KaleProcess): Promise<number> {
  const { sources } = await kale.get<SourcesJson>("/kale/sources");
  return sources.find(({ protocol }) => protocol === "carbon")?.accepted ?? 0;
}

async function cpuSeconds(kale: KaleProcess): Promise<number> {
  return (await kale.get<StatusJson>("/kale/status")).process.cpuSeconds;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
