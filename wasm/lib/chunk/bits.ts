/**
 * Whole numbers of 0 to 53 bits side by side, as src/kernel/bits.ts defines them: number k of width w
 * takes bits [k * w, (k + 1) * w), low bits first.
 *
 * Eight numbers take w whole bytes, so groups of eight begin at a byte. Narrow ones are unpacked as
 * vectors: the bytes that hold a number are brought into its lane, a multiplication by a power of two
 * brings its highest bit to the top of the lane, and one shift for all lanes brings it down again.
 * After Lemire and Boytsov, "Decoding billions of integers per second through vectorization" (2015),
 * with the multiplication for the shift by lane that there is not.
 *
 * A whole number below 2^52 becomes a double by setting the exponent of 2^52 over it and taking 2^52
 * off again.
 */

/** Such a number begins up to seven bits into its lane of 16. */
const shortWidthMax: i32 = 9;
/** … and of 32. */
const intWidthMax: i32 = 25;
/** Wider ones than this go through integers, which hold them exactly. */
const laneWidthMax: i32 = 52;
const implicitBit: i64 = 0x4330000000000000;
const implicitValue: f64 = 4503599627370496;

/**
 * By width, which bytes go to which lane and what each lane is multiplied by: of eight numbers in lanes
 * of 16 bits, or of the first and the last four in lanes of 32.
 */
const recipes: usize = memory.data(26 * 64, 16);
const recipeBytes: usize = 64;
/** The last numbers of a run, fewer than eight. */
const rest: usize = memory.data(64, 16);

for (let width = 1; width <= intWidthMax; width++) {
  if (width <= shortWidthMax) writeRecipe(width, 0, 2, 0);
  else {
    writeRecipe(width, 0, 4, 0);
    writeRecipe(width, (4 * width) & 7, 4, 32);
  }
}

function writeRecipe(width: i32, firstBit: i32, laneBytes: i32, offset: usize): void {
  const recipe = recipes + <usize>width * recipeBytes + offset;
  for (let lane = 0; lane < 16 / laneBytes; lane++) {
    const bit = firstBit + lane * width;
    const at = recipe + <usize>(lane * laneBytes);
    for (let i = 0; i < laneBytes; i++) store<u8>(at + <usize>i, (bit >>> 3) + i);
    const multiplier = 1 << (8 * laneBytes - width - (bit & 7));
    if (laneBytes == 2) store<u16>(at, multiplier, 16);
    else store<u32>(at, multiplier, 16);
  }
}

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
 * Unpacks `count` numbers n as (base + n * multiplier) / divisor. Width is not 0; 64 bytes after the
 * run can be read, whatever is in them.
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
  if (width > laneWidthMax) {
    for (let k = 0; k < count; k++) {
      const n = <f64>(<i64>readBits(from, k * width, width));
      store<f64>(to + ((<usize>k) << 3), (base + n * multiplier) / divisor);
    }
    return;
  }
  const grouped = count & ~7;
  const restAt = from + <usize>((grouped * width) >>> 3);
  const restCount = count & 7;
  if (grouped > 0) unpackGroups(from, restAt, width, base, multiplier, divisor, to);
  if (restCount == 0) return;
  unpackGroups(restAt, restAt + 1, width, base, multiplier, divisor, rest);
  const end = to + ((<usize>count) << 3);
  let r = rest;
  for (let p = to + ((<usize>grouped) << 3); p < end; p += 8, r += 8) {
    store<f64>(p, load<f64>(r));
  }
}

/** Unpacks groups of eight that begin at `from` and before `until`. */
function unpackGroups(
  from: usize,
  until: usize,
  width: i32,
  base: f64,
  multiplier: f64,
  divisor: f64,
  to: usize,
): void {
  if (width > intWidthMax) unpackSingles(from, until, width, base, multiplier, divisor, to);
  else if (divisor != 1) {
    if (width <= shortWidthMax) {
      unpackShorts(from, until, width, base, multiplier, divisor, to, true);
    } else unpackInts(from, until, width, base, multiplier, divisor, to, true);
  } else {
    // Nothing is divided: the same sums without the slowest of the operations.
    if (width <= shortWidthMax) unpackShorts(from, until, width, base, multiplier, 1, to, false);
    else unpackInts(from, until, width, base, multiplier, 1, to, false);
  }
}

function unpackShorts(
  from: usize,
  until: usize,
  width: i32,
  base: f64,
  multiplier: f64,
  divisor: f64,
  to: usize,
  divides: bool,
): void {
  const recipe = recipes + <usize>width * recipeBytes;
  const places = v128.load(recipe);
  const toTop = v128.load(recipe, 16);
  const bases = f64x2.splat(base);
  const multipliers = f64x2.splat(multiplier);
  const divisors = f64x2.splat(divisor);
  for (let p = from; p < until; p += width, to += 64) {
    const raised = i16x8.mul(i8x16.swizzle(v128.load(p), places), toTop);
    const numbers = i16x8.shr_u(raised, 16 - width);
    const low = i32x4.extend_low_i16x8_u(numbers);
    const high = i32x4.extend_high_i16x8_u(numbers);
    storeFour(to, low, bases, multipliers, divisors, divides);
    storeFour(to + 32, high, bases, multipliers, divisors, divides);
  }
}

function unpackInts(
  from: usize,
  until: usize,
  width: i32,
  base: f64,
  multiplier: f64,
  divisor: f64,
  to: usize,
  divides: bool,
): void {
  const recipe = recipes + <usize>width * recipeBytes;
  const places = v128.load(recipe);
  const toTop = v128.load(recipe, 16);
  const placesOfLast = v128.load(recipe, 32);
  const toTopOfLast = v128.load(recipe, 48);
  const lastAt = <usize>((4 * width) >>> 3);
  const bases = f64x2.splat(base);
  const multipliers = f64x2.splat(multiplier);
  const divisors = f64x2.splat(divisor);
  for (let p = from; p < until; p += width, to += 64) {
    const first = i32x4.mul(i8x16.swizzle(v128.load(p), places), toTop);
    const last = i32x4.mul(i8x16.swizzle(v128.load(p + lastAt), placesOfLast), toTopOfLast);
    storeFour(to, i32x4.shr_u(first, 32 - width), bases, multipliers, divisors, divides);
    storeFour(to + 32, i32x4.shr_u(last, 32 - width), bases, multipliers, divisors, divides);
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
      storeTwo(to + ((<usize>pair) << 4), numbers, bases, multipliers, divisors, true);
    }
  }
}

function doubles(numbers: v128, mask: v128): v128 {
  const raised = v128.or(v128.and(numbers, mask), i64x2.splat(implicitBit));
  return f64x2.sub(raised, f64x2.splat(implicitValue));
}

function storeFour(
  to: usize,
  numbers: v128,
  bases: v128,
  multipliers: v128,
  divisors: v128,
  divides: bool,
): void {
  const low = f64x2.convert_low_i32x4_s(numbers);
  const high = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(numbers, numbers, 2, 3, 2, 3));
  storeTwo(to, low, bases, multipliers, divisors, divides);
  storeTwo(to + 16, high, bases, multipliers, divisors, divides);
}

function storeTwo(
  to: usize,
  numbers: v128,
  bases: v128,
  multipliers: v128,
  divisors: v128,
  divides: bool,
): void {
  const sums = f64x2.add(bases, f64x2.mul(numbers, multipliers));
  v128.store(to, divides ? f64x2.div(sums, divisors) : sums);
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
