/**
 * Samples of many series in one piece: two long columns in one buffer, series after series, so that
 * what crosses from thread to thread is one message and one buffer, however many series it has.
 *
 *     counts    3     0   -1   2          by place in the question's names; -1: there is no such series
 *     timesMs   a a a          d d
 *     values    a a a          d d
 *
 * A page ends early where it is full: it speaks for the first `counts.length` names, and for the others
 * another one is asked for.
 */
import { assert } from "../base/assert.ts";
import type { PageQuery, SampleColumns, SeriesPage } from "./samples.ts";

/** In the place of a count. */
const unknownSeries = -1;

/** Gathers the series of one page in the order of the question. */
export class SeriesPageBuilder {
  readonly #sampleCountMax: number;
  readonly #counts: Int32Array<ArrayBuffer>;
  #seriesCount = 0;
  #capacity = 0;
  #timesMs = new Float64Array(0);
  #values = new Float64Array(0);
  #sampleCount = 0;

  constructor({ names, sampleCountMax }: PageQuery) {
    assert(names.length > 0 && sampleCountMax > 0, "a page has room for a series");
    this.#sampleCountMax = sampleCountMax;
    this.#counts = new Int32Array(names.length);
  }

  /** How many names have their place: the next one's index in the question. */
  get seriesCount(): number {
    return this.#seriesCount;
  }

  get sampleCount(): number {
    return this.#sampleCount;
  }

  get isComplete(): boolean {
    return this.#seriesCount === this.#counts.length;
  }

  /** Whether a series of so many samples may still be added. */
  hasRoomFor(sampleCount: number): boolean {
    return this.#seriesCount === 0 || this.#sampleCount + sampleCount <= this.#sampleCountMax;
  }

  /**
   * Lends the columns behind what is there, with room for at least so many samples, to be filled from
   * their start; `add` then takes over what was filled.
   */
  lend(sampleCountMax: number): SampleColumns {
    this.#reserve(sampleCountMax);
    return {
      timesMs: this.#timesMs.subarray(this.#sampleCount),
      values: this.#values.subarray(this.#sampleCount),
    };
  }

  /** The next name has these samples in what was lent. */
  add(sampleCount: number): void {
    assert(!this.isComplete, "each name of the question has one place");
    assert(this.#sampleCount + sampleCount <= this.#capacity, "samples lie in what was lent");
    this.#counts[this.#seriesCount] = sampleCount;
    this.#seriesCount += 1;
    this.#sampleCount += sampleCount;
  }

  /** The next name is no series, or has these samples. */
  addColumns(columns: SampleColumns | undefined): void {
    if (columns === undefined) {
      assert(!this.isComplete, "each name of the question has one place");
      this.#counts[this.#seriesCount] = unknownSeries;
      this.#seriesCount += 1;
      return;
    }
    const { timesMs, values } = columns;
    if (timesMs.length > 0) {
      const lent = this.lend(timesMs.length);
      lent.timesMs.set(timesMs);
      lent.values.set(values);
    }
    this.add(timesMs.length);
  }

  /** The page; the builder is done. */
  take(): SeriesPage {
    // Room is taken for the most that chunks may hold; what is far too much is not sent around.
    if (this.#sampleCount * 2 < this.#capacity) this.#resize(this.#sampleCount);
    return {
      timesMs: this.#timesMs.subarray(0, this.#sampleCount),
      values: this.#values.subarray(0, this.#sampleCount),
      counts: this.#counts.slice(0, this.#seriesCount),
    };
  }

  #reserve(more: number): void {
    const needed = this.#sampleCount + more;
    if (needed <= this.#capacity) return;
    // As if the series to come were like those there are.
    const placesLeft = this.#counts.length - this.#seriesCount;
    const meanCount = needed / (this.#seriesCount + 1);
    const expected = this.#sampleCount + Math.max(more, meanCount) * placesLeft;
    this.#resize(Math.max(needed, Math.ceil(Math.min(expected, this.#sampleCountMax))));
  }

  #resize(capacity: number): void {
    const buffer = new ArrayBuffer(capacity * 16);
    const timesMs = new Float64Array(buffer, 0, capacity);
    const values = new Float64Array(buffer, capacity * 8, capacity);
    timesMs.set(this.#timesMs.subarray(0, this.#sampleCount));
    values.set(this.#values.subarray(0, this.#sampleCount));
    this.#timesMs = timesMs;
    this.#values = values;
    this.#capacity = capacity;
  }
}

/** Each series of a page, as views of its columns; undefined where there is none of that name. */
export function columnsOfPage({
  timesMs,
  values,
  counts,
}: SeriesPage): (SampleColumns | undefined)[] {
  const found: (SampleColumns | undefined)[] = [];
  let from = 0;
  for (const count of counts) {
    if (count === unknownSeries) {
      found.push(undefined);
      continue;
    }
    const until = from + count;
    found.push({ timesMs: timesMs.subarray(from, until), values: values.subarray(from, until) });
    from = until;
  }
  return found;
}
