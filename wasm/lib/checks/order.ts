/** The checks that look at how values lie among the others: histogram_bins, median_absolute_deviation. */
import { calm, fired, silent } from "./answers";
import { greatest, last, least, summedTail } from "./facts";
import { median } from "./median";

const binCount: i32 = 15;
const rareCountMax: i32 = 20;
const ratioMax: f64 = 6;
const roundingShare: f64 = 1e-14;
/** Values counted between two looks at the count. */
const blockBytes: usize = 256;

/** As src/analyzer/checks/histogram-bins.ts. @returns whether the tail's bin is rare */
export function isTailRare(values: usize, count: i32): bool {
  const isFlat = least == greatest;
  const lowest = isFlat ? least - 0.5 : least;
  const highest = isFlat ? greatest + 0.5 : greatest;
  const width = (highest - lowest) / <f64>binCount;
  const bin = binOf(lowest, highest, width);
  if (bin < 0) return false;
  const left = edge(bin, lowest, highest, width);
  const right = bin == binCount - 1 ? Infinity : edge(bin + 1, lowest, highest, width);
  return countWithin(values, count, left, right) <= rareCountMax;
}

function edge(i: i32, lowest: f64, highest: f64, width: f64): f64 {
  return i == binCount ? highest : <f64>i * width + lowest;
}

function binOf(lowest: f64, highest: f64, width: f64): i32 {
  if (summedTail <= lowest) return 0;
  const guess = min<f64>(max<f64>(floor((summedTail - lowest) / width), 0), <f64>(binCount - 1));
  let bin = <i32>guess;
  while (bin > 0 && summedTail < edge(bin, lowest, highest, width)) bin -= 1;
  while (bin < binCount && summedTail >= edge(bin + 1, lowest, highest, width)) bin += 1;
  return bin == 0 || bin == binCount ? -1 : bin;
}

/** How many values lie in [left, right); more than `rareCountMax` need not be counted to the end. */
function countWithin(values: usize, count: i32, left: f64, right: f64): i32 {
  const lefts = f64x2.splat(left);
  const rights = f64x2.splat(right);
  let p = values + ((<usize>count) << 3);
  let found = 0;
  // Newest first: they tend to lie near the tail.
  while (p >= values + blockBytes && found <= rareCountMax) {
    const block = p - blockBytes;
    let within = i64x2.splat(0);
    for (p -= 16; p >= block; p -= 16) {
      const pair = v128.load(p);
      within = i64x2.sub(within, v128.and(f64x2.ge(pair, lefts), f64x2.lt(pair, rights)));
    }
    p = block;
    found += sumOfCounts(within);
  }
  for (p -= 8; p >= values && found <= rareCountMax; p -= 8) {
    const value = load<f64>(p);
    if (value >= left && value < right) found += 1;
  }
  return found;
}

/**
 * As src/analyzer/checks/median-absolute-deviation.ts: calm, fired or silent.
 * @param kept       room for as many values; so has `distances`
 */
export function askMedian(values: usize, count: i32, kept: usize, distances: usize): i32 {
  const middle = median(values, count, least, greatest, kept);
  const distance = abs(last - middle);
  const counted = answerByCounting(values, count, middle, distance);
  if (counted >= 0) return counted;

  for (let i = 0; i < count; i++) {
    const place = (<usize>i) << 3;
    store<f64>(distances + place, abs(load<f64>(values + place) - middle));
  }
  const distanceMax = max<f64>(middle - least, greatest - middle);
  const middleDistance = median(distances, count, 0, distanceMax, kept);
  if (middleDistance == 0) return calm;
  return distance / middleDistance > ratioMax ? fired : silent;
}

/** @returns -1 where counting does not settle it */
function answerByCounting(values: usize, count: i32, middle: f64, distance: f64): i32 {
  const border = distance / ratioMax;
  const surelyBelow = border * (1 - roundingShare);
  const perhapsBelow = border * (1 + roundingShare);
  const middles = f64x2.splat(middle);
  const sures = f64x2.splat(surelyBelow);
  const perhapses = f64x2.splat(perhapsBelow);
  const nothing = f64x2.splat(0);
  let zeroCounts = i64x2.splat(0);
  let sureCounts = zeroCounts;
  let perhapsCounts = zeroCounts;
  const end = values + ((<usize>count) << 3);
  let p = values;
  for (; p + 8 < end; p += 16) {
    const d = f64x2.abs(f64x2.sub(v128.load(p), middles));
    zeroCounts = i64x2.sub(zeroCounts, f64x2.eq(d, nothing));
    sureCounts = i64x2.sub(sureCounts, f64x2.lt(d, sures));
    perhapsCounts = i64x2.sub(perhapsCounts, f64x2.le(d, perhapses));
  }
  let zeros = sumOfCounts(zeroCounts);
  let sure = sumOfCounts(sureCounts);
  let perhaps = sumOfCounts(perhapsCounts);
  if (p < end) {
    const d = abs(load<f64>(p) - middle);
    zeros += <i32>(d == 0);
    sure += <i32>(d < surelyBelow);
    perhaps += <i32>(d <= perhapsBelow);
  }
  // Places of the middle distances, from 0; equal for an odd count.
  const upperMiddle = count >> 1;
  const lowerMiddle = (count - 1) >> 1;
  if (zeros > upperMiddle) return calm;
  if (zeros > lowerMiddle) return -1; // the mean of 0 and another
  if (sure > upperMiddle) return fired;
  if (perhaps <= lowerMiddle) return silent;
  return -1;
}

function sumOfCounts(counts: v128): i32 {
  return <i32>(i64x2.extract_lane(counts, 0) + i64x2.extract_lane(counts, 1));
}
