/**
 * The values of one pickle, as columns: a value is a small whole number, and what it is stands at
 * that place of the columns. Nothing is allocated per value.
 *
 *     kind      | number      start         end
 *     number    | the number  -             -
 *     text      | -           first byte    behind the last, in the frame
 *     literal   | -           first byte    behind the last, in `literals` (escapes resolved)
 *     tuple     | length      first child   -                 children are in `#children`
 *     list      | length      first cell    last cell         cells are linked, since lists grow
 *     object    | -           the bytes that name or build it, in the frame
 *     longText  | -           its bytes, in the frame
 *     wide      | -           its bytes, in the frame
 *     other     | -           -             -                 None, dicts and such
 *
 * Memory: 29 bytes per value, at most `pickleValueCountMax` values; kept for the next pickle.
 */

/** A frame of 1 MiB cannot make more: each opcode makes at most one value. */
export const pickleValueCountMax = 1 << 20;

export const kindOther = 0;
export const kindNumber = 1;
export const kindText = 2;
export const kindLiteral = 3;
export const kindTuple = 4;
export const kindList = 5;
export const kindObject = 6;
export const kindLongText = 7;
export const kindWide = 8;

const noCell = -1;

export class PickleValues {
  count = 0;
  kinds = new Uint8Array(1024);
  numbers = new Float64Array(1024);
  starts = new Int32Array(1024);
  ends = new Int32Array(1024);
  /** Bytes of texts whose escapes had to be resolved; the caller appends and raises the size. */
  literals = new Uint8Array(256);
  literalBytes = 0;

  #children = new Int32Array(1024);
  #childCount = 0;
  #cellValues = new Int32Array(1024);
  #cellNexts = new Int32Array(1024);
  #cellCount = 0;

  clear(): void {
    this.count = 0;
    this.literalBytes = 0;
    this.#childCount = 0;
    this.#cellCount = 0;
  }

  get isFull(): boolean {
    return this.count >= pickleValueCountMax;
  }

  /** A value of the given kind; it must not be full. */
  add(kind: number, number: number, start: number, end: number): number {
    const value = this.count++;
    if (value === this.kinds.length) this.#growValues();
    this.kinds[value] = kind;
    this.numbers[value] = number;
    this.starts[value] = start;
    this.ends[value] = end;
    return value;
  }

  /** A tuple of `stack[from, to)`. */
  addTuple(stack: Int32Array, from: number, to: number): number {
    const first = this.#childCount;
    const length = to - from;
    while (first + length > this.#children.length) this.#children = doubled(this.#children);
    for (let i = from; i < to; i++) this.#children[this.#childCount++] = stack[i]!;
    return this.add(kindTuple, length, first, 0);
  }

  addList(): number {
    return this.add(kindList, 0, noCell, noCell);
  }

  append(list: number, value: number): void {
    const cell = this.#cellCount++;
    if (cell === this.#cellValues.length) {
      this.#cellValues = doubled(this.#cellValues);
      this.#cellNexts = doubled(this.#cellNexts);
    }
    this.#cellValues[cell] = value;
    this.#cellNexts[cell] = noCell;
    const last = this.ends[list]!;
    if (last === noCell) this.starts[list] = cell;
    else this.#cellNexts[last] = cell;
    this.ends[list] = cell;
    this.numbers[list]! += 1;
  }

  isSequence(value: number): boolean {
    const kind = this.kinds[value]!;
    return kind === kindTuple || kind === kindList;
  }

  /** Of a sequence. */
  lengthOf(value: number): number {
    return this.numbers[value]!;
  }

  /** The first or second element of a sequence that has it. */
  elementOf(sequence: number, index: 0 | 1): number {
    const start = this.starts[sequence]!;
    if (this.kinds[sequence] === kindTuple) return this.#children[start + index]!;
    return this.#cellValues[index === 0 ? start : this.#cellNexts[start]!]!;
  }

  /** Where a walk over the sequence begins; see `stepValue` and `stepAfter`. */
  firstStep(sequence: number): number {
    return this.starts[sequence]!;
  }

  stepValue(sequence: number, step: number): number {
    return this.kinds[sequence] === kindTuple ? this.#children[step]! : this.#cellValues[step]!;
  }

  stepAfter(sequence: number, step: number): number {
    return this.kinds[sequence] === kindTuple ? step + 1 : this.#cellNexts[step]!;
  }

  #growValues(): void {
    const kinds = new Uint8Array(this.kinds.length * 2);
    kinds.set(this.kinds);
    this.kinds = kinds;
    const numbers = new Float64Array(this.numbers.length * 2);
    numbers.set(this.numbers);
    this.numbers = numbers;
    this.starts = doubled(this.starts);
    this.ends = doubled(this.ends);
  }
}

function doubled(column: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(column.length * 2);
  grown.set(column);
  return grown;
}
