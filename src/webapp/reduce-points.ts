/**
 * Fewer points for a graph, without losing what a person would see: of each bucket of time the
 * lowest and the highest sample, at the times they really had, and the first and last of all.
 *
 *     range   |------------------------------------------|
 *     buckets    |  b  |  b  |  b  |  b  |  b  |  b  |  b     multiples of the bucket's width
 *
 * Buckets begin at multiples of their width since 1970, and the width follows from the length of the
 * range alone. So while the window of a live graph moves on, the points inside it stay the same and
 * nothing flickers; averages or every n-th sample would do neither that nor keep the peaks.
 */
import { assert } from "../base/assert.ts";
import type { SampleColumns, TimeRange } from "../model/index.ts";

/** Fewer could not hold two buckets' extremes and both ends. */
export const pointCountMin = 10;

const dayMs = 86_400_000;

/** Widths that divide an hour or a day, so that few lengths of range share a boundary. */
const bucketWidthsMs = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1_000,
  2_000,
  5_000,
  10_000,
  15_000,
  20_000,
  30_000,
  60_000,
  120_000,
  180_000,
  300_000,
  600_000,
  900_000,
  1_200_000,
  1_800_000,
  3_600_000,
  7_200_000,
  10_800_000,
  21_600_000,
  43_200_000,
  dayMs,
] as const;

/**
 * @param rangeMs  length of the range
 * @returns the smallest of the round widths at which `reducePoints` keeps to `pointCountMax`
 */
export function bucketWidthMs(rangeMs: number, pointCountMax: number): number {
  assert(pointCountMax >= pointCountMin, "room for the extremes of two buckets and both ends");
  // A range of n widths touches n + 1 buckets; two points each, and the two ends.
  const bucketCountMax = Math.floor((pointCountMax - 2) / 2) - 1;
  const neededMs = rangeMs / bucketCountMax;
  const round = bucketWidthsMs.find((widthMs) => widthMs >= neededMs);
  return round ?? Math.ceil(neededMs / dayMs) * dayMs;
}

/**
 * @param samples  ascending times inside the range
 * @returns the same columns where they are few enough, otherwise fresh ones with at most
 *   `pointCountMax` of the samples
 */
export function reducePoints(
  samples: SampleColumns,
  range: TimeRange,
  pointCountMax: number,
): SampleColumns {
  const { timesMs, values } = samples;
  const count = timesMs.length;
  if (count <= pointCountMax) return samples;

  const widthMs = bucketWidthMs(range.untilMs - range.fromMs, pointCountMax);
  const keptTimesMs = new Float64Array(pointCountMax);
  const keptValues = new Float64Array(pointCountMax);
  let kept = 0;
  let start = 0;
  while (start < count) {
    const endMs = (Math.floor((timesMs[start] as number) / widthMs) + 1) * widthMs;
    let lowest = start;
    let highest = start;
    let end = start + 1;
    for (; end < count && (timesMs[end] as number) < endMs; end++) {
      const value = values[end] as number;
      if (value < (values[lowest] as number)) lowest = end;
      if (value > (values[highest] as number)) highest = end;
    }
    const earlier = Math.min(lowest, highest);
    const later = Math.max(lowest, highest);
    if (start === 0 && earlier > 0) keep(0);
    keep(earlier);
    if (later > earlier) keep(later);
    if (end === count && later < count - 1) keep(count - 1);
    start = end;
  }
  return { timesMs: keptTimesMs.slice(0, kept), values: keptValues.slice(0, kept) };

  function keep(index: number): void {
    keptTimesMs[kept] = timesMs[index] as number;
    keptValues[kept] = values[index] as number;
    kept += 1;
  }
}
