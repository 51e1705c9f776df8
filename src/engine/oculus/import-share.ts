/**
 * What one process imports of series that several share, and when.
 *
 * Shapes can only be compared over one window, so all processes import the same ones, by the clock
 * alone: windows end at whole multiples of the import interval (in whole minutes), and are imported
 * a little later, when what others took in has come to whom it belongs. A partition is imported where
 * it was held already when the window ended: the shards' tables of that window were filled later, so
 * that none of its series is missing there.
 */
import { partitionCount, type ShapeWindow } from "../../model/index.ts";

const minuteMs = 60_000;
/** Samples reach the store and from there their judge by then. */
const settleMs = 20_000;

export interface ImportShare {
  /** A word for this process in the names of its indexes: small letters and digits. */
  readonly owner: string;
  /** The partitions whose series the shards have all held since before that time. */
  partitionsSince(timeMs: number): readonly number[];
}

/** Of a process that has all series to itself. */
export const wholeShare: ImportShare = {
  owner: "",
  partitionsSince: () => Array.from({ length: partitionCount }, (_, partition) => partition),
};

/** The window that all processes import now. @param newest  gives its length */
export function sharedWindow(nowMs: number, intervalMs: number, newest: ShapeWindow): ShapeWindow {
  const { range, pointCount } = newest;
  const dueMs = Math.floor((nowMs - settleMs) / intervalMs) * intervalMs;
  const untilMs = Math.floor(dueMs / minuteMs) * minuteMs;
  return { range: { fromMs: untilMs - (range.untilMs - range.fromMs), untilMs }, pointCount };
}

/** Until the next window is due, in ms; above 0. */
export function restUntilDueMs(nowMs: number, intervalMs: number): number {
  const sinceMs = (nowMs - settleMs) % intervalMs;
  return intervalMs - sinceMs;
}
