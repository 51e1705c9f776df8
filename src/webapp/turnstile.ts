/**
 * Lets a few pieces of work run at once, some more wait, and turns the rest away: what each may hold
 * in memory is limited, so all of them together are.
 */
import { assert } from "../base/assert.ts";

export class Turnstile {
  readonly #runningMax: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #runningCount = 0;

  constructor(limits: { readonly runningMax: number; readonly waitingMax: number }) {
    assert(limits.runningMax >= 1, "a turnstile lets at least one run");
    this.#runningMax = limits.runningMax;
    this.#waitingMax = limits.waitingMax;
  }

  get isFull(): boolean {
    return this.#runningCount === this.#runningMax && this.#waiting.length >= this.#waitingMax;
  }

  /** Runs the work when it is its turn; ask `isFull` before. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#runningCount === this.#runningMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#runningCount += 1;
    try {
      return await work();
    } finally {
      // Whoever waits longest takes the place over.
      const next = this.#waiting.shift();
      if (next === undefined) this.#runningCount -= 1;
      else next();
    }
  }
}
