/**
 * The text forms of pickle protocol 0: `S'web.\x31'`, `Vweb.\u00e9`, `I12`, `L12L`, `F0.5`.
 *
 * STRING is a Python 2 str literal, whose bytes are taken as they are; UNICODE escapes \uXXXX and
 * \UXXXXXXXX, and its other bytes are Latin-1. Source: CPython, Lib/pickletools.py and the codecs
 * "string_escape" and "raw_unicode_escape".
 */
import { uint32LittleEndian } from "./byte-order.ts";
import { parseDecimal, parseNonFinite } from "./decimal.ts";
import {
  kindLiteral,
  kindLongText,
  kindNumber,
  kindOther,
  kindText,
  kindWide,
} from "./pickle-values.ts";
import type { PickleValues } from "./pickle-values.ts";

/** Longer texts are refused; names end far below. */
export const pickleTextBytesMax = 4096;
/** Longer numbers are refused: senders write 8 bytes or 24 digits, and wide ones cost time. */
export const pickleNumberBytesMax = 64;

/** `bytes[start, end)` without opcode and LF. Protocols 0 and 1 write True as I01 and False as I00. */
export function addIntegerLine(
  values: PickleValues,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  return addNumberText(
    values,
    bytes,
    start,
    bytes[end - 1] === 0x4c && end > start ? end - 1 : end,
  );
}

export function addFloatLine(
  values: PickleValues,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const word = parseNonFinite(bytes, start, end);
  if (word !== undefined) return values.add(kindNumber, word, start, end);
  return addNumberText(values, bytes, start, end);
}

/** Little-endian two's complement of any width; zero bytes are 0. */
export function addLong(
  values: PickleValues,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  if (end - start > pickleNumberBytesMax) return values.add(kindWide, 0, start, end);
  return values.add(kindNumber, longToNumber(bytes, start, end), start, end);
}

/** STRING: quoted, with the escapes of Python 2. */
export function addStringLine(
  values: PickleValues,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  const quote = bytes[start];
  const isQuoted =
    end - start >= 2 && (quote === 0x27 || quote === 0x22) && bytes[end - 1] === quote;
  if (!isQuoted) return values.add(kindOther, 0, start, end);
  if (end - start > pickleTextBytesMax) return values.add(kindLongText, 0, start, end);
  if (!holdsByte(bytes, start, end, 0x5c)) return values.add(kindText, 0, start + 1, end - 1);

  const literalStart = values.literalBytes;
  for (let at = start + 1; at < end - 1; at++) {
    const byte = bytes[at]!;
    if (byte !== 0x5c) {
      putByte(values, byte);
      continue;
    }
    const escape = at + 1 < end - 1 ? bytes[++at]! : 0x5c;
    const simple = simpleEscapes.get(escape);
    if (simple !== undefined) putByte(values, simple);
    else if (escape === 0x78 && hexNumber(bytes, at + 1, 2, end - 1) >= 0) {
      putByte(values, hexNumber(bytes, at + 1, 2, end - 1));
      at += 2;
    } else if (isOctal(escape)) {
      let code = escape - 0x30;
      for (let more = 0; more < 2 && at + 1 < end - 1 && isOctal(bytes[at + 1]!); more++) {
        code = code * 8 + bytes[++at]! - 0x30;
      }
      putByte(values, code & 0xff);
    } else {
      putByte(values, 0x5c);
      putByte(values, escape);
    }
  }
  return values.add(kindLiteral, 0, literalStart, values.literalBytes);
}

/** UNICODE: everything up to the LF. */
export function addUnicodeLine(
  values: PickleValues,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  if (end - start > pickleTextBytesMax) return values.add(kindLongText, 0, start, end);
  let isPlain = true;
  for (let at = start; at < end; at++)
    if (bytes[at]! >= 0x80 || bytes[at] === 0x5c) isPlain = false;
  if (isPlain) return values.add(kindText, 0, start, end);

  const literalStart = values.literalBytes;
  let highSurrogate = 0;
  for (let at = start; at < end; at++) {
    let code = bytes[at]!;
    if (code === 0x5c) {
      const width = bytes[at + 1] === 0x75 ? 4 : bytes[at + 1] === 0x55 ? 8 : 0;
      const escaped = width === 0 ? -1 : hexNumber(bytes, at + 2, width, end);
      if (escaped >= 0 && escaped <= 0x10ffff) {
        code = escaped;
        at += 1 + width;
      }
    }
    // Narrow builds of Python 2 write one character as two escapes.
    if (highSurrogate !== 0 && code >= 0xdc00 && code <= 0xdfff) {
      code = 0x10000 + ((highSurrogate - 0xd800) << 10) + (code - 0xdc00);
    } else if (highSurrogate !== 0) putUtf8(values, highSurrogate);
    highSurrogate = code >= 0xd800 && code <= 0xdbff ? code : 0;
    if (highSurrogate === 0) putUtf8(values, code);
  }
  if (highSurrogate !== 0) putUtf8(values, highSurrogate);
  return values.add(kindLiteral, 0, literalStart, values.literalBytes);
}

const simpleEscapes: ReadonlyMap<number, number> = new Map([
  [0x5c, 0x5c],
  [0x27, 0x27],
  [0x22, 0x22],
  [0x61, 0x07],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x09],
  [0x76, 0x0b],
]);

function addNumberText(
  values: PickleValues,
  bytes: Uint8Array,
  start: number,
  end: number,
): number {
  if (end - start > pickleNumberBytesMax) return values.add(kindWide, 0, start, end);
  const number = parseDecimal(bytes, start, end);
  return values.add(Number.isNaN(number) ? kindOther : kindNumber, number, start, end);
}

function longToNumber(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return 0;
  const highStart = start + Math.floor((end - start - 1) / 4) * 4;
  let high = bytes[end - 1]! >= 0x80 ? -1 : 0;
  for (let at = end - 1; at >= highStart; at--) high = (high << 8) | bytes[at]!;
  if (highStart === start) return high;
  // Both parts are exact, so that their sum rounds once, to nearest.
  if (highStart === start + 4) return high * 4294967296 + uint32LittleEndian(bytes, start);

  // Number(bigint) rounds once, to nearest, too.
  let long = BigInt(high);
  for (let at = highStart - 4; at >= start; at -= 4) {
    long = (long << 32n) | BigInt(uint32LittleEndian(bytes, at));
  }
  return Number(long);
}

function holdsByte(bytes: Uint8Array, start: number, end: number, wanted: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === wanted) return true;
  return false;
}

function isOctal(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x37;
}

/** @returns -1 where these are not `width` hexadecimal digits before `end` */
function hexNumber(bytes: Uint8Array, start: number, width: number, end: number): number {
  if (start + width > end) return -1;
  let number = 0;
  for (let at = start; at < start + width; at++) {
    const byte = bytes[at]!;
    const lower = byte | 0x20;
    if (byte >= 0x30 && byte <= 0x39) number = number * 16 + byte - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) number = number * 16 + lower - 0x57;
    else return -1;
  }
  return number;
}

/** Surrogates too: the sink finds that the name is no UTF-8. */
function putUtf8(values: PickleValues, code: number): void {
  if (code < 0x80) putByte(values, code);
  else if (code < 0x800) putByte(values, 0xc0 | (code >> 6));
  else if (code < 0x10000) putByte(values, 0xe0 | (code >> 12));
  else {
    putByte(values, 0xf0 | (code >> 18));
    putByte(values, 0x80 | ((code >> 12) & 0x3f));
  }
  if (code >= 0x800) putByte(values, 0x80 | ((code >> 6) & 0x3f));
  if (code >= 0x80) putByte(values, 0x80 | (code & 0x3f));
}

function putByte(values: PickleValues, byte: number): void {
  if (values.literalBytes === values.literals.length) {
    const grown = new Uint8Array(values.literals.length * 2);
    grown.set(values.literals);
    values.literals = grown;
  }
  values.literals[values.literalBytes++] = byte;
}
