/** Counters that only grow, turned into rates per second. */

interface Reading {
  readonly value: number;
  readonly atMs: number;
  round: number;
}

/**
 * Remembers the last reading of each counter. A counter that is not read in a round is forgotten at
 * its end, so that what is remembered never outgrows what is read.
 */
export class CounterRates {
  readonly #readings = new Map<string, Reading>();
  #round = 0;

  /**
   * @param atMs  a time that never goes back, in milliseconds
   * @returns the growth per second since the last reading; undefined at the first reading, and when
   *   the counter went back, because it was set anew in between
   */
  rate(counter: string, value: number, atMs: number): number | undefined {
    const last = this.#readings.get(counter);
    this.#readings.set(counter, { value, atMs, round: this.#round });
    if (last === undefined || value < last.value || atMs <= last.atMs) return undefined;
    return ((value - last.value) * 1000) / (atMs - last.atMs);
  }

  /** To be called when all counters of a round were read. */
  endRound(): void {
    for (const [counter, { round }] of this.#readings) {
      if (round !== this.#round) this.#readings.delete(counter);
    }
    this.#round += 1;
  }

  get counterCount(): number {
    return this.#readings.size;
  }
}

/** Shares of a whole in percent, from the rates of its parts; undefined without any. */
export function percentShares(
  rates: readonly (number | undefined)[],
): readonly number[] | undefined {
  let sum = 0;
  for (const rate of rates) {
    if (rate === undefined) return undefined;
    sum += rate;
  }
  return sum > 0 ? rates.map((rate) => ((rate ?? 0) * 100) / sum) : undefined;
}
