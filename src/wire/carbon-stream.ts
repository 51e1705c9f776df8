/**
 * Carbon lines of one TCP connection, cut anywhere.
 *
 * Lines that lie whole in what arrived are read where they are; only a cut one is copied, into a
 * buffer that grows to the longest line at most. A line beyond that is refused once and skipped up
 * to its LF.
 */
import { carbonLineBytesMax, readCarbonLine, readCarbonLines } from "./carbon-line.ts";
import type { CarbonFault } from "./carbon-line.ts";
import type { PlainSender } from "./plain-rows.ts";
import type { RowSink } from "./row-sink.ts";
import type { StreamReader } from "./stream-reader.ts";

export class CarbonStream implements StreamReader {
  readonly #sink: RowSink<CarbonFault>;
  readonly #plain: PlainSender | undefined;
  /** The start of a line whose LF has not come. */
  #held = new Uint8Array(0);
  #heldBytes = 0;
  #isSkipping = false;

  constructor(sink: RowSink<CarbonFault>, plain?: PlainSender) {
    this.#sink = sink;
    this.#plain = plain;
  }

  /** Always true: a bad line ends at its LF. */
  push(bytes: Uint8Array): boolean {
    let start = 0;
    if (this.#isSkipping || this.#heldBytes > 0) {
      const lineEnd = bytes.indexOf(0x0a);
      const end = lineEnd < 0 ? bytes.length : lineEnd;
      if (!this.#isSkipping) this.#hold(bytes, 0, end);
      if (lineEnd < 0) return true;
      if (!this.#isSkipping) this.#readHeld();
      this.#heldBytes = 0;
      this.#isSkipping = false;
      start = lineEnd + 1;
    }
    const rest = readCarbonLines(bytes, start, bytes.length, this.#sink, this.#plain);
    if (rest < bytes.length) this.#hold(bytes, rest, bytes.length);
    return true;
  }

  end(): void {
    if (this.#heldBytes > 0) this.#sink.fault("cut-line", this.#held, 0, this.#heldBytes);
    this.#heldBytes = 0;
  }

  /** The line that was cut is one of the sender's order like any other. */
  #readHeld(): void {
    this.#plain?.begin();
    readCarbonLine(this.#held, 0, this.#heldBytes, this.#sink);
    this.#plain?.end();
  }

  #hold(bytes: Uint8Array, start: number, end: number): void {
    const neededBytes = this.#heldBytes + end - start;
    if (neededBytes > carbonLineBytesMax) {
      if (this.#heldBytes > 0) this.#sink.fault("long-line", this.#held, 0, this.#heldBytes);
      else this.#sink.fault("long-line", bytes, start, end);
      this.#heldBytes = 0;
      this.#isSkipping = true;
      return;
    }
    if (neededBytes > this.#held.length) {
      const grown = new Uint8Array(Math.min(carbonLineBytesMax, Math.max(256, neededBytes * 2)));
      grown.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = grown;
    }
    this.#held.set(bytes.subarray(start, end), this.#heldBytes);
    this.#heldBytes = neededBytes;
  }
}
