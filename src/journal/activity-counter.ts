/**
 * How many episodes were active in each step of a range, in one pass however long they are: each
 * adds one where it begins and takes it away behind its end; sums over that are the counts.
 */
import { assert } from "../base/assert.ts";
import type { TimeRange } from "../model/index.ts";

export const stepCountMax = 100_000;

export class ActivityCounter {
  readonly #range: TimeRange;
  readonly #stepMs: number;
  /** Episodes that begin minus those that have ended, at each step; one more than there are steps. */
  readonly #turns: Int32Array;

  /** Steps begin at `fromMs`; the last may be cut short by `untilMs`. */
  constructor(range: TimeRange, stepMs: number) {
    assert(stepMs > 0 && range.untilMs > range.fromMs, "a range has steps");
    const stepCount = Math.ceil((range.untilMs - range.fromMs) / stepMs);
    assert(stepCount <= stepCountMax, `there are at most ${stepCountMax} steps`);
    this.#range = range;
    this.#stepMs = stepMs;
    this.#turns = new Int32Array(stepCount + 1);
  }

  /** An episode that covers startedMs <= t < endedMs; one without length still counts as a moment. */
  add(startedMs: number, endedMs: number): void {
    const { fromMs, untilMs } = this.#range;
    const beginMs = Math.max(startedMs, fromMs);
    const endMs = Math.min(Math.max(endedMs, startedMs + 1), untilMs);
    if (endMs <= beginMs) return;
    const first = Math.floor((beginMs - fromMs) / this.#stepMs);
    const behind = Math.ceil((endMs - fromMs) / this.#stepMs);
    this.addSteps(first, behind, 1);
  }

  /** `count` episodes that were active from the step `first` up to but not in the step `behind`. */
  addSteps(first: number, behind: number, count: number): void {
    assert(first >= 0 && first < behind && behind < this.#turns.length, "the steps are in range");
    this.#turns[first] = (this.#turns[first] as number) + count;
    this.#turns[behind] = (this.#turns[behind] as number) - count;
  }

  counts(): number[] {
    const counts: number[] = [];
    let active = 0;
    for (let i = 0; i < this.#turns.length - 1; i++) {
      active += this.#turns[i] as number;
      counts.push(active);
    }
    return counts;
  }
}
