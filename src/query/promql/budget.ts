/**
 * What one query may take: samples and time. A query works in slices, so that whatever else the
 * thread does waits for none of them long.
 */
import { executionError, PromqlError } from "./error.ts";

export interface QueryLimits {
  /** Samples read, and values made of them, over the whole query. */
  readonly sampleCountMax: number;
  /** Series that one selector may give. */
  readonly seriesCountMax: number;
  readonly timeoutMs: number;
}

export const defaultQueryLimits: QueryLimits = {
  sampleCountMax: 50_000_000,
  seriesCountMax: 20_000,
  timeoutMs: 30_000,
};

export interface BudgetOptions {
  readonly limits: QueryLimits;
  /** Milliseconds of a clock that is never set. */
  readonly elapsedMs: () => number;
  /** Lets others have their turn. */
  readonly pause: () => Promise<void>;
}

const sliceMs = 8;

export class Budget {
  readonly limits: QueryLimits;
  readonly #elapsedMs: () => number;
  readonly #pause: () => Promise<void>;
  readonly #startedMs: number;
  #sliceStartedMs: number;
  #sampleCount = 0;

  constructor({ limits, elapsedMs, pause }: BudgetOptions) {
    this.limits = limits;
    this.#elapsedMs = elapsedMs;
    this.#pause = pause;
    this.#startedMs = elapsedMs();
    this.#sliceStartedMs = this.#startedMs;
  }

  /** @throws PromqlError before memory for them is taken */
  claim(sampleCount: number): void {
    this.#sampleCount += sampleCount;
    if (this.#sampleCount <= this.limits.sampleCountMax) return;
    const most = `at most ${this.limits.sampleCountMax}`;
    throw executionError(
      `query processing would load too many samples into memory in query execution; ${most}`,
    );
  }

  /** To be called between pieces of work of a millisecond or less. */
  async breathe(): Promise<void> {
    const nowMs = this.#elapsedMs();
    if (nowMs - this.#startedMs > this.limits.timeoutMs) {
      throw new PromqlError("timeout", "query timed out in query execution");
    }
    if (nowMs - this.#sliceStartedMs < sliceMs) return;
    await this.#pause();
    this.#sliceStartedMs = this.#elapsedMs();
  }
}
