/**
 * Skyline's MessagePack: bytes in, rows out.
 *
 *     message  item | [ item, item, ... ]            one after another, without separator
 *     item     [ name, [ seconds, value ] ]
 *     name     str or bin, UTF-8
 *     seconds  Unix time: integer or float; -1 is "now"
 *     value    integer or float of any width
 *
 * The format explains itself, so that a value of any shape can be skipped: an item that is not as
 * above is refused by itself, and reading goes on behind it. Only the byte 0xc1, which MessagePack
 * never writes, loses the framing.
 *
 * The reader takes bytes as they come and holds back at most one item. A value to be skipped is not
 * held: two counters (values and bytes still to skip) take the place of a stack, so that depth and
 * announced lengths, up to 2^32, cost nothing.
 *
 * Source: msgpack/spec.md; etsy/skyline horizon/listen.py. Deviations: the original took one item
 * per datagram; points of three and more elements count by their first two, as its page read them.
 */
import {
  float32BigEndian,
  float64BigEndian,
  uint16BigEndian,
  uint32BigEndian,
} from "./byte-order.ts";
import { floatTime, integerValue } from "../model/index.ts";
import type { PlainSender } from "./plain-rows.ts";
import type { RowSink } from "./row-sink.ts";
import { timeMsOfSeconds } from "./seconds.ts";

/** Longer names are refused here; the admission's own limit is lower. */
export const msgpackNameBytesMax = 4096;

export type MsgpackFault =
  /** Not `[name, [seconds, value]]`. */
  | "bad-item"
  | "long-name"
  | "bad-time"
  | "bad-value"
  /** 0xc1: this is no MessagePack. */
  | "bad-byte"
  /** The datagram or connection ended inside a message. */
  | "cut-short";

/** `read` returns this where the framing is lost. */
export const msgpackLost = -1;

const needMore = -2;

export class MsgpackReader {
  readonly #sink: RowSink<MsgpackFault>;
  readonly #plain: PlainSender | undefined;
  /** Items of the open list that are still to come. */
  #listRest = 0;
  #skipValues = 0;
  #skipBytes = 0;

  /** What `#readHeader` found. */
  #kind: "array" | "text" | "number" | "other" = "other";
  #number = 0;
  #isFloat = false;
  /** Elements of an array, bytes of a text or extension. */
  #length = 0;
  /** Values inside: 0 for scalars. */
  #childCount = 0;

  constructor(sink: RowSink<MsgpackFault>, plain?: PlainSender) {
    this.#sink = sink;
    this.#plain = plain;
  }

  /** Whether everything so far was whole messages. */
  get isBetweenMessages(): boolean {
    return this.#listRest === 0 && this.#skipValues === 0 && this.#skipBytes === 0;
  }

  reset(): void {
    this.#listRest = 0;
    this.#skipValues = 0;
    this.#skipBytes = 0;
  }

  /**
   * Reads what is whole in `bytes[start, end)`.
   *
   * @returns where to go on once there are more bytes (at most an item's length before `end`), or
   *   `msgpackLost`
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    this.#plain?.begin();
    const rest = this.#read(bytes, start, end);
    this.#plain?.end();
    return rest;
  }

  #read(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      at = this.#readPlain(bytes, at, end);
      if (at >= end) return at;
      const next =
        this.#skipValues > 0 || this.#skipBytes > 0
          ? this.#skip(bytes, at, end)
          : this.#readItem(bytes, at, end);
      if (next === needMore) return at;
      if (next === msgpackLost) {
        this.#sink.fault("bad-byte", bytes, at, end);
        return msgpackLost;
      }
      at = next;
    }
    return at;
  }

  /** As many items as need no reader. */
  #readPlain(bytes: Uint8Array, at: number, end: number): number {
    const plain = this.#plain;
    if (plain === undefined || this.#skipValues > 0 || this.#skipBytes > 0) return at;
    const rest = this.#listRest;
    const next = plain.items(bytes, at, end, rest > 0 ? rest : Infinity);
    if (rest > 0) this.#listRest = rest - plain.takenCount;
    return next;
  }

  /** At the start of an item, or of a list of them. */
  #readItem(bytes: Uint8Array, start: number, end: number): number {
    let at = this.#readHeader(bytes, start, end);
    if (at < 0) return at;
    const count = this.#length;
    if (!this.#isFound("array")) return this.#refuse("bad-item", bytes, start, end, start, 1);
    if (count === 0) {
      if (this.#listRest > 0) return this.#refuse("bad-item", bytes, start, end, start, 1);
      return at; // a list of nothing
    }

    const nameHeader = at;
    at = this.#readHeader(bytes, nameHeader, end);
    if (at < 0) return at;
    if (!this.#isFound("text")) {
      if (this.#listRest > 0) return this.#refuse("bad-item", bytes, start, end, start, 1);
      this.#listRest = count;
      return nameHeader;
    }
    if (count !== 2) return this.#refuse("bad-item", bytes, start, end, start, 1);
    const nameStart = at;
    const nameEnd = at + this.#length;
    if (this.#length > msgpackNameBytesMax) {
      return this.#refuse("long-name", bytes, nameStart, Math.min(nameEnd, end), start, 1);
    }
    if (nameEnd > end) return needMore;

    const pointHeader = nameEnd;
    at = this.#readHeader(bytes, pointHeader, end);
    if (at < 0) return at;
    const pointCount = this.#length;
    if (!this.#isFound("array") || pointCount < 2) {
      return this.#refuse("bad-item", bytes, nameStart, nameEnd, pointHeader, 1);
    }
    const timeHeader = at;
    at = this.#readHeader(bytes, timeHeader, end);
    if (at < 0) return at;
    if (!this.#isFound("number") || !Number.isFinite(this.#number)) {
      return this.#refuse("bad-time", bytes, nameStart, nameEnd, timeHeader, pointCount);
    }
    const seconds = this.#number;
    const timeTypes = this.#isFloat ? floatTime : 0;
    const valueHeader = at;
    at = this.#readHeader(bytes, valueHeader, end);
    if (at < 0) return at;
    if (!this.#isFound("number")) {
      return this.#refuse("bad-value", bytes, nameStart, nameEnd, valueHeader, pointCount - 1);
    }
    if (this.#listRest > 0) this.#listRest -= 1;
    this.#skipValues = pointCount - 2;
    const types = timeTypes | (this.#isFloat ? 0 : integerValue);
    this.#sink.row(bytes, nameStart, nameEnd, timeMsOfSeconds(seconds), this.#number, types);
    return at;
  }

  /** Counts the fault and goes on at `at`, skipping `skipValues` values. */
  #refuse(
    reason: MsgpackFault,
    bytes: Uint8Array,
    exampleStart: number,
    exampleEnd: number,
    at: number,
    skipValues: number,
  ): number {
    this.#sink.fault(reason, bytes, exampleStart, exampleEnd);
    if (this.#listRest > 0) this.#listRest -= 1;
    this.#skipValues = skipValues;
    return at;
  }

  #skip(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      if (this.#skipBytes > 0) {
        const count = Math.min(this.#skipBytes, end - at);
        this.#skipBytes -= count;
        at += count;
      } else if (this.#skipValues > 0) {
        const behind = this.#readHeader(bytes, at, end);
        if (behind === needMore) return at === start ? needMore : at;
        if (behind < 0) return behind;
        at = behind;
        this.#skipValues += this.#childCount - 1;
        if (this.#kind === "text" || this.#kind === "other") this.#skipBytes = this.#length;
      } else break;
    }
    return at;
  }

  /**
   * Reads the header at `at`, for numbers with their bytes, into the fields above.
   *
   * @returns the byte behind it, `needMore` or `msgpackLost`
   */
  #readHeader(bytes: Uint8Array, at: number, end: number): number {
    if (at >= end) return needMore;
    const byte = bytes[at]!;
    if (byte < 0x80) return this.#foundNumber(byte, at + 1); // positive fixint
    if (byte < 0x90) return this.#found("other", 0, 2 * (byte & 0x0f), at + 1); // fixmap
    if (byte < 0xa0) return this.#found("array", byte & 0x0f, byte & 0x0f, at + 1); // fixarray
    if (byte < 0xc0) return this.#found("text", byte & 0x1f, 0, at + 1); // fixstr
    if (byte >= 0xe0) return this.#foundNumber(byte - 256, at + 1); // negative fixint
    const behind = at + 1 + headerWidths[byte - 0xc0]!;
    if (behind > end) return needMore;
    const from = at + 1;
    switch (byte) {
      case 0xc0: // nil
      case 0xc2: // false
      case 0xc3: // true
        return this.#found("other", 0, 0, behind);
      case 0xc4: // bin 8
      case 0xd9: // str 8
        return this.#found("text", bytes[from]!, 0, behind);
      case 0xc5: // bin 16
      case 0xda: // str 16
        return this.#found("text", uint16BigEndian(bytes, from), 0, behind);
      case 0xc6: // bin 32
      case 0xdb: // str 32
        return this.#found("text", uint32BigEndian(bytes, from), 0, behind);
      case 0xc7: // ext 8: length, type
        return this.#found("other", bytes[from]!, 0, behind);
      case 0xc8: // ext 16
        return this.#found("other", uint16BigEndian(bytes, from), 0, behind);
      case 0xc9: // ext 32
        return this.#found("other", uint32BigEndian(bytes, from), 0, behind);
      case 0xca: // float 32
        return this.#foundNumber(float32BigEndian(bytes, from), behind, true);
      case 0xcb: // float 64
        return this.#foundNumber(float64BigEndian(bytes, from), behind, true);
      case 0xcc: // uint 8
        return this.#foundNumber(bytes[from]!, behind);
      case 0xcd: // uint 16
        return this.#foundNumber(uint16BigEndian(bytes, from), behind);
      case 0xce: // uint 32
        return this.#foundNumber(uint32BigEndian(bytes, from), behind);
      case 0xcf: // uint 64: one rounding, to nearest
        return this.#foundNumber(
          uint32BigEndian(bytes, from) * 4294967296 + uint32BigEndian(bytes, from + 4),
          behind,
        );
      case 0xd0: // int 8
        return this.#foundNumber((bytes[from]! << 24) >> 24, behind);
      case 0xd1: // int 16
        return this.#foundNumber((uint16BigEndian(bytes, from) << 16) >> 16, behind);
      case 0xd2: // int 32
        return this.#foundNumber(uint32BigEndian(bytes, from) | 0, behind);
      case 0xd3: // int 64
        return this.#foundNumber(
          (uint32BigEndian(bytes, from) | 0) * 4294967296 + uint32BigEndian(bytes, from + 4),
          behind,
        );
      case 0xd4: // fixext 1, 2, 4, 8, 16: type, bytes
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#found("other", 1 << (byte - 0xd4), 0, behind);
      case 0xdc: // array 16
        return this.#found(
          "array",
          uint16BigEndian(bytes, from),
          uint16BigEndian(bytes, from),
          behind,
        );
      case 0xdd: // array 32
        return this.#found(
          "array",
          uint32BigEndian(bytes, from),
          uint32BigEndian(bytes, from),
          behind,
        );
      case 0xde: // map 16
        return this.#found("other", 0, 2 * uint16BigEndian(bytes, from), behind);
      case 0xdf: // map 32
        return this.#found("other", 0, 2 * uint32BigEndian(bytes, from), behind);
      default: // 0xc1
        return msgpackLost;
    }
  }

  /** Not a comparison in place: the compiler does not see that reading a header changes the field. */
  #isFound(kind: "array" | "text" | "number"): boolean {
    return this.#kind === kind;
  }

  #found(
    kind: "array" | "text" | "other",
    length: number,
    childCount: number,
    behind: number,
  ): number {
    this.#kind = kind;
    this.#length = length;
    this.#childCount = childCount;
    return behind;
  }

  #foundNumber(number: number, behind: number, isFloat = false): number {
    this.#kind = "number";
    this.#number = number;
    this.#isFloat = isFloat;
    this.#length = 0;
    this.#childCount = 0;
    return behind;
  }
}

/** Bytes behind the first that belong to the header (with numbers: and the number), from 0xc0 on. */
const headerWidths = Uint8Array.of(
  ...[0, 0, 0, 0, 1, 2, 4, 2, 3, 5, 4, 8, 1, 2, 4, 8],
  ...[1, 2, 4, 8, 1, 1, 1, 1, 1, 1, 2, 4, 2, 4, 2, 4],
);
