/** The largest of a quantity over the last one to two minutes, in constant space. */

const bucketMs = 60_000;

export class MinuteMax {
  #bucketStartMs = -Infinity;
  #current = 0;
  #previous = 0;

  add(value: number, nowMs: number): void {
    this.#turn(nowMs);
    if (value > this.#current) this.#current = value;
  }

  /** Looks back at least a minute and at most two. */
  max(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#current, this.#previous);
  }

  #turn(nowMs: number): void {
    const age = nowMs - this.#bucketStartMs;
    if (age < bucketMs) return;
    this.#previous = age < 2 * bucketMs ? this.#current : 0;
    this.#current = 0;
    this.#bucketStartMs = nowMs;
  }
}
