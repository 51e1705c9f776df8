/**
 * Samples of one series gathered from several places, newest word last: of equal times the later
 * merged one wins. Grows; the common case, where each part follows the one before, is one copy.
 */
import {
  chunkBytes,
  chunkBytesMax,
  chunkCount,
  chunkSampleCountMax,
  decodeChunk,
  encodeChunk,
} from "../../kernel/index.ts";
import type { SampleColumns, TimeRange } from "../../model/index.ts";
import type { ByteWriter } from "../log/bytes.ts";

/** Samples per chunk that we encode ourselves: backfill and merged archives. */
const samplesPerChunk = Math.min(240, chunkSampleCountMax);

export class ColumnsBuilder {
  timesMs: Float64Array<ArrayBuffer>;
  values: Float64Array<ArrayBuffer>;
  count = 0;

  constructor(capacity = 512) {
    this.timesMs = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
  }

  /** Makes room for this many more samples. */
  reserve(more: number): void {
    const needed = this.count + more;
    if (needed <= this.timesMs.length) return;
    const capacity = Math.max(needed, this.timesMs.length * 2);
    this.timesMs = grown(this.timesMs, this.count, capacity);
    this.values = grown(this.values, this.count, capacity);
  }

  /** Adds samples that follow all there are, or lays them over those. Both ascending. */
  merge(timesMs: Float64Array, values: Float64Array, from: number, until: number): void {
    const more = until - from;
    if (more <= 0) return;
    if (this.count === 0 || timesMs[from]! > this.timesMs[this.count - 1]!) {
      this.reserve(more);
      this.timesMs.set(timesMs.subarray(from, until), this.count);
      this.values.set(values.subarray(from, until), this.count);
      this.count += more;
      return;
    }
    const oldTimes = this.timesMs;
    const oldValues = this.values;
    const oldCount = this.count;
    const newTimes = new Float64Array(oldCount + more);
    const newValues = new Float64Array(oldCount + more);
    let old = 0;
    let added = from;
    let count = 0;
    while (old < oldCount || added < until) {
      const oldMs = old < oldCount ? oldTimes[old]! : Infinity;
      const addedMs = added < until ? timesMs[added]! : Infinity;
      newTimes[count] = Math.min(oldMs, addedMs);
      newValues[count] = addedMs <= oldMs ? values[added]! : oldValues[old]!;
      if (oldMs <= addedMs) old += 1;
      if (addedMs <= oldMs) added += 1;
      count += 1;
    }
    this.timesMs = newTimes;
    this.values = newValues;
    this.count = count;
  }

  /** The samples in range, in columns of their own. */
  take(range: TimeRange): SampleColumns {
    const from = lowerBound(this.timesMs, this.count, range.fromMs);
    const until = Math.max(from, lowerBound(this.timesMs, this.count, range.untilMs));
    return { timesMs: this.timesMs.slice(from, until), values: this.values.slice(from, until) };
  }
}

/** Index of the first time that is not before `timeMs`. */
export function lowerBound(timesMs: Float64Array, count: number, timeMs: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timesMs[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Decodes chunks that lie end to end and merges their samples, those in range only. */
export class ChunkDecoder {
  readonly #timesMs = new Float64Array(chunkSampleCountMax);
  readonly #values = new Float64Array(chunkSampleCountMax);

  /** @returns false where the bytes are no chunks; what was decoded before stands */
  decodeRun(bytes: Uint8Array, range: TimeRange, into: ColumnsBuilder): boolean {
    for (let offset = 0; offset < bytes.length;) {
      const length = chunkBytes(bytes, offset);
      if (length <= 0 || offset + length > bytes.length) return false;
      if (!this.decode(bytes, offset, range, into)) return false;
      offset += length;
    }
    return true;
  }

  /** One chunk. @returns false where the bytes are no chunk */
  decode(bytes: Uint8Array, offset: number, range: TimeRange, into: ColumnsBuilder): boolean {
    const expected = chunkCount(bytes, offset);
    if (expected < 1 || expected > chunkSampleCountMax) return false;
    const count = decodeChunk(bytes, offset, this.#timesMs, this.#values, 0);
    if (count < 1) return false;
    const from = lowerBound(this.#timesMs, count, range.fromMs);
    const until = lowerBound(this.#timesMs, count, range.untilMs);
    into.merge(this.#timesMs, this.#values, from, until);
    return true;
  }
}

/** Encodes ascending samples as chunks end to end. */
export function encodeRun(
  timesMs: Float64Array,
  values: Float64Array,
  from: number,
  until: number,
  out: ByteWriter,
): void {
  for (let at = from; at < until; at += samplesPerChunk) {
    const count = Math.min(samplesPerChunk, until - at);
    out.reserve(chunkBytesMax(count));
    const written = encodeChunk(timesMs, values, at, count, out.buffer, out.length);
    out.setLength(out.length + written);
  }
}

function grown(
  column: Float64Array<ArrayBuffer>,
  count: number,
  capacity: number,
): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column.subarray(0, count));
  return larger;
}
