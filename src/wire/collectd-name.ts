/**
 * Names of collectd's series, as its own write_graphite plugin writes them without prefix, so that a
 * sender may change from one to the other:
 *
 *     HOST.PLUGIN[-INSTANCE].TYPE[-INSTANCE][.SOURCE]
 *
 * Dots, slashes and blanks inside of a part become '_'; SOURCE is left out where it is "value" alone.
 *
 * Source: collectd manual, collectd.conf(5), plugin write_graphite.
 */
import { TaggedNameWriter } from "./tagged-name-writer.ts";

/** The parts in their order, as ranges of bytes or as texts. */
export class CollectdName {
  readonly #writer = new TaggedNameWriter();
  readonly #encoder = new TextEncoder();
  readonly #part = new Uint8Array(partBytesMax);
  #isLong = false;

  get bytes(): Uint8Array {
    return this.#writer.bytes;
  }

  clear(): void {
    this.#writer.clear();
    this.#isLong = false;
  }

  get length(): number {
    return this.#writer.headLength;
  }

  cut(length: number): void {
    this.#writer.cutHead(length);
  }

  /** @param separator  "." before a part, "-" before an instance, which may be empty */
  part(separator: "" | "." | "-", bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    if (end - start > partBytesMax) {
      this.#isLong = true;
      return;
    }
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      this.#part[at - start] = byte === dot || byte === slash || byte === space ? underscore : byte;
    }
    this.#writer.headText(separator);
    this.#writer.head(this.#part, 0, end - start);
  }

  text(separator: "" | "." | "-", text: string): void {
    const bytes = this.#encoder.encode(text);
    this.part(separator, bytes, 0, bytes.length);
  }

  /** @returns the length of the name in `bytes`; 0 where it does not fit */
  compose(): number {
    return this.#isLong ? 0 : this.#writer.compose();
  }
}

/** collectd's own limit is 128. */
const partBytesMax = 1024;

const space = 0x20;
const dot = 0x2e;
const slash = 0x2f;
const underscore = 0x5f;
