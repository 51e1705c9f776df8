/**
 * What several checks need to know of one series, worked out once: the window of values, the tail
 * average, sums, least and greatest. Filled anew for each series; owns the scratch of the kernels,
 * so that a thread judges any number of series without allocating.
 *
 * Values the arithmetic cannot hold are met here, so that no check needs to:
 * - a value that is no finite number is a gap: it is left out, with its time;
 * - where squares would overflow or vanish (a spread beyond 1e±140: a sender that says DBL_MAX) the
 *   values are multiplied by a power of two, which changes no digit; `unit` turns them back.
 */
import { AdfTester } from "./numerics/adf.ts";
import { KsComparer } from "./numerics/ks.ts";
import { type Moments, refineMoments, sumFrom } from "./numerics/moments.ts";
import { Selector } from "./numerics/select.ts";
import { studentTUpperQuantile } from "./numerics/student-t.ts";

const spreadMax = 1e140;
const spreadMin = 1e-140;

/** Grubbs' critical values kept by count: a series of a day has the same count minute after minute. */
const criticalValueCountMax = 16_384;

export class SeriesFacts {
  timesMs: Float64Array = new Float64Array(0);
  values: Float64Array = new Float64Array(0);
  /** How many values; 0 where all were gaps. What follows is undefined then. */
  count = 0;
  nowMs = 0;
  fullDurationMs = 0;
  /** What to multiply a result by to come back to the scale of the metric; a power of two. */
  unit = 1;

  last = 0;
  /** Mean of the last three values, or the last one of a shorter series. */
  tail = 0;
  /** The same by true division, whatever the original did to integers. */
  trueTail = 0;
  /** The tail as it was summed: it may miss three equal values by one digit. */
  summedTail = 0;
  least = 0;
  greatest = 0;
  /** Over all values: mean and Σ (value - mean)². */
  mean = 0;
  squares = 0;
  /** Over all values but the last. */
  previousMean = 0;
  previousSquares = 0;

  readonly selector = new Selector();
  readonly ksComparer = new KsComparer();
  readonly adfTester = new AdfTester();
  readonly moments: Moments = { mean: 0, squares: 0 };
  readonly weighted = { mean: 0, deviation: 0 };

  #scratch = new Float64Array(0);
  #ownTimes = new Float64Array(0);
  #ownValues = new Float64Array(0);
  readonly #criticalValues = new Float64Array(criticalValueCountMax);

  /**
   * Takes a series in: the first `count` of each column, ascending times, equal ones allowed.
   * The columns are only read, and must stay as they are while checks run.
   *
   * @param floorsTail  the original's Python 2 divided three integers rounding down
   */
  prepare(
    timesMs: Float64Array,
    values: Float64Array,
    count: number,
    nowMs: number,
    fullDurationMs: number,
    floorsTail: boolean,
  ): void {
    this.timesMs = timesMs;
    this.values = values;
    this.count = count;
    this.nowMs = nowMs;
    this.fullDurationMs = fullDurationMs;
    this.unit = 1;
    if (count === 0) return;
    if (!this.#measure()) {
      this.#repair();
      if (this.count === 0) return;
      this.#measure();
    }
    this.#measureTail(floorsTail);
  }

  /** A column of at least `count` numbers to write to; the next caller gets the same one. */
  scratch(count: number): Float64Array {
    if (this.#scratch.length < count) this.#scratch = new Float64Array(2 * count);
    return this.#scratch;
  }

  /** Grubbs' critical value for a sample of n >= 3 at 5 %, the error split over both sides of n. */
  grubbsCriticalValue(n: number): number {
    const known = n < criticalValueCountMax ? this.#criticalValues[n]! : 0;
    if (known > 0) return known;
    const t = studentTUpperQuantile(0.05 / (2 * n), n - 2);
    const value = ((n - 1) / Math.sqrt(n)) * Math.sqrt((t * t) / (n - 2 + t * t));
    if (n < criticalValueCountMax) this.#criticalValues[n] = value;
    return value;
  }

  /** @returns false where a value is not finite or the spread is beyond what squares can hold */
  #measure(): boolean {
    const values = this.values;
    const end = this.count - 1;
    const first = values[0]!;
    const last = values[end]!;
    const sum = sumFrom(values, 0, end, first);
    let least = last;
    let greatest = last;
    for (let i = 0; i < end; i++) {
      const value = values[i]!;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    const spread = greatest - least;
    // A NaN makes the sum NaN; an infinity makes the spread infinite.
    if (!(spread <= spreadMax) || Number.isNaN(sum)) return false;
    if (spread > 0 && spread < spreadMin) return false;

    this.last = last;
    this.least = least;
    this.greatest = greatest;
    this.previousMean = NaN;
    this.previousSquares = 0;
    this.mean = last;
    this.squares = 0;
    if (end === 0) return true;
    refineMoments(values, 0, end, first + sum / end, this.moments);
    this.previousMean = this.moments.mean;
    this.previousSquares = this.moments.squares;
    // The last value is added by Welford's step: taking it off a whole sum would cancel.
    const step = last - this.previousMean;
    this.mean = this.previousMean + step / this.count;
    this.squares = this.previousSquares + (step * step * end) / this.count;
    return true;
  }

  #measureTail(floorsTail: boolean): void {
    const { values, count } = this;
    this.tail = this.last;
    this.trueTail = this.last;
    this.summedTail = this.last;
    if (count < 3) return;
    const a = values[count - 3]!;
    const b = values[count - 2]!;
    const third = (a + b + this.last) / 3;
    // Three equal values have themselves as mean; a sum by three may miss it by one digit.
    this.trueTail = a === b && b === this.last ? this.last : third;
    this.tail = floorsTail ? Math.floor(this.trueTail) : this.trueTail;
    this.summedTail = floorsTail ? Math.floor(third) : third;
  }

  /** Copies what is finite, multiplied so that the greatest magnitude lies between 1 and 2. */
  #repair(): void {
    if (this.#ownValues.length < this.count) {
      this.#ownTimes = new Float64Array(2 * this.count);
      this.#ownValues = new Float64Array(2 * this.count);
    }
    let count = 0;
    let magnitude = 0;
    let least = Infinity;
    let greatest = -Infinity;
    for (let i = 0; i < this.count; i++) {
      const value = this.values[i]!;
      if (!Number.isFinite(value)) continue;
      this.#ownTimes[count] = this.timesMs[i]!;
      this.#ownValues[count] = value;
      count += 1;
      magnitude = Math.max(magnitude, Math.abs(value));
      least = Math.min(least, value);
      greatest = Math.max(greatest, value);
    }
    this.timesMs = this.#ownTimes;
    this.values = this.#ownValues;
    this.count = count;
    const spread = greatest - least;
    if (spread === 0 || (spread >= spreadMin && spread <= spreadMax)) return;
    const exponent = Math.max(Math.min(Math.floor(Math.log2(magnitude)), 1000), -1000);
    this.unit = 2 ** exponent;
    const scale = 2 ** -exponent;
    for (let i = 0; i < count; i++) this.#ownValues[i] = this.#ownValues[i]! * scale;
  }
}
