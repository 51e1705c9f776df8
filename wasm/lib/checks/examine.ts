/**
 * The nine checks on the columns of one series, and their vote: the answers of src/analyzer/judge.ts, which
 * with the files it names defines each of them. Checks are numbered by what they cost, cheapest first.
 */
import { adfStatistic } from "./adf";
import { abstained, calm, fired, silent } from "./answers";
import {
  greatest,
  last,
  least,
  mean,
  measureFacts,
  previousMean,
  previousSquares,
  squares,
  tail,
} from "./facts";
import { ksDistance } from "./ks";
import { leavesLine } from "./line";
import { countBefore, mean as hourMean, measureMoments, squares as hourSquares } from "./moments";
import { askMedian, isTailRare } from "./order";
import { measureWeighted, weightedDeviation, weightedMean } from "./weighted";

const checkCount: i32 = 9;
const silentBit: i32 = 1 << 9;
const abstainedBit: i32 = 1 << 10;
const anomalousBit: i32 = 1 << 11;
const compatFlag: i32 = 1;
const floorsTailFlag: i32 = 2;

const hourMs: f64 = 3600000;
const probeMs: f64 = 600000;
const sampleCountMin: i32 = 20;
const distanceMax: f64 = 0.5;
const adfSampleCountMin: i32 = 24;
const adfCriticalValue: f64 = -2.8615927630970894;

let times: usize = 0;
let values: usize = 0;
let count: i32 = 0;
let nowMs: f64 = 0;
let hourEndMs: f64 = 0;
let criticalValue: f64 = 0;
let firstRoom: usize = 0;
let secondRoom: usize = 0;

/**
 * @param hourEnd    up to when the first hour of the window goes
 * @param critical   Grubbs' critical value for this many samples
 * @param checks     which are asked, a bit each
 * @param consensus  stops as soon as it is reached or out of reach; 0 asks them all
 * @param room       two columns of as many samples, overwritten
 * @returns a bit for each check that fired, and the bits above; -1 where the values are such that
 *     they must be repaired first
 */
export function examine(
  timesAt: usize,
  valuesAt: usize,
  sampleCount: i32,
  now: f64,
  hourEnd: f64,
  critical: f64,
  checks: i32,
  consensus: i32,
  flags: i32,
  room: usize,
): i32 {
  if (sampleCount < 1) return -1;
  if (!measureFacts(valuesAt, sampleCount, (flags & floorsTailFlag) != 0)) return -1;
  times = timesAt;
  values = valuesAt;
  count = sampleCount;
  nowMs = now;
  hourEndMs = hourEnd;
  criticalValue = critical;
  firstRoom = room;
  secondRoom = room + ((<usize>sampleCount) << 3);
  let votes = 0;
  let remaining = popcnt(checks);
  let answers = 0;
  for (let check = 0; check < checkCount; check++) {
    if (((checks >> check) & 1) == 0) continue;
    const answer = ask(check);
    remaining -= 1;
    if (answer == fired) answers |= 1 << check;
    else if (answer == silent) answers |= silentBit;
    else if (answer == abstained) answers |= abstainedBit;
    if (answer == fired || (answer == silent && (flags & compatFlag) != 0)) votes += 1;
    if (consensus == 0) continue;
    if (votes >= consensus) return answers | anomalousBit;
    if (votes + remaining < consensus) return answers;
  }
  return answers;
}

function ask(check: i32): i32 {
  switch (check) {
    case 0:
      return <i32>leavesOthers();
    case 1:
      return <i32>leavesAverage();
    case 2:
      return <i32>leavesGrubbs();
    case 3:
      return <i32>leavesFirstHour();
    case 4:
      return <i32>leavesMovingAverage();
    case 5:
      return <i32>isTailRare(values, count);
    case 6:
      return <i32>leavesLine(times, values, count);
    case 7:
      return askDistribution();
    default:
      return askMedian(values, count, firstRoom, secondRoom);
  }
}

/** mean_subtraction_cumulation */
function leavesOthers(): bool {
  if (count < 3) return false;
  return abs(last - previousMean) > 3 * sqrt(previousSquares / <f64>(count - 2));
}

/** stddev_from_average */
function leavesAverage(): bool {
  if (count < 2) return false;
  return abs(tail - mean) > 3 * sqrt(squares / <f64>(count - 1));
}

/** grubbs */
function leavesGrubbs(): bool {
  const deviation = sqrt(squares / <f64>count);
  if (count < 3 || !(deviation > 0)) return false;
  return (tail - mean) / deviation > criticalValue;
}

/** first_hour_average */
function leavesFirstHour(): bool {
  const hourCount = countBefore(times, count, hourEndMs);
  if (hourCount < 2) return false;
  measureMoments(values, hourCount);
  return abs(tail - hourMean) > 3 * sqrt(hourSquares / <f64>(hourCount - 1));
}

/** stddev_from_moving_average */
function leavesMovingAverage(): bool {
  measureWeighted(values, count, greatest - least);
  return abs(last - weightedMean) > 3 * weightedDeviation;
}

/** ks_test */
function askDistribution(): i32 {
  const from = countBefore(times, count, nowMs - hourMs);
  const middle = countBefore(times, count, nowMs - probeMs);
  const referenceCount = middle - from;
  const probeCount = count - middle;
  if (referenceCount < sampleCountMin || probeCount < sampleCountMin) return calm;
  const reference = values + ((<usize>from) << 3);
  const distance = ksDistance(
    reference,
    referenceCount,
    probeCount,
    distanceMax,
    firstRoom,
    secondRoom,
  );
  if (!(distance > distanceMax)) return calm;
  if (referenceCount < adfSampleCountMin) {
    return isConstant(reference, referenceCount) ? calm : abstained;
  }
  const statistic = adfStatistic(reference, referenceCount, firstRoom, secondRoom);
  return statistic < adfCriticalValue ? fired : calm;
}

function isConstant(column: usize, length: i32): bool {
  const first = load<f64>(column);
  for (let i = 1; i < length; i++) if (load<f64>(column + ((<usize>i) << 3)) != first) return false;
  return true;
}
