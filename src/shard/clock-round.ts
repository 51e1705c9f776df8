/**
 * A round passes all ids once, for what changes by the clock alone: silence brings no sample. In steps spread over
 * the round, since few ids are passed in no time and a million would hold the thread.
 */
import { MinuteMax } from "./minute-max.ts";

/** Few series are passed within a second, and no step is longer than this. */
const idsPerMs = 20;
const idsPerStepMax = 65_536;
const stepMaxMs = 250;

export interface ClockRoundOptions {
  /** How long a round takes at least, and where there are many series. */
  readonly roundMinMs?: number | undefined;
  readonly roundMs?: number | undefined;
}

export class ClockRound {
  readonly #roundMinMs: number;
  readonly #roundMs: number;
  readonly #longest = new MinuteMax();
  /** What was passed, and when the round began. */
  #cursor = 0;
  #startedMs = 0;

  constructor({ roundMinMs = 1000, roundMs = 50_000 }: ClockRoundOptions) {
    this.#roundMinMs = roundMinMs;
    this.#roundMs = roundMs;
  }

  /** How often a step is to be made. */
  get stepMs(): number {
    return Math.min(this.#roundMinMs, stepMaxMs);
  }

  /** The first round is over before it begins: at the start all ids are looked at anyway. */
  start(idCount: number, elapsedMs: number): void {
    this.#cursor = idCount;
    this.#startedMs = elapsedMs;
  }

  /** The longest round of the last minute or two. */
  longestMs(elapsedMs: number): number {
    return this.#longest.max(elapsedMs);
  }

  /** Passes as many ids as the round is due for by now. */
  step(idCount: number, elapsedMs: number, pass: (from: number, until: number) => void): void {
    const lastedMs = elapsedMs - this.#startedMs;
    if (this.#cursor >= idCount) {
      if (lastedMs < this.#roundMinMs) return;
      if (idCount > 0) this.#longest.add(lastedMs, elapsedMs);
      this.#cursor = 0;
      this.#startedMs = elapsedMs;
    }
    const paceMs = Math.min(this.#roundMs, Math.max(this.#roundMinMs, idCount / idsPerMs));
    const dueMs = elapsedMs - this.#startedMs + this.stepMs;
    const until = Math.min(
      idCount,
      this.#cursor + idsPerStepMax,
      Math.ceil((idCount * dueMs) / paceMs),
    );
    if (until <= this.#cursor) return;
    pass(this.#cursor, until);
    this.#cursor = until;
  }
}
