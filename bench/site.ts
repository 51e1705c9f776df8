/**
 * The whole program under the load of a whole site: a day of each metric's history, then every metric's
 * point each step, through the real port, while each is judged and some are made abnormal.
 *
 * The history is written as a data folder by the store's own code (`folder`), or replayed through the port
 * faster than real time (`ports`). CPU is that of the measured process alone, by thread; the load generator is
 * another process's thread on the same cores.
 */
import { rm } from "node:fs/promises";
import type { SourcesJson, StatusJson, SummaryJson } from "../src/webapp/contract.ts";
import {
  type KaleProcess,
  startKaleProcess,
  temporaryFolder,
  until,
} from "../test/support/kale-process.ts";
import { fillFolder } from "./fill-folder.ts";
import { LoadGenerator } from "./load/load-generator.ts";
import { cpuSecondsByThread, cpuSecondsOf, residentBytesOf } from "./load/process-figures.ts";
import { type ProbeFigures, Probes } from "./load/probes.ts";

const probeCount = 200;
const lookEveryMs = 5_000;
const startPatienceMs = 1_200_000;

export interface SiteOptions {
  readonly seriesCount: number;
  readonly hours: number;
  readonly stepMs: number;
  readonly seconds: number;
  readonly shardCount: number;
  readonly fill: "folder" | "ports";
  readonly detector: string;
  readonly report: (text: string) => void;
}

export interface SiteFigures {
  readonly seriesCount: number;
  readonly hours: number;
  readonly fill: {
    readonly way: "folder" | "ports";
    readonly pointCount: number;
    readonly wallSeconds: number;
    /** Of the program; 0 where the folder was made without it. */
    readonly cpuMicrosecondsPerPoint: number;
  };
  /** From the start of the process on the full folder until every query is answered. */
  readonly startSeconds: number;
  readonly memoryBytesPerPoint: number;
  readonly diskBytesPerPoint: number;
  readonly residentBytes: number;
  readonly live: LiveFigures;
}

interface LiveFigures {
  readonly pointsPerSecond: number;
  readonly seconds: number;
  readonly sentCount: number;
  readonly lostCount: number;
  /** Of the two cores, or however many there are here: CPU-seconds in a second. */
  readonly cpuSecondsPerSecond: number;
  readonly cpuSecondsPerSecondByThread: Record<string, number>;
  /** The longest that the page said a metric had waited for its verdict. */
  readonly lagSecondsMax: number;
  readonly sliceMaxMs: number;
  readonly residentBytesMax: number;
  /** From a datapoint to the event on the page. */
  readonly news: ProbeFigures;
  readonly abnormalCount: number;
  /** A question of the page under this load. */
  readonly summaryMs: number;
}

export async function benchSite(options: SiteOptions): Promise<SiteFigures> {
  const { seriesCount, hours, stepMs, shardCount, report } = options;
  const dataFolder = await temporaryFolder();
  const endMs = Math.floor(Date.now() / stepMs) * stepMs;
  const filledMs = performance.now();
  let pointCount = 0;
  if (options.fill === "folder") {
    report(`making a folder of ${seriesCount} metrics x ${hours} h`);
    const filled = await fillFolder({
      ...{ folder: dataFolder, seriesCount, hours, stepMs, endMs, shardCount },
    });
    pointCount = filled.pointCount;
  }
  const folderSeconds = (performance.now() - filledMs) / 1000;
  report("starting the program");
  const startedMs = performance.now();
  const kale = await startKaleProcess({
    dataFolder,
    args: [
      ...["--no-host-metrics", "--max-age", "30h", "--detector", options.detector],
      ...["--shards", String(shardCount), "--series-limit", String(2 * seriesCount + 10_000)],
    ],
    startPatienceMs,
  });
  const startSeconds = (performance.now() - startedMs) / 1000;
  const load = await LoadGenerator.start({
    ...{ port: kale.ports.carbon, seriesCount, shardCount, hours, stepMs, endMs },
  });
  try {
    let wallSeconds = folderSeconds;
    let fillCpu = 0;
    if (options.fill === "ports") {
      const beganMs = performance.now();
      const cpuBefore = cpuSecondsOf(kale.child.pid!);
      const ticker = setInterval(() => {
        report(`filling: ${load.sentCount} points`);
      }, lookEveryMs);
      await load.run({ kind: "replay" }).finally(() => {
        clearInterval(ticker);
      });
      pointCount = load.sentCount;
      await until(async () => (await acceptedCount(kale)) >= pointCount, startPatienceMs);
      wallSeconds = (performance.now() - beganMs) / 1000;
      fillCpu = cpuSecondsOf(kale.child.pid!) - cpuBefore;
    }
    const live = await runLive(kale, load, options);
    const { shards } = await kale.get<StatusJson>("/kale/status");
    const sum = (of: (shard: StatusJson["shards"][number]) => number): number =>
      shards.reduce((total, shard) => total + of(shard), 0);
    const samples = sum((shard) => shard.samples);
    return {
      seriesCount,
      hours,
      fill: {
        way: options.fill,
        pointCount,
        wallSeconds: rounded(wallSeconds),
        cpuMicrosecondsPerPoint: rounded((fillCpu * 1e6) / pointCount),
      },
      startSeconds: rounded(startSeconds),
      memoryBytesPerPoint: rounded(sum((shard) => shard.memoryBytes) / samples),
      diskBytesPerPoint: rounded(sum((shard) => shard.diskBytes) / samples),
      residentBytes: residentBytesOf(kale.child.pid!),
      live,
    };
  } finally {
    await load.end();
    await kale.end();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function runLive(
  kale: KaleProcess,
  load: LoadGenerator,
  { seconds, stepMs, report }: SiteOptions,
): Promise<LiveFigures> {
  const pid = kale.child.pid!;
  const place = { port: kale.ports.carbon, url: kale.url };
  const probes = await Probes.start(place, { count: probeCount, stepMs });
  await new Promise((resolve) => setTimeout(resolve, lookEveryMs));

  const acceptedBefore = await acceptedCount(kale);
  const sentBefore = load.sentCount;
  const threadsBefore = cpuSecondsByThread(pid);
  const cpuBefore = cpuSecondsOf(pid);
  const startedMs = performance.now();
  let lagSecondsMax = 0;
  let residentBytesMax = 0;
  const summaryMs: number[] = [];
  const look = async (): Promise<void> => {
    const askedMs = performance.now();
    const summary = await kale.get<SummaryJson>("/kale/summary");
    summaryMs.push(performance.now() - askedMs);
    lagSecondsMax = Math.max(lagSecondsMax, summary.lagSeconds);
    residentBytesMax = Math.max(residentBytesMax, residentBytesOf(pid));
    const cpu = (cpuSecondsOf(pid) - cpuBefore) / ((performance.now() - startedMs) / 1000);
    report(
      `live: ${load.sentCount} sent, lag ${summary.lagSeconds.toFixed(1)} s, ` +
        `${cpu.toFixed(2)} CPU-seconds a second, ${(residentBytesMax / 2 ** 30).toFixed(2)} GiB`,
    );
  };
  const ticker = setInterval(() => void look(), lookEveryMs);
  probes.run(seconds * 1000);
  await load.run({ kind: "live", seconds });
  clearInterval(ticker);
  const wallSeconds = (performance.now() - startedMs) / 1000;
  const cpuSeconds = cpuSecondsOf(pid) - cpuBefore;
  const threadsAfter = cpuSecondsByThread(pid);
  const news = await probes.end();
  const sentCount = load.sentCount - sentBefore;
  const arrived = async (): Promise<number> => (await acceptedCount(kale)) - acceptedBefore;
  await until(async () => (await arrived()) >= sentCount, 20_000).catch(() => undefined);
  const { shards } = await kale.get<StatusJson>("/kale/status");
  const summary = await kale.get<SummaryJson>("/kale/summary");
  const byThread = [...threadsAfter]
    .map(([name, cpu]) => [name, rounded((cpu - (threadsBefore.get(name) ?? 0)) / wallSeconds)])
    .filter(([, cpu]) => Number(cpu) > 0.001);
  summaryMs.sort((a, b) => a - b);
  return {
    pointsPerSecond: Math.round(sentCount / wallSeconds),
    seconds: Math.round(wallSeconds),
    sentCount,
    // The probes and the canary go through the same port, so that a few lost ones could hide here.
    lostCount: Math.max(0, sentCount - (await arrived())),
    cpuSecondsPerSecond: rounded(cpuSeconds / wallSeconds),
    cpuSecondsPerSecondByThread: Object.fromEntries(byThread) as Record<string, number>,
    lagSecondsMax: rounded(lagSecondsMax),
    sliceMaxMs: rounded(Math.max(...shards.map((shard) => shard.sliceMaxMs))),
    residentBytesMax,
    news,
    abnormalCount: summary.abnormal,
    summaryMs: Math.round(summaryMs[Math.floor(summaryMs.length / 2)] ?? NaN),
  };
}

async function acceptedCount(kale: KaleProcess): Promise<number> {
  const { sources } = await kale.get<SourcesJson>("/kale/sources");
  return sources.find(({ protocol }) => protocol === "carbon")?.accepted ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
