/** A key's points as columns: in order of time, of equal times the last written, odd ones counted. */
import type { SampleColumns, TimeRange } from "../../model/index.ts";
import { PointReader } from "./points.ts";

export interface DecodedPoints {
  readonly columns: SampleColumns;
  /** Well-formed values that are no points. */
  readonly oddCount: number;
  /** Bytes at the end that cannot be read; 0 where all could. */
  readonly unreadBytes: number;
}

/** Fewer bytes than any point takes. */
const pointBytesMin = 3;
/** Bytes of one point are fewer than this, so one begins among so many. */
const alignBytesMax = 40;

/** @param range  what of it is wanted */
export function decodePoints(bytes: Uint8Array, range: TimeRange): DecodedPoints {
  const reader = new PointReader(bytes);
  let capacity = Math.ceil(bytes.length / 15) + 8;
  let timesMs = new Float64Array(capacity);
  let values = new Float64Array(capacity);
  let count = 0;
  let oddCount = 0;
  let isSorted = true;
  for (let kind = reader.next(); kind !== "none"; kind = reader.next()) {
    if (kind === "odd") {
      oddCount += 1;
      continue;
    }
    const { timeMs } = reader;
    if (timeMs < range.fromMs || timeMs >= range.untilMs) continue;
    if (count === capacity) {
      capacity = Math.min(capacity * 2, Math.ceil(bytes.length / pointBytesMin) + 8);
      timesMs = grown(timesMs, capacity);
      values = grown(values, capacity);
    }
    if (count > 0 && timeMs <= timesMs[count - 1]!) isSorted = false;
    timesMs[count] = timeMs;
    values[count] = reader.value;
    count += 1;
  }
  const columns = { timesMs: timesMs.slice(0, count), values: values.slice(0, count) };
  return {
    columns: isSorted ? columns : inOrder(columns),
    oddCount,
    unreadBytes: bytes.length - reader.at,
  };
}

/** Where a point begins such that all up to the end are points; -1 where none does. */
export function alignedStart(bytes: Uint8Array): number {
  for (let start = 0; start < alignBytesMax; start++) {
    if (bytes[start] !== 0x92) continue;
    const reader = new PointReader(bytes, start);
    let kind = reader.next();
    while (kind === "point") kind = reader.next();
    if (kind === "none" && reader.isAtEnd) return start;
  }
  return -1;
}

/** Time of the point that stands first, which may not be the oldest; NaN where none does. */
export function firstTimeOf(bytes: Uint8Array): number {
  const reader = new PointReader(bytes);
  return reader.next() === "point" ? reader.timeMs : NaN;
}

function inOrder({ timesMs, values }: SampleColumns): SampleColumns {
  const rows = Uint32Array.from(timesMs, (_, row) => row);
  rows.sort((a, b) => timesMs[a]! - timesMs[b]! || a - b);
  const sortedMs = new Float64Array(rows.length);
  const sortedValues = new Float64Array(rows.length);
  let count = 0;
  for (const row of rows) {
    if (count === 0 || sortedMs[count - 1] !== timesMs[row]) count += 1;
    sortedMs[count - 1] = timesMs[row]!;
    sortedValues[count - 1] = values[row]!;
  }
  return { timesMs: sortedMs.slice(0, count), values: sortedValues.slice(0, count) };
}

function grown(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}
