/** What stands under a graph's time axis: the clock, and the day where the day changes. */
import { formatClock, formatDay, type CalendarOptions } from "./calendar.ts";

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
