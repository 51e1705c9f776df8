/**
 * The original's points: what the string under a series' key is made of.
 *
 *     value of a key   point point point …         end to end, nothing between
 *     point            [ seconds, value ]          a MessagePack array, 0x92 and two numbers
 *
 *     92 ce xxxxxxxx cb xxxxxxxxxxxxxxxx           15 bytes: whole seconds, float value
 *     92 cb xxxxxxxxxxxxxxxx cb xxxxxxxxxxxxxxxx   19 bytes: seconds with a fraction
 *     92 ce xxxxxxxx 07                             7 bytes: a small integer
 *
 * Integers are in their smallest form, floats always in 8 bytes, as msgpack-python writes them.
 * Points stand in the order of arrival: not sorted, times may repeat.
 *
 * Others write into the same keys, unchecked. A point of three or more elements counts by its first
 * two, as the original's page read it; one whose time or value is no finite number is odd: it is
 * skipped and counted. Bytes that are no MessagePack, or an end cut short, end the reading.
 *
 * Source: etsy/skyline horizon/worker.py and roomba.py; msgpack/spec.md.
 */
import { floatTime, integerValue } from "../../model/index.ts";

/** Of one point that `PointWriter` writes: the array's byte, and two numbers of 8 bytes each. */
export const pointBytesMax = 19;

/** Times that Kale can hold: until the year 6429. */
const timeMsMax = 2 ** 47;
/** A double of today's seconds lies up to 0.00012 ms beside the decimal its writer had in hand. */
const decimalSlackMs = 0.0005;

/** Writes points end to end into a buffer that grows. */
export class PointWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #view = viewOf(this.#bytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** @param types  `integerValue` and `floatTime` as in a `SampleBatch` */
  add(timeMs: number, value: number, types: number): void {
    if (this.#length + pointBytesMax > this.#bytes.length) this.#grow();
    this.#bytes[this.#length++] = 0x92;
    const seconds = timeMs / 1000;
    if ((types & floatTime) !== 0 || !Number.isInteger(seconds)) this.#float(seconds);
    else this.#integer(seconds);
    if ((types & integerValue) !== 0 && isInteger64(value)) this.#integer(value);
    else this.#float(value);
  }

  /** What was written since the last call; it is the caller's. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(Math.max(4096, this.#length));
    this.#view = viewOf(this.#bytes);
    this.#length = 0;
    return taken;
  }

  #float(number: number): void {
    this.#bytes[this.#length] = 0xcb;
    this.#view.setFloat64(this.#length + 1, number);
    this.#length += 9;
  }

  #integer(number: number): void {
    const at = this.#length;
    const bytes = this.#bytes;
    const view = this.#view;
    if (number >= 0) {
      if (number < 0x80) {
        bytes[at] = number;
        this.#length += 1;
      } else if (number < 0x100) {
        bytes[at] = 0xcc;
        bytes[at + 1] = number;
        this.#length += 2;
      } else if (number < 0x10000) {
        bytes[at] = 0xcd;
        view.setUint16(at + 1, number);
        this.#length += 3;
      } else if (number < 0x100000000) {
        bytes[at] = 0xce;
        view.setUint32(at + 1, number);
        this.#length += 5;
      } else {
        bytes[at] = 0xcf;
        view.setBigUint64(at + 1, BigInt(number));
        this.#length += 9;
      }
    } else if (number >= -0x20) {
      bytes[at] = number & 0xff;
      this.#length += 1;
    } else if (number >= -0x80) {
      bytes[at] = 0xd0;
      view.setInt8(at + 1, number);
      this.#length += 2;
    } else if (number >= -0x8000) {
      bytes[at] = 0xd1;
      view.setInt16(at + 1, number);
      this.#length += 3;
    } else if (number >= -0x80000000) {
      bytes[at] = 0xd2;
      view.setInt32(at + 1, number);
      this.#length += 5;
    } else {
      bytes[at] = 0xd3;
      view.setBigInt64(at + 1, BigInt(number));
      this.#length += 9;
    }
  }

  #grow(): void {
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

/** What a step of a `PointReader` came to. */
export type PointKind =
  | "point"
  /** Well-formed, but without a usable time and value; it is stepped over. */
  | "odd"
  /** No whole value stands here: the end, cut short, or bytes that are no MessagePack. */
  | "none";

/** Walks over the points of a key's value; makes no object per point. */
export class PointReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Where the next value begins, and so where the last one ended. */
  at: number;
  /** Of the last step, where it gave "point"; of one that gave "odd" the time, NaN without one. */
  timeMs = NaN;
  value = NaN;
  #number = NaN;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.at = at;
  }

  /** Whether everything was read. */
  get isAtEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  next(): PointKind {
    const bytes = this.#bytes;
    const start = this.at;
    const header = bytes[start];
    if (header === 0x92) {
      const timeEnd = this.#readNumber(start + 1);
      if (timeEnd > 0) {
        const timeMs = timeMsOf(this.#number);
        const valueEnd = this.#readNumber(timeEnd);
        if (valueEnd > 0) {
          this.at = valueEnd;
          this.timeMs = timeMs;
          this.value = this.#number;
          return Number.isNaN(timeMs) || !Number.isFinite(this.value) ? "odd" : "point";
        }
      }
    }
    return this.#nextOdd(start);
  }

  /** Anything that is not two numbers: longer points, and what is none. */
  #nextOdd(start: number): PointKind {
    const end = valueEndOf(this.#bytes, this.#view, start);
    if (end < 0) return "none";
    this.at = end;
    this.timeMs = NaN;
    this.value = NaN;
    const elements = arrayStart(this.#bytes, this.#view, start);
    if (elements === undefined || elements.count === 0) return "odd";
    const timeEnd = this.#readNumber(elements.at);
    if (timeEnd < 0) return "odd";
    this.timeMs = timeMsOf(this.#number);
    if (elements.count < 2 || this.#readNumber(timeEnd) < 0) return "odd";
    this.value = this.#number;
    return Number.isNaN(this.timeMs) || !Number.isFinite(this.value) ? "odd" : "point";
  }

  /** Puts the number at `at` into the field. @returns its end, -1 where none stands there whole */
  #readNumber(at: number): number {
    const bytes = this.#bytes;
    const byte = bytes[at];
    if (byte === undefined) return -1;
    if (byte < 0x80) {
      this.#number = byte;
      return at + 1;
    }
    if (byte >= 0xe0) {
      this.#number = byte - 256;
      return at + 1;
    }
    if (byte < 0xca || byte > 0xd3) return -1;
    const end = at + 1 + numberWidths[byte - 0xca]!;
    if (end > bytes.length) return -1;
    const view = this.#view;
    switch (byte) {
      case 0xca:
        this.#number = view.getFloat32(at + 1);
        break;
      case 0xcb:
        this.#number = view.getFloat64(at + 1);
        break;
      case 0xcc:
        this.#number = bytes[at + 1]!;
        break;
      case 0xcd:
        this.#number = view.getUint16(at + 1);
        break;
      case 0xce:
        this.#number = view.getUint32(at + 1);
        break;
      case 0xcf:
        this.#number = Number(view.getBigUint64(at + 1));
        break;
      case 0xd0:
        this.#number = view.getInt8(at + 1);
        break;
      case 0xd1:
        this.#number = view.getInt16(at + 1);
        break;
      case 0xd2:
        this.#number = view.getInt32(at + 1);
        break;
      default:
        this.#number = Number(view.getBigInt64(at + 1));
    }
    return end;
  }
}

/** From 0xca, float 32, to 0xd3, int 64. */
const numberWidths = Uint8Array.of(4, 8, 1, 2, 4, 8, 1, 2, 4, 8);

/** @returns NaN where the seconds are no time that Kale can hold */
function timeMsOf(seconds: number): number {
  const timeMs = Math.floor(seconds * 1000 + decimalSlackMs);
  return timeMs >= 0 && timeMs < timeMsMax ? timeMs : NaN;
}

function isInteger64(value: number): boolean {
  return Number.isInteger(value) && !Object.is(value, -0) && value >= -(2 ** 63) && value < 2 ** 64;
}

function arrayStart(
  bytes: Uint8Array,
  view: DataView,
  start: number,
): { readonly at: number; readonly count: number } | undefined {
  const byte = bytes[start]!;
  if ((byte & 0xf0) === 0x90) return { at: start + 1, count: byte & 0x0f };
  if (byte === 0xdc) return { at: start + 3, count: view.getUint16(start + 1) };
  if (byte === 0xdd) return { at: start + 5, count: view.getUint32(start + 1) };
  return undefined;
}

/**
 * Where the MessagePack value that begins at `start` ends; -1 where it is not whole. Counts the
 * values still to come instead of nesting, so that depth costs nothing.
 */
function valueEndOf(bytes: Uint8Array, view: DataView, start: number): number {
  let at = start;
  for (let left = 1; left > 0; left--) {
    const byte = bytes[at];
    if (byte === undefined || byte === 0xc1) return -1;
    at += 1;
    if (byte < 0x80 || byte >= 0xe0) continue;
    if (byte < 0x90) left += 2 * (byte & 0x0f);
    else if (byte < 0xa0) left += byte & 0x0f;
    else if (byte < 0xc0) at += byte & 0x1f;
    else {
      const { lengthBytes, extraBytes, childrenPerItem } = longForms[byte - 0xc0]!;
      if (at + lengthBytes > bytes.length) return -1;
      const length =
        lengthBytes === 0
          ? 0
          : lengthBytes === 1
            ? bytes[at]!
            : lengthBytes === 2
              ? view.getUint16(at)
              : view.getUint32(at);
      at += lengthBytes + extraBytes;
      if (childrenPerItem === 0) at += length;
      else left += childrenPerItem * length;
    }
    // What announces more than there is cannot be whole, however it goes on.
    if (at > bytes.length || left > bytes.length) return -1;
  }
  return at;
}

interface LongForm {
  /** Of the length or count behind the first byte. */
  readonly lengthBytes: number;
  /** Behind the length: a type, or a number's bytes. */
  readonly extraBytes: number;
  /** 0 where the length is in bytes; else how many values each counted item is. */
  readonly childrenPerItem: 0 | 1 | 2;
}

/** From 0xc0 to 0xdf. */
const longForms: readonly LongForm[] = [
  ...[0, 0, 0, 0].map((extra) => form(0, extra)), // nil, unused, false, true
  ...[1, 2, 4].map((width) => form(width, 0)), // bin
  ...[1, 2, 4].map((width) => form(width, 1)), // ext
  ...[4, 8, 1, 2, 4, 8, 1, 2, 4, 8].map((width) => form(0, width)), // numbers
  ...[2, 3, 5, 9, 17].map((width) => form(0, width)), // fixext with their type
  ...[1, 2, 4].map((width) => form(width, 0)), // str
  form(2, 0, 1), // array
  form(4, 0, 1),
  form(2, 0, 2), // map
  form(4, 0, 2),
];

function form(lengthBytes: number, extraBytes: number, childrenPerItem: 0 | 1 | 2 = 0): LongForm {
  return { lengthBytes, extraBytes, childrenPerItem };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
