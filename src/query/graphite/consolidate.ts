/**
 * Several values of a series become one: where series of different steps meet, and where more points
 * would be sent than a picture is wide.
 *
 * For maxDataPoints the buckets lie on whole multiples of their length since 1970, whatever moment the
 * request began at, so that a graph that is drawn again every few seconds keeps its shape: only the
 * first and last bucket change. What lies before the first whole bucket is left out. A bucket's values begin
 * one step before its time, as graphite-web's do.
 *
 * Source: graphite-web 1.1.8 at work (its renderViewJson and TimeSeries.consolidate).
 */
import { assert } from "../../base/assert.ts";
import { GraphiteError, quoted } from "./errors.ts";
import { type ConsolidationName, consolidationNames, type Series } from "./series.ts";

/** @throws GraphiteError  "bad-argument" */
export function consolidationOf(name: string): ConsolidationName {
  const found = consolidationNames.find((known) => known === name);
  if (found !== undefined) return found;
  const known = consolidationNames.join(", ");
  throw new GraphiteError(
    "bad-argument",
    `There is no consolidation ${quoted(name)}; known are ${known}.`,
  );
}

/**
 * Every `count` values become one; the last bucket may have fewer, and is measured like a full one.
 * @returns the series' own values where `count` is 1
 */
export function consolidated(series: Series, count: number): Float64Array {
  assert(count >= 1, "a bucket holds at least one value");
  if (count === 1) return series.values;
  const { values, consolidation, xFilesFactor } = series;
  const result = new Float64Array(Math.ceil(values.length / count));
  for (let bucket = 0; bucket < result.length; bucket++) {
    const from = bucket * count;
    const until = Math.min(values.length, from + count);
    result[bucket] = bucketValue(values, from, until, count, consolidation, xFilesFactor);
  }
  return result;
}

function bucketValue(
  values: Float64Array,
  from: number,
  until: number,
  count: number,
  consolidation: ConsolidationName,
  xFilesFactor: number,
): number {
  let present = 0;
  let total = 0;
  let first = NaN;
  let last = NaN;
  let least = Infinity;
  let most = -Infinity;
  for (let i = from; i < until; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    if (present === 0) first = value;
    present += 1;
    total += value;
    last = value;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (present === 0 || present / count < xFilesFactor) return NaN;
  switch (consolidation) {
    case "sum":
      return total;
    case "average":
    case "avg":
      return total / present;
    case "avg_zero":
      return total / (until - from);
    case "min":
      return least;
    case "max":
      return most;
    case "first":
      return first;
    case "last":
      return last;
  }
}

/** Points as they are sent: value i at start + i * step. */
export interface Points {
  readonly start: number;
  readonly step: number;
  readonly values: Float64Array;
}

/** @param secondsTotal  of all series that are sent together, so that they stay comparable */
export function pointsWithin(
  series: Series,
  maxDataPoints: number | undefined,
  secondsTotal: number,
): Points {
  const { start, end, step, values } = series;
  if (maxDataPoints === undefined || maxDataPoints === 0) return cut(series, start, step, values);
  if (maxDataPoints === 1) {
    const count = Math.max(1, values.length);
    return cut(series, start, step * count, consolidated(series, count));
  }
  const count = secondsTotal / step;
  if (maxDataPoints >= count) return cut(series, start, step, values);
  const valuesPerPoint = Math.ceil(count / maxDataPoints);
  const secondsPerPoint = Math.trunc(valuesPerPoint * step);
  const nudge = secondsPerPoint + (start % step) - (start % secondsPerPoint);
  const lostCount = Math.max(0, Math.trunc(nudge / step) - 1);
  const rest: Series = { ...series, start: start + nudge, end, values: values.subarray(lostCount) };
  return cut(rest, rest.start, secondsPerPoint, consolidated(rest, valuesPerPoint));
}

/** A point at the very end of a series counts still; what lies behind it does not. */
function cut(series: Series, start: number, step: number, values: Float64Array): Points {
  const wholeStep = Math.max(1, Math.trunc(step));
  const count = Math.max(0, Math.ceil((Math.trunc(series.end) + 1 - start) / wholeStep));
  return { start, step: wholeStep, values: values.subarray(0, count) };
}
