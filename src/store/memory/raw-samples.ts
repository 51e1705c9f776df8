/**
 * The samples of each series that are in no chunk yet: two columns, ascending in time.
 *
 * A block of the arena holds first the values as doubles, then the times as u32 milliseconds after
 * the first one. It doubles from 8 samples to `sampleCountMax`, so that the many series with a few
 * samples cost little. A series without samples has no block.
 */
import { assert } from "../../base/assert.ts";
import { type BlockArena, grown } from "./block-arena.ts";

/** Samples of one series lie closer together than this. */
const spanMsMax = 2 ** 31;
const roomMin = 8;
const sampleBytes = 12;

/** "far": not taken, because it lies `spanMsMax` or more from another sample. */
export type PutResult = "added" | "replaced" | "far";

export class RawSamples {
  readonly #arena: BlockArena;
  readonly #roomMax: number;
  #sampleCount = 0;
  // By id.
  #blocks = new Uint32Array(0);
  #rooms = new Uint16Array(0);
  #counts = new Uint16Array(0);
  #firstMs = new Float64Array(0);

  /** @param sampleCountMax  per series; the owner takes the samples out when it is reached */
  constructor(arena: BlockArena, options: { readonly sampleCountMax: number }) {
    this.#arena = arena;
    this.#roomMax = options.sampleCountMax + (options.sampleCountMax & 1);
  }

  /** Of all series. */
  get sampleCount(): number {
    return this.#sampleCount;
  }

  /** Memory besides the arena. */
  get tableBytes(): number {
    return (
      this.#blocks.byteLength +
      this.#rooms.byteLength +
      this.#counts.byteLength +
      this.#firstMs.byteLength
    );
  }

  growTo(idRoom: number): void {
    this.#blocks = grown(this.#blocks, new Uint32Array(idRoom));
    this.#rooms = grown(this.#rooms, new Uint16Array(idRoom));
    this.#counts = grown(this.#counts, new Uint16Array(idRoom));
    this.#firstMs = grown(this.#firstMs, new Float64Array(idRoom));
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
    let offsetMs = timeMs - this.#firstMs[id]!;
    if (offsetMs >= spanMsMax) return "far";
    if (offsetMs < 0) {
      if (!this.#moveFirst(id, timeMs)) return "far";
      offsetMs = 0;
    }
    if (count === this.#rooms[id]) this.#growBlock(id);
    const block = this.#blocks[id]!;
    const doubles = this.#arena.doubles(block);
    const words = this.#arena.words(block);
    const valuesAt = this.#arena.doubleAt(block);
    const timesAt = this.#arena.wordAt(block) + this.#rooms[id]! * 2;

    let index = count;
    while (index > 0 && words[timesAt + index - 1]! > offsetMs) index -= 1;
    if (index > 0 && words[timesAt + index - 1] === offsetMs) {
      doubles[valuesAt + index - 1] = value;
      return "replaced";
    }
    for (let k = count; k > index; k--) {
      words[timesAt + k] = words[timesAt + k - 1]!;
      doubles[valuesAt + k] = doubles[valuesAt + k - 1]!;
    }
    words[timesAt + index] = offsetMs;
    doubles[valuesAt + index] = value;
    this.#counts[id] = count + 1;
    this.#sampleCount += 1;
    return "added";
  }

  /**
   * Takes the sample of a row where it is simply the next: after all that are there, and with room.
   * @returns how many there are now, 0 where `put` has to take it
   */
  append(id: number, timesMs: Float64Array, values: Float64Array, row: number): number {
    const count = this.#counts[id]!;
    const room = this.#rooms[id]!;
    if (count === 0 || count === room) return 0;
    const offsetMs = timesMs[row]! - this.#firstMs[id]!;
    if (!(offsetMs >= 0 && offsetMs < spanMsMax)) return 0;
    const block = this.#blocks[id]!;
    const words = this.#arena.words(block);
    const timesAt = this.#arena.wordAt(block) + room * 2 + count;
    if (words[timesAt - 1]! >= offsetMs) return 0;
    words[timesAt] = offsetMs;
    this.#arena.doubles(block)[this.#arena.doubleAt(block) + count] = values[row]!;
    this.#counts[id] = count + 1;
    this.#sampleCount += 1;
    return count + 1;
  }

  /** The index of the first sample not before `timeMs`. */
  lowerBound(id: number, timeMs: number): number {
    const count = this.#counts[id]!;
    if (count === 0) return 0;
    const block = this.#blocks[id]!;
    const words = this.#arena.words(block);
    const timesAt = this.#arena.wordAt(block) + this.#rooms[id]! * 2;
    const offsetMs = timeMs - this.#firstMs[id]!;
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (words[timesAt + middle]! < offsetMs) low = middle + 1;
      else high = middle;
    }
    return low;
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
    const block = this.#blocks[id]!;
    const doubles = this.#arena.doubles(block);
    const words = this.#arena.words(block);
    const valuesAt = this.#arena.doubleAt(block);
    const timesAt = this.#arena.wordAt(block) + this.#rooms[id]! * 2;
    const firstMs = this.#firstMs[id]!;
    for (let k = from; k < until; k++) {
      timesMs[to + k - from] = firstMs + words[timesAt + k]!;
      values[to + k - from] = doubles[valuesAt + k]!;
    }
  }

  /** Forgets the series' samples. */
  clear(id: number): void {
    const room = this.#rooms[id]!;
    if (room === 0) return;
    this.#arena.free(this.#blocks[id]!, room * sampleBytes);
    this.#sampleCount -= this.#counts[id]!;
    this.#rooms[id] = 0;
    this.#counts[id] = 0;
  }

  /** Lets times count from an earlier moment. @returns false where the span would be too long */
  #moveFirst(id: number, firstMs: number): boolean {
    const count = this.#counts[id]!;
    const block = this.#blocks[id]!;
    const words = this.#arena.words(block);
    const timesAt = this.#arena.wordAt(block) + this.#rooms[id]! * 2;
    const shiftMs = this.#firstMs[id]! - firstMs;
    if (words[timesAt + count - 1]! + shiftMs >= spanMsMax) return false;
    for (let k = 0; k < count; k++) words[timesAt + k] = words[timesAt + k]! + shiftMs;
    this.#firstMs[id] = firstMs;
    return true;
  }

  #growBlock(id: number): void {
    const count = this.#counts[id]!;
    const oldRoom = this.#rooms[id]!;
    const room = Math.min(Math.max(roomMin, oldRoom * 2), this.#roomMax);
    assert(room > oldRoom, "the owner takes samples out when sampleCountMax is reached");
    const block = this.#arena.allocate(room * sampleBytes);
    if (oldRoom > 0) {
      const old = this.#blocks[id]!;
      const oldDoubles = this.#arena.doubles(old);
      const oldWords = this.#arena.words(old);
      const doubles = this.#arena.doubles(block);
      const words = this.#arena.words(block);
      const oldValuesAt = this.#arena.doubleAt(old);
      const oldTimesAt = this.#arena.wordAt(old) + oldRoom * 2;
      const valuesAt = this.#arena.doubleAt(block);
      const timesAt = this.#arena.wordAt(block) + room * 2;
      for (let k = 0; k < count; k++) {
        doubles[valuesAt + k] = oldDoubles[oldValuesAt + k]!;
        words[timesAt + k] = oldWords[oldTimesAt + k]!;
      }
      this.#arena.free(old, oldRoom * sampleBytes);
    }
    this.#blocks[id] = block;
    this.#rooms[id] = room;
  }
}
