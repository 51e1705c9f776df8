/** Values that are decimals in disguise, as src/kernel/decimal.ts finds them. */

const decimalExponentMax: i32 = 7;
const powersOfTen: usize = memory.data<f64>([1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7], 8);
const wholeMax: f64 = 9007199254740992;
/** Adding and subtracting it rounds a smaller double to a whole number: 1.5 * 2^52. */
const rounder: f64 = 6755399441055744;
const roundedMax: f64 = 2251799813685248;

/**
 * Finds the exponent of `count` doubles and fills as many integers at `numbers`, two at a time.
 * @returns the exponent; -1 where there is none, and `numbers` is then in disorder
 */
export function toDecimals(values: usize, count: i32, numbers: usize): i32 {
  if (toWholes(values, count, numbers)) return 0;
  for (let exponent = 1; exponent <= decimalExponentMax; exponent++) {
    const power = load<f64>(powersOfTen + ((<usize>exponent) << 3));
    if (toScaled(values, count, numbers, power)) return exponent;
  }
  return -1;
}

/** @returns whether all are whole numbers already */
function toWholes(values: usize, count: i32, numbers: usize): bool {
  const end = values + ((<usize>count) << 3);
  for (let p = values, to = numbers; p < end; p += 16, to += 16) {
    const pair = pairAt(p, end);
    const size = f64x2.abs(pair);
    const isFit = v128.and(
      f64x2.le(size, f64x2.splat(wholeMax)),
      f64x2.eq(f64x2.trunc(pair), pair),
    );
    if (!i64x2.all_true(v128.andnot(isFit, isMinusZero(pair)))) return false;
    if (i64x2.all_true(f64x2.lt(size, f64x2.splat(roundedMax)))) {
      v128.store(to, wholeOf(f64x2.add(pair, f64x2.splat(rounder))));
    } else {
      store<i64>(to, <i64>f64x2.extract_lane(pair, 0));
      store<i64>(to, <i64>f64x2.extract_lane(pair, 1), 8);
    }
  }
  return true;
}

/** @returns whether all are whole numbers once they are multiplied */
function toScaled(values: usize, count: i32, numbers: usize, power: f64): bool {
  const end = values + ((<usize>count) << 3);
  for (let p = values, to = numbers; p < end; p += 16, to += 16) {
    const pair = pairAt(p, end);
    const scaled = f64x2.mul(pair, f64x2.splat(power));
    const shifted = f64x2.add(scaled, f64x2.splat(rounder));
    const back = f64x2.div(f64x2.sub(shifted, f64x2.splat(rounder)), f64x2.splat(power));
    const isFit = v128.and(
      f64x2.lt(f64x2.abs(scaled), f64x2.splat(roundedMax)),
      f64x2.eq(back, pair),
    );
    // What rounds to 0 from below is -0, and equal to no value but the -0 that is refused anyway.
    if (!i64x2.all_true(v128.andnot(isFit, isMinusZero(pair)))) return false;
    v128.store(to, wholeOf(shifted));
  }
  return true;
}

/** Two values; the last one of all twice where it has no partner. */
function pairAt(at: usize, end: usize): v128 {
  return at + 8 == end ? v128.load64_splat(at) : v128.load(at);
}

function isMinusZero(pair: v128): v128 {
  return i64x2.eq(pair, i64x2.splat(0x8000000000000000));
}

/** The integers to which `rounder` was added. */
function wholeOf(shifted: v128): v128 {
  return i64x2.sub(shifted, i64x2.splat(reinterpret<i64>(rounder)));
}
