/**
 * How a metric moved as its anomaly began, and whether two moved alike. Pure.
 *
 * A shape is the metric at each whole minute from a quarter of an hour before to a quarter of an hour after
 * the beginning; a later look changes nothing any more, so what was one incident stays one. Two are alike
 * where their correlation over the minutes that both have is at least 0.6, either way up: of z-normalised
 * stretches the same as a Euclidean distance² of at most 0.8 per minute (Oculus' measure).
 */
import type { Episode } from "./episode.ts";
import type { SampleColumns, TimeRange } from "./samples.ts";

const minuteMs = 60_000;
const reachMinutes = 15;
const correlationMin = 0.6;
const pairCountMin = 10;
/** A value holds for so long where samples are rarer than minutes. */
const holdMinutes = 10;

export interface OnsetShape {
  /** Minutes since 1970 of the first value. */
  readonly firstMinute: number;
  /** NaN where nothing is known. */
  readonly values: Float64Array;
}

/** The samples an anomaly's shape is made of. */
export function onsetRange({ startedMs }: Pick<Episode, "startedMs">): TimeRange {
  const minute = Math.floor(startedMs / minuteMs);
  return {
    fromMs: (minute - reachMinutes) * minuteMs,
    untilMs: (minute + reachMinutes) * minuteMs,
  };
}

/** @param samples  of `onsetRange`, or more */
export function onsetShapeOf(
  episode: Pick<Episode, "startedMs">,
  { timesMs, values }: SampleColumns,
): OnsetShape {
  const firstMinute = onsetRange(episode).fromMs / minuteMs;
  const shape = new Float64Array(2 * reachMinutes).fill(Number.NaN);
  for (const [i, timeMs] of timesMs.entries()) {
    const at = Math.floor(timeMs / minuteMs) - firstMinute;
    if (at >= 0 && at < shape.length) shape[at] = values[i] ?? Number.NaN;
  }
  const known = shape.findLastIndex(Number.isFinite);
  let heldFor = 0;
  for (let i = 1; i < known; i++) {
    heldFor = Number.isNaN(shape[i] ?? Number.NaN) ? heldFor + 1 : 0;
    if (heldFor > 0 && heldFor < holdMinutes) shape[i] = shape[i - 1] ?? Number.NaN;
  }
  return { firstMinute, values: shape };
}

/** @returns undefined where too little is known of them together */
export function areAlike(a: OnsetShape, b: OnsetShape): boolean | undefined {
  const shift = b.firstMinute - a.firstMinute;
  let [count, sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0, 0];
  // From a first value on, so that a small movement of a large number is not lost.
  let [originA, originB] = [0, 0];
  for (let i = Math.max(0, shift); i < a.values.length && i - shift < b.values.length; i++) {
    const valueA = a.values[i] ?? Number.NaN;
    const valueB = b.values[i - shift] ?? Number.NaN;
    if (Number.isNaN(valueA) || Number.isNaN(valueB)) continue;
    if (count === 0) [originA, originB] = [valueA, valueB];
    const [x, y] = [valueA - originA, valueB - originB];
    count += 1;
    sumA += x;
    sumB += y;
    sumAA += x * x;
    sumBB += y * y;
    sumAB += x * y;
  }
  if (count < pairCountMin) return undefined;
  const varianceA = sumAA - (sumA * sumA) / count;
  const varianceB = sumBB - (sumB * sumB) / count;
  if (!(varianceA > 0 && varianceB > 0)) return undefined;
  const correlation = (sumAB - (sumA * sumB) / count) / Math.sqrt(varianceA * varianceB);
  return Math.abs(correlation) >= correlationMin;
}
