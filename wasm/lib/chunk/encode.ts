/**
 * Columns to a chunk: the same bytes as `encodeChunk` in src/kernel/chunk.ts, which tells the format.
 */
import { toDecimals } from "./decimal";
import { BlockPlan, planIntegers, writeIntegers } from "./integer-block";
import { writeSigned } from "./varint";
import { writeXorValues } from "./xor-values";

const chunkSampleCountMax: i32 = 480;
const headerBytesMin: usize = 15;
const version: i32 = 1;
const stepsForm: i32 = 1;
const wideForm: i32 = 4;
const deltaKind: i32 = 1;
const xorKind: i32 = 2;
const rawKind: i32 = 3;
const varintBytesMax: i32 = 8;
const timeMsMax: f64 = 281474976710656;
const wholeMax: i64 = 9007199254740992;

/** With room for the partner of an odd last one. */
const numbers: usize = memory.data(8 * 480, 16);
const differences: usize = memory.data(8 * 480, 16);
const framePlan = changetype<BlockPlan>(memory.data(40, 8));
const deltaPlan = changetype<BlockPlan>(memory.data(40, 8));

/**
 * Encodes `count` samples to `to`, where there is room for the longest chunk and eight bytes more.
 * @returns the length; -1 where the times are not strictly ascending whole milliseconds
 */
export function encodeChunk(times: usize, values: usize, count: i32, to: usize): i32 {
  if (count < 1 || count > chunkSampleCountMax) return -1;
  const first = load<f64>(times);
  const last = load<f64>(times + ((<usize>(count - 1)) << 3));
  if (!isTime(first) || !isTime(last)) return -1;
  const span = last - first;
  if (count > 1 && !(span >= <f64>(count - 1))) return -1;

  let at = valuesAt(to, span);
  const hasSteps = !isRegular(times, count);
  if (hasSteps) {
    at = writeSteps(times, count, at);
    if (at == 0) return -1;
  }
  at = writeValues(values, count, at);
  return writeHead(to, at, hasSteps ? stepsForm : 0, count, first, span);
}

/**
 * As `encodeChunk` of samples that lie one step apart: `count` is 1 to 480, and the times are sound.
 * @returns the length
 */
export function encodeRegular(first: f64, span: f64, values: usize, count: i32, to: usize): i32 {
  return writeHead(to, writeValues(values, count, valuesAt(to, span)), 0, count, first, span);
}

/** Where the chunk at `to` goes on behind its head. */
function valuesAt(to: usize, span: f64): usize {
  return to + headerBytesMin + (isWide(span) ? 2 : 0);
}

function isWide(span: f64): bool {
  return (<u64>span) >> 32 != 0;
}

/** @returns the length of the chunk, which ends at `end` */
function writeHead(to: usize, end: usize, form: i32, count: i32, first: f64, span: f64): i32 {
  const length = <i32>(end - to);
  const firstBits = <u64>first;
  const spanBits = <u64>span;
  store<u8>(to, form | (isWide(span) ? wideForm : 0) | (version << 4));
  store<u16>(to + 1, <u16>count);
  store<u16>(to + 3, <u16>length);
  store<u32>(to + 5, <u32>firstBits);
  store<u16>(to + 9, <u16>(firstBits >> 32));
  store<u32>(to + 11, <u32>spanBits);
  if (isWide(span)) store<u16>(to + headerBytesMin, <u16>(spanBits >> 32));
  return length;
}

function isTime(timeMs: f64): bool {
  return timeMs >= 0 && timeMs < timeMsMax && floor(timeMs) == timeMs;
}

function isRegular(times: usize, count: i32): bool {
  if (count <= 2) return true;
  const end = times + ((<usize>count) << 3);
  const step = load<f64>(times + 8) - load<f64>(times);
  for (let p = times + 16; p < end; p += 8)
    if (load<f64>(p) - load<f64>(p - 8) != step) return false;
  return true;
}

/** @returns the address after them; 0 where times do not ascend in whole milliseconds */
function writeSteps(times: usize, count: i32, to: usize): usize {
  for (let k = 1; k < count; k++) {
    const p = times + ((<usize>k) << 3);
    const step = load<f64>(p) - load<f64>(p - 8);
    if (!(step >= 1) || floor(step) != step || !(step < timeMsMax)) return 0;
    store<i64>(differences + ((<usize>(k - 1)) << 3), <i64>step);
  }
  planIntegers(differences, count - 1, framePlan);
  return writeIntegers(differences, count - 1, framePlan, to);
}

function writeValues(values: usize, count: i32, to: usize): usize {
  const exponent = toDecimals(values, count, numbers);
  if (exponent >= 0) {
    const end = writeDecimals(exponent, count, to);
    if (end != 0) return end;
  }
  store<u8>(to, xorKind << 3);
  const end = writeXorValues(values, count, to + 1);
  if (end - to - 1 < (<usize>count) << 3) return end;
  store<u8>(to, rawKind << 3);
  memory.copy(to + 1, values, (<usize>count) << 3);
  return to + 1 + ((<usize>count) << 3);
}

/** @returns the address after them; 0 where a block of them would be no shorter than doubles */
function writeDecimals(exponent: i32, count: i32, to: usize): usize {
  const first = load<i64>(numbers);
  const canDelta = takeDifferences(count);
  planIntegers(numbers, count, framePlan);
  if (canDelta && framePlan.width > 0) {
    planIntegers(differences, count - 1, deltaPlan);
    // A frame decodes faster and lets one value be read alone: a delta must earn its place.
    const deltaBytes = <f64>(deltaPlan.bodyBytes + varintBytesMax);
    if (deltaPlan.bodyBytes >= 0 && deltaBytes < <f64>framePlan.bodyBytes * 0.8) {
      store<u8>(to, exponent | (deltaKind << 3));
      const at = writeSigned(first, to + 1);
      return writeIntegers(differences, count - 1, deltaPlan, at);
    }
  }
  if (framePlan.bodyBytes < 0 || framePlan.bodyBytes >= count * 8) return 0;
  store<u8>(to, exponent);
  return writeIntegers(numbers, count, framePlan, to + 1);
}

/** Fills `differences` from `numbers`. @returns whether all are exact doubles, and worth a try */
function takeDifferences(count: i32): bool {
  if (count < 4) return false;
  let largest: i64 = 0;
  for (let k = 1; k < count; k++) {
    const p = numbers + ((<usize>k) << 3);
    const difference = load<i64>(p) - load<i64>(p - 8);
    store<i64>(differences + ((<usize>(k - 1)) << 3), difference);
    largest = max(largest, abs(difference));
  }
  return largest < wholeMax;
}
