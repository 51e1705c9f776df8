/** What stands under a graph's time axis: the clock, and the day where the day changes. */
import { formatClock, formatDay, type CalendarOptions } from "./calendar.ts";
import type { TimeRange } from "./time-range.ts";

export interface TimeTicks {
  readonly times: readonly number[];
  readonly stepSeconds: number;
}

const stepChoices = [
  1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800,
  604_800, 1_209_600, 2_592_000,
];

/**
 * Round times within a range, at most about `countMax` of them.
 *
 * @param zoneSeconds  how far the reader's clock is ahead of UTC, so that days begin at their midnight
 */
export function timeTicks(
  { from, until }: TimeRange,
  countMax: number,
  zoneSeconds: number,
): TimeTicks {
  const wanted = (until - from) / Math.max(1, countMax);
  const stepSeconds = stepChoices.find((step) => step >= wanted) ?? 31_536_000;
  const times: number[] = [];
  const first = Math.ceil((from + zoneSeconds) / stepSeconds) * stepSeconds - zoneSeconds;
  for (let time = first; time <= until; time += stepSeconds) times.push(time);
  return { times, stepSeconds };
}

/**
 * @param splits           tick positions in Unix seconds, ascending, none missing
 * @param incrementSeconds distance between two ticks
 */
export function timeTickLabels(
  splits: readonly number[],
  incrementSeconds: number,
  options: CalendarOptions = {},
): string[] {
  const withSeconds = incrementSeconds < 60;
  return splits.map((split, i) => {
    const day = formatDay(split, options);
    if (incrementSeconds >= 86_400) return day;
    const clock = formatClock(split, { ...options, withSeconds });
    const before = splits[i - 1];
    const isNewDay = before !== undefined && formatDay(before, options) !== day;
    return isNewDay ? day : clock;
  });
}
