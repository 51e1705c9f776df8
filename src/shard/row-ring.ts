/**
 * Rows that have come and wait to be judged: a ring of typed columns, oldest first.
 *
 *     ids       | 7 | 8 | 7 | …      the window's
 *     timesMs   |   |   |   | …
 *     values    |   |   |   | …
 *     cameMs    |   |   |   | …      when the row came, of the clock that never goes back
 *
 * Full is an answer, not an error: what found no room is read from the window later.
 */
import { assert } from "../base/assert.ts";

export class RowRing {
  readonly #mask: number;
  readonly #ids: Int32Array;
  readonly #timesMs: Float64Array;
  readonly #values: Float64Array;
  readonly #cameMs: Float64Array;
  #head = 0;
  #count = 0;

  /** @param rowCountMax  a power of two */
  constructor(rowCountMax: number) {
    assert(rowCountMax > 0 && (rowCountMax & (rowCountMax - 1)) === 0, "a power of two of rows");
    this.#mask = rowCountMax - 1;
    this.#ids = new Int32Array(rowCountMax);
    this.#timesMs = new Float64Array(rowCountMax);
    this.#values = new Float64Array(rowCountMax);
    this.#cameMs = new Float64Array(rowCountMax);
  }

  get count(): number {
    return this.#count;
  }

  /** @returns false where there is no room */
  push(id: number, timeMs: number, value: number, cameMs: number): boolean {
    if (this.#count > this.#mask) return false;
    const at = (this.#head + this.#count) & this.#mask;
    this.#ids[at] = id;
    this.#timesMs[at] = timeMs;
    this.#values[at] = value;
    this.#cameMs[at] = cameMs;
    this.#count += 1;
    return true;
  }

  // Of the oldest row; there must be one.
  get id(): number {
    return this.#ids[this.#head]!;
  }
  get timeMs(): number {
    return this.#timesMs[this.#head]!;
  }
  get value(): number {
    return this.#values[this.#head]!;
  }
  get cameMs(): number {
    return this.#cameMs[this.#head]!;
  }

  /** Lets go of the oldest row. */
  shift(): void {
    this.#head = (this.#head + 1) & this.#mask;
    this.#count -= 1;
  }
}
