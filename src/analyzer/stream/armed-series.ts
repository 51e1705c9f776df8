/**
 * The series of which something rare was seen, and which are watched for whether it lasts.
 *
 * What is odd within half an hour of a rare score, or ten rows, belongs to it. Where a habit explains it
 * (habits.ts), it stays here until the habit has rested, and then counts as seen once more.
 */
import type { EpisodeWhy } from "../../model/index.ts";
import type { Habits } from "./habits.ts";

const minuteMs = 60_000;

/** After a score that high, what is odd within this long, or so many rows, belongs to it. */
const armedMs = 30 * minuteMs;
const armedRows = 10;
/** Without an odd row for so long, what a habit explains is over. */
const habitRestMs = 20 * minuteMs;

export interface Armed {
  readonly why: EpisodeWhy;
  /** What the series knew before it. */
  readonly kept: Float32Array;
  untilMs: number;
  /** Since when a habit explains it, and how far it went; see habits.ts. */
  habit:
    | {
        readonly sinceMs: number;
        readonly size: number;
        readonly peak: number;
        readonly lastOddMs: number;
      }
    | undefined;
}

export class ArmedSeries {
  readonly #habits: Habits;
  readonly #armed = new Map<number, Armed>();

  constructor(habits: Habits) {
    this.#habits = habits;
  }

  of(id: number): Armed | undefined {
    return this.#armed.get(id);
  }

  forget(id: number): void {
    this.#armed.delete(id);
  }

  /** @param begin  what is kept of the first rare row; not asked where the series is armed already */
  arm(id: number, timeMs: number, stepMs: number, begin: () => Pick<Armed, "why" | "kept">): void {
    const untilMs = timeMs + Math.max(armedMs, armedRows * stepMs);
    const before = this.#armed.get(id);
    if (before !== undefined) before.untilMs = untilMs;
    else this.#armed.set(id, { ...begin(), untilMs, habit: undefined });
  }

  /** Whether nothing came of it; the series is armed no more then. */
  isOver(id: number, { untilMs, habit }: Armed, timeMs: number): boolean {
    const isOver = habit === undefined ? timeMs > untilMs : timeMs - habit.lastOddMs > habitRestMs;
    if (!isOver) return false;
    if (habit !== undefined) {
      this.#habits.note(id, habit.sinceMs, habit.lastOddMs - habit.sinceMs, habit);
    }
    this.#armed.delete(id);
    return true;
  }

  /** Whether the series does just this at this time of day; what it does now then counts as once more. */
  isHabit(
    id: number,
    armed: Armed,
    { timeMs, observed, run }: { timeMs: number; observed: number; run: number },
  ): boolean {
    const { center } = armed.why.expected;
    const size = Math.abs(observed - center);
    const before = armed.habit;
    const sinceMs = before?.sinceMs ?? timeMs - (run - 1) * armed.why.stepMs;
    if (!this.#habits.explains(id, sinceMs, timeMs, { size, center })) return false;
    const farthest =
      before !== undefined && before.size >= size ? before : { size, peak: observed };
    armed.habit = { sinceMs, size: farthest.size, peak: farthest.peak, lastOddMs: timeMs };
    return true;
  }
}
