/**
 * The window of a search on the graph of its query: how it is moved and resized, and how much of the
 * graph around it is shown. That stays as it is while the window fits well into it, so that the
 * graph does not slide away under the hand that moves the window.
 */
import type { TimeRange } from "./time-range.ts";

export type WindowPart = "start" | "end" | "whole";

/** Shorter than this there is no shape. */
export const windowSecondsMin = 60;

/** How many of its own lengths are shown before a window. */
const lengthsBefore = 2;
const lengthsAfter = 0.5;
/** A window of less or more of what is shown than this is shown anew. */
const shareMin = 0.12;
const shareMax = 0.85;

/** @param before  what is shown now; undefined at first */
export function surroundingsOf(
  window: TimeRange,
  before: TimeRange | undefined,
  now: number,
): TimeRange {
  const length = window.until - window.from;
  if (before !== undefined) {
    const share = length / (before.until - before.from);
    const isInside = window.from >= before.from && window.until <= before.until;
    if (isInside && share >= shareMin && share <= shareMax) return before;
  }
  const until = Math.max(window.until, Math.min(window.until + length * lengthsAfter, now));
  return { from: Math.floor(window.from - length * lengthsBefore), until: Math.ceil(until) };
}

/** @param bySeconds  later if positive */
export function draggedWindow(
  window: TimeRange,
  part: WindowPart,
  bySeconds: number,
  { now }: { readonly now: number },
): TimeRange {
  const { from, until } = window;
  const by = Math.round(bySeconds);
  const last = Math.ceil(now);
  if (part === "start") {
    return { from: Math.min(from + by, until - windowSecondsMin), until };
  }
  if (part === "end") {
    const end = Math.min(until + by, Math.max(last, until));
    return { from, until: Math.max(end, from + windowSecondsMin) };
  }
  const step = Math.min(by, Math.max(0, last - until));
  return { from: from + step, until: until + step };
}

/** A new window drawn from one time to another. */
export function drawnWindow(a: number, b: number, now: number): TimeRange {
  const from = Math.floor(Math.min(a, b));
  const until = Math.min(Math.ceil(Math.max(a, b)), Math.ceil(now));
  if (until - from >= windowSecondsMin) return { from, until };
  return { from: until - windowSecondsMin, until };
}

/** What a press at a time takes hold of. */
export function partAt(
  window: TimeRange,
  time: number,
  graspSeconds: number,
): WindowPart | undefined {
  const [fromStart, fromEnd] = [Math.abs(time - window.from), Math.abs(time - window.until)];
  if (Math.min(fromStart, fromEnd) <= graspSeconds) return fromStart < fromEnd ? "start" : "end";
  return time > window.from && time < window.until ? "whole" : undefined;
}

/** One press of an arrow key: about a sixtieth of the window, a whole number that people use. */
export function stepSeconds({ from, until }: TimeRange): number {
  const wanted = (until - from) / 60;
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 86_400];
  return steps.findLast((step) => step <= wanted) ?? 1;
}
