/**
 * Whole numbers of 0 to 53 bits side by side, as src/kernel/bits.ts defines them: number k of width w
 * takes bits [k * w, (k + 1) * w), low bits first.
 *
 * Eight numbers take w whole bytes, so groups of eight begin at a byte. Of narrow numbers one load of
 * eight bytes holds four or two, which two shifts put into the lanes of a vector. A whole number below
 * 2^52 becomes a double by setting the exponent of 2^52 over it and taking 2^52 off again.
 */

/** A load of eight bytes begins up to four bits before the first of four such numbers. */
const quadWidthMax: i32 = 14;
/** … and up to seven bits before the first of two. */
const pairWidthMax: i32 = 28;
/** Wider ones go through integers, which hold them exactly. */
const laneWidthMax: i32 = 52;
const implicitBit: i64 = 0x4330000000000000;
const implicitValue: f64 = 4503599627370496;

export function packedBytes(count: i32, width: i32): usize {
  return <usize>((count * width + 7) >>> 3);
}

export function maskOf(width: i32): u64 {
  return width == 0 ? 0 : u64.MAX_VALUE >> (64 - <u64>width);
}

/** One number from any bit of the run; eight bytes can be read there. */
export function readBits(at: usize, bit: i32, width: i32): u64 {
  return (load<u64>(at + <usize>(bit >>> 3)) >> ((<u64>bit) & 7)) & maskOf(width);
}

/**
 * Unpacks `count` numbers n as (base + n * multiplier) / divisor. Width is not 0; sixteen bytes after
 * the run can be read, whatever is in them.
 */
export function unpackBits(
  from: usize,
  width: i32,
  count: i32,
  base: f64,
  multiplier: f64,
  divisor: f64,
  to: usize,
): void {
  const grouped = width <= laneWidthMax ? count & ~7 : 0;
  const groups = from + <usize>((grouped * width) >>> 3);
  if (grouped > 0) {
    if (divisor != 1) {
      if (width <= quadWidthMax) unpackQuads(from, groups, width, base, multiplier, divisor, to);
      else if (width <= pairWidthMax)
        unpackPairs(from, groups, width, base, multiplier, divisor, to);
      else unpackSingles(from, groups, width, base, multiplier, divisor, to);
    } else {
      // Nothing is divided: the same sums without the slowest of the operations.
      if (width <= quadWidthMax) unpackWholeQuads(from, groups, width, base, multiplier, to);
      else if (width <= pairWidthMax) unpackWholePairs(from, groups, width, base, multiplier, to);
      else unpackSingles(from, groups, width, base, multiplier, 1, to);
    }
  }
  for (let k = grouped; k < count; k++) {
    const n = <f64>(<i64>readBits(from, k * width, width));
    store<f64>(to + ((<usize>k) << 3), (base + n * multiplier) / divisor);
  }
}

function unpackQuads(
  from: usize,
  until: usize,
  width: i32,
  base: f64,
  multiplier: f64,
  divisor: f64,
  to: usize,
): void {
  const mask = i64x2.splat(maskOf(width));
  const bases = f64x2.splat(base);
  const multipliers = f64x2.splat(multiplier);
  const divisors = f64x2.splat(divisor);
  const second = <usize>((4 * width) >>> 3);
  const secondShift = (4 * width) & 7;
  for (let p = from; p < until; p += width, to += 64) {
    const a = v128.load64_splat(p);
    const b = i64x2.shr_u(v128.load64_splat(p + second), secondShift);
    const a2 = i64x2.shr_u(a, 2 * width);
    const b2 = i64x2.shr_u(b, 2 * width);
    storeScaled(to, doubles(pairOf(a, width), mask), bases, multipliers, divisors);
    storeScaled(to + 16, doubles(pairOf(a2, width), mask), bases, multipliers, divisors);
    storeScaled(to + 32, doubles(pairOf(b, width), mask), bases, multipliers, divisors);
    storeScaled(to + 48, doubles(pairOf(b2, width), mask), bases, multipliers, divisors);
  }
}

function unpackWholeQuads(
  from: usize,
  until: usize,
  width: i32,
  base: f64,
  multiplier: f64,
  to: usize,
): void {
  const mask = i64x2.splat(maskOf(width));
  const bases = f64x2.splat(base);
  const multipliers = f64x2.splat(multiplier);
  const second = <usize>((4 * width) >>> 3);
  const secondShift = (4 * width) & 7;
  for (let p = from; p < until; p += width, to += 64) {
    const a = v128.load64_splat(p);
    const b = i64x2.shr_u(v128.load64_splat(p + second), secondShift);
    const a2 = i64x2.shr_u(a, 2 * width);
    const b2 = i64x2.shr_u(b, 2 * width);
    storeWhole(to, doubles(pairOf(a, width), mask), bases, multipliers);
    storeWhole(to + 16, doubles(pairOf(a2, width), mask), bases, multipliers);
    storeWhole(to + 32, doubles(pairOf(b, width), mask), bases, multipliers);
    storeWhole(to + 48, doubles(pairOf(b2, width), mask), bases, multipliers);
  }
}

function unpackPairs(
  from: usize,
  until: usize,
  width: i32,
  base: f64,
  multiplier: f64,
  divisor: f64,
  to: usize,
): void {
  const mask = i64x2.splat(maskOf(width));
  const bases = f64x2.splat(base);
  const multipliers = f64x2.splat(multiplier);
  const divisors = f64x2.splat(divisor);
  for (let p = from; p < until; p += width, to += 64) {
    for (let pair = 0; pair < 4; pair++) {
      const numbers = doubles(pairAt(p, 2 * pair * width, width), mask);
      storeScaled(to + ((<usize>pair) << 4), numbers, bases, multipliers, divisors);
    }
  }
}

function unpackWholePairs(
  from: usize,
  until: usize,
  width: i32,
  base: f64,
  multiplier: f64,
  to: usize,
): void {
  const mask = i64x2.splat(maskOf(width));
  const bases = f64x2.splat(base);
  const multipliers = f64x2.splat(multiplier);
  for (let p = from; p < until; p += width, to += 64) {
    for (let pair = 0; pair < 4; pair++) {
      const numbers = doubles(pairAt(p, 2 * pair * width, width), mask);
      storeWhole(to + ((<usize>pair) << 4), numbers, bases, multipliers);
    }
  }
}

function unpackSingles(
  from: usize,
  until: usize,
  width: i32,
  base: f64,
  multiplier: f64,
  divisor: f64,
  to: usize,
): void {
  const mask = i64x2.splat(maskOf(width));
  const bases = f64x2.splat(base);
  const multipliers = f64x2.splat(multiplier);
  const divisors = f64x2.splat(divisor);
  for (let p = from; p < until; p += width, to += 64) {
    for (let pair = 0; pair < 4; pair++) {
      const bit = 2 * pair * width;
      const low = load<u64>(p + <usize>(bit >>> 3)) >> ((<u64>bit) & 7);
      const high = load<u64>(p + <usize>((bit + width) >>> 3)) >> ((<u64>(bit + width)) & 7);
      const numbers = doubles(i64x2.replace_lane(i64x2.splat(low), 1, high), mask);
      storeScaled(to + ((<usize>pair) << 4), numbers, bases, multipliers, divisors);
    }
  }
}

/** The two lanes hold the same bits; the second is moved on by one number. */
function pairOf(twice: v128, width: i32): v128 {
  return v128.shuffle<u64>(twice, i64x2.shr_u(twice, width), 0, 3);
}

function pairAt(at: usize, bit: i32, width: i32): v128 {
  return pairOf(i64x2.shr_u(v128.load64_splat(at + <usize>(bit >>> 3)), bit & 7), width);
}

function doubles(numbers: v128, mask: v128): v128 {
  const raised = v128.or(v128.and(numbers, mask), i64x2.splat(implicitBit));
  return f64x2.sub(raised, f64x2.splat(implicitValue));
}

function storeScaled(to: usize, n: v128, base: v128, multiplier: v128, divisor: v128): void {
  v128.store(to, f64x2.div(f64x2.add(base, f64x2.mul(n, multiplier)), divisor));
}

function storeWhole(to: usize, n: v128, base: v128, multiplier: v128): void {
  v128.store(to, f64x2.add(base, f64x2.mul(n, multiplier)));
}

/** Packs the low `width` bits of `count` integers of 64 bits. @returns the address after the run */
export function packBits(numbers: usize, count: i32, width: i32, to: usize): usize {
  if (width == 0) return to;
  const mask = maskOf(width);
  let at = to;
  let pending: u64 = 0;
  let pendingBits: i32 = 0;
  for (let k = 0; k < count; k++) {
    const n = load<u64>(numbers + ((<usize>k) << 3)) & mask;
    // At most seven bits wait, so that what they and a number of 53 bits make fits.
    pending |= n << (<u64>pendingBits);
    pendingBits += width;
    store<u64>(at, pending);
    at += <usize>(pendingBits >>> 3);
    pending >>= <u64>(pendingBits & ~7);
    pendingBits &= 7;
  }
  if (pendingBits > 0) store<u8>(at++, pending);
  return at;
}
