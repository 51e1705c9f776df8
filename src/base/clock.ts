/** Time as an argument: the one place that asks the machine what time it is. */

export interface Clock {
  /** Unix milliseconds; may jump when the machine's clock is set. */
  nowMs(): number;
  /** Milliseconds since some fixed moment; never goes back. For durations and budgets. */
  elapsedMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  elapsedMs: () => performance.now(),
};

/** A clock for tests and simulations: stands still until told. */
export class ManualClock implements Clock {
  #nowMs: number;
  #elapsedMs = 0;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  elapsedMs(): number {
    return this.#elapsedMs;
  }

  advance(byMs: number): void {
    this.#nowMs += byMs;
    this.#elapsedMs += byMs;
  }
}
