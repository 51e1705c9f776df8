/**
 * The stack of a pickle machine, with its marks and its memo. Values are places in `PickleValues`.
 *
 * Nothing here throws: what a pickle may get wrong is asked about first (`holds`, `hasMark`) or
 * answered with false.
 */
import { kindList, type PickleValues } from "./pickle-values.ts";

/** The depth of nesting under construction; real payloads have three. */
const markCountMax = 64;

export class PickleStack {
  readonly #values: PickleValues;
  #stack = new Int32Array(256);
  #height = 0;
  /** Heights at each open MARK. */
  readonly #marks = new Int32Array(markCountMax);
  #markCount = 0;
  /** Value + 1 at each key; 0 is none, everywhere from `#memoEnd` on. */
  #memo = new Int32Array(256);
  #memoEnd = 0;
  #memoCount = 0;
  #memoKeyEnd = 0;

  constructor(values: PickleValues) {
    this.#values = values;
  }

  /**
   * @param memoKeyEnd  memo keys lie below it: the length of the pickle, since each PUT takes a byte
   *   at least and picklers count up
   */
  clear(memoKeyEnd: number): void {
    this.#height = 0;
    this.#markCount = 0;
    this.#memo.fill(0, 0, this.#memoEnd);
    this.#memoEnd = 0;
    this.#memoCount = 0;
    this.#memoKeyEnd = memoKeyEnd;
  }

  push(value: number): void {
    if (this.#height === this.#stack.length) {
      const grown = new Int32Array(this.#stack.length * 2);
      grown.set(this.#stack);
      this.#stack = grown;
    }
    this.#stack[this.#height++] = value;
  }

  /** Whether at least `count` values lie above the newest mark. */
  holds(count: number): boolean {
    const floor = this.#markCount === 0 ? 0 : this.#marks[this.#markCount - 1]!;
    return this.#height - floor >= count;
  }

  /** The value that lies `below` values under the top one; the stack must hold it. */
  peek(below: number): number {
    return this.#stack[this.#height - 1 - below]!;
  }

  /** The stack must hold them. */
  drop(count: number): void {
    this.#height -= count;
  }

  get isMarkOnTop(): boolean {
    return this.#markCount > 0 && this.#marks[this.#markCount - 1] === this.#height;
  }

  /** @returns false at the limit of depth */
  mark(): boolean {
    if (this.#markCount === markCountMax) return false;
    this.#marks[this.#markCount++] = this.#height;
    return true;
  }

  /** Whether there is a mark with at least `belowCount` values directly below it. */
  hasMark(belowCount: number): boolean {
    if (this.#markCount === 0) return false;
    const floor = this.#markCount === 1 ? 0 : this.#marks[this.#markCount - 2]!;
    return this.#marks[this.#markCount - 1]! - floor >= belowCount;
  }

  /** Drops the newest mark and all above it; there must be one. */
  dropToMark(): void {
    this.#height = this.#popMark();
  }

  /** Replaces the top `count` values, which it must hold, by a tuple of them. */
  foldTuple(count: number): void {
    const from = this.#height - count;
    const tuple = this.#values.addTuple(this.#stack, from, this.#height);
    this.#height = from;
    this.push(tuple);
  }

  foldTupleToMark(): void {
    this.foldTuple(this.#height - this.#popMark());
  }

  foldListToMark(): void {
    const list = this.#values.addList();
    const from = this.#popMark();
    for (let i = from; i < this.#height; i++) this.#values.append(list, this.#stack[i]!);
    this.#height = from;
    this.push(list);
  }

  /** Appends the top `count` values to the list below them; to anything else it does nothing. */
  append(count: number): void {
    const from = this.#height - count;
    const list = this.#stack[from - 1]!;
    if (this.#values.kinds[list] === kindList) {
      for (let i = from; i < this.#height; i++) this.#values.append(list, this.#stack[i]!);
    }
    this.#height = from;
  }

  appendToMark(): void {
    this.append(this.#height - this.#popMark());
  }

  /** Keeps the top value under `key`, by default the next free one. */
  put(key = this.#memoCount): boolean {
    const isKey = key >= 0 && key < this.#memoKeyEnd && Number.isInteger(key);
    if (!isKey || !this.holds(1)) return false;
    if (key >= this.#memo.length) {
      const grown = new Int32Array(Math.max(key + 1, this.#memo.length * 2));
      grown.set(this.#memo);
      this.#memo = grown;
    }
    if (this.#memo[key] === 0) this.#memoCount += 1;
    if (key >= this.#memoEnd) this.#memoEnd = key + 1;
    this.#memo[key] = this.peek(0) + 1;
    return true;
  }

  get(key: number): boolean {
    if (!(key >= 0 && key < this.#memoEnd) || !Number.isInteger(key)) return false;
    const value = this.#memo[key]! - 1;
    if (value < 0) return false;
    this.push(value);
    return true;
  }

  #popMark(): number {
    this.#markCount -= 1;
    return this.#marks[this.#markCount]!;
  }
}
