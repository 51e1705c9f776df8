/** The numbers of a plain line, and the row they make. */
import { Columns } from "./rows";
import { sNewest, sOldest } from "./state";

const mantissaMax: u64 = 9007199254740991;
const tens: usize = memory.data<f64>([
  1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
  1e18, 1e19, 1e20, 1e21, 1e22,
]);

// What the text of the last time was, and what it meant: most lines of a round have the same.
let lastTimeHead: u64 = 0;
let lastTimeTail: u32 = 0;
let lastTimeMs: f64 = 0;

/** Called for every line: a static method, since TypeScript knows no decorators of functions. */
export class Numbers {
  /**
   * Value, blank, seconds and LF at `start`; writes the row.
   * @returns the byte after LF, 0 where it is not plain, and then nothing is written
   */
  @inline
  static read(start: usize, end: usize, head: usize): usize {
    let at = start;
    const isNegative = load<u8>(at) == 0x2d;
    if (isNegative) at++;
    let digits: u64 = 0;
    const first = at;
    let digit = <u32>load<u8>(at) - 48;
    while (digit <= 9) {
      digits = digits * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    }
    let digitCount = at - first;
    let power: usize = 0;
    if (digit == <u32>(46 - 48)) {
      const point = ++at;
      digit = <u32>load<u8>(at) - 48;
      while (digit <= 9) {
        digits = digits * 10 + digit;
        digit = <u32>load<u8>(++at) - 48;
      }
      power = at - point;
      digitCount += power;
    }
    if (digitCount - 1 > 18 || load<u8>(at) != 0x20) return 0;
    let value: f64;
    if (digits <= mantissaMax) {
      value = <f64>digits;
      if (power != 0) value /= load<f64>(tens + (power << 3));
    } else {
      value = quotientOf(digits, load<f64>(tens + (power << 3)));
      if (value == 0) return 0;
    }
    if (isNegative) value = -value;

    at++;
    let timeMs: f64;
    const timeHead = load<u64>(at);
    const timeTail = <u32>load<u16>(at + 8);
    if (timeHead == lastTimeHead && timeTail == lastTimeTail) {
      timeMs = lastTimeMs;
      at += 10;
    } else {
      let seconds: u64 = 0;
      const from = at;
      digit = <u32>load<u8>(at) - 48;
      while (digit <= 9 && at - from < 10) {
        seconds = seconds * 10 + digit;
        digit = <u32>load<u8>(++at) - 48;
      }
      if (at == from) return 0;
      timeMs = <f64>(seconds * 1000);
      if (at - from == 10) {
        lastTimeHead = timeHead;
        lastTimeTail = timeTail;
        lastTimeMs = timeMs;
      }
    }
    let last = load<u8>(at);
    if (last == 0x0d) last = load<u8>(++at);
    if (last != 0x0a || at >= end) return 0;
    if (!(timeMs >= load<f64>(sOldest)) || !(timeMs <= load<f64>(sNewest))) return 0;
    Columns.add(head, timeMs, value, 0);
    return at + 1;
  }
}

/** digits / divisor rounded once, for digits beyond 2^53; 0 where it cannot tell. */
function quotientOf(digits: u64, divisor: f64): f64 {
  const whole = <f64>digits;
  // 2^64 - 1 becomes 2^64, which no u64 holds; 19 digits stay far below.
  const rest = <f64>(<i64>(digits - <u64>whole));
  const quotient = whole / divisor;
  const back = quotient * divisor;
  const remainder = whole - back - productError(quotient, divisor, back) + rest;
  const correction = remainder / divisor;
  const doubt = quotient * 8.077935669463161e-28; // 2^-90
  const least = quotient + (correction - doubt);
  return least == quotient + (correction + doubt) ? least : 0;
}

/** product + productError = a * b exactly, where product = fl(a * b); after Dekker. */
function productError(a: f64, b: f64, product: f64): f64 {
  const aSplit = 134217729.0 * a;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = 134217729.0 * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}
