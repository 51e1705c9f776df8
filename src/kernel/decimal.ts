/**
 * Values that are decimals in disguise: 21.37 is the whole number 2137 and the exponent 2.
 *
 * A column fits exponent e when value = number / 10^e holds bit for bit for all of its values; the
 * division is correctly rounded, so reading it back gives the same bits. The least e of 0 to 7 is
 * taken. -0.0 fits none: whole numbers have one zero.
 *
 * Source of the idea: Afroozeh, Kuffó, Boncz, "ALP: Adaptive Lossless floating-Point Compression"
 * (SIGMOD 2024). Ours: one exponent without a factor, and all values or none, since a chunk is small.
 */

export const decimalExponentMax = 7;
const powersOfTen = Float64Array.of(1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7);
const wholeMax = 2 ** 53;
/** Adding and subtracting it rounds a smaller double to a whole number: 1.5 * 2^52. */
const rounder = 6755399441055744;
const roundedMax = 2 ** 51;

export function powerOfTen(exponent: number): number {
  return powersOfTen[exponent]!;
}

/**
 * Finds the exponent of values[from, from + count) and fills numbers[0, count).
 * @returns the exponent; -1 where there is none, and `numbers` is then in disorder
 */
export function toDecimals(
  values: Float64Array,
  from: number,
  count: number,
  numbers: Float64Array,
): number {
  // Goes round the column until every value in a row has fitted the same exponent: a value that
  // fits e mostly fits e + 1 too, but not always, so a raised exponent is tried on all again.
  let exponent = 0;
  let power = 1;
  let fitCount = 0;
  let k = 0;
  while (fitCount < count) {
    const value = values[from + k]!;
    const scaled = value * power;
    const number = exponent === 0 ? Math.trunc(value) : scaled + rounder - rounder;
    const isInReach = exponent === 0 ? Math.abs(value) <= wholeMax : Math.abs(scaled) < roundedMax;
    if (isInReach && number / power === value && (number !== 0 || 1 / value > 0)) {
      numbers[k] = number;
      fitCount += 1;
      k = k + 1 === count ? 0 : k + 1;
    } else {
      exponent += 1;
      if (exponent > decimalExponentMax) return -1;
      power = powersOfTen[exponent]!;
      fitCount = 0;
    }
  }
  return exponent;
}
