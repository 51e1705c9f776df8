/**
 * Decimal numbers out of bytes, correctly rounded, without making a string where that can be had.
 *
 *     [+-] digits [ . digits ] [ e [+-] digits ]        at least one digit before the exponent
 *
 * The short way, after W. D. Clinger, "How to Read Floating Point Numbers Accurately" (PLDI 1990),
 * section 4: digits below 2^53 and a power of ten up to 10^22 are both exact doubles, so that one
 * multiplication or division rounds once and is right. Digits beyond 2^53, as repr() of Python and
 * Go write them, take one more step in double-double arithmetic, which knows when it cannot tell.
 * What is left goes through Number().
 */

const exactDigitsMax = Number.MAX_SAFE_INTEGER;
const powersOfTen = Float64Array.from({ length: 23 }, (ignored, power) => Number(`1e${power}`));

/** @returns the nearest double; ±Infinity beyond its range; NaN where the bytes are no decimal */
export function parseDecimal(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const isNegative = at < end && bytes[at] === 0x2d;
  if (at < end && (bytes[at] === 0x2d || bytes[at] === 0x2b)) at += 1;

  // `digits` is exact while it stays below 2^53, and never falls back below it once it is not.
  let digits = 0;
  const digitsStart = at;
  let digit = 0;
  for (; at < end; at++) {
    digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    digits = digits * 10 + digit;
  }
  let digitCount = at - digitsStart;
  let power = 0;
  if (at < end && bytes[at] === 0x2e) {
    const fractionStart = ++at;
    for (; at < end; at++) {
      digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      digits = digits * 10 + digit;
    }
    power = fractionStart - at;
    digitCount -= power;
  }
  if (digitCount === 0) return NaN;
  if (at < end) {
    const exponent = parseExponent(bytes, at, end);
    if (Number.isNaN(exponent)) return NaN;
    power += exponent;
  }

  if (digits <= exactDigitsMax) {
    let size = digits;
    if (power < 0 && power >= -22) size /= powersOfTen[-power]!;
    else if (power > 0 && power <= 22) size *= powersOfTen[power]!;
    else if (power !== 0 && digits !== 0) return parseSlowly(bytes, start, end);
    return isNegative ? -size : size;
  }
  if (power <= 0 && power >= -22) {
    const size = divideLongDigits(bytes, digitsStart, end, powersOfTen[-power]!);
    if (size > 0) return isNegative ? -size : size;
  }
  return parseSlowly(bytes, start, end);
}

/** @returns what programs mean by nan, inf, -Infinity; undefined where the text is none of these */
export function parseNonFinite(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > 9) return undefined;
  const [, sign, word = ""] = /^([+-]?)(nan|inf|infinity)$/i.exec(latin1(bytes, start, end)) ?? [];
  if (word === "") return undefined;
  if (word.toLowerCase() === "nan") return NaN;
  return sign === "-" ? -Infinity : Infinity;
}

/** @returns the exponent after 'e', limited to where every double is 0 or infinite; NaN if it is none */
function parseExponent(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  if ((bytes[at]! | 0x20) !== 0x65) return NaN;
  at += 1;
  const isNegative = at < end && bytes[at] === 0x2d;
  if (at < end && (bytes[at] === 0x2d || bytes[at] === 0x2b)) at += 1;
  if (at === end) return NaN;
  let exponent = 0;
  for (; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return NaN;
    if (exponent < 100_000) exponent = exponent * 10 + digit;
  }
  return isNegative ? -exponent : exponent;
}

/**
 * digits / divisor for 16 to 22 digits, as the sum of two doubles.
 *
 * The digits are high * 10^k + low with both halves exact; products are split after Dekker, "A
 * Floating-Point Technique for Extending the Available Precision" (1971). The error of
 * quotient + correction stays below 2^-100 of it; where the nearest double is the same 2^-90 to
 * either side, it is the right one.
 *
 * @returns 0 where it cannot tell
 */
function divideLongDigits(bytes: Uint8Array, start: number, end: number, divisor: number): number {
  let high = 0;
  let low = 0;
  let lowScale = 1;
  let seen = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === 0x2e) continue;
    const digit = byte - 0x30;
    if (digit < 0 || digit > 9) break; // the exponent
    if (seen === 0 && digit === 0) continue;
    seen += 1;
    if (seen <= 11) high = high * 10 + digit;
    else {
      low = low * 10 + digit;
      lowScale *= 10;
    }
  }
  if (seen > 22) return 0;

  // digits = whole + rest, exactly.
  const scaled = high * lowScale;
  const scaledError = productError(high, lowScale, scaled);
  const whole = scaled + low;
  const rest = low - (whole - scaled) + scaledError;

  const quotient = whole / divisor;
  const back = quotient * divisor;
  const remainder = whole - back - productError(quotient, divisor, back) + rest;
  const correction = remainder / divisor;

  const doubt = quotient * 2 ** -90;
  const least = quotient + (correction - doubt);
  return least === quotient + (correction + doubt) ? least : 0;
}

/** product + productError = a * b exactly, where product = fl(a * b). */
function productError(a: number, b: number, product: number): number {
  const aSplit = 134217729 * a;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = 134217729 * b;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
}

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  return Number(latin1(bytes, start, end));
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
