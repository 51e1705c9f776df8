/**
 * How many samples came per second over the last minute: a ring of one count per second.
 *
 * While it is younger than a minute, the rate is over its age, at least one second.
 */
const secondCount = 60;

export class MinuteRate {
  readonly #counts = new Float64Array(secondCount);
  readonly #startedMs: number;
  /** The newest second that has a place in the ring. */
  #second: number;

  /** @param elapsedMs  of the clock that never goes back */
  constructor(elapsedMs: number) {
    this.#startedMs = elapsedMs;
    this.#second = Math.floor(elapsedMs / 1000);
  }

  add(count: number, elapsedMs: number): void {
    this.#advance(elapsedMs);
    const place = this.#second % secondCount;
    this.#counts[place] = (this.#counts[place] ?? 0) + count;
  }

  perSecond(elapsedMs: number): number {
    this.#advance(elapsedMs);
    let sum = 0;
    for (const count of this.#counts) sum += count;
    const ageSeconds = (elapsedMs - this.#startedMs) / 1000;
    return sum / Math.min(secondCount, Math.max(1, ageSeconds));
  }

  #advance(elapsedMs: number): void {
    const second = Math.floor(elapsedMs / 1000);
    if (second - this.#second >= secondCount) this.#counts.fill(0);
    else for (let s = this.#second + 1; s <= second; s++) this.#counts[s % secondCount] = 0;
    this.#second = Math.max(this.#second, second);
  }
}
