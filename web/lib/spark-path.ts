/** A sparkline as two SVG paths: the calm part, and the odd part drawn over its end. */
import type { Point } from "./columns.ts";

export interface SparkPaths {
  readonly calm: string;
  readonly odd: string;
  /** Where the line ends, for a dot; null without points. */
  readonly end: readonly [x: number, y: number] | null;
}

/**
 * @param oddFrom   Unix seconds from which points are odd; null for none
 * @param oddUntil  up to which; null while it goes on
 */
export function sparkPaths(
  points: readonly Point[],
  {
    width,
    height,
    from,
    until,
    oddFrom,
    oddUntil,
  }: {
    readonly width: number;
    readonly height: number;
    readonly from: number;
    readonly until: number;
    readonly oddFrom: number | null;
    readonly oddUntil: number | null;
  },
): SparkPaths {
  let low = Infinity;
  let high = -Infinity;
  for (const [, value] of points) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const inset = 2;
  const span = high - low;
  const x = (time: number): number =>
    ((time - from) / (until - from)) * (width - 2 * inset) + inset;
  const y = (value: number): number =>
    span === 0 ? height / 2 : height - inset - ((value - low) / span) * (height - 2 * inset);

  let calm = "";
  let odd = "";
  let before: string | null = null;
  let end: readonly [number, number] | null = null;
  let wasOdd = false;
  for (const [time, value] of points) {
    if (time < from || time > until) continue;
    end = [round(x(time)), round(y(value))];
    const at = `${end[0]},${end[1]}`;
    const isOdd = oddFrom !== null && time >= oddFrom && (oddUntil === null || time <= oddUntil);
    // A part begins where the other ended, so that the line has no hole.
    const start = before === null || wasOdd === isOdd ? null : before;
    const step = before === null ? `M${at}` : start === null ? `L${at}` : `M${start}L${at}`;
    if (isOdd) odd += step;
    else calm += step;
    before = at;
    wasOdd = isOdd;
  }
  return { calm, odd, end };
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}
