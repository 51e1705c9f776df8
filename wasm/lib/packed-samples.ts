/** Staged values, packed into segments and back: as src/kernel/packed-samples.ts, which tells the format. */
import {
  recordCount,
  recordPacked,
  recordSegment,
  recordStaged,
  recordUsed,
  segmentBytes,
  sFreeSegment,
  sFreshSegment,
  sLiveSegments,
  sSegmentsAt,
  stagedCountMax,
} from "./series-records";

const rawScale: u32 = 3;
const wideBase: u32 = 16;
const rawCountMax: u32 = 7;
const linkBytes: usize = 4;
const scales: usize = memory.data<f64>([1, 100, 1000], 8);
const wholes: usize = memory.data(96, 16);
/** Segments of one series, the newest first: two of them hold twelve samples at the least. */
const segments: usize = memory.data(4 * 128);
const minusZero: u64 = 0x8000000000000000;

/** Packs the twelve values that are staged in a record; segments for them are there. */
export function packStaged(record: usize): void {
  const values = record + recordStaged;
  for (let scaleIndex: u32 = 0; scaleIndex < 3; scaleIndex++) {
    if (!takeWholes(values, load<f64>(scales + ((<usize>scaleIndex) << 3)))) continue;
    let low = v128.load(wholes);
    let high = low;
    for (let at: usize = 16; at < 96; at += 16) {
      const pair = v128.load(wholes + at);
      low = f64x2.pmin(low, pair);
      high = f64x2.pmax(high, pair);
    }
    const base = min(f64x2.extract_lane(low, 0), f64x2.extract_lane(low, 1));
    const top = max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
    const range = top - base;
    if (!(range < 4294967296 && base > -4503599627370496 && top < 4503599627370496)) continue;
    writeWholes(record, scaleIndex, base, range);
    store<u8>(record, 0, recordCount);
    return;
  }
  writeRaw(record, values, rawCountMax);
  writeRaw(record, values + ((<usize>rawCountMax) << 3), stagedCountMax - rawCountMax);
  store<u8>(record, 0, recordCount);
}

/** @returns whether the values times `scale` are whole, and give the values back; they are in `wholes` then */
function takeWholes(values: usize, scale: f64): bool {
  const factor = f64x2.splat(scale);
  const half = f64x2.splat(0.5);
  const refused = i64x2.splat(minusZero);
  for (let at: usize = 0; at < 96; at += 16) {
    const pair = v128.load(values + at);
    const whole = f64x2.floor(f64x2.add(f64x2.mul(pair, factor), half));
    const back = scale == 1 ? whole : f64x2.div(whole, factor);
    const isOdd = v128.or(f64x2.ne(back, pair), i64x2.eq(pair, refused));
    if (v128.any_true(isOdd)) return false;
    v128.store(wholes + at, whole);
  }
  return true;
}

function writeWholes(record: usize, scaleIndex: u32, base: f64, range: f64): void {
  const widthBits: u32 = range == 0 ? 0 : range < 256 ? 1 : range < 65536 ? 2 : 3;
  const width: usize = widthBits == 3 ? 4 : widthBits;
  const isWide = !(base >= -2147483648 && base < 2147483648);
  const baseBytes: usize = isWide ? 8 : 4;
  const form = scaleIndex | (widthBits << 2) | (isWide ? wideBase : 0);
  let at = begin(record, 2 + baseBytes + width * <usize>stagedCountMax, stagedCountMax, form);
  if (isWide) store<f64>(at, base);
  else store<i32>(at, <i32>base);
  at += baseBytes;
  for (let k: usize = 0; k < 96 && width != 0; k += 8) {
    const difference = <u32>(load<f64>(wholes + k) - base);
    if (width == 1) store<u8>(at, <u8>difference);
    else if (width == 2) store<u16>(at, <u16>difference);
    else store<u32>(at, difference);
    at += width;
  }
}

function writeRaw(record: usize, values: usize, count: u32): void {
  const at = begin(record, 2 + ((<usize>count) << 3), count, rawScale);
  for (let k: usize = 0; k < (<usize>count) << 3; k += 8) {
    store<f64>(at + k, load<f64>(values + k));
  }
}

/** Makes room for a piece behind the others. @returns where what follows its head goes */
function begin(record: usize, sizeBytes: usize, count: u32, form: u32): usize {
  let segment = load<u32>(record, recordSegment);
  let used = <usize>load<u16>(record, recordUsed);
  if (segment == 0 || used + sizeBytes > segmentBytes) {
    segment = takeSegment(segment);
    store<u32>(record, segment, recordSegment);
    used = linkBytes;
  }
  const at = segmentAt(segment) + used;
  used += sizeBytes;
  store<u8>(at, <u8>count);
  store<u8>(at, <u8>form, 1);
  if (used < segmentBytes) store<u8>(at + sizeBytes, 0);
  store<u16>(record, <u16>used, recordUsed);
  store<u16>(record, <u16>(<u32>load<u16>(record, recordPacked) + count), recordPacked);
  return at + 2;
}

function takeSegment(before: u32): u32 {
  let segment = load<u32>(sFreeSegment);
  if (segment != 0) store<u32>(sFreeSegment, load<u32>(segmentAt(segment)));
  else {
    segment = load<u32>(sFreshSegment);
    store<u32>(sFreshSegment, segment + 1);
  }
  store<u32>(segmentAt(segment), before);
  store<u32>(sLiveSegments, load<u32>(sLiveSegments) + 1);
  return segment;
}

function segmentAt(segment: u32): usize {
  return <usize>load<u32>(sSegmentsAt) + <usize>segment * segmentBytes;
}

/** Copies all packed values of a series to `values`. */
export function readPacked(record: usize, values: usize): void {
  let count: usize = 0;
  for (let segment = load<u32>(record, recordSegment); segment != 0; count++) {
    store<u32>(segments + (count << 2), segment);
    segment = load<u32>(segmentAt(segment));
  }
  let to = values;
  while (count > 0) {
    count--;
    const start = segmentAt(load<u32>(segments + (count << 2)));
    to = readPieces(start + linkBytes, start + segmentBytes, to);
  }
}

/** @returns where the values end */
function readPieces(start: usize, end: usize, values: usize): usize {
  let at = start;
  let to = values;
  while (at < end) {
    const count = <usize>load<u8>(at);
    if (count == 0) break;
    const form = <u32>load<u8>(at, 1);
    const scaleIndex = form & 3;
    const until = to + (count << 3);
    at += 2;
    if (scaleIndex == rawScale) {
      for (; to < until; to += 8, at += 8) store<f64>(to, load<f64>(at));
      continue;
    }
    let base: f64;
    if ((form & wideBase) != 0) {
      base = load<f64>(at);
      at += 8;
    } else {
      base = <f64>load<i32>(at);
      at += 4;
    }
    const from = to;
    const widthBits = (form >> 2) & 3;
    if (widthBits == 0) for (; to < until; to += 8) store<f64>(to, base);
    else if (widthBits == 1) for (; to < until; to += 8) store<f64>(to, base + <f64>load<u8>(at++));
    else if (widthBits == 2) {
      for (; to < until; to += 8, at += 2) store<f64>(to, base + <f64>load<u16>(at));
    } else for (; to < until; to += 8, at += 4) store<f64>(to, base + <f64>load<u32>(at));
    if (scaleIndex == 0) continue;
    const scale = load<f64>(scales + ((<usize>scaleIndex) << 3));
    for (let k = from; k < until; k += 8) store<f64>(k, load<f64>(k) / scale);
  }
  return to;
}
