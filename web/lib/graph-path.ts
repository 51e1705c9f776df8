/** Lines of points as SVG paths on one scale, broken where the sender was silent. */
import { usualStep, type Point } from "./columns.ts";
import { formatTicks } from "./format.ts";

export interface GraphFrame {
  readonly width: number;
  readonly height: number;
  /** Unix seconds at the left and the right edge. */
  readonly from: number;
  readonly until: number;
  readonly low: number;
  readonly high: number;
}

/** A pause longer than this many usual steps is a gap. */
const gapStepCount = 6;
/** Room for half a line's width at the top and the bottom. */
const insetPx = 3;

/** The lowest and highest value of all lines; 0 and 1 without any. */
export function extentOf(lines: readonly (readonly Point[])[]): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const line of lines) {
    for (const [, value] of line) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low > high ? { low: 0, high: 1 } : { low, high };
}

/** The highest and the lowest value as they stand beside a graph: short, in one unit. */
export function scaleLabels({ low, high }: { readonly low: number; readonly high: number }): {
  readonly low: string;
  readonly high: string;
} {
  const span = high - low;
  // About three digits of what tells both apart, whatever they have in common before it.
  const increment = span === 0 ? Math.abs(high) / 1000 : 10 ** (Math.floor(Math.log10(span)) - 2);
  const [lowText = "", highText = ""] = formatTicks([low, high], increment || 1);
  return { low: lowText, high: highText };
}

export function linePath(points: readonly Point[], frame: GraphFrame): string {
  const gapSeconds = usualStep(points) * gapStepCount;
  let path = "";
  let before: number | undefined;
  for (const [time, value] of points) {
    if (time < frame.from || time > frame.until) continue;
    const isGap = before === undefined || (gapSeconds > 0 && time - before > gapSeconds);
    path += `${isGap ? "M" : "L"}${round(xOf(time, frame))},${round(yOf(value, frame))}`;
    before = time;
  }
  return path;
}

export function xOf(time: number, { from, until, width }: GraphFrame): number {
  return ((time - from) / (until - from)) * width;
}

export function yOf(value: number, { low, high, height }: GraphFrame): number {
  if (high === low) return height / 2;
  return height - insetPx - ((value - low) / (high - low)) * (height - 2 * insetPx);
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}
