/**
 * A fleet too large to make each value of: 400 made-up series of the mixture, from which every series of
 * the fleet takes its values at a shift of its own. Each is stored for itself, so memory and disk are
 * real; the variety of shapes is 400, and counters begin anew where the pool's values do.
 *
 * The values of series and round are the same wherever they are asked for: a data folder that was
 * written at once is gone on with by what a load generator sends.
 */
import { mixtureKinds, valuesOf } from "../src/kernel/mixture.fixture.ts";

const poolSize = 400;
/** A multiple of nothing else here, so that series of one shape do not move in step. */
const shiftRounds = 1013;

export class FleetPool {
  readonly seriesCount: number;
  /** After so many rounds the values come again: a day at a step of 10 s, where the waves close. */
  readonly roundCount: number;
  readonly #kinds: readonly string[];
  readonly #values: readonly Float64Array[];

  constructor(seriesCount: number, { roundCount = 8640, seed = 1 } = {}) {
    this.seriesCount = seriesCount;
    this.roundCount = roundCount;
    const kinds = mixtureKinds(Math.min(poolSize, Math.max(100, seriesCount)));
    this.#kinds = kinds;
    this.#values = kinds.map((kind, i) => {
      const next = valuesOf(kind, seed * 1_000_003 + i);
      return Float64Array.from({ length: roundCount }, () => next());
    });
  }

  get poolSize(): number {
    return this.#values.length;
  }

  name(series: number): string {
    const kind = this.#kinds[series % this.poolSize]!;
    return `bench.host${series % 997}.${kind}.series${series}.value`;
  }

  /** The pool's series that a series takes its values from, and where it is in them. */
  poolOf(series: number): number {
    return series % this.poolSize;
  }

  indexOf(series: number, round: number): number {
    return (round + Math.floor(series / this.poolSize) * shiftRounds) % this.roundCount;
  }

  /** Lent; all values of a series of the pool. */
  poolValues(pool: number): Float64Array {
    return this.#values[pool]!;
  }

  value(series: number, round: number): number {
    return this.#values[this.poolOf(series)]![this.indexOf(series, round)]!;
  }
}
