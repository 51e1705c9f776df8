/**
 * A run of whole numbers as base + multiplier * code, the codes packed to one width.
 *
 *     head        u8: bits 0-5 width w, 0 to 53; bit 6: a multiplier follows; bit 7: exceptions
 *     base        signed varint: the least of the numbers
 *     multiplier  varint, only if flagged: greatest common divisor of all number - base
 *     exceptions  u8 count x, u8 width h, only if flagged
 *     codes       n * w bits: the low w bits of each code
 *     indexes     x of u8, or u16 where n > 256: which codes are wider than w bits
 *     highs       x * h bits: their upper bits
 *
 * The width is the one that makes the block shortest. This is patched frame-of-reference: Zukowski
 * et al., "Super-Scalar RAM-CPU Cache Compression" (ICDE 2006), with the exceptions' high bits
 * stored apart as in Yan, Ding, Suel, "Inverted Index Compression and Query Processing with
 * Optimized Document Ordering" (WWW 2009). Ours: the common divisor, for numbers such as bytes in
 * whole pages, decimals in steps of 0.25, and times in whole seconds.
 */
import {
  bitLength,
  bitWidthMax,
  packBits,
  packedBytes,
  readBits,
  type Scale,
  scaled,
  unpackBits,
} from "./bits.ts";
import {
  readSigned,
  readUnsigned,
  varintBytesMax,
  varintEnd,
  writeSigned,
  writeUnsigned,
} from "./varint.ts";

const exceptionCountMax = 255;
const narrowIndexCountMax = 256;
const exactMax = 2 ** bitWidthMax;
const hasMultiplier = 0x40;
const hasExceptions = 0x80;

/** How a block will be written. Kept and reused by the caller: encoding allocates nothing. */
export interface BlockPlan {
  base: number;
  multiplier: number;
  width: number;
  exceptionCount: number;
  highWidth: number;
  /** Length of codes, indexes and highs; Infinity where the numbers lie too far apart. */
  bodyBytes: number;
}

export function emptyBlockPlan(): BlockPlan {
  return { base: 0, multiplier: 1, width: 0, exceptionCount: 0, highWidth: 0, bodyBytes: 0 };
}

/** No block of `count` numbers, each below 2^width apart from the others, is longer. */
export function integerBlockBytesMax(count: number, width: number): number {
  return 1 + 2 * varintBytesMax + packedBytes(count, width);
}

const widthCounts = new Uint16Array(bitWidthMax + 1);

/**
 * Plans a block and turns numbers[0, count) into its codes, in place.
 * The numbers are whole and within ±2^53, count >= 1. Where `bodyBytes` becomes Infinity the
 * numbers are left as they were.
 */
export function planIntegers(numbers: Float64Array, count: number, plan: BlockPlan): void {
  let least = numbers[0]!;
  let most = least;
  for (let k = 1; k < count; k++) {
    const n = numbers[k]!;
    if (n < least) least = n;
    else if (n > most) most = n;
  }
  plan.base = least;
  plan.multiplier = 1;
  plan.width = 0;
  plan.exceptionCount = 0;
  plan.highWidth = 0;
  plan.bodyBytes = 0;
  if (least === most) {
    numbers.fill(0, 0, count);
    return;
  }
  if (!(most - least < exactMax)) {
    plan.bodyBytes = Infinity;
    return;
  }
  plan.multiplier = subtractAndDivide(numbers, count, least, most);
  planWidth(numbers, count, plan);
}

/** @returns the common divisor by which the numbers above `least` were divided */
function subtractAndDivide(
  numbers: Float64Array,
  count: number,
  least: number,
  most: number,
): number {
  let divisor = most - least;
  for (let k = 0; k < count; k++) {
    const code = numbers[k]! - least;
    numbers[k] = code;
    if (divisor > 1 && code > 0) divisor = commonDivisor(divisor, code);
  }
  if (divisor > 1) for (let k = 0; k < count; k++) numbers[k] = numbers[k]! / divisor;
  return divisor;
}

function commonDivisor(a: number, b: number): number {
  // The remainder of two doubles is a slow library call; of two 32-bit integers, one instruction.
  if (a < 2147483648 && b < 2147483648) return commonDivisor32(a | 0, b | 0);
  let x = b;
  let y = a;
  while (y !== 0) {
    const rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}

function commonDivisor32(a: number, b: number): number {
  let x = b;
  let y = a;
  while (y !== 0) {
    const rest = (x % y) | 0;
    x = y;
    y = rest;
  }
  return x;
}

function planWidth(codes: Float64Array, count: number, plan: BlockPlan): void {
  widthCounts.fill(0);
  let widest = 0;
  for (let k = 0; k < count; k++) {
    const bits = bitLength(codes[k]!);
    widthCounts[bits] = widthCounts[bits]! + 1;
    if (bits > widest) widest = bits;
  }
  plan.width = widest;
  plan.bodyBytes = packedBytes(count, widest);
  const indexBytes = count > narrowIndexCountMax ? 2 : 1;
  let exceptionCount = 0;
  for (let width = widest - 1; width >= 0; width--) {
    exceptionCount += widthCounts[width + 1]!;
    if (exceptionCount > exceptionCountMax) return;
    const bytes =
      packedBytes(count, width) +
      2 +
      exceptionCount * indexBytes +
      packedBytes(exceptionCount, widest - width);
    if (bytes < plan.bodyBytes) {
      plan.bodyBytes = bytes;
      plan.width = width;
      plan.exceptionCount = exceptionCount;
      plan.highWidth = widest - width;
    }
  }
}

const highs = new Float64Array(exceptionCountMax);

/** Writes the codes that `planIntegers` left. @returns the offset after the block */
export function writeIntegers(
  codes: Float64Array,
  count: number,
  plan: BlockPlan,
  out: Uint8Array,
  offset: number,
): number {
  const { base, multiplier, width, exceptionCount, highWidth } = plan;
  out[offset] =
    width | (multiplier > 1 ? hasMultiplier : 0) | (exceptionCount > 0 ? hasExceptions : 0);
  let at = writeSigned(base, out, offset + 1);
  if (multiplier > 1) at = writeUnsigned(multiplier, out, at);
  if (exceptionCount > 0) {
    out[at++] = exceptionCount;
    out[at++] = highWidth;
  }
  at = packBits(codes, count, width, out, at);
  if (exceptionCount === 0) return at;

  const span = 2 ** width;
  let found = 0;
  for (let k = 0; k < count; k++) {
    const code = codes[k]!;
    if (code < span) continue;
    highs[found++] = Math.floor(code / span);
    out[at++] = k;
    if (count > narrowIndexCountMax) out[at++] = k >>> 8;
  }
  return packBits(highs, found, highWidth, out, at);
}

const scale: Scale = { base: 0, multiplier: 1, divisor: 1 };

/**
 * Reads `count` numbers, each divided by `divisor`, to numbers[to, to + count).
 * Safe on any bytes: reads nothing at or after `end` that it would believe.
 * @returns the offset after the block; -1 where the bytes are no block
 */
export function readIntegers(
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  divisor: number,
  numbers: Float64Array,
  to: number,
): number {
  if (offset >= end) return -1;
  const head = bytes[offset]!;
  const width = head & 0x3f;
  if (width > bitWidthMax) return -1;
  let at = varintEnd(bytes, offset + 1, end);
  if (at < 0) return -1;
  scale.base = readSigned(bytes, offset + 1);
  scale.multiplier = 1;
  scale.divisor = divisor;
  if ((head & hasMultiplier) !== 0) {
    const start = at;
    at = varintEnd(bytes, start, end);
    if (at < 0) return -1;
    scale.multiplier = readUnsigned(bytes, start);
  }
  const exceptionsAt = at;
  if ((head & hasExceptions) !== 0) at += 2;
  const codesEnd = at + packedBytes(count, width);
  if (codesEnd > end) return -1;
  unpackBits(bytes, at, width, count, scale, numbers, to);
  if ((head & hasExceptions) === 0) return codesEnd;

  const exceptionCount = bytes[exceptionsAt]!;
  const highWidth = bytes[exceptionsAt + 1]!;
  if (width + highWidth > bitWidthMax) return -1;
  const indexBytes = count > narrowIndexCountMax ? 2 : 1;
  const highsAt = codesEnd + exceptionCount * indexBytes;
  const blockEnd = highsAt + packedBytes(exceptionCount, highWidth);
  if (blockEnd > end) return -1;
  const span = 2 ** width;
  for (let i = 0; i < exceptionCount; i++) {
    const indexAt = codesEnd + i * indexBytes;
    const index = indexBytes === 1 ? bytes[indexAt]! : bytes[indexAt]! | (bytes[indexAt + 1]! << 8);
    if (index >= count) return -1;
    const high = readBits(bytes, highsAt, i * highWidth, highWidth);
    const low = readBits(bytes, at, index * width, width);
    numbers[to + index] = scaled(low + high * span, scale);
  }
  return blockEnd;
}
