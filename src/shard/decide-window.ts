/**
 * Decides a series of the shard's window by the nine checks, out of as little of it as will do.
 *
 * Whether a series is judged at all, its newest samples say. Where it is expected not to be, because it
 * was not the last time or its running sums say so, these are read first, and the day only where they ask
 * for it. The answer is that of `Judge.decide` on the whole day.
 */
import { type Decision, decision, type Judge } from "../analyzer/index.ts";
import type { WindowScratch } from "./window-scratch.ts";

/** Of a series of which nothing is known. */
export const undecided = 255;

/**
 * @param expected  a decision, or `undecided`
 * @returns the decision; where it is calm or anomalous, `scratch` holds the whole day
 */
export function decideWindow(
  judge: Judge,
  scratch: WindowScratch,
  id: number,
  nowMs: number,
  expected: number,
): Decision {
  const { timesMs, values } = scratch;
  if (isUnjudged(expected)) {
    const newestCount = scratch.copyNewest(id, nowMs, judge.newestCountMax);
    const early = judge.precheck(timesMs, values, newestCount, nowMs);
    if (early !== decision.calm) return early;
  }
  return judge.decide(timesMs, values, scratch.copyFrom(id, nowMs), nowMs);
}

function isUnjudged(code: number): boolean {
  return code === decision.tooShort || code === decision.stale || code === decision.boring;
}
