/**
 * Long work in small slices: `pause` lets the thread do other things once the slice has used up its
 * time, so that nobody waits longer than that.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../base/clock.ts";

export class Slicer {
  readonly #clock: Clock;
  readonly #sliceMs: number;
  #startedMs: number;

  constructor(clock: Clock, options: { readonly sliceMs: number }) {
    this.#clock = clock;
    this.#sliceMs = options.sliceMs;
    this.#startedMs = clock.elapsedMs();
  }

  get isDue(): boolean {
    return this.#clock.elapsedMs() - this.#startedMs >= this.#sliceMs;
  }

  /** Call after any await that left the thread, and where `isDue`. */
  async pause(): Promise<void> {
    await nextTurn();
    this.#startedMs = this.#clock.elapsedMs();
  }
}
