/**
 * How good is the verdict on a year of a simulated site (site-year.ts)? The same classes as in a shard, time
 * sped up; the nine checks on some of the same metrics beside it.
 *
 * Counted after the second week. An outage is found where an episode of one of its metrics was told within
 * three minutes of its first sample. An episode is a false alert where no outage of its metric was on when
 * it was told, nor had ended less than half an hour before; with what the site did by itself at that time. CPU is
 * that of the verdict alone: the samples of a day are made before they are judged.
 */
import { EpisodeTracker, Judge, StreamJudge, type StreamWindow } from "../../src/analyzer/index.ts";
import type { EpisodeEvent } from "../../src/model/index.ts";
import {
  buildService,
  dayMs,
  metricsPerService,
  minuteMs,
  type Cause,
  type Outage,
  type YearMetric,
  yearStartMs,
} from "./site-year.ts";

const learnedDays = 14;
const promptMs = 3 * minuteMs;
const aftermathMs = 30 * minuteMs;
const windowRows = 1440;

export interface FalseAlert {
  readonly metric: string;
  /** Days since the year's begin. */
  readonly day: number;
  readonly cause: Cause;
}

export interface YearFigures {
  readonly seed: number;
  readonly metricCount: number;
  readonly dayCount: number;
  readonly outageCount: number;
  readonly foundCount: number;
  readonly foundShare: number;
  readonly foundLaterCount: number;
  readonly falseCount: number;
  readonly falsePer10000MetricDays: number;
  readonly falseAlerts: readonly FalseAlert[];
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

type Tell = (event: EpisodeEvent, atMs: number) => void;

/** Judges a metric's newest sample. */
type Judged = (atMs: number, value: number, tell: Tell) => void;

export function benchYear(options: YearOptions, verdict: "kale" | "skyline"): YearFigures {
  const { seed, serviceCount, dayCount, report } = options;
  const start = verdict === "kale" ? startStream : startVotes;
  const learnedMs = yearStartMs + learnedDays * dayMs;
  const falseAlerts: FalseAlert[] = [];
  let [outageCount, foundCount, foundLaterCount, cpuMicros] = [0, 0, 0, 0];
  for (let service = 0; service < serviceCount; service++) {
    const { outages, metrics } = buildService(seed, service, dayCount);
    const told: Told[] = [];
    for (const metric of metrics) {
      const tell: Tell = ({ change }, atMs) => {
        if (change === "started" && atMs >= learnedMs) told.push({ atMs, metric });
      };
      cpuMicros += replay(metric, dayCount, start(metric.name), tell);
    }
    for (const { atMs, metric } of told) {
      if (metric.outages.some((outage) => isDuring(outage, atMs))) continue;
      const day = Math.round((100 * (atMs - yearStartMs)) / dayMs) / 100;
      falseAlerts.push({ metric: metric.name, day, cause: metric.causeOf(atMs) });
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
      `${verdict}: service ${service + 1} of ${serviceCount}: ${foundCount} of ${outageCount} outages, ${falseAlerts.length} false`,
    );
  }
  const metricCount = serviceCount * metricsPerService;
  const metricDays = metricCount * (dayCount - learnedDays);
  return {
    seed,
    metricCount,
    dayCount,
    outageCount,
    foundCount,
    foundShare: foundCount / outageCount,
    foundLaterCount,
    falseCount: falseAlerts.length,
    falsePer10000MetricDays: (10_000 * falseAlerts.length) / metricDays,
    // Of the nine checks every vote is one: the list would be long.
    falseAlerts: verdict === "kale" ? falseAlerts : [],
    cpuMicrosecondsPerSample: cpuMicros / (metricCount * dayCount * windowRows),
    bytesPerMetric:
      verdict === "kale"
        ? new StreamJudge(new RowWindow(""), new Judge(), streamOptions).bytesPerSeries
        : null,
  };
}

/** The sites of several seeds as one. */
export function sumOfYears(years: readonly YearFigures[]): {
  readonly outageCount: number;
  readonly foundShare: number;
  readonly falseCount: number;
  readonly falsePer10000MetricDays: number;
  readonly falseByCause: Readonly<Record<string, number>>;
} {
  const sum = (of: (year: YearFigures) => number): number =>
    years.reduce((total, year) => total + of(year), 0);
  const falseByCause: Record<string, number> = {};
  for (const { cause } of years.flatMap(({ falseAlerts }) => falseAlerts)) {
    falseByCause[cause] = (falseByCause[cause] ?? 0) + 1;
  }
  const outageCount = sum((year) => year.outageCount);
  const metricDays = sum(({ metricCount, dayCount }) => metricCount * (dayCount - learnedDays));
  const falseCount = sum((year) => year.falseCount);
  return {
    outageCount,
    foundShare: sum(({ foundCount }) => foundCount) / outageCount,
    falseCount,
    falsePer10000MetricDays: (10_000 * falseCount) / metricDays,
    falseByCause,
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

/** @returns the CPU of judging, in microseconds */
function replay(metric: YearMetric, dayCount: number, judge: Judged, tell: Tell): number {
  const values = new Float64Array(windowRows);
  let cpuMicros = 0;
  for (let day = 0; day < dayCount; day++) {
    const startMs = yearStartMs + day * dayMs;
    for (let i = 0; i < windowRows; i++) values[i] = metric.next(startMs + i * minuteMs);
    const before = process.cpuUsage();
    for (let i = 0; i < windowRows; i++) judge(startMs + i * minuteMs, values[i]!, tell);
    const used = process.cpuUsage(before);
    cpuMicros += used.user + used.system;
  }
  return cpuMicros;
}

function startStream(name: string): Judged {
  const window = new RowWindow(name);
  const judge = new StreamJudge(window, new Judge(), streamOptions);
  return (atMs, value, tell) => {
    window.add(atMs, value);
    const event = judge.take(0, atMs, value, atMs);
    if (event !== undefined) tell(event, atMs);
  };
}

function startVotes(name: string): Judged {
  const window = new RowWindow(name);
  const judge = new Judge();
  const tracker = new EpisodeTracker();
  return (atMs, value, tell) => {
    window.add(atMs, value);
    const count = window.copy();
    const { timesMs, values } = window;
    if (judge.decide(timesMs, values, count, atMs) === 1) {
      const verdict = judge.judge(timesMs, values, count, atMs);
      const event = tracker.onAnomalous(name, verdict, timesMs, values, count, atMs);
      if (event !== undefined) tell(event, atMs);
    } else tracker.onCalm(name, "ok", atMs, atMs);
  };
}
