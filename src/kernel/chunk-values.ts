/**
 * The values of a chunk, in whichever of four ways is short and fast to read.
 *
 *     kind   u8: bits 0-2 decimal exponent e, bits 3-4 what follows:
 *       0 frame   an integer block of count; value = number / 10^e
 *       1 delta   the first number as signed varint, an integer block of count - 1 differences
 *       2 xor     XOR with the value before
 *       3 raw     count doubles, 8 bytes each
 *
 * Decimals (decimal.ts) are framed or, where that saves a fifth, taken as differences: a frame is
 * read faster, and one of its values can be read alone. Doubles that are no decimals go to xor
 * (xor-values.ts), and where even that saves nothing, as they are.
 */
import { powerOfTen, toDecimals } from "./decimal.ts";
import { emptyBlockPlan, planIntegers, readIntegers, writeIntegers } from "./integer-block.ts";
import { readSigned, varintBytesMax, varintEnd, writeSigned } from "./varint.ts";
import { readXorValues, writeXorValues } from "./xor-values.ts";

/** As many as a chunk has samples. */
export const valueCountMax = 480;
const kinds = { frame: 0, delta: 1, xor: 2, raw: 3 } as const;
const wholeMax = 2 ** 53;

// Shared by all calls: encoding is not re-entrant, and each thread loads its own copy of this file.
const numbers = new Float64Array(valueCountMax);
const differences = new Float64Array(valueCountMax);
const framePlan = emptyBlockPlan();
const deltaPlan = emptyBlockPlan();

/** Writes values[from, from + count). @returns the offset after them */
export function writeChunkValues(
  values: Float64Array,
  from: number,
  count: number,
  out: Uint8Array,
  offset: number,
): number {
  const exponent = toDecimals(values, from, count, numbers);
  if (exponent >= 0) {
    const first = numbers[0]!;
    const canDelta = takeDifferences(count);
    planIntegers(numbers, count, framePlan);
    if (canDelta && framePlan.width > 0) planIntegers(differences, count - 1, deltaPlan);
    else deltaPlan.bodyBytes = Infinity;
    // A frame decodes faster and lets one value be read alone: a delta must earn its place.
    if (deltaPlan.bodyBytes + varintBytesMax < framePlan.bodyBytes * 0.8) {
      out[offset] = exponent | (kinds.delta << 3);
      const at = writeSigned(first, out, offset + 1);
      return writeIntegers(differences, count - 1, deltaPlan, out, at);
    }
    if (framePlan.bodyBytes < count * 8) {
      out[offset] = exponent | (kinds.frame << 3);
      return writeIntegers(numbers, count, framePlan, out, offset + 1);
    }
  }
  out[offset] = kinds.xor << 3;
  const end = writeXorValues(values, from, count, out, offset + 1);
  if (end - offset - 1 < count * 8) return end;
  out[offset] = kinds.raw << 3;
  return writeRaw(values, from, count, out, offset + 1);
}

/** Fills `differences` from `numbers`. @returns whether all are exact, and worth a try */
function takeDifferences(count: number): boolean {
  if (count < 4) return false;
  let largest = 0;
  for (let k = 1; k < count; k++) {
    const difference = numbers[k]! - numbers[k - 1]!;
    differences[k - 1] = difference;
    if (difference > largest) largest = difference;
    else if (-difference > largest) largest = -difference;
  }
  return largest < wholeMax;
}

/**
 * Reads `count` values to values[to, to + count); safe on any bytes.
 * @returns whether they were whole and ended at `end`
 */
export function readChunkValues(
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  values: Float64Array,
  to: number,
): boolean {
  if (offset >= end) return false;
  const kind = bytes[offset]!;
  const power = powerOfTen(kind & 7);
  switch (kind >>> 3) {
    case kinds.frame:
      return readIntegers(bytes, offset + 1, end, count, power, values, to) === end;
    case kinds.delta:
      return readDelta(bytes, offset + 1, end, count, power, values, to);
    case kinds.xor:
      return readXorValues(bytes, offset + 1, end, count, values, to);
    case kinds.raw:
      return readRaw(bytes, offset + 1, end, count, values, to);
    default:
      return false;
  }
}

function readDelta(
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  power: number,
  values: Float64Array,
  to: number,
): boolean {
  const at = varintEnd(bytes, offset, end);
  if (at < 0 || count < 2) return false;
  if (readIntegers(bytes, at, end, count - 1, 1, values, to + 1) !== end) return false;
  let number = readSigned(bytes, offset);
  values[to] = number / power;
  for (let k = to + 1; k < to + count; k++) {
    number += values[k]!;
    values[k] = number / power;
  }
  return true;
}

function writeRaw(
  values: Float64Array,
  from: number,
  count: number,
  out: Uint8Array,
  offset: number,
): number {
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  for (let k = 0; k < count; k++) view.setFloat64(offset + k * 8, values[from + k]!, true);
  return offset + count * 8;
}

function readRaw(
  bytes: Uint8Array,
  offset: number,
  end: number,
  count: number,
  values: Float64Array,
  to: number,
): boolean {
  if (end - offset !== count * 8) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let k = 0; k < count; k++) values[to + k] = view.getFloat64(offset + k * 8, true);
  return true;
}
