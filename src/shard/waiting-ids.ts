/**
 * Series that are to be looked at whole, each at most once, in lanes; in each in the order they came.
 *
 *     lane       | urgent → 4 → 9        first in, first out, linked through `next` and `previous`
 *                | routine → 1 → 2 → 7
 *                | unread → 3
 *     laneOf     | 0 4 4 5 1 0 0 4 0 1 | by id; 0 is none
 *
 * What waits as routine may turn out to be more urgent, and is moved then; nothing else changes its lane.
 *
 * Thirteen bytes a series and nothing else, so it is bounded by the number of ids.
 */
import { grown } from "../base/grown.ts";

/**
 * - urgent   what is quickly known of it says that it is about to be abnormal
 * - behind   something came that is not judged row by row, so it has to be read from the window
 * - open     it is abnormal, and goes on or ends
 * - routine  judged, and to be judged anew since time has passed
 * - unread   never looked at since the start
 * - history  looked at, and much is left to learn from
 */
export const lane = { urgent: 1, behind: 2, open: 3, routine: 4, unread: 5, history: 6 } as const;

export type Lane = (typeof lane)[keyof typeof lane];

const laneCount = 7;
const roomMin = 1024;
const nobody = -1;

export class WaitingIds {
  #next = new Int32Array(roomMin);
  #previous = new Int32Array(roomMin);
  #sinceMs = new Uint32Array(roomMin);
  #laneOf = new Uint8Array(roomMin);
  readonly #heads = new Int32Array(laneCount).fill(nobody);
  readonly #tails = new Int32Array(laneCount).fill(nobody);
  readonly #counts = new Uint32Array(laneCount);

  get tableBytes(): number {
    return (
      this.#next.byteLength +
      this.#previous.byteLength +
      this.#sinceMs.byteLength +
      this.#laneOf.byteLength
    );
  }

  /** Whether what comes of it is seen when it is looked at, so that nobody needs to look at it before. */
  isTaken(id: number): boolean {
    const of = id < this.#laneOf.length ? this.#laneOf[id]! : 0;
    return of !== 0 && of !== lane.routine;
  }

  isIn(id: number, of: Lane): boolean {
    return id < this.#laneOf.length && this.#laneOf[id] === of;
  }

  count(of: Lane): number {
    return this.#counts[of]!;
  }

  /** Puts the series at the end of a lane, unless it waits already; one that waits as routine is moved. */
  push(id: number, to: Lane, nowMs: number): void {
    this.#grow(id + 1);
    if (this.isTaken(id) || this.#laneOf[id] === to) return;
    if (this.#laneOf[id] !== 0) this.#unlink(id);
    this.#laneOf[id] = to;
    this.#sinceMs[id] = Math.floor(nowMs);
    const tail = this.#tails[to]!;
    this.#next[id] = nobody;
    this.#previous[id] = tail;
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
    if (id !== nobody) this.#unlink(id);
  }

  /** How long the first of the lane has waited; 0 for none. */
  waitedMs(of: Lane, nowMs: number): number {
    const id = this.#heads[of]!;
    // In 32 bits, as the time of its coming is kept.
    return id === nobody ? 0 : (Math.floor(nowMs) - this.#sinceMs[id]!) >>> 0;
  }

  #unlink(id: number): void {
    const of = this.#laneOf[id]!;
    const [before, after] = [this.#previous[id]!, this.#next[id]!];
    if (before === nobody) this.#heads[of] = after;
    else this.#next[before] = after;
    if (after === nobody) this.#tails[of] = before;
    else this.#previous[after] = before;
    this.#laneOf[id] = 0;
    this.#counts[of] = this.#counts[of]! - 1;
  }

  #grow(idCount: number): void {
    if (idCount <= this.#laneOf.length) return;
    const length = Math.max(idCount, 2 * this.#laneOf.length);
    this.#next = grown(this.#next, new Int32Array(length));
    this.#previous = grown(this.#previous, new Int32Array(length));
    this.#sinceMs = grown(this.#sinceMs, new Uint32Array(length));
    this.#laneOf = grown(this.#laneOf, new Uint8Array(length));
  }
}
