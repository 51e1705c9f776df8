/** What a graph says of a moment and of itself, in words. */
import { formatMoment } from "./calendar.ts";
import { pointNear, usualStep, type Point } from "./columns.ts";
import { formatValue } from "./format.ts";
import { secondsPerDay, type TimeRange } from "./time-range.ts";

export interface ReadLine {
  readonly label: string;
  readonly points: readonly Point[];
}

/** The point of the line that a cursor at `time` means. */
export function pointAt(
  points: readonly Point[],
  time: number,
  range: TimeRange,
): Point | undefined {
  return pointNear(points, time, Math.max(usualStep(points) * 2, (range.until - range.from) / 100));
}

/** "14:12:40 · 396" and, where a former day is shown too, its values. The first line leads. */
export function readoutAt(
  time: number,
  lines: readonly ReadLine[],
  { range, now }: { readonly range: TimeRange; readonly now: number },
): string {
  const nearest = pointAt(lines[0]?.points ?? [], time, range);
  const at = nearest?.[0] ?? time;
  const withSeconds = range.until - range.from <= 2 * secondsPerDay;
  const others = lines.slice(1).flatMap(({ label, points }) => {
    const point = pointAt(points, at, range);
    return point === undefined ? [] : [`${label} ${formatValue(point[1])}`];
  });
  const when = formatMoment(at, now, { withSeconds });
  return [when, nearest === undefined ? "no data" : formatValue(nearest[1]), ...others].join(" · ");
}

export function summaryOf(points: readonly Point[]): string {
  const last = points.at(-1);
  if (last === undefined) return "no data.";
  let [low, high] = [Infinity, -Infinity];
  for (const [, value] of points) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return `between ${formatValue(low)} and ${formatValue(high)}, last ${formatValue(last[1])}.`;
}
