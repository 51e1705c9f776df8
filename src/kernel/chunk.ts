/** Chunk codec; signatures first. */
import { AssertionError } from "../base/assert.ts";

/** Most samples one chunk holds. */
export const chunkSampleCountMax = 480;
/** Times lie in 0 <= t < chunkTimeMsMax. */
export const chunkTimeMsMax = 2 ** 48;

/** No chunk of `count` samples is longer. */
export function chunkBytesMax(count: number): number {
  return 64 + 17 * count;
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
  throw unfinished(timesMs, values, from, count, out, offset);
}

/** @returns how many samples were written at `at`; -1 where the bytes are no chunk, or there is no room */
export function decodeChunk(
  bytes: Uint8Array,
  offset: number,
  timesMs: Float64Array,
  values: Float64Array,
  at: number,
): number {
  throw unfinished(bytes, offset, timesMs, values, at);
}

export function decodeChunkTimes(
  bytes: Uint8Array,
  offset: number,
  timesMs: Float64Array,
  at: number,
): number {
  throw unfinished(bytes, offset, timesMs, at);
}

export function decodeChunkValues(
  bytes: Uint8Array,
  offset: number,
  values: Float64Array,
  at: number,
): number {
  throw unfinished(bytes, offset, values, at);
}

/** Samples in the chunk, 1 to chunkSampleCountMax; -1 where the bytes are no chunk. */
export function chunkCount(bytes: Uint8Array, offset: number): number {
  throw unfinished(bytes, offset);
}

export function chunkFirstMs(bytes: Uint8Array, offset: number): number {
  throw unfinished(bytes, offset);
}

export function chunkLastMs(bytes: Uint8Array, offset: number): number {
  throw unfinished(bytes, offset);
}

/** Length of the whole chunk; -1 where the bytes are no chunk. */
export function chunkBytes(bytes: Uint8Array, offset: number): number {
  throw unfinished(bytes, offset);
}

function unfinished(...facts: unknown[]): AssertionError {
  return new AssertionError(`to be written: ${facts.length}`);
}
