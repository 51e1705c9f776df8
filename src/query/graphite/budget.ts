/**
 * What one request may take, and turns for others: the evaluation runs on the thread that also answers
 * the page, so after some milliseconds it lets others have theirs.
 */
import { GraphiteError } from "./errors.ts";

export interface GraphiteLimits {
  /** Series that one path or tag expression may stand for. */
  readonly seriesCountMax: number;
  /** Values read and computed, all together. */
  readonly pointCountMax: number;
  /** Calls of functions, those repeated for another range included. */
  readonly callCountMax: number;
  readonly timeMaxMs: number;
}

export const defaultGraphiteLimits: GraphiteLimits = {
  seriesCountMax: 5_000,
  pointCountMax: 30_000_000,
  callCountMax: 5_000,
  timeMaxMs: 20_000,
};

export interface Pace {
  /** Milliseconds since some fixed moment. */
  elapsedMs(): number;
  /** Resolves when others have had their turn. */
  pause(): Promise<void>;
}

const sliceMs = 8;

export class Budget {
  readonly limits: GraphiteLimits;
  readonly #pace: Pace;
  readonly #startedMs: number;
  #sliceStartedMs: number;
  #pointCount = 0;
  #callCount = 0;

  constructor(limits: GraphiteLimits, pace: Pace) {
    this.limits = limits;
    this.#pace = pace;
    this.#startedMs = pace.elapsedMs();
    this.#sliceStartedMs = this.#startedMs;
  }

  /** Asks for room before it is taken. */
  takePoints(count: number): void {
    this.#pointCount += count;
    if (this.#pointCount > this.limits.pointCountMax) {
      throw new GraphiteError(
        "too-much",
        `The request reads and computes more than ${this.limits.pointCountMax} values; ask for a shorter range or fewer series.`,
      );
    }
  }

  takeCall(): void {
    this.#callCount += 1;
    if (this.#callCount > this.limits.callCountMax) {
      throw new GraphiteError(
        "too-much",
        `The request calls functions more than ${this.limits.callCountMax} times, those that read again included.`,
      );
    }
  }

  /** Call between pieces of work, each of a few milliseconds at most. */
  async breathe(): Promise<void> {
    const nowMs = this.#pace.elapsedMs();
    if (nowMs - this.#startedMs > this.limits.timeMaxMs) {
      throw new GraphiteError(
        "too-much",
        `The request takes longer than ${this.limits.timeMaxMs / 1000} s; ask for a shorter range or fewer series.`,
      );
    }
    if (nowMs - this.#sliceStartedMs < sliceMs) return;
    await this.#pace.pause();
    this.#sliceStartedMs = this.#pace.elapsedMs();
  }
}
