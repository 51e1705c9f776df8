/**
 * The samples of each series that are in no chunk yet: two columns, ascending in time.
 *
 * They lie in segments of 15, blocks of the arena; each knows the one before, the series the newest.
 *
 *     bytes 0   reference of the segment before, where there is one
 *           8   15 values as doubles; while the series is regular the k-th sample is of first + k · step
 *         128   only while it is irregular: 15 times as u32 milliseconds after the first
 *
 * A series is regular until a sample comes off the step; then the times of all are written out, until the
 * series is empty again. Most senders keep their step, and their samples take 8 bytes instead of 12.
 * Segments of one size are never copied to grow, what one series lets go of serves any other, and two cache
 * lines or three are all that a sample touches. Half a segment of a series is empty on average.
 */
import { assert } from "../../base/assert.ts";
import { grown } from "../../base/grown.ts";
import type { BlockArena } from "./block-arena.ts";

/** Samples of one series lie closer together than this. */
const spanMsMax = 2 ** 31;
const segmentCount = 15;
const regularBytes = 128;
const irregularBytes = 192;
// Within a segment.
const valuesDouble = 1;
const timesWord = 32;
/** In the place of a step: times are written. */
const irregular = 0xffffffff;

/** "far": not taken, because it lies `spanMsMax` or more from another sample. */
export type PutResult = "added" | "replaced" | "far";

export class RawSamples {
  readonly #arena: BlockArena;
  readonly #sampleCountMax: number;
  #sampleCount = 0;
  // By id.
  /** The newest segment. */
  #segments = new Uint32Array(0);
  #counts = new Uint16Array(0);
  #firstMs = new Float64Array(0);
  /** 0 while there is one sample at most. */
  #stepsMs = new Uint32Array(0);

  /** @param sampleCountMax  per series; the owner takes the samples out when it is reached */
  constructor(arena: BlockArena, options: { readonly sampleCountMax: number }) {
    this.#arena = arena;
    this.#sampleCountMax = options.sampleCountMax;
  }

  /** Of all series. */
  get sampleCount(): number {
    return this.#sampleCount;
  }

  /** Memory besides the arena. */
  get tableBytes(): number {
    return (
      this.#segments.byteLength +
      this.#counts.byteLength +
      this.#firstMs.byteLength +
      this.#stepsMs.byteLength
    );
  }

  /** Memory in the arena; looks at every series. */
  get segmentBytes(): number {
    let sum = 0;
    for (let id = 0; id < this.#counts.length; id++) {
      sum += Math.ceil(this.#counts[id]! / segmentCount) * this.#sizeBytes(id);
    }
    return sum;
  }

  growTo(idRoom: number): void {
    this.#segments = grown(this.#segments, new Uint32Array(idRoom));
    this.#counts = grown(this.#counts, new Uint16Array(idRoom));
    this.#firstMs = grown(this.#firstMs, new Float64Array(idRoom));
    this.#stepsMs = grown(this.#stepsMs, new Uint32Array(idRoom));
  }

  count(id: number): number {
    return this.#counts[id]!;
  }

  /** Infinity where there is none. */
  firstMs(id: number): number {
    return this.#counts[id]! === 0 ? Infinity : this.#firstMs[id]!;
  }

  /** Takes a sample in its place in time; of the same time the later call wins. */
  put(id: number, timeMs: number, value: number): PutResult {
    const count = this.#counts[id]!;
    if (count === 0) this.#firstMs[id] = timeMs;
    const offsetMs = timeMs - this.#firstMs[id]!;
    if (offsetMs >= spanMsMax) return "far";
    if (offsetMs < 0 && this.#lastOffsetMs(id) - offsetMs >= spanMsMax) return "far";
    if (this.#stepsMs[id] === irregular) return this.#putIrregular(id, offsetMs, value);

    // The second sample says what the step is.
    const stepMs = count === 1 ? Math.abs(offsetMs) : this.#stepsMs[id]!;
    const index = stepMs === 0 ? 0 : offsetMs / stepMs;
    if (index < -1 || index > count || !Number.isInteger(index)) {
      this.#writeTimes(id);
      return this.#putIrregular(id, offsetMs, value);
    }
    if (index >= 0 && index < count) return this.#replace(id, index, value);
    this.#stepsMs[id] = stepMs;
    if (index < 0) {
      this.#firstMs[id] = timeMs;
      this.#insert(id, 0, 0, value);
    } else this.#push(id, offsetMs, value);
    return "added";
  }

  /**
   * Takes a sample where it is simply the next: after all that are there, and with room.
   * @returns how many there are now, 0 where `put` has to take it
   */
  append(id: number, timeMs: number, value: number): number {
    const count = this.#counts[id]!;
    const slot = count % segmentCount;
    if (slot === 0) return 0;
    const offsetMs = timeMs - this.#firstMs[id]!;
    if (!(offsetMs > 0 && offsetMs < spanMsMax)) return 0;
    const segment = this.#segments[id]!;
    const stepMs = this.#stepsMs[id]!;
    if (stepMs === irregular) {
      const words = this.#arena.words(segment);
      const at = this.#arena.wordAt(segment) + timesWord + slot;
      if (words[at - 1]! >= offsetMs) return 0;
      words[at] = offsetMs;
    } else if (offsetMs !== stepMs * count) return 0;
    this.#arena.doubles(segment)[this.#arena.doubleAt(segment) + valuesDouble + slot] = value;
    this.#counts[id] = count + 1;
    this.#sampleCount += 1;
    return count + 1;
  }

  /** Whether samples of the series lie one step apart, as far as is known; a step of 0 is not known yet. */
  isRegular(id: number): boolean {
    return this.#stepsMs[id] !== irregular;
  }

  stepMs(id: number): number {
    return this.#stepsMs[id]!;
  }

  /** Whether this many steps are within what samples of one series may lie apart. */
  isNear(stepMs: number, count: number): boolean {
    return stepMs * count < spanMsMax;
  }

  /**
   * Takes samples that follow what is there at the step of the series; where at most one is there, `stepMs`
   * becomes the step.
   * @param values.from  where the first lies in the column
   */
  appendRun(
    id: number,
    times: { readonly firstMs: number; readonly stepMs: number },
    values: { readonly column: Float64Array; readonly from: number; readonly count: number },
  ): void {
    const before = this.#counts[id]!;
    const total = before + values.count;
    assert(total <= this.#sampleCountMax, "the owner takes samples out at sampleCountMax");
    if (before === 0) this.#firstMs[id] = times.firstMs;
    if (total > 1) this.#stepsMs[id] = times.stepMs;
    const { column } = values;
    let from = values.from;
    for (let count = before; count < total;) {
      const slot = count % segmentCount;
      if (slot === 0) {
        const added = this.#arena.allocate(regularBytes);
        this.#setBefore(added, this.#segments[id]!);
        this.#segments[id] = added;
      }
      const segment = this.#segments[id]!;
      const doubles = this.#arena.doubles(segment);
      const until = Math.min(total, count - slot + segmentCount);
      let at = this.#arena.doubleAt(segment) + valuesDouble + slot;
      for (; count < until; count++) doubles[at++] = column[from++]!;
    }
    this.#counts[id] = total;
    this.#sampleCount += values.count;
  }

  /** The index of the first sample not before `timeMs`. */
  lowerBound(id: number, timeMs: number): number {
    return this.#lowerBound(id, timeMs - this.#firstMs[id]!);
  }

  /** Copies samples [from, until) of the series to both columns at `to`. */
  copy(
    id: number,
    from: number,
    until: number,
    timesMs: Float64Array,
    values: Float64Array,
    to: number,
  ): void {
    if (from >= until) return;
    const firstMs = this.#firstMs[id]!;
    const stepMs = this.#stepsMs[id]!;
    let segment = this.#segmentOf(id, until - 1);
    for (let end = until; end > from;) {
      const first = firstOfSegment(end - 1);
      const start = Math.max(from, first);
      const doubles = this.#arena.doubles(segment);
      const valuesAt = this.#arena.doubleAt(segment) + valuesDouble - first;
      const shift = to - from;
      for (let k = start; k < end; k++) values[k + shift] = doubles[valuesAt + k]!;
      if (stepMs === irregular) {
        const words = this.#arena.words(segment);
        const timesAt = this.#arena.wordAt(segment) + timesWord - first;
        for (let k = start; k < end; k++) timesMs[k + shift] = firstMs + words[timesAt + k]!;
      } else {
        for (let k = start; k < end; k++) timesMs[k + shift] = firstMs + k * stepMs;
      }
      end = start;
      if (end > from) segment = this.#before(segment);
    }
  }

  /** Forgets the series' samples. */
  clear(id: number): void {
    const count = this.#counts[id]!;
    const sizeBytes = this.#sizeBytes(id);
    let segment = this.#segments[id]!;
    for (let left = Math.ceil(count / segmentCount); left > 0; left--) {
      const before = this.#before(segment);
      this.#arena.free(segment, sizeBytes);
      segment = before;
    }
    this.#sampleCount -= count;
    this.#counts[id] = 0;
    this.#stepsMs[id] = 0;
  }

  #putIrregular(id: number, wantedMs: number, value: number): PutResult {
    if (wantedMs > this.#lastOffsetMs(id)) {
      this.#push(id, wantedMs, value);
      return "added";
    }
    if (wantedMs < 0) this.#moveFirst(id, -wantedMs);
    const offsetMs = Math.max(0, wantedMs);
    const index = this.#lowerBound(id, offsetMs);
    if (this.#offsetMs(this.#segmentOf(id, index), index) === offsetMs) {
      return this.#replace(id, index, value);
    }
    this.#insert(id, index, offsetMs, value);
    return "added";
  }

  #replace(id: number, index: number, value: number): PutResult {
    this.#setValue(this.#segmentOf(id, index), index, value);
    return "replaced";
  }

  /** Puts a sample behind all that are there. */
  #push(id: number, offsetMs: number, value: number): void {
    const count = this.#counts[id]!;
    assert(count < this.#sampleCountMax, "the owner takes samples out at sampleCountMax");
    if (count % segmentCount === 0) {
      const added = this.#arena.allocate(this.#sizeBytes(id));
      this.#setBefore(added, this.#segments[id]!);
      this.#segments[id] = added;
    }
    const segment = this.#segments[id]!;
    this.#setValue(segment, count, value);
    if (this.#stepsMs[id] === irregular) this.#setOffset(segment, count, offsetMs);
    this.#counts[id] = count + 1;
    this.#sampleCount += 1;
  }

  /** Puts a sample before the one that is `index` now; those behind move up. */
  #insert(id: number, index: number, offsetMs: number, value: number): void {
    this.#push(id, 0, 0);
    const isIrregular = this.#stepsMs[id] === irregular;
    let segment = this.#segments[id]!;
    for (let k = this.#counts[id]! - 1; k > index; k--) {
      const from = k % segmentCount === 0 ? this.#before(segment) : segment;
      this.#setValue(segment, k, this.#value(from, k - 1));
      if (isIrregular) this.#setOffset(segment, k, this.#offsetMs(from, k - 1));
      segment = from;
    }
    this.#setValue(segment, index, value);
    if (isIrregular) this.#setOffset(segment, index, offsetMs);
  }

  #lowerBound(id: number, offsetMs: number): number {
    const count = this.#counts[id]!;
    if (count === 0 || offsetMs <= 0) return 0;
    const stepMs = this.#stepsMs[id]!;
    if (stepMs === 0) return count;
    if (stepMs !== irregular) return Math.min(count, Math.ceil(offsetMs / stepMs));
    let first = firstOfSegment(count - 1);
    let segment = this.#segments[id]!;
    while (first > 0 && this.#offsetMs(segment, first) >= offsetMs) {
      segment = this.#before(segment);
      first -= segmentCount;
    }
    const end = Math.min(count, first + segmentCount);
    let index = first;
    while (index < end && this.#offsetMs(segment, index) < offsetMs) index += 1;
    return index;
  }

  /** Of the newest sample, -1 where there is none. */
  #lastOffsetMs(id: number): number {
    const last = this.#counts[id]! - 1;
    if (last < 0) return -1;
    const stepMs = this.#stepsMs[id]!;
    return stepMs === irregular ? this.#offsetMs(this.#segments[id]!, last) : stepMs * last;
  }

  /** Lets the times of an irregular series count from an earlier moment. */
  #moveFirst(id: number, shiftMs: number): void {
    let segment = this.#segments[id]!;
    for (let k = this.#counts[id]! - 1; k >= 0; k--) {
      this.#setOffset(segment, k, this.#offsetMs(segment, k) + shiftMs);
      if (k > 0 && k % segmentCount === 0) segment = this.#before(segment);
    }
    this.#firstMs[id] = this.#firstMs[id]! - shiftMs;
  }

  /** Makes a regular series an irregular one. */
  #writeTimes(id: number): void {
    const count = this.#counts[id]!;
    const stepMs = this.#stepsMs[id]!;
    let old = this.#segments[id]!;
    let later = -1;
    for (let end = count; end > 0;) {
      const first = firstOfSegment(end - 1);
      const segment = this.#arena.allocate(irregularBytes);
      for (let k = first; k < end; k++) {
        this.#setValue(segment, k, this.#value(old, k));
        this.#setOffset(segment, k, k * stepMs);
      }
      if (later < 0) this.#segments[id] = segment;
      else this.#setBefore(later, segment);
      later = segment;
      const before = this.#before(old);
      this.#arena.free(old, regularBytes);
      old = before;
      end = first;
    }
    this.#stepsMs[id] = irregular;
  }

  #sizeBytes(id: number): number {
    return this.#stepsMs[id] === irregular ? irregularBytes : regularBytes;
  }

  #segmentOf(id: number, index: number): number {
    let segment = this.#segments[id]!;
    let first = firstOfSegment(this.#counts[id]! - 1);
    for (; first > index; first -= segmentCount) segment = this.#before(segment);
    return segment;
  }

  #before(segment: number): number {
    return this.#arena.words(segment)[this.#arena.wordAt(segment)]!;
  }

  #setBefore(segment: number, before: number): void {
    this.#arena.words(segment)[this.#arena.wordAt(segment)] = before;
  }

  // Sample `index` of the series, in the segment that has it.

  #value(segment: number, index: number): number {
    const at = this.#arena.doubleAt(segment) + valuesDouble + (index % segmentCount);
    return this.#arena.doubles(segment)[at]!;
  }

  #setValue(segment: number, index: number, value: number): void {
    const at = this.#arena.doubleAt(segment) + valuesDouble + (index % segmentCount);
    this.#arena.doubles(segment)[at] = value;
  }

  #offsetMs(segment: number, index: number): number {
    const at = this.#arena.wordAt(segment) + timesWord + (index % segmentCount);
    return this.#arena.words(segment)[at]!;
  }

  #setOffset(segment: number, index: number, offsetMs: number): void {
    const at = this.#arena.wordAt(segment) + timesWord + (index % segmentCount);
    this.#arena.words(segment)[at] = offsetMs;
  }
}

/** The index of the first sample of the segment that has sample `index`. */
function firstOfSegment(index: number): number {
  return index - (index % segmentCount);
}
