/**
 * A chunk: up to 480 samples of one series as one self-contained run of bytes, bit for bit.
 *
 *     0   form     u8: bits 0-1 times: 0 regular, 1 steps; bit 2: wide span; bits 4-7 version, 1
 *     1   count    u16: samples, 1 to 480
 *     3   length   u16: bytes of the whole chunk
 *     5   first    u48: Unix milliseconds
 *     11  span     u32: milliseconds from the first to the last sample
 *     15  spanHigh u16: its upper bits, only with a wide span
 *         steps    an integer block of count - 1, only for form 1
 *         values   as chunk-values.ts says
 *
 * Everything is little-endian; docs/formats/chunk.md draws it with examples. The parts are in
 * timestamps.ts, chunk-values.ts and the files these name.
 *
 * The readers take any bytes: what is no chunk is answered with -1. They do not find every flipped
 * bit; that is the work of the checksum around a chunk on disk.
 */
import { assert } from "../base/assert.ts";
import { readChunkValues, valueCountMax, writeChunkValues } from "./chunk-values.ts";
import { integerBlockBytesMax } from "./integer-block.ts";
import { fillRegular, isRegular, readSteps, writeSteps } from "./timestamps.ts";
import { xorValuesBytesMax } from "./xor-values.ts";

/** Most samples one chunk holds. */
export const chunkSampleCountMax = valueCountMax;
/** Times lie in 0 <= t < chunkTimeMsMax: until the year 10889. */
export const chunkTimeMsMax = 2 ** 48;

const headerBytesMin = 15;
const version = 1;
const stepsForm = 1;
const wideForm = 4;

/** No chunk of `count` samples is longer; `encodeChunk` needs this much room. */
export function chunkBytesMax(count: number): number {
  return headerBytesMin + 2 + integerBlockBytesMax(count, 48) + 1 + xorValuesBytesMax(count);
}

/**
 * Encodes samples [from, from + count): strictly ascending whole milliseconds, finite values.
 * `out` has room for `chunkBytesMax(count)` bytes at `offset`.
 * @returns bytes written
 */
export function encodeChunk(
  timesMs: Float64Array,
  values: Float64Array,
  from: number,
  count: number,
  out: Uint8Array,
  offset: number,
): number {
  assert(
    count >= 1 && count <= chunkSampleCountMax,
    "a chunk has 1 to chunkSampleCountMax samples",
  );
  assert(from + count <= timesMs.length && from + count <= values.length, "the samples are there");
  assert(offset + chunkBytesMax(count) <= out.length, "there is room for the longest chunk");
  const firstMs = timesMs[from]!;
  const spanMs = timesMs[from + count - 1]! - firstMs;
  assert(isChunkTime(firstMs) && isChunkTime(firstMs + spanMs), "times are whole, 0 <= t < 2^48");
  assert(count === 1 || spanMs >= count - 1, "times ascend");

  const isWide = spanMs >= 4294967296;
  const hasSteps = !isRegular(timesMs, from, count);
  let at = offset + headerBytesMin;
  if (isWide) {
    const spanHigh = Math.floor(spanMs / 4294967296);
    out[at++] = spanHigh;
    out[at++] = spanHigh >>> 8;
  }
  if (hasSteps) at = writeSteps(timesMs, from, count, steps, out, at);
  at = writeChunkValues(values, from, count, out, at);

  out[offset] = (hasSteps ? stepsForm : 0) | (isWide ? wideForm : 0) | (version << 4);
  const length = at - offset;
  out[offset + 1] = count;
  out[offset + 2] = count >>> 8;
  out[offset + 3] = length;
  out[offset + 4] = length >>> 8;
  writeWord(out, offset + 5, firstMs);
  const firstHigh = Math.floor(firstMs / 4294967296);
  out[offset + 9] = firstHigh;
  out[offset + 10] = firstHigh >>> 8;
  writeWord(out, offset + 11, spanMs);
  return length;
}

/** Samples in the chunk, 1 to chunkSampleCountMax; -1 where the bytes are no chunk. */
export function chunkCount(bytes: Uint8Array, offset: number): number {
  return isHeader(bytes, offset) ? readHalf(bytes, offset + 1) : -1;
}

/** Length of the whole chunk; -1 where the bytes are no chunk, or it does not end inside them. */
export function chunkBytes(bytes: Uint8Array, offset: number): number {
  return isHeader(bytes, offset) ? readHalf(bytes, offset + 3) : -1;
}

/** As `chunkBytes`, of what is known to be a chunk and begins at a word. */
export function chunkBytesAt(words: Uint32Array, wordAt: number): number {
  return (words[wordAt]! >>> 24) | ((words[wordAt + 1]! & 0xff) << 8);
}

/** As `chunkCount`, of what is known to be a chunk and begins at a word. */
export function chunkCountAt(words: Uint32Array, wordAt: number): number {
  return (words[wordAt]! >>> 8) & 0xffff;
}

/** Time of the first sample; -1 where the bytes are no chunk. */
export function chunkFirstMs(bytes: Uint8Array, offset: number): number {
  return isHeader(bytes, offset) ? readFirst(bytes, offset) : -1;
}

/** Time of the last sample; -1 where the bytes are no chunk. */
export function chunkLastMs(bytes: Uint8Array, offset: number): number {
  return isHeader(bytes, offset) ? readFirst(bytes, offset) + readSpan(bytes, offset) : -1;
}

/**
 * Decodes all samples to timesMs and values [at, at + count).
 * @returns the count; -1 where the bytes are no chunk, or the columns have no room
 */
export function decodeChunk(
  bytes: Uint8Array,
  offset: number,
  timesMs: Float64Array,
  values: Float64Array,
  at: number,
): number {
  const count = chunkCount(bytes, offset);
  if (count < 0 || at + count > values.length) return -1;
  const valuesAt = readTimes(bytes, offset, count, timesMs, at);
  if (valuesAt < 0) return -1;
  const end = offset + readHalf(bytes, offset + 3);
  return readChunkValues(bytes, valuesAt, end, count, values, at) ? count : -1;
}

/** As `decodeChunk`, the times only. */
export function decodeChunkTimes(
  bytes: Uint8Array,
  offset: number,
  timesMs: Float64Array,
  at: number,
): number {
  const count = chunkCount(bytes, offset);
  return count >= 0 && readTimes(bytes, offset, count, timesMs, at) >= 0 ? count : -1;
}

// Encoding is not re-entrant and each thread loads its own copy of this file, so the room is shared.
const steps = new Float64Array(chunkSampleCountMax);

function readTimes(
  bytes: Uint8Array,
  offset: number,
  count: number,
  timesMs: Float64Array,
  to: number,
): number {
  if (to + count > timesMs.length) return -1;
  const form = bytes[offset]!;
  const at = offset + headerBytesMin + ((form & wideForm) === 0 ? 0 : 2);
  const end = offset + readHalf(bytes, offset + 3);
  const firstMs = readFirst(bytes, offset);
  const spanMs = readSpan(bytes, offset);
  if ((form & stepsForm) !== 0) {
    return readSteps(bytes, at, end, firstMs, spanMs, count, timesMs, to);
  }
  return fillRegular(firstMs, spanMs, count, timesMs, to) ? at : -1;
}

function isHeader(bytes: Uint8Array, offset: number): boolean {
  if (offset + headerBytesMin > bytes.length) return false;
  const form = bytes[offset]!;
  if (form >>> 4 !== version || (form & 0x0a) !== 0) return false;
  const count = readHalf(bytes, offset + 1);
  const length = readHalf(bytes, offset + 3);
  const headerBytes = headerBytesMin + ((form & wideForm) === 0 ? 0 : 2);
  return (
    count >= 1 &&
    count <= chunkSampleCountMax &&
    length > headerBytes &&
    offset + length <= bytes.length
  );
}

function isChunkTime(timeMs: number): boolean {
  return Number.isInteger(timeMs) && timeMs >= 0 && timeMs < chunkTimeMsMax;
}

function readFirst(bytes: Uint8Array, offset: number): number {
  return readWord(bytes, offset + 5) + readHalf(bytes, offset + 9) * 4294967296;
}

function readSpan(bytes: Uint8Array, offset: number): number {
  const low = readWord(bytes, offset + 11);
  const isWide = (bytes[offset]! & wideForm) !== 0;
  return isWide ? low + readHalf(bytes, offset + headerBytesMin) * 4294967296 : low;
}

function readHalf(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

function readWord(bytes: Uint8Array, at: number): number {
  return (readHalf(bytes, at) | (readHalf(bytes, at + 2) << 16)) >>> 0;
}

function writeWord(out: Uint8Array, at: number, word: number): void {
  out[at] = word;
  out[at + 1] = word >>> 8;
  out[at + 2] = word >>> 16;
  out[at + 3] = word >>> 24;
}
