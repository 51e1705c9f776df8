/** A window that can be searched, near one that cannot because the metric has no samples in part of it. */
import type { Point } from "./columns.ts";
import type { TimeRange } from "./time-range.ts";
import { windowSecondsMin } from "./window-drag.ts";

/**
 * @param points  of the metric, ascending: those in the window, or those up to its end if it has none
 * @returns the part of the window that has samples, or as long a one that ends with the last sample;
 *   undefined where there is nothing to take
 */
export function fittedWindow(window: TimeRange, points: readonly Point[]): TimeRange | undefined {
  const last = points.at(-1)?.[0];
  if (last === undefined) return undefined;
  const first = points.find(([time]) => time >= window.from)?.[0];
  if (first === undefined) {
    const until = Math.ceil(last) + 1;
    return { from: Math.floor(until - (window.until - window.from)), until };
  }
  const from = Math.floor(first);
  const until = Math.min(Math.ceil(last) + 1, Math.ceil(window.until));
  return until - from >= windowSecondsMin ? { from, until } : undefined;
}
