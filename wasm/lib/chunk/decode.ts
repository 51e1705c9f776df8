/**
 * Chunks to columns. The format is told in src/kernel/chunk.ts and the files it names; its readers there
 * define the result. Any bytes may come: what is no chunk is answered with -1, nothing is written
 * outside the columns, and nothing read but the run and the 64 bytes behind it.
 */
import { magnitudeMax, readIntegers } from "./integer-block";
import { readSigned, varintEnd } from "./varint";
import { readXorValues } from "./xor-values";

const headerBytesMin: usize = 15;
const chunkSampleCountMax: i32 = 480;
const version: i32 = 1;
const stepsForm: i32 = 1;
const wideForm: i32 = 4;
const frameKind: i32 = 0;
const deltaKind: i32 = 1;
const xorKind: i32 = 2;
const rawKind: i32 = 3;
/** Sums of whole numbers below it are exact in any order. */
const exactMax: f64 = 9007199254740992;

const powersOfTen: usize = memory.data<f64>([1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7], 8);

/**
 * Decodes the chunks from `from` to `end`, each at a multiple of four bytes, one column behind the
 * other.
 * @param room  samples that both columns have room for
 * @returns how many samples; -1 where something is no chunk or there is no room
 */
export function decodeRun(from: usize, end: usize, times: usize, values: usize, room: i32): i32 {
  let count = 0;
  let at = from;
  while (at < end) {
    const place = (<usize>count) << 3;
    const more = decodeChunk(at, end, times + place, values + place, room - count);
    if (more < 0) return -1;
    count += more;
    at += (<usize>load<u16>(at + 3) + 3) & ~3;
  }
  return count;
}

function decodeChunk(at: usize, end: usize, times: usize, values: usize, room: i32): i32 {
  if (at + headerBytesMin > end) return -1;
  const form = <i32>load<u8>(at);
  if (form >>> 4 != version || (form & 0x0a) != 0) return -1;
  const count = <i32>load<u16>(at + 1);
  const length = <usize>load<u16>(at + 3);
  const isWide = (form & wideForm) != 0;
  const bodyAt = at + headerBytesMin + (isWide ? 2 : 0);
  const chunkEnd = at + length;
  if (count < 1 || count > chunkSampleCountMax || count > room) return -1;
  if (chunkEnd <= bodyAt || chunkEnd > end) return -1;
  const first = (<i64>load<u32>(at + 5)) | ((<i64>load<u16>(at + 9)) << 32);
  const span = (<i64>load<u32>(at + 11)) | (isWide ? (<i64>load<u16>(at + 15)) << 32 : 0);
  let valuesAt = bodyAt;
  if ((form & stepsForm) != 0) {
    valuesAt = readSteps(bodyAt, chunkEnd, <f64>first, <f64>span, count, times);
    if (valuesAt == 0) return -1;
  } else if (!fillRegular(first, span, count, times)) return -1;
  return readValues(valuesAt, chunkEnd, count, values) ? count : -1;
}

/** Writes regular times. @returns whether one whole step leads from the first to the last */
function fillRegular(first: i64, span: i64, count: i32, times: usize): bool {
  store<f64>(times, <f64>first);
  if (count == 1) return span == 0;
  const step = <f64>span / <f64>(count - 1);
  if (step < 1 || floor(step) != step) return false;
  const start = <f64>first;
  // Four pairs at once: one would wait for its own addition.
  const eightSteps = f64x2.splat(8 * step);
  const twoSteps = f64x2.splat(2 * step);
  let a = f64x2.replace_lane(f64x2.splat(start), 1, start + step);
  let b = f64x2.add(a, twoSteps);
  let c = f64x2.add(b, twoSteps);
  let d = f64x2.add(c, twoSteps);
  const end = times + ((<usize>count) << 3);
  let p = times;
  for (; p + 56 < end; p += 64) {
    v128.store(p, a);
    v128.store(p, b, 16);
    v128.store(p, c, 32);
    v128.store(p, d, 48);
    a = f64x2.add(a, eightSteps);
    b = f64x2.add(b, eightSteps);
    c = f64x2.add(c, eightSteps);
    d = f64x2.add(d, eightSteps);
  }
  let time = f64x2.extract_lane(a, 0);
  for (; p < end; p += 8, time += step) store<f64>(p, time);
  return true;
}

/** @returns the address after them; 0 where they do not ascend from the first to the last time */
function readSteps(
  from: usize,
  end: usize,
  first: f64,
  span: f64,
  count: i32,
  times: usize,
): usize {
  if (count < 3) return 0;
  const at = readIntegers(from, end, count - 1, 1, times + 8);
  if (at == 0) return 0;
  const columnEnd = times + ((<usize>count) << 3);
  for (let p = times + 8; p < columnEnd; p += 8) if (!(load<f64>(p) >= 1)) return 0;
  store<f64>(times, first);
  sumUp(times, columnEnd);
  return load<f64>(columnEnd - 8) - first == span ? at : 0;
}

function readValues(from: usize, end: usize, count: i32, values: usize): bool {
  if (from >= end) return false;
  const kind = <i32>load<u8>(from);
  const power = load<f64>(powersOfTen + ((<usize>(kind & 7)) << 3));
  switch (kind >>> 3) {
    case frameKind:
      return readIntegers(from + 1, end, count, power, values) == end;
    case deltaKind:
      return readDelta(from + 1, end, count, power, values);
    case xorKind:
      return readXorValues(from + 1, end, count, values);
    case rawKind:
      if (end - from - 1 != (<usize>count) << 3) return false;
      memory.copy(values, from + 1, (<usize>count) << 3);
      return true;
    default:
      return false;
  }
}

function readDelta(from: usize, end: usize, count: i32, power: f64, values: usize): bool {
  const at = varintEnd(from, end);
  if (at == 0 || count < 2) return false;
  if (readIntegers(at, end, count - 1, 1, values + 8) != end) return false;
  store<f64>(values, readSigned(from));
  const columnEnd = values + ((<usize>count) << 3);
  sumUp(values, columnEnd);
  if (power != 1) divide(values, columnEnd, power);
  return true;
}

/** Makes of a first number and differences the running sum. */
function sumUp(from: usize, end: usize): void {
  let sum = load<f64>(from);
  const isExact = abs(sum) + magnitudeMax * <f64>((end - from) >> 3) < exactMax;
  let p = from + 8;
  if (isExact) {
    // Four at a time, so that the sum waits for one addition in four.
    // Added to it, -0 stays -0.
    const nothing = f64x2.splat(-0.0);
    let sums = f64x2.splat(sum);
    for (; p + 24 < end; p += 32) {
      const a = v128.load(p);
      const b = v128.load(p, 16);
      const upToTwo = f64x2.add(a, v128.shuffle<u64>(nothing, a, 0, 2));
      const fromThird = f64x2.add(b, v128.shuffle<u64>(nothing, b, 0, 2));
      const two = v128.shuffle<u64>(upToTwo, upToTwo, 1, 1);
      const upToFour = f64x2.add(fromThird, two);
      v128.store(p, f64x2.add(sums, upToTwo));
      v128.store(p, f64x2.add(sums, upToFour), 16);
      sums = f64x2.add(sums, v128.shuffle<u64>(upToFour, upToFour, 1, 1));
    }
    sum = f64x2.extract_lane(sums, 0);
  }
  for (; p < end; p += 8) {
    sum += load<f64>(p);
    store<f64>(p, sum);
  }
}

function divide(from: usize, end: usize, divisor: f64): void {
  const divisors = f64x2.splat(divisor);
  let p = from;
  for (; p + 8 < end; p += 16) v128.store(p, f64x2.div(v128.load(p), divisors));
  if (p < end) store<f64>(p, load<f64>(p) / divisor);
}
