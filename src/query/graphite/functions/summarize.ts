/** Functions that sum values up over longer steps. */
import { type Aggregate, aggregateOf, hasEnough } from "../aggregates.ts";
import { timeUnit } from "../at-time.ts";
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError, quoted } from "../errors.ts";
import { derived, type Series, tagged } from "../series.ts";
import { type TimeZone, wallSeconds, wallTime, weekday } from "../../../base/time-zone.ts";
import { define, intervalSuggestions, optional, required, seriesList } from "./define.ts";
import { positiveInterval } from "./intervals.ts";

const intervalString = required("intervalString", "interval", { suggestions: intervalSuggestions });
const func = optional("func", "aggFunc", { default: "sum" });

const summarize = define(
  "summarize",
  "Transform",
  "One value for each interval; intervals lie on whole multiples of their length.",
  [seriesList, intervalString, func, optional("alignToFrom", "boolean", { default: false })],
  (call) => {
    const text = call.text(1);
    const interval = positiveInterval(text);
    const aggregateName = call.text(2);
    const isAligned = call.flag(3);
    return call.each(call.list(), (series) => {
      const { start, end } = series;
      const newStart = isAligned ? start : start - (start % interval);
      const newEnd = isAligned ? end : end - (end % interval) + interval;
      const buckets = summed(call, series, { aggregateName, interval, newStart, newEnd });
      const name = `summarize(${series.name}, "${text}", "${aggregateName}"${isAligned ? ", true" : ""})`;
      const tags = tagged(tagged(series, "summarize", text), "summarizeFunction", aggregateName);
      return derived(tags, {
        name,
        values: buckets.values,
        start: newStart,
        end: isAligned ? buckets.end : newEnd,
        step: interval,
      });
    });
  },
);

interface Buckets {
  readonly aggregateName: string;
  readonly interval: number;
  readonly newStart: number;
  readonly newEnd: number;
}

function summed(
  call: Call,
  series: Series,
  { aggregateName, interval, newStart, newEnd }: Buckets,
): { readonly values: Float64Array; readonly end: number } {
  const aggregate: Aggregate = aggregateOf(aggregateName);
  const { start, end, step, values, xFilesFactor } = series;
  const pointCount = Math.min(values.length, Math.max(0, Math.ceil((end - start) / step)));
  const bucketCount = Math.max(0, Math.ceil((newEnd - newStart) / interval));
  call.takePoints(bucketCount);
  const result = new Float64Array(bucketCount);
  let at = 0;
  for (let bucket = 0; bucket < bucketCount; bucket++) {
    const from = newStart + bucket * interval;
    let first = at;
    let present = 0;
    for (; at < pointCount && start + at * step < from + interval; at++) {
      const time = start + at * step;
      if (time <= from) first = at;
      if (time >= from && !Number.isNaN(values[at])) present += 1;
    }
    result[bucket] = hasEnough(present, interval / step, xFilesFactor)
      ? aggregate(values.subarray(first, at))
      : NaN;
  }
  return { values: result, end: newStart + bucketCount * interval };
}

const smartSummarize = define(
  "smartSummarize",
  "Transform",
  "One value for each interval; intervals begin with the request, or with the unit given.",
  [
    seriesList,
    intervalString,
    func,
    optional("alignTo", "string", {
      options: [
        null,
        "years",
        "months",
        "weeks",
        "days",
        "hours",
        "minutes",
        "seconds",
        true,
        false,
      ],
    }),
  ],
  async (call) => {
    const text = call.text(1);
    const interval = positiveInterval(text);
    const aggregateName = call.text(2);
    const given = call.optionalText(3);
    // Older dashboards say true or false here, which means nothing any more.
    const alignTo = given === "True" || given === "False" ? undefined : given;
    const list =
      alignTo === undefined
        ? call.list()
        : await call.evaluator.again(call.scopeAt({ fromSeconds: alignedStart(call, alignTo) }));
    return await call.each(list, (series) => {
      const { start: newStart, end: newEnd } = series;
      const { values, end } = summed(call, series, { aggregateName, interval, newStart, newEnd });
      const tags = tagged(
        tagged(series, "smartSummarize", text),
        "smartSummarizeFunction",
        aggregateName,
      );
      const name = `smartSummarize(${series.name}, "${text}", "${aggregateName}")`;
      return derived(tags, { name, values, end, step: interval });
    });
  },
);

/** @param text  a unit; "weeks3" begins on Wednesday, "weeks" on Monday */
function alignedStart(call: Call, text: string): number {
  const { zone } = call.evaluator;
  const wall = zone.toWall(call.scope.fromSeconds);
  const unit = timeUnit(text);
  const time = wallTime(wall);
  const day = { ...time, hour: 0, minute: 0, second: 0 };
  switch (unit) {
    case "years":
      return zone.fromWall(wallSeconds({ ...day, month: 1, day: 1 }));
    case "months":
      return zone.fromWall(wallSeconds({ ...day, day: 1 }));
    case "weeks": {
      const wanted = /\d$/.test(text) ? Number(text.slice(-1)) : 1;
      const back = (weekday(wall) - (wanted % 7) + 7) % 7;
      return zone.fromWall(wallSeconds(day) - back * 86_400);
    }
    case "days":
    case "hours":
    case "minutes":
    case "seconds":
      return startOf(zone, call.scope.fromSeconds, unit);
    case undefined:
      throw new GraphiteError("bad-argument", `${quoted(text)} is no unit to align to.`);
  }
}

function startOf(
  zone: TimeZone,
  seconds: number,
  unit: "days" | "hours" | "minutes" | "seconds",
): number {
  const time = wallTime(zone.toWall(seconds));
  if (unit === "days")
    return zone.fromWall(wallSeconds({ ...time, hour: 0, minute: 0, second: 0 }));
  if (unit === "hours") return zone.fromWall(wallSeconds({ ...time, minute: 0, second: 0 }));
  if (unit === "minutes") return zone.fromWall(wallSeconds({ ...time, second: 0 }));
  return seconds;
}

const hitcount = define(
  "hitcount",
  "Transform",
  "Rates per second become numbers of hits in each interval.",
  [seriesList, intervalString, optional("alignToInterval", "boolean", { default: false })],
  async (call) => {
    const text = call.text(1);
    const interval = positiveInterval(text);
    const isAligned = call.flag(2);
    const list = isAligned ? await alignedList(call, interval) : call.list();
    return await call.each(list, (series) => {
      const { values, start } = hits(call, series, interval);
      const name = `hitcount(${series.name}, "${text}"${isAligned ? ", true" : ""})`;
      return derived(tagged(series, "hitcount", text), { name, values, start, step: interval });
    });
  },
);

async function alignedList(call: Call, interval: number): Promise<Series[]> {
  const unit =
    interval >= 86_400
      ? "days"
      : interval >= 3600
        ? "hours"
        : interval >= 60
          ? "minutes"
          : "seconds";
  const fromSeconds = startOf(call.evaluator.zone, call.scope.fromSeconds, unit);
  const list = await call.evaluator.again(call.scopeAt({ fromSeconds }));
  return list.map((series) => {
    const { start, end } = series;
    return { ...series, end: start + Math.floor((end - start) / interval) * interval + interval };
  });
}

/** A step that lies in two intervals counts in both by its share. Intervals end with the series. */
function hits(
  call: Call,
  series: Series,
  interval: number,
): { readonly values: Float64Array; readonly start: number } {
  const { start, end, values } = series;
  const step = Math.trunc(series.step);
  const bucketCount = Math.max(0, Math.ceil((end - start) / interval));
  call.takePoints(bucketCount);
  const newStart = Math.trunc(end - bucketCount * interval);
  const totals = new Float64Array(bucketCount);
  const isFilled = new Uint8Array(bucketCount);
  function add(bucket: number, hitCount: number): void {
    if (bucket < 0 || bucket >= bucketCount) return;
    totals[bucket]! += hitCount;
    isFilled[bucket] = 1;
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const from = Math.trunc(start + i * step) - newStart;
    const firstBucket = Math.floor(from / interval);
    const firstRest = from - firstBucket * interval;
    let lastBucket = Math.floor((from + step) / interval);
    let lastRest = from + step - lastBucket * interval;
    if (lastBucket >= bucketCount) {
      lastBucket = bucketCount - 1;
      lastRest = interval;
    }
    if (firstBucket === lastBucket) add(firstBucket, value * (lastRest - firstRest));
    else {
      add(firstBucket, value * (interval - firstRest));
      for (let bucket = firstBucket + 1; bucket < lastBucket; bucket++)
        add(bucket, value * interval);
      if (lastRest > 0) add(lastBucket, value * lastRest);
    }
  }
  return { values: totals.map((total, i) => (isFilled[i] === 1 ? total : NaN)), start: newStart };
}

export const summarizeFunctions: readonly GraphiteFunction[] = [
  summarize,
  smartSummarize,
  hitcount,
];
