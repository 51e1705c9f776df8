/**
 * How good is the verdict on a year of a simulated site (site-year.ts)? The same classes as in a shard, time
 * sped up; the nine checks on some of the same metrics beside it.
 *
 * Counted after the second week. An outage is found where an episode of one of its metrics was told within
 * three minutes of its first sample. An episode is a false alert where no outage of its metric was on when
 * it was told, nor had ended less than half an hour before.
 */
import { EpisodeTracker, Judge, StreamJudge, type StreamWindow } from "../../src/analyzer/index.ts";
import type { EpisodeEvent } from "../../src/model/index.ts";
import {
  buildService,
  dayMs,
  metricsPerService,
  minuteMs,
  type Outage,
  type YearMetric,
  yearStartMs,
} from "./site-year.ts";

const learnedDays = 14;
const promptMs = 3 * minuteMs;
const aftermathMs = 30 * minuteMs;
const windowRows = 1440;

export interface YearFigures {
  readonly metricCount: number;
  readonly dayCount: number;
  readonly outageCount: number;
  readonly foundCount: number;
  readonly foundShare: number;
  readonly foundLaterCount: number;
  readonly falseCount: number;
  readonly falsePer10000MetricDays: number;
  readonly falseByKind: Readonly<Record<string, number>>;
  readonly cpuMicrosecondsPerSample: number;
  readonly bytesPerMetric: number | null;
}

export interface YearOptions {
  readonly seed: number;
  readonly serviceCount: number;
  readonly dayCount: number;
  readonly report: (text: string) => void;
}

interface Told {
  readonly atMs: number;
  readonly metric: YearMetric;
}

type Replay = (
  metric: YearMetric,
  dayCount: number,
  tell: (event: EpisodeEvent, atMs: number) => void,
) => void;

export function benchYear(options: YearOptions, verdict: "kale" | "skyline"): YearFigures {
  const { seed, serviceCount, dayCount, report } = options;
  const replay = verdict === "kale" ? replayStream : replayVotes;
  const learnedMs = yearStartMs + learnedDays * dayMs;
  const falseByKind: Record<string, number> = {};
  let [outageCount, foundCount, foundLaterCount, falseCount] = [0, 0, 0, 0];
  const startedCpu = process.cpuUsage();
  for (let service = 0; service < serviceCount; service++) {
    const { outages, metrics } = buildService(seed, service, dayCount);
    const told: Told[] = [];
    for (const metric of metrics) {
      replay(metric, dayCount, ({ change }, atMs) => {
        if (change === "started" && atMs >= learnedMs) told.push({ atMs, metric });
      });
    }
    for (const { atMs, metric } of told) {
      if (metric.outages.some((outage) => isDuring(outage, atMs))) continue;
      falseCount += 1;
      falseByKind[metric.kind] = (falseByKind[metric.kind] ?? 0) + 1;
    }
    const counted = outages.filter(({ startMs }) => startMs >= learnedMs);
    outageCount += counted.length;
    for (const { startMs, endMs } of counted) {
      const delays = told
        .filter(({ atMs }) => atMs >= startMs && atMs < endMs)
        .map(({ atMs }) => atMs - startMs);
      if (delays.some((delayMs) => delayMs <= promptMs)) foundCount += 1;
      else if (delays.length > 0) foundLaterCount += 1;
    }
    report(
      `${verdict}: service ${service + 1} of ${serviceCount}: ${foundCount} of ${outageCount} outages, ${falseCount} false`,
    );
  }
  const cpu = process.cpuUsage(startedCpu);
  const metricCount = serviceCount * metricsPerService;
  const metricDays = metricCount * (dayCount - learnedDays);
  return {
    metricCount,
    dayCount,
    outageCount,
    foundCount,
    foundShare: foundCount / outageCount,
    foundLaterCount,
    falseCount,
    falsePer10000MetricDays: (10_000 * falseCount) / metricDays,
    falseByKind,
    cpuMicrosecondsPerSample: (cpu.user + cpu.system) / (metricCount * dayCount * windowRows),
    bytesPerMetric:
      verdict === "kale"
        ? new StreamJudge(new RowWindow(""), new Judge(), streamOptions).bytesPerSeries
        : null,
  };
}

const streamOptions = { activeCountMax: 1_000, stalePeriodMs: 500_000 };

function isDuring({ startMs, endMs }: Outage, atMs: number): boolean {
  return atMs >= startMs && atMs <= endMs + aftermathMs;
}

/** The last day of one series; a ring laid out in order when somebody asks. */
class RowWindow implements StreamWindow {
  readonly timesMs = new Float64Array(windowRows);
  readonly values = new Float64Array(windowRows);
  readonly #name: string;
  readonly #ring = new Float64Array(windowRows);
  #count = 0;
  #newestMs = 0;

  constructor(name: string) {
    this.#name = name;
  }

  add(timeMs: number, value: number): void {
    this.#ring[this.#count++ % windowRows] = value;
    this.#newestMs = timeMs;
  }

  copy(): number {
    const count = Math.min(this.#count, windowRows);
    for (let i = 0; i < count; i++) {
      this.timesMs[i] = this.#newestMs - (count - 1 - i) * minuteMs;
      this.values[i] = this.#ring[(this.#count - count + i) % windowRows]!;
    }
    return count;
  }

  name(): string {
    return this.#name;
  }
}

const replayStream: Replay = (metric, dayCount, tell) => {
  const window = new RowWindow(metric.name);
  const judge = new StreamJudge(window, new Judge(), streamOptions);
  for (let i = 0; i < dayCount * windowRows; i++) {
    const atMs = yearStartMs + i * minuteMs;
    const value = metric.next(atMs);
    window.add(atMs, value);
    const event = judge.take(0, atMs, value, atMs);
    if (event !== undefined) tell(event, atMs);
  }
};

const replayVotes: Replay = (metric, dayCount, tell) => {
  const window = new RowWindow(metric.name);
  const judge = new Judge();
  const tracker = new EpisodeTracker();
  for (let i = 0; i < dayCount * windowRows; i++) {
    const atMs = yearStartMs + i * minuteMs;
    window.add(atMs, metric.next(atMs));
    const count = window.copy();
    const { timesMs, values } = window;
    const isAnomalous = judge.decide(timesMs, values, count, atMs) === 1;
    if (isAnomalous) {
      const verdict = judge.judge(timesMs, values, count, atMs);
      const event = tracker.onAnomalous(metric.name, verdict, timesMs, values, count, atMs);
      if (event !== undefined) tell(event, atMs);
    } else tracker.onCalm(metric.name, "ok", atMs, atMs);
  }
};
