/**
 * Series that are to be looked at whole, each at most once, in the order they came.
 *
 *     lane       | behind → 4 → 9        first in, first out, linked through `next`
 *                | unread → 1 → 2 → 7
 *                | history → 3
 *     laneOf     | 0 2 2 3 1 0 0 2 0 1 | by id; 0 is none
 *
 * Nine bytes a series and nothing else, so it is bounded by the number of ids.
 */
import { grown } from "../base/grown.ts";

/**
 * - behind   it was judged row by row, and then something came that has to be read from the window
 * - unread   never looked at since the start
 * - history  looked at, and much is left to learn from
 */
export const lane = { behind: 1, unread: 2, history: 3 } as const;

export type Lane = (typeof lane)[keyof typeof lane];

const roomMin = 1024;
const nobody = -1;

export class WaitingIds {
  #next = new Int32Array(roomMin);
  #sinceMs = new Uint32Array(roomMin);
  #laneOf = new Uint8Array(roomMin);
  readonly #heads = new Int32Array(4).fill(nobody);
  readonly #tails = new Int32Array(4).fill(nobody);
  readonly #counts = new Uint32Array(4);

  get tableBytes(): number {
    return this.#next.byteLength + this.#sinceMs.byteLength + this.#laneOf.byteLength;
  }

  has(id: number): boolean {
    return id < this.#laneOf.length && this.#laneOf[id] !== 0;
  }

  isIn(id: number, of: Lane): boolean {
    return id < this.#laneOf.length && this.#laneOf[id] === of;
  }

  count(of: Lane): number {
    return this.#counts[of]!;
  }

  /** Puts the series at the end of a lane, unless it waits already. */
  push(id: number, to: Lane, nowMs: number): void {
    this.#grow(id + 1);
    if (this.#laneOf[id] !== 0) return;
    this.#laneOf[id] = to;
    this.#next[id] = nobody;
    this.#sinceMs[id] = Math.floor(nowMs);
    const tail = this.#tails[to]!;
    if (tail === nobody) this.#heads[to] = id;
    else this.#next[tail] = id;
    this.#tails[to] = id;
    this.#counts[to] = this.#counts[to]! + 1;
  }

  /** The series that waits longest in the lane; -1 for none. */
  first(of: Lane): number {
    return this.#heads[of]!;
  }

  /** Lets go of the first of the lane. */
  shift(of: Lane): void {
    const id = this.#heads[of]!;
    if (id === nobody) return;
    this.#laneOf[id] = 0;
    this.#heads[of] = this.#next[id]!;
    if (this.#heads[of] === nobody) this.#tails[of] = nobody;
    this.#counts[of] = this.#counts[of]! - 1;
  }

  /** How long the first of the lane has waited; 0 for none. */
  waitedMs(of: Lane, nowMs: number): number {
    const id = this.#heads[of]!;
    // In 32 bits, as the time of its coming is kept.
    return id === nobody ? 0 : (Math.floor(nowMs) - this.#sinceMs[id]!) >>> 0;
  }

  #grow(idCount: number): void {
    if (idCount <= this.#laneOf.length) return;
    const length = Math.max(idCount, 2 * this.#laneOf.length);
    this.#next = grown(this.#next, new Int32Array(length));
    this.#sinceMs = grown(this.#sinceMs, new Uint32Array(length));
    this.#laneOf = grown(this.#laneOf, new Uint8Array(length));
  }
}
