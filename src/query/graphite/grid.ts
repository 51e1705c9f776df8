/**
 * How Kale's samples, which come at any time, are brought on Graphite's grid.
 *
 * 1. **Step.** The lower median of the gaps between neighbouring samples, in whole seconds, at least
 *    one; within a tenth of a usual step (1, 2, 5, 10, 15, 20, 30 s, 1, 2, 5, ... min) it is that one. So
 *    neither jitter nor missing samples nor a burst change the step, as long as most gaps are alike.
 * 2. **Slots** lie on whole multiples of the step since 1970, as in a Whisper file. A sample belongs to the
 *    slot that it falls into; of several in one slot the last counts; a slot without a sample is null.
 * 3. **Range**, as Whisper's: the first slot is the one after `from`, the last one holds `until`, or now
 *    where `until` lies in the future.
 */
import type { SampleColumns } from "../../model/index.ts";

/** Where the samples do not tell: fewer than two of them. */
export const fallbackStep = 60;

const usualSteps = [
  1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 21_600,
  43_200, 86_400,
];

/** @returns seconds; undefined where there are fewer than two samples */
export function inferStep(timesMs: Float64Array): number | undefined {
  const gapCount = timesMs.length - 1;
  if (gapCount < 1) return undefined;
  const gaps = new Float64Array(gapCount);
  for (let i = 0; i < gapCount; i++) gaps[i] = timesMs[i + 1]! - timesMs[i]!;
  const typical = lowerMedian(gaps) / 1000;
  const usual = usualSteps.find((step) => Math.abs(typical - step) <= step / 10);
  return usual ?? Math.max(1, Math.round(typical));
}

/** Most series have one gap only, or nearly: that needs no sorting. */
function lowerMedian(gaps: Float64Array): number {
  const wanted = (gaps.length - 1) >> 1;
  const guess = gaps[wanted]!;
  let below = 0;
  let equal = 0;
  for (let i = 0; i < gaps.length; i++) {
    if (gaps[i]! < guess) below += 1;
    else if (gaps[i] === guess) equal += 1;
  }
  if (below <= wanted && wanted < below + equal) return guess;
  return gaps.sort()[wanted]!;
}

export interface Grid {
  /** Unix seconds; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

export interface GridRange {
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  readonly nowSeconds: number;
}

/** @returns undefined where the range begins after now */
export function gridOf(range: GridRange, step: number): Grid | undefined {
  const { fromSeconds, untilSeconds, nowSeconds } = range;
  if (fromSeconds > nowSeconds) return undefined;
  const until = Math.min(untilSeconds, nowSeconds);
  const start = fromSeconds - (fromSeconds % step) + step;
  const end = until - (until % step) + step;
  return { start, end: end === start ? end + step : end, step };
}

export function slotCount({ start, end, step }: Grid): number {
  return Math.max(0, Math.round((end - start) / step));
}

/** Values of the grid's slots; NaN where no sample fell into one. */
export function fillGrid(grid: Grid, { timesMs, values }: SampleColumns): Float64Array {
  const filled = new Float64Array(slotCount(grid)).fill(NaN);
  const startMs = grid.start * 1000;
  const stepMs = grid.step * 1000;
  for (let i = 0; i < timesMs.length; i++) {
    const slot = Math.floor((timesMs[i]! - startMs) / stepMs);
    if (slot >= 0 && slot < filled.length && !Number.isNaN(values[i])) filled[slot] = values[i]!;
  }
  return filled;
}
