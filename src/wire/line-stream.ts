/**
 * Lines of one connection, cut anywhere, for protocols that are made of lines.
 *
 * As in carbon-stream.ts: lines that lie whole in what arrived are read where they are, a cut one is
 * copied into a buffer that grows to the longest line at most, and a line beyond that is refused once
 * and skipped up to its LF.
 */
import type { StreamReader } from "./stream-reader.ts";

/** What a protocol does with its lines; `[start, end)` is a line without LF. */
export interface LineReader {
  line(bytes: Uint8Array, start: number, end: number): void;
  fault(reason: LineStreamFault, bytes: Uint8Array, start: number, end: number): void;
}

export type LineStreamFault =
  | "long-line"
  /** The connection ended inside a line. */
  | "cut-line";

export class LineStream implements StreamReader {
  readonly #reader: LineReader;
  readonly #lineBytesMax: number;
  #held = new Uint8Array(0);
  #heldBytes = 0;
  #isSkipping = false;

  constructor(reader: LineReader, lineBytesMax: number) {
    this.#reader = reader;
    this.#lineBytesMax = lineBytesMax;
  }

  /** Always true: a bad line ends at its LF. */
  push(bytes: Uint8Array): boolean {
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
      if (this.#isSkipping) this.#isSkipping = false;
      else if (this.#heldBytes > 0) {
        if (this.#hold(bytes, start, end)) this.#reader.line(this.#held, 0, this.#heldBytes);
        this.#heldBytes = 0;
      } else if (end - start > this.#lineBytesMax) {
        this.#reader.fault("long-line", bytes, start, end);
      } else this.#reader.line(bytes, start, end);
      start = end + 1;
    }
    if (start < bytes.length && !this.#isSkipping) {
      this.#isSkipping = !this.#hold(bytes, start, bytes.length);
    }
    return true;
  }

  end(): void {
    if (this.#heldBytes > 0) this.#reader.fault("cut-line", this.#held, 0, this.#heldBytes);
    this.#heldBytes = 0;
  }

  /** @returns false, and the line is counted, where it grows too long */
  #hold(bytes: Uint8Array, start: number, end: number): boolean {
    const neededBytes = this.#heldBytes + end - start;
    if (neededBytes > this.#lineBytesMax) {
      if (this.#heldBytes > 0) this.#reader.fault("long-line", this.#held, 0, this.#heldBytes);
      else this.#reader.fault("long-line", bytes, start, end);
      this.#heldBytes = 0;
      return false;
    }
    if (neededBytes > this.#held.length) {
      const grown = new Uint8Array(Math.min(this.#lineBytesMax, Math.max(256, neededBytes * 2)));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes.subarray(start, end), this.#heldBytes);
    this.#heldBytes = neededBytes;
    return true;
  }
}
