/** Values that are decimals in disguise, as src/kernel/decimal.ts finds them. */

const decimalExponentMax: i32 = 7;
const powersOfTen: usize = memory.data<f64>([1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7], 8);
const wholeMax: f64 = 9007199254740992;
/** Adding and subtracting it rounds a smaller double to a whole number: 1.5 * 2^52. */
const rounder: f64 = 6755399441055744;
const roundedMax: f64 = 2251799813685248;

/**
 * Finds the exponent of `count` doubles and fills as many integers at `numbers`.
 * @returns the exponent; -1 where there is none, and `numbers` is then in disorder
 */
export function toDecimals(values: usize, count: i32, numbers: usize): i32 {
  let exponent = 0;
  let power: f64 = 1;
  let fitCount = 0;
  let k = 0;
  while (fitCount < count) {
    const at = (<usize>k) << 3;
    const value = load<f64>(values + at);
    const scaled = value * power;
    const number = exponent == 0 ? trunc(value) : scaled + rounder - rounder;
    const isInReach = exponent == 0 ? abs(value) <= wholeMax : abs(scaled) < roundedMax;
    const isMinusZero = reinterpret<u64>(value) == 0x8000000000000000;
    // What rounds to 0 from below is -0, and equal to no value but the -0 that is refused anyway.
    if (isInReach && number / power == value && !isMinusZero) {
      store<i64>(numbers + at, <i64>number);
      fitCount += 1;
      k = k + 1 == count ? 0 : k + 1;
    } else {
      exponent += 1;
      if (exponent > decimalExponentMax) return -1;
      power = load<f64>(powersOfTen + ((<usize>exponent) << 3));
      fitCount = 0;
    }
  }
  return exponent;
}
