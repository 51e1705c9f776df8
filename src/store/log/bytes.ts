/**
 * Writing and reading the fields of our files: little-endian numbers, and whole numbers of 7 bits
 * per byte with the highest bit saying that more follow (LEB128), signed ones folded (zigzag:
 * 0, -1, 1, -2 … become 0, 1, 2, 3 …).
 *
 * Whole numbers may have up to 53 bits, so they are handled as doubles above 28 bits.
 */
import { assert } from "../../base/assert.ts";

/** A buffer that grows; `take` hands the bytes over and starts anew with another buffer. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #length = 0;

  constructor(capacityBytes = 4096) {
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** The buffer itself, valid until the next write; its first `length` bytes are filled. */
  get buffer(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  /** The bytes so far, valid until the next write. */
  written(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Sets how much is filled, after somebody wrote into `buffer`, or to take a write back. */
  setLength(length: number): void {
    assert(length <= this.#bytes.length, "a writer is filled no further than its buffer");
    this.#length = length;
  }

  /** Makes room for this many more bytes. */
  reserve(countBytes: number): void {
    const needed = this.#length + countBytes;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }

  u8(value: number): void {
    this.reserve(1);
    this.#bytes[this.#length++] = value;
  }

  u32(value: number): void {
    this.reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  f64(value: number): void {
    this.reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** @param value  whole, 0 to 2^53 */
  varint(value: number): void {
    this.reserve(8);
    const bytes = this.#bytes;
    let rest = value;
    let at = this.#length;
    while (rest >= 0x10000000) {
      bytes[at++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      bytes[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    bytes[at++] = rest;
    this.#length = at;
  }

  /** @param value  whole, between -2^52 and 2^52 */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Copies `bytes[start, end)`. */
  raw(bytes: Uint8Array, start = 0, end = bytes.length): void {
    this.reserve(end - start);
    this.#bytes.set(
      start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end),
      this.#length,
    );
    this.#length += end - start;
  }

  patchU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }
}

/**
 * Reads what a ByteWriter wrote. Reading past the end gives zeros and sets `isOverrun`, so that a
 * reader checks once, after a record, instead of after each field.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at: number;
  #isOverrun = false;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = at;
  }

  get isOverrun(): boolean {
    return this.#isOverrun;
  }

  /** Whether something is left to read. */
  get hasMore(): boolean {
    return this.at < this.bytes.length;
  }

  u8(): number {
    return this.#take(1) ? this.bytes[this.at - 1]! : 0;
  }

  u32(): number {
    return this.#take(4) ? this.#view.getUint32(this.at - 4, true) : 0;
  }

  f64(): number {
    return this.#take(8) ? this.#view.getFloat64(this.at - 8, true) : 0;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.bytes[this.at];
      if (byte === undefined) break;
      this.at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    this.#isOverrun = true;
    return 0;
  }

  signed(): number {
    const folded = this.varint();
    return folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
  }

  /** A view of the next bytes, empty where they are not all there. */
  raw(countBytes: number): Uint8Array {
    if (!this.#take(countBytes)) return this.bytes.subarray(0, 0);
    return this.bytes.subarray(this.at - countBytes, this.at);
  }

  /** Goes on behind the next bytes. */
  skip(countBytes: number): void {
    this.#take(countBytes);
  }

  #take(countBytes: number): boolean {
    if (this.at + countBytes <= this.bytes.length) {
      this.at += countBytes;
      return true;
    }
    this.at = this.bytes.length;
    this.#isOverrun = true;
    return false;
  }
}
