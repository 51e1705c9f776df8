/**
 * How long whoever learns from history lets the thread go after each piece of work: a quarter of what the work took
 * where nobody else wants the thread, as long as the work where somebody does. So history takes four fifths of an
 * idle thread, and at most half of a busy one.
 *
 * Whether others want the thread, the rest before tells: it ended late. Batches, questions, judging and
 * searches all show in that, and other threads that want the same processor.
 */
const idleShare = 0.25;
/** A rest that ends so much late was not late by the timer alone; less than a slice of judging. */
const lateMs = 2.5;
/** Whatever the work took. */
const restMaxMs = 50;

export class HistoryPace {
  /** Until a rest has told. */
  #isBusy = true;

  /** @returns whole milliseconds, one at least */
  restMs(workedMs: number): number {
    const restMs = Math.round(workedMs * (this.#isBusy ? 1 : idleShare));
    return Math.min(restMaxMs, Math.max(1, restMs));
  }

  /** Tells how long a rest of `askedMs` lasted. */
  noteRest(askedMs: number, lastedMs: number): void {
    this.#isBusy = lastedMs > askedMs + lateMs;
  }
}
