/** What several checks need to know of a series, as src/analyzer/facts.ts works it out. */
import { addLane, mean as refinedMean, refineMoments, squares as refinedSquares } from "./moments";
import { sumOfLanes } from "./moments";

const spreadMax: f64 = 1e140;
const spreadMin: f64 = 1e-140;

export let last: f64 = 0;
/** Mean of the last three values, or the last one of a shorter series. */
export let tail: f64 = 0;
/** The same by true division, whatever the original did to integers. */
export let trueTail: f64 = 0;
/** The tail as it was summed: it may miss three equal values by one digit. */
export let summedTail: f64 = 0;
export let least: f64 = 0;
export let greatest: f64 = 0;
export let mean: f64 = 0;
export let squares: f64 = 0;
/** Over all values but the last. */
export let previousMean: f64 = 0;
export let previousSquares: f64 = 0;

/**
 * @param count  at least 1
 * @returns false where a value is not finite, or the spread beyond what squares can hold
 */
export function measureFacts(values: usize, count: i32, floorsTail: bool): bool {
  const end = count - 1;
  const first = load<f64>(values);
  last = valueAt(values, end);
  const sum = sumAndExtremes(values, end, first);
  const spread = greatest - least;
  // A NaN makes the sum NaN; an infinity makes the spread infinite.
  if (!(spread <= spreadMax) || isNaN(sum)) return false;
  if (spread > 0 && spread < spreadMin) return false;
  measureTail(values, count, floorsTail);
  previousMean = NaN;
  previousSquares = 0;
  mean = last;
  squares = 0;
  if (end == 0) return true;
  const n = <f64>count;
  refineMoments(values, end, first + sum / <f64>end);
  previousMean = refinedMean;
  previousSquares = refinedSquares;
  // The last value is added by Welford's step: taking it off a whole sum would cancel.
  const step = last - previousMean;
  mean = previousMean + step / n;
  squares = previousSquares + (step * step * <f64>end) / n;
  return true;
}

/** Fills `least` and `greatest`, the last value included. @returns Σ (value - first) without it */
function sumAndExtremes(values: usize, count: i32, first: f64): f64 {
  const firsts = f64x2.splat(first);
  let low = f64x2.splat(0);
  let high = low;
  let leastLow = f64x2.splat(last);
  let leastHigh = leastLow;
  let greatestLow = leastLow;
  let greatestHigh = leastLow;
  const end = values + ((<usize>(count & ~3)) << 3);
  let p = values;
  for (; p < end; p += 32) {
    const a = v128.load(p);
    const b = v128.load(p, 16);
    low = f64x2.add(low, f64x2.sub(a, firsts));
    high = f64x2.add(high, f64x2.sub(b, firsts));
    leastLow = f64x2.pmin(leastLow, a);
    leastHigh = f64x2.pmin(leastHigh, b);
    greatestLow = f64x2.pmax(greatestLow, a);
    greatestHigh = f64x2.pmax(greatestHigh, b);
  }
  leastLow = f64x2.pmin(leastLow, leastHigh);
  greatestLow = f64x2.pmax(greatestLow, greatestHigh);
  least = min<f64>(f64x2.extract_lane(leastLow, 0), f64x2.extract_lane(leastLow, 1));
  greatest = max<f64>(f64x2.extract_lane(greatestLow, 0), f64x2.extract_lane(greatestLow, 1));
  const rest = count & 3;
  for (let i = 0; i < rest; i++) {
    const value = valueAt(p, i);
    if (i < 2) low = addLane(low, i, value - first);
    else high = addLane(high, 0, value - first);
    least = min<f64>(least, value);
    greatest = max<f64>(greatest, value);
  }
  return sumOfLanes(low, high);
}

function measureTail(values: usize, count: i32, floorsTail: bool): void {
  tail = last;
  trueTail = last;
  summedTail = last;
  if (count < 3) return;
  const a = valueAt(values, count - 3);
  const b = valueAt(values, count - 2);
  const third = (a + b + last) / 3;
  // Three equal values have themselves as mean; a sum by three may miss it by one digit.
  trueTail = a == b && b == last ? last : third;
  tail = floorsTail ? floor(trueTail) : trueTail;
  summedTail = floorsTail ? floor(third) : third;
}

function valueAt(values: usize, index: i32): f64 {
  return load<f64>(values + ((<usize>index) << 3));
}
