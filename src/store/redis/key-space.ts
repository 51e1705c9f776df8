/**
 * The keys of one namespace, and what is known of each, as columns by a small whole number:
 *
 *     key          prefix + name, a string of points        "metrics.web.fe1.load"
 *     set          prefix + "unique_metrics"                full keys of all series
 *
 *     knownBytes   length of the value as last seen; NaN where it was never seen
 *     tails        its last `tailBytes` bytes then: while they stand where they stood, what follows
 *                  them was appended since, and nothing before was rewritten
 *     firstMs      time of the point that stands first; NaN where it is not known
 *
 * The length alone would not do: the original's roomba cuts old points off while others append, and
 * a value that lost as much as it gained has the length it had.
 */
import { assert } from "../../base/assert.ts";

/** Holds a whole point at least, so that a time is among what is compared. */
export const tailBytes = 32;

const startCapacity = 1024;

export interface KeySpaceOptions {
  readonly prefix: string;
  /** Older points than this are cut off. */
  readonly keptMs: number;
  readonly seriesCountMax: number;
}

export class KeySpace {
  readonly prefix: string;
  readonly keptMs: number;
  readonly #seriesCountMax: number;
  readonly #ids = new Map<string, number>();
  #names: (string | undefined)[] = [];
  readonly #freeIds: number[] = [];
  knownBytes = new Float64Array(startCapacity);
  firstMs = new Float64Array(startCapacity);
  /** When the value was last compared with what is known of it; -Infinity for never. */
  checkedMs = new Float64Array(startCapacity);
  /** When others were last seen to have written; -Infinity for never. */
  foreignMs = new Float64Array(startCapacity);
  /** Whether the name is known to be in the set. */
  isRegistered = new Uint8Array(startCapacity);
  /** Which listing of the set last had the name, see `SeriesNames`. */
  listing = new Float64Array(startCapacity);
  #tails = Buffer.alloc(startCapacity * tailBytes);
  #refusedCount = 0;

  constructor({ prefix, keptMs, seriesCountMax }: KeySpaceOptions) {
    this.prefix = prefix;
    this.keptMs = keptMs;
    this.#seriesCountMax = seriesCountMax;
  }

  get setKey(): string {
    return `${this.prefix}unique_metrics`;
  }

  get seriesCount(): number {
    return this.#ids.size;
  }

  /** Ids are below this; some of them may be free. */
  get idCount(): number {
    return this.#names.length;
  }

  /** Names for which there was no room. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  keyOf(name: string): string {
    return this.prefix + name;
  }

  /** @returns undefined where the id is free */
  nameOf(id: number): string | undefined {
    return this.#names[id];
  }

  find(name: string): number | undefined {
    return this.#ids.get(name);
  }

  /** @returns the id of the name, new or known; undefined where there are too many */
  enter(name: string): number | undefined {
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    if (this.#ids.size >= this.#seriesCountMax) {
      this.#refusedCount += 1;
      return undefined;
    }
    const id = this.#freeIds.pop() ?? this.#names.length;
    if (id >= this.knownBytes.length) this.#grow();
    this.#ids.set(name, id);
    this.#names[id] = name;
    this.knownBytes[id] = NaN;
    this.firstMs[id] = NaN;
    this.checkedMs[id] = -Infinity;
    this.foreignMs[id] = -Infinity;
    this.isRegistered[id] = 0;
    this.listing[id] = 0;
    return id;
  }

  forget(id: number): void {
    const name = this.#names[id];
    assert(name !== undefined, "a series that is known is forgotten");
    this.#ids.delete(name);
    this.#names[id] = undefined;
    this.#freeIds.push(id);
  }

  /** The last bytes of the value as known; shorter where the value is. */
  tailOf(id: number): Buffer {
    const known = this.knownBytes[id]!;
    const end = (id + 1) * tailBytes;
    return this.#tails.subarray(end - (known > 0 ? Math.min(known, tailBytes) : 0), end);
  }

  /** The value, or its end, was seen. @param valueBytes  length of the whole value */
  noteSeen(id: number, end: Uint8Array, valueBytes: number): void {
    this.knownBytes[id] = valueBytes;
    this.#setTail(id, end);
  }

  /**
   * `appended` was appended, after which the value was `valueBytes` long.
   *
   * @param firstMs  time of the first appended point
   * @returns whether the key was made by it
   */
  noteAppended(
    id: number,
    appended: Uint8Array,
    valueBytes: number,
    { firstMs, nowMs }: { readonly firstMs: number; readonly nowMs: number },
  ): boolean {
    const known = this.knownBytes[id]!;
    const before = valueBytes - appended.length;
    if (before === 0) {
      this.noteSeen(id, appended, valueBytes);
      this.firstMs[id] = firstMs;
      this.checkedMs[id] = nowMs;
      return true;
    }
    if (known === before) {
      this.knownBytes[id] = valueBytes;
      this.#setTail(id, appended);
      this.checkedMs[id] = nowMs;
    } else if (!Number.isNaN(known) && known < valueBytes) this.foreignMs[id] = nowMs;
    return false;
  }

  /** What stands at the end now; what the tail held moves up where the end is shorter than it. */
  #setTail(id: number, end: Uint8Array): void {
    const at = id * tailBytes;
    const count = Math.min(end.length, tailBytes);
    this.#tails.copyWithin(at, at + count, at + tailBytes);
    this.#tails.set(end.subarray(end.length - count), at + tailBytes - count);
  }

  #grow(): void {
    const capacity = this.knownBytes.length * 2;
    this.knownBytes = grown(this.knownBytes, capacity);
    this.firstMs = grown(this.firstMs, capacity);
    this.checkedMs = grown(this.checkedMs, capacity);
    this.foreignMs = grown(this.foreignMs, capacity);
    this.listing = grown(this.listing, capacity);
    const isRegistered = new Uint8Array(capacity);
    isRegistered.set(this.isRegistered);
    this.isRegistered = isRegistered;
    const tails = Buffer.alloc(capacity * tailBytes);
    tails.set(this.#tails);
    this.#tails = tails;
  }
}

function grown(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}
