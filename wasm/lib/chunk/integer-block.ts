/**
 * A run of whole numbers as base + multiplier * code; format and sources are told in
 * src/kernel/integer-block.ts. Reading takes any bytes; writing takes what the encoder made.
 */
import { maskOf, packBits, packedBytes, readBits, unpackBits } from "./bits";
import { readSigned, readUnsigned, varintEnd, writeSigned, writeUnsigned } from "./varint";

const bitWidthMax: i32 = 53;
const hasMultiplier: i32 = 0x40;
const hasExceptions: i32 = 0x80;
const exceptionCountMax: i32 = 255;
const narrowIndexCountMax: i32 = 256;
const exactMax: u64 = 1 << 53;

/** No number that the last `readIntegers` read is greater, by magnitude and before the division. */
export let magnitudeMax: f64 = 0;

/**
 * Reads `count` numbers, each divided by `divisor`, to doubles at `to`.
 * @returns the address after the block; 0 where the bytes are no block
 */
export function readIntegers(from: usize, end: usize, count: i32, divisor: f64, to: usize): usize {
  if (from >= end) return 0;
  const head = <i32>load<u8>(from);
  const width = head & 0x3f;
  if (width > bitWidthMax) return 0;
  let at = varintEnd(from + 1, end);
  if (at == 0) return 0;
  const base = readSigned(from + 1);
  let multiplier: f64 = 1;
  if ((head & hasMultiplier) != 0) {
    const start = at;
    at = varintEnd(start, end);
    if (at == 0) return 0;
    multiplier = <f64>(<i64>readUnsigned(start));
  }
  const exceptionsAt = at;
  if ((head & hasExceptions) != 0) at += 2;
  const codesEnd = at + packedBytes(count, width);
  if (codesEnd > end) return 0;
  if (width == 0) fill(to, count, base / divisor);
  else unpackBits(at, width, count, base, multiplier, divisor, to);
  magnitudeMax = abs(base) + multiplier * <f64>(<i64>maskOf(width));
  if ((head & hasExceptions) == 0) return codesEnd;

  const exceptionCount = <i32>load<u8>(exceptionsAt);
  const highWidth = <i32>load<u8>(exceptionsAt + 1);
  if (width + highWidth > bitWidthMax) return 0;
  magnitudeMax = abs(base) + multiplier * <f64>(<i64>maskOf(width + highWidth));
  const indexBytes = count > narrowIndexCountMax ? 2 : 1;
  const highsAt = codesEnd + <usize>(exceptionCount * indexBytes);
  const blockEnd = highsAt + packedBytes(exceptionCount, highWidth);
  if (blockEnd > end) return 0;
  for (let i = 0; i < exceptionCount; i++) {
    const indexAt = codesEnd + <usize>(i * indexBytes);
    const index = indexBytes == 1 ? <i32>load<u8>(indexAt) : <i32>load<u16>(indexAt);
    if (index >= count) return 0;
    const high = readBits(highsAt, i * highWidth, highWidth);
    const low = readBits(at, index * width, width);
    const n = <f64>(<i64>(low | (high << (<u64>width))));
    store<f64>(to + ((<usize>index) << 3), (base + n * multiplier) / divisor);
  }
  return blockEnd;
}

function fill(to: usize, count: i32, value: f64): void {
  const twice = f64x2.splat(value);
  const end = to + ((<usize>count) << 3);
  let p = to;
  for (; p + 56 < end; p += 64) {
    v128.store(p, twice);
    v128.store(p, twice, 16);
    v128.store(p, twice, 32);
    v128.store(p, twice, 48);
  }
  for (; p < end; p += 8) store<f64>(p, value);
}

/** How a block will be written; lies in static memory. */
@unmanaged
export class BlockPlan {
  base: i64;
  multiplier: u64;
  width: i32;
  exceptionCount: i32;
  highWidth: i32;
  /** Length of codes, indexes and highs; -1 where the numbers lie too far apart. */
  bodyBytes: i32;
}

const widthCounts: usize = memory.data(4 * 54, 8);
const highs: usize = memory.data(8 * 255, 8);

/**
 * Plans a block and turns the integers at `numbers` into its codes, in place. Where `bodyBytes` becomes
 * -1 they are left as they were.
 */
export function planIntegers(numbers: usize, count: i32, plan: BlockPlan): void {
  const end = numbers + ((<usize>count) << 3);
  let least = load<i64>(numbers);
  let most = least;
  for (let p = numbers + 8; p < end; p += 8) {
    const n = load<i64>(p);
    least = min(least, n);
    most = max(most, n);
  }
  plan.base = least;
  plan.multiplier = 1;
  plan.width = 0;
  plan.exceptionCount = 0;
  plan.highWidth = 0;
  plan.bodyBytes = 0;
  if (least == most) {
    memory.fill(numbers, 0, (<usize>count) << 3);
    return;
  }
  if (<u64>(most - least) >= exactMax) {
    plan.bodyBytes = -1;
    return;
  }
  plan.multiplier = subtractAndDivide(numbers, end, least, most);
  planWidth(numbers, count, <u64>(most - least) / plan.multiplier, plan);
}

/** @returns the common divisor by which the numbers above `least` were divided */
function subtractAndDivide(numbers: usize, end: usize, least: i64, most: i64): u64 {
  let divisor = <u64>(most - least);
  for (let p = numbers; p < end; p += 8) {
    const code = <u64>(load<i64>(p) - least);
    store<u64>(p, code);
    if (divisor > 1 && code > 0) divisor = commonDivisor(divisor, code);
  }
  if (divisor > 1) {
    for (let p = numbers; p < end; p += 8) store<u64>(p, load<u64>(p) / divisor);
  }
  return divisor;
}

function commonDivisor(a: u64, b: u64): u64 {
  // The first step mostly brings both into 32 bits, where a division takes half as long.
  let x = a;
  let y = b;
  while ((x | y) >> 32 != 0 && y != 0) {
    const rest = x % y;
    x = y;
    y = rest;
  }
  if (y == 0) return x;
  let x32 = <u32>x;
  let y32 = <u32>y;
  while (y32 != 0) {
    const rest = x32 % y32;
    x32 = y32;
    y32 = rest;
  }
  return x32;
}

function planWidth(codes: usize, count: i32, most: u64, plan: BlockPlan): void {
  memory.fill(widthCounts, 0, 4 * 54);
  for (let k = 0; k < count; k++) {
    const bits = 64 - <i32>clz<u64>(load<u64>(codes + ((<usize>k) << 3)));
    const at = widthCounts + ((<usize>bits) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
  const widest = 64 - <i32>clz<u64>(most);
  plan.width = widest;
  plan.bodyBytes = <i32>packedBytes(count, widest);
  const indexBytes = count > narrowIndexCountMax ? 2 : 1;
  let exceptionCount = 0;
  for (let width = widest - 1; width >= 0; width--) {
    exceptionCount += load<i32>(widthCounts + ((<usize>(width + 1)) << 2));
    if (exceptionCount > exceptionCountMax) return;
    const highBytes = <i32>packedBytes(exceptionCount, widest - width);
    const bytes = <i32>packedBytes(count, width) + 2 + exceptionCount * indexBytes + highBytes;
    if (bytes < plan.bodyBytes) {
      plan.bodyBytes = bytes;
      plan.width = width;
      plan.exceptionCount = exceptionCount;
      plan.highWidth = widest - width;
    }
  }
}

/** Writes the codes that `planIntegers` left. @returns the address after the block */
export function writeIntegers(codes: usize, count: i32, plan: BlockPlan, to: usize): usize {
  const width = plan.width;
  const exceptionCount = plan.exceptionCount;
  const flags =
    (plan.multiplier > 1 ? hasMultiplier : 0) | (exceptionCount > 0 ? hasExceptions : 0);
  store<u8>(to, width | flags);
  let at = writeSigned(plan.base, to + 1);
  if (plan.multiplier > 1) at = writeUnsigned(plan.multiplier, at);
  if (exceptionCount > 0) {
    store<u8>(at++, exceptionCount);
    store<u8>(at++, plan.highWidth);
  }
  at = packBits(codes, count, width, at);
  if (exceptionCount == 0) return at;

  const codeMax = maskOf(width);
  let found = 0;
  for (let k = 0; k < count; k++) {
    const code = load<u64>(codes + ((<usize>k) << 3));
    if (code <= codeMax) continue;
    store<u64>(highs + ((<usize>found) << 3), code >> (<u64>width));
    found += 1;
    store<u8>(at++, k);
    if (count > narrowIndexCountMax) store<u8>(at++, k >>> 8);
  }
  return packBits(highs, found, plan.highWidth, at);
}
