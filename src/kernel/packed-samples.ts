/**
 * Values of regular series that are in no chunk yet, packed by the dozen into the segments of their
 * records' memory. Times are not kept: the samples lie one step apart, and the record knows when the
 * newest was.
 *
 *     segment | the one before u32 | pieces, as far as they fit | 0, where a byte is left |
 *     piece   | count u8 | form u8 | base i32 or f64 | a difference to the base for each value |
 *     form    bits 0, 1   what is written is the value times 1, 100 or 1000, a whole number; 3: doubles,
 *                         at most seven, and no base
 *             bits 2, 3   a difference has 0, 1, 2 or 4 bytes
 *             bit 4       the base is a double
 *
 * A form is taken only where it gives the values back bit for bit. Counters, gauges of few decimals and what
 * stands still take 0.5 to 3 bytes a value instead of 8. All segments have one size, so what one series lets go
 * of serves any other, and none is ever copied to grow.
 *
 * This is the definition; wasm/rows.ts packs and reads the same bytes.
 */
import { assert } from "../base/assert.ts";
import { segmentBytes, type SeriesRecords, stagedCountMax } from "./series-records.ts";

const scales = [1, 100, 1000] as const;
const rawScale = 3;
const wideBase = 16;
/** A longer piece would not fit into a segment. */
const rawCountMax = 7;
const linkBytes = 4;

const scratchDouble = new Float64Array(1);
const scratchBytes = new Uint8Array(scratchDouble.buffer);

/** A piece: which form it has, and its numbers. */
interface Plan {
  form: number;
  base: number;
  width: number;
}

export class PackedSamples {
  readonly #records: SeriesRecords;
  readonly #wholes = new Float64Array(stagedCountMax);
  readonly #plan: Plan = { form: 0, base: 0, width: 0 };

  constructor(records: SeriesRecords) {
    this.#records = records;
  }

  /** Puts `column[from, from + count)` behind what is there: 1 to 12 finite values. */
  append(id: number, column: Float64Array, from: number, count: number): void {
    assert(count >= 1 && count <= stagedCountMax, "a piece has 1 to 12 values");
    const values = this.#wholes;
    const plan = this.#plan;
    if (planPiece(column, from, count, values, plan)) {
      const baseBytes = (plan.form & wideBase) !== 0 ? 8 : 4;
      let at = this.#begin(id, 2 + baseBytes + plan.width * count, count, plan.form);
      const { bytes } = this.#records;
      if (baseBytes === 8) writeDouble(bytes, at, plan.base);
      else writeWord(bytes, at, plan.base);
      at += baseBytes;
      for (let k = 0; k < count; k++) at = writeDifference(bytes, at, values[k]! - plan.base, plan);
      return;
    }
    for (let k = 0; k < count; k += rawCountMax) {
      const pieceCount = Math.min(rawCountMax, count - k);
      let at = this.#begin(id, 2 + 8 * pieceCount, pieceCount, rawScale);
      const { bytes } = this.#records;
      for (let i = k; i < k + pieceCount; i++, at += 8) writeDouble(bytes, at, column[from + i]!);
    }
  }

  /** Copies all values of the series to the start of `values`. */
  copy(id: number, values: Float64Array): void {
    const records = this.#records;
    let end = records.packedCount(id);
    let endAt = records.usedBytes(id);
    for (let segment = records.segment(id); segment !== 0;) {
      const at = records.segmentAt(segment);
      end -= countIn(records.bytes, at + linkBytes, at + endAt);
      readPieces(records.bytes, at + linkBytes, at + endAt, values, end);
      segment = records.words[at / 4]!;
      endAt = segmentBytes;
    }
    assert(end === 0, "segments hold what the record says");
  }

  /** Forgets what is packed of the series. */
  clear(id: number): void {
    const records = this.#records;
    records.freeSegments(records.segment(id));
    records.setPacked(id, { segment: 0, used: 0, count: 0 });
  }

  /** Makes room for a piece behind the others. @returns where what follows its head goes */
  #begin(id: number, sizeBytes: number, count: number, form: number): number {
    const records = this.#records;
    let segment = records.segment(id);
    let used = records.usedBytes(id);
    if (segment === 0 || used + sizeBytes > segmentBytes) {
      segment = records.takeSegment(segment);
      used = linkBytes;
    }
    const at = records.segmentAt(segment) + used;
    used += sizeBytes;
    records.bytes[at] = count;
    records.bytes[at + 1] = form;
    if (used < segmentBytes) records.bytes[at + sizeBytes] = 0;
    records.setPacked(id, { segment, used, count: records.packedCount(id) + count });
    return at + 2;
  }
}

/** Finds the shortest form of the values. @returns false where it is doubles */
function planPiece(
  column: Float64Array,
  from: number,
  count: number,
  wholes: Float64Array,
  plan: Plan,
): boolean {
  for (let scaleIndex = 0; scaleIndex < scales.length; scaleIndex++) {
    const scale = scales[scaleIndex]!;
    let min = Infinity;
    let max = -Infinity;
    let k = 0;
    for (; k < count; k++) {
      const value = column[from + k]!;
      const whole = Math.floor(value * scale + 0.5);
      if (whole / scale !== value || (value === 0 && 1 / value < 0)) break;
      wholes[k] = whole;
      if (whole < min) min = whole;
      if (whole > max) max = whole;
    }
    if (k < count) continue;
    const range = max - min;
    if (!(range < 2 ** 32 && min > -(2 ** 52) && max < 2 ** 52)) continue;
    const widthBits = range === 0 ? 0 : range < 256 ? 1 : range < 65_536 ? 2 : 3;
    const isWide = !(min >= -(2 ** 31) && min < 2 ** 31);
    plan.form = scaleIndex | (widthBits << 2) | (isWide ? wideBase : 0);
    plan.base = min;
    plan.width = widthBits === 3 ? 4 : widthBits;
    return true;
  }
  return false;
}

/** How many values the pieces in `bytes[start, end)` have. */
function countIn(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end && bytes[at] !== 0;) {
    const count = bytes[at]!;
    sum += count;
    at += sizeOf(count, bytes[at + 1]!);
  }
  return sum;
}

function sizeOf(count: number, form: number): number {
  if ((form & 3) === rawScale) return 2 + 8 * count;
  return 2 + ((form & wideBase) !== 0 ? 8 : 4) + widthOf(form) * count;
}

function widthOf(form: number): number {
  const widthBits = (form >>> 2) & 3;
  return widthBits === 3 ? 4 : widthBits;
}

/** Values of the pieces in `bytes[start, end)` to `values` from `to` on. */
function readPieces(
  bytes: Uint8Array,
  start: number,
  end: number,
  values: Float64Array,
  to: number,
): void {
  for (let at = start; at < end && bytes[at] !== 0;) {
    const count = bytes[at]!;
    const form = bytes[at + 1]!;
    at += 2;
    if ((form & 3) === rawScale) {
      for (let k = 0; k < count; k++, at += 8) values[to++] = readDouble(bytes, at);
      continue;
    }
    const scale = scales[form & 3]!;
    const isWide = (form & wideBase) !== 0;
    const base = isWide ? readDouble(bytes, at) : readWord(bytes, at);
    at += isWide ? 8 : 4;
    const width = widthOf(form);
    for (let k = 0; k < count; k++, at += width) {
      values[to++] = (base + readDifference(bytes, at, width)) / scale;
    }
  }
}

function writeDifference(bytes: Uint8Array, at: number, difference: number, plan: Plan): number {
  if (plan.width === 4) writeWord(bytes, at, difference);
  else if (plan.width > 0) {
    bytes[at] = difference;
    if (plan.width === 2) bytes[at + 1] = difference >>> 8;
  }
  return at + plan.width;
}

function readDifference(bytes: Uint8Array, at: number, width: number): number {
  if (width === 0) return 0;
  if (width === 1) return bytes[at]!;
  return width === 2 ? bytes[at]! | (bytes[at + 1]! << 8) : readWord(bytes, at) >>> 0;
}

function writeWord(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

function writeDouble(bytes: Uint8Array, at: number, value: number): void {
  scratchDouble[0] = value;
  for (let k = 0; k < 8; k++) bytes[at + k] = scratchBytes[k]!;
}

function readDouble(bytes: Uint8Array, at: number): number {
  for (let k = 0; k < 8; k++) scratchBytes[k] = bytes[at + k]!;
  return scratchDouble[0]!;
}
