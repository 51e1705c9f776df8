/**
 * The points of one series and hour as they are kept in a document: chunks (kernel/chunk.ts) end to end,
 * in the order of time, and beside them what dashboards add up.
 *
 * While the hour grows only its last chunk is written anew; done, it is packed into as few chunks as
 * hold it.
 */
import { assert } from "../../base/assert.ts";
import {
  chunkBytes,
  chunkBytesMax,
  chunkCount,
  chunkLastMs,
  chunkSampleCountMax,
  decodeChunk,
  encodeChunk,
} from "../../kernel/index.ts";
import type { SampleColumns } from "../../model/index.ts";
import { mergeColumns } from "../memory/merge-columns.ts";

/** The last chunk of a growing hour takes more points up to this many. */
const tailCountMax = 120;

export interface PointSummary {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly first: number;
  readonly last: number;
}

const room = new Uint8Array(chunkBytesMax(chunkSampleCountMax));
const empty = new Uint8Array(0);

export class HourPoints {
  #bytes: Uint8Array = empty;
  #tailAt = 0;
  #lastMs = -Infinity;
  #summary: PointSummary = noPoints;

  /** @returns undefined where the bytes are no points */
  static parse(bytes: Uint8Array): HourPoints | undefined {
    const columns = decodePoints(bytes);
    if (columns === undefined) return undefined;
    const points = new HourPoints();
    points.#bytes = bytes;
    points.#tailAt = lastChunkAt(bytes);
    points.#lastMs = columns.timesMs.at(-1) ?? -Infinity;
    points.#summary = summaryOf(columns.timesMs.length, columns.values);
    return points;
  }

  /** Do not write into it. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get summary(): PointSummary {
    return this.#summary;
  }

  columns(): SampleColumns {
    const columns = decodePoints(this.#bytes);
    assert(columns !== undefined, "own points can be read");
    return columns;
  }

  /** Adds points in the order of time, each time once. Of equal times the added one wins. */
  add({ timesMs, values }: SampleColumns): void {
    if (timesMs.length === 0) return;
    if (timesMs[0]! > this.#lastMs) this.#append(timesMs, values);
    else this.#mergeAll(timesMs, values);
    this.#lastMs = Math.max(this.#lastMs, timesMs.at(-1)!);
  }

  /** In as few chunks as hold it. */
  packed(): Uint8Array {
    const { timesMs, values } = this.columns();
    return encodePoints(timesMs, values, timesMs.length, chunkSampleCountMax);
  }

  #append(timesMs: Float64Array, values: Float64Array): void {
    const tailCount = this.#bytes.length === 0 ? 0 : chunkCount(this.#bytes, this.#tailAt);
    const takesMore = tailCount + timesMs.length <= tailCountMax;
    const heldCount = takesMore ? tailCount : 0;
    const count = heldCount + timesMs.length;
    const tailTimes = new Float64Array(count);
    const tailValues = new Float64Array(count);
    if (heldCount > 0) decodeChunk(this.#bytes, this.#tailAt, tailTimes, tailValues, 0);
    tailTimes.set(timesMs, heldCount);
    tailValues.set(values, heldCount);
    const tail = encodePoints(tailTimes, tailValues, count, chunkSampleCountMax);
    const keptBytes = takesMore ? this.#tailAt : this.#bytes.length;
    const bytes = new Uint8Array(keptBytes + tail.length);
    bytes.set(this.#bytes.subarray(0, keptBytes));
    bytes.set(tail, keptBytes);
    this.#bytes = bytes;
    this.#tailAt = keptBytes + lastChunkAt(tail);
    this.#summary = summaryOf(timesMs.length, values, this.#summary);
  }

  #mergeAll(addedMs: Float64Array, addedValues: Float64Array): void {
    const own = this.columns();
    const timesMs = new Float64Array(own.timesMs.length + addedMs.length);
    const values = new Float64Array(timesMs.length);
    timesMs.set(own.timesMs);
    values.set(own.values);
    const count = mergeColumns(
      timesMs,
      values,
      own.timesMs.length,
      addedMs,
      addedValues,
      addedMs.length,
    );
    this.#bytes = encodePoints(timesMs, values, count, tailCountMax);
    this.#tailAt = lastChunkAt(this.#bytes);
    this.#summary = summaryOf(count, values);
  }
}

/** @returns ascending times, each once; undefined where the bytes are no points */
export function decodePoints(bytes: Uint8Array): SampleColumns | undefined {
  let count = 0;
  let lastMs = -Infinity;
  for (let at = 0; at < bytes.length; at += chunkBytes(bytes, at)) {
    const chunk = chunkCount(bytes, at);
    if (chunk < 0) return undefined;
    count += chunk;
  }
  const timesMs = new Float64Array(count);
  const values = new Float64Array(count);
  let to = 0;
  for (let at = 0; at < bytes.length; at += chunkBytes(bytes, at)) {
    const decoded = decodeChunk(bytes, at, timesMs, values, to);
    if (decoded < 0 || timesMs[to]! <= lastMs) return undefined;
    lastMs = chunkLastMs(bytes, at);
    to += decoded;
  }
  return { timesMs, values };
}

function encodePoints(
  timesMs: Float64Array,
  values: Float64Array,
  count: number,
  chunkCountMax: number,
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let from = 0; from < count; from += chunkCountMax) {
    const length = encodeChunk(
      timesMs,
      values,
      from,
      Math.min(chunkCountMax, count - from),
      room,
      0,
    );
    parts.push(room.slice(0, length));
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

function lastChunkAt(bytes: Uint8Array): number {
  let last = 0;
  for (let at = 0; at < bytes.length; at += chunkBytes(bytes, at)) last = at;
  return last;
}

const noPoints: PointSummary = {
  count: 0,
  sum: 0,
  min: Infinity,
  max: -Infinity,
  first: 0,
  last: 0,
};

/**
 * Of earlier points and these, which follow them. Added up one by one, so that an hour has the same sum
 * whether it grew or is added up from its points, to the last digit.
 */
function summaryOf(count: number, values: Float64Array, earlier = noPoints): PointSummary {
  let { sum, min, max } = earlier;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return {
    count: earlier.count + count,
    sum,
    min,
    max,
    first: earlier.count === 0 ? (values[0] ?? 0) : earlier.first,
    last: values[count - 1] ?? 0,
  };
}
