/**
 * Downsampling: one value of a series for each step of time, at the step's beginning.
 *
 *     specification   interval "-" aggregator [ "-" fill ]
 *     interval        duration      steps since 1970-01-01 UTC
 *                   | duration "c"  steps of the calendar in the query's time zone
 *                   | "0all"        all of the range as one, at its beginning
 *     fill            none, nan, null, zero: what stands where a step has no sample
 *
 * Source: opentsdb.net, "User Guide: downsampling" (2.4). Only steps that begin within the range are
 * given, each over all of its samples, those after the range's end too: so a graph that is asked for
 * again a little later has the same values at the same times.
 *
 * Calendar steps of days and less begin at midnight or count from it; weeks begin on Sunday; several
 * days or months count from the first of January, several weeks and years from 1970. Deviation:
 * OpenTSDB counts 23 minutes from 1970; here they count from midnight, like 30.
 */
import { assert } from "../../base/assert.ts";
import type { SampleColumns } from "../../model/index.ts";
import { type Aggregator, aggregatorOf, hasValue, noAggregator } from "./aggregators.ts";
import { type FaultKeeper, quoted } from "./fault-keeper.ts";
import { dateOfDay, dayOfDate, type TimeZone } from "./local-time.ts";
import { parseDuration } from "./times.ts";

export type Fill = "none" | "nan" | "null" | "zero";

export type StepInterval =
  | { readonly kind: "fixed"; readonly stepMs: number }
  | { readonly kind: "all" }
  | {
      readonly kind: "calendar";
      readonly count: number;
      readonly unit: string;
      readonly unitMs: number;
    };

export interface Downsample {
  /** As it was asked for. */
  readonly text: string;
  readonly interval: StepInterval;
  readonly aggregator: Aggregator;
  readonly fill: Fill;
}

/** Steps of one query. */
export const stepCountMax = 100_000;

const fills: readonly Fill[] = ["none", "nan", "null", "zero"];

/** @param usesCalendar  whether every interval is meant as one of the calendar */
export function parseDownsample(
  text: string,
  usesCalendar: boolean,
  faults: FaultKeeper,
): Downsample | undefined {
  const [intervalText = "", name, fillText = "none", ...rest] = text.split("-");
  if (name === undefined || rest.length > 0) {
    faults.keep(
      `Invalid downsampling specifier ${quoted(text)}: it has the form interval-function[-fill], e.g. 1m-avg-nan.`,
    );
    return undefined;
  }
  const aggregator = aggregatorOf(name);
  const fill = fills.find((each) => each === fillText.toLowerCase());
  const interval = parseInterval(intervalText, usesCalendar);
  if (interval === undefined) {
    faults.keep(`Invalid downsampling interval ${quoted(intervalText)}; e.g. 10s, 1h, 1dc, 0all.`);
  }
  if (aggregator === undefined || name === noAggregator) {
    faults.keep(`No such downsampling function: ${quoted(name)}.`);
  }
  if (fill === undefined) {
    faults.keep(`No such fill policy: ${quoted(fillText)}; there are ${fills.join(", ")}.`);
  }
  if (interval === undefined || aggregator === undefined || fill === undefined) return undefined;
  return { text, interval, aggregator, fill };
}

function parseInterval(text: string, usesCalendar: boolean): StepInterval | undefined {
  if (/^\d{0,9}all$/i.test(text)) return { kind: "all" };
  const isCalendar = /c$/i.test(text);
  const duration = parseDuration(isCalendar ? text.slice(0, -1) : text);
  if (duration === undefined) return undefined;
  if (!isCalendar && !usesCalendar) return { kind: "fixed", stepMs: duration.lengthMs };
  const { count, unit, lengthMs } = duration;
  return { kind: "calendar", count, unit, unitMs: lengthMs / count };
}

/** Step i lasts from edges[i] to edges[i + 1]; there may be none. */
export type StepEdges = Float64Array;

export interface EdgeRange {
  readonly startMs: number;
  /** Belongs to it. */
  readonly endMs: number;
  readonly timeZone: TimeZone;
}

/** The steps that begin within the range; a fault where there are too many. */
export function edgesOf(
  interval: StepInterval,
  { startMs, endMs, timeZone }: EdgeRange,
  faults: FaultKeeper,
): StepEdges {
  if (interval.kind === "all") return Float64Array.of(startMs, endMs);
  const edges: number[] = [];
  for (const edgeMs of stepBegins(interval, startMs, timeZone)) {
    if (edgeMs >= startMs) edges.push(edgeMs);
    if (edgeMs > endMs) break;
    if (edges.length > stepCountMax) {
      faults.keep(`The range has more than ${stepCountMax} steps; take a longer interval.`);
      break;
    }
  }
  return Float64Array.from(edges);
}

/** Ascending, from one at or before the start or soon after it on; without end. */
function stepBegins(
  interval: Exclude<StepInterval, { readonly kind: "all" }>,
  startMs: number,
  timeZone: TimeZone,
): Generator<number, never> {
  return interval.kind === "fixed"
    ? fixedEdges(interval.stepMs, startMs)
    : calendarEdges(interval, startMs, timeZone);
}

function* fixedEdges(stepMs: number, startMs: number): Generator<number, never> {
  for (let edgeMs = Math.ceil(startMs / stepMs) * stepMs; ; edgeMs += stepMs) yield edgeMs;
}

function* calendarEdges(
  { count, unit, unitMs }: StepInterval & { readonly kind: "calendar" },
  startMs: number,
  timeZone: TimeZone,
): Generator<number, never> {
  const isPartOfDay = unit === "ms" || unit === "s" || unit === "m" || unit === "h";
  let day = timeZone.dayAt(startMs);
  if (!isPartOfDay) day = firstDayOf(day, count, unit);
  for (;;) {
    const nextDay = isPartOfDay ? day + 1 : nextFirstDay(day, count, unit);
    const fromMs = timeZone.timeOf(day);
    const untilMs = timeZone.timeOf(nextDay);
    const stepMs = isPartOfDay ? count * unitMs : untilMs - fromMs;
    // Of a day only what may be in range; a day of milliseconds is long.
    const skipped = Math.max(0, Math.floor((startMs - fromMs) / stepMs));
    for (let edgeMs = fromMs + skipped * stepMs; edgeMs < untilMs; edgeMs += stepMs) yield edgeMs;
    day = nextDay;
  }
}

/** The first day of the step that the day lies in. */
function firstDayOf(day: number, count: number, unit: string): number {
  const { year, month } = dateOfDay(day);
  switch (unit) {
    case "d": {
      if (count === 1) return day;
      const newYear = dayOfDate({ year, month: 1, day: 1 });
      return newYear + Math.floor((day - newYear) / count) * count;
    }
    case "w":
      return firstSunday + Math.floor((day - firstSunday) / (7 * count)) * 7 * count;
    case "n":
      return dayOfDate({ year, month: Math.floor((month - 1) / count) * count + 1, day: 1 });
    default:
      assert(unit === "y", "steps of the calendar are days, weeks, months, years or parts of days");
      return dayOfDate({
        year: 1970 + Math.floor((year - 1970) / count) * count,
        month: 1,
        day: 1,
      });
  }
}

function nextFirstDay(first: number, count: number, unit: string): number {
  const { year, month } = dateOfDay(first);
  const newYear = dayOfDate({ year: year + 1, month: 1, day: 1 });
  if (unit === "d") return count === 1 ? first + 1 : Math.min(first + count, newYear);
  if (unit === "w") return first + 7 * count;
  if (unit === "y") return dayOfDate({ year: year + count, month: 1, day: 1 });
  return month + count > 12 ? newYear : dayOfDate({ year, month: month + count, day: 1 });
}

/** 1970-01-04 */
const firstSunday = 3;

/**
 * @param columns  samples of at least the time that the edges span
 * @param endMs    steps that begin there or later are not filled
 * @returns one sample for each step that has some or is filled; NaN where it is filled by nan or null
 */
export function downsample(
  { timesMs, values }: SampleColumns,
  { aggregator, fill }: Pick<Downsample, "aggregator" | "fill">,
  edges: StepEdges,
  endMs: number,
): SampleColumns {
  const stepCount = Math.max(0, edges.length - 1);
  const stepTimesMs = new Float64Array(stepCount);
  const stepValues = new Float64Array(stepCount);
  let written = 0;
  let at = lowerBound(timesMs, edges[0] ?? 0);
  for (let step = 0; step < stepCount; step++) {
    const stepMs = edges[step] ?? 0;
    const untilMs = edges[step + 1] ?? 0;
    const from = at;
    while (at < timesMs.length && (timesMs[at] ?? 0) < untilMs) at += 1;
    const isEmpty = !hasValue(values, from, at);
    if (isEmpty && (fill === "none" || stepMs >= endMs)) continue;
    stepTimesMs[written] = stepMs;
    stepValues[written++] = isEmpty ? fillValue(fill) : aggregator.run(values, from, at);
  }
  return { timesMs: stepTimesMs.slice(0, written), values: stepValues.slice(0, written) };
}

export function fillValue(fill: Fill): number {
  return fill === "zero" ? 0 : NaN;
}

function lowerBound(timesMs: Float64Array, wantedMs: number): number {
  let low = 0;
  let high = timesMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesMs[middle] ?? 0) < wantedMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
