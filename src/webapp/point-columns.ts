/**
 * Points of one series as columns: the body of /kale/points for `Accept: application/octet-stream`.
 * Drawn in docs/http-api.md. All numbers little-endian; every column starts at a multiple of 8, so
 * that a browser lays typed arrays over the body without copying.
 *
 *     0        "KPT1"
 *     4        uint32    n, the points that follow
 *     8        float64   from, Unix seconds
 *     16       float64   until, Unix seconds
 *     24       float64   samples in the range before reduction
 *     32       float64[n]   times, Unix seconds, ascending
 *     32 + 8n  float64[n]   values
 */
import { columnsHeadroomBytes, type SampleColumns, type TimeRange } from "../model/index.ts";

const magic = 0x3154504b;
const headerBytes = columnsHeadroomBytes;

export const pointColumnsType = "application/octet-stream";

/** @param points  no longer theirs: the body takes their buffer where that has room for the header */
export function encodePointColumns(
  points: SampleColumns,
  range: TimeRange,
  sampleCount: number,
): Uint8Array<ArrayBuffer> {
  const { timesMs, values } = points;
  const count = timesMs.length;
  const bytes = bodyOver(points) ?? new Uint8Array(headerBytes + 16 * count);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, count, true);
  view.setFloat64(8, range.fromMs / 1000, true);
  view.setFloat64(16, range.untilMs / 1000, true);
  view.setFloat64(24, sampleCount, true);
  if (!isLittleEndian) {
    for (let i = 0; i < count; i++) {
      view.setFloat64(headerBytes + 8 * i, (timesMs[i] as number) / 1000, true);
      view.setFloat64(headerBytes + 8 * (count + i), values[i] as number, true);
    }
    return bytes;
  }
  const times = new Float64Array(bytes.buffer, headerBytes, count);
  for (let i = 0; i < count; i++) times[i] = (timesMs[i] as number) / 1000;
  new Float64Array(bytes.buffer, headerBytes + 8 * count, count).set(values);
  return bytes;
}

/**
 * The body in the buffer that a store read the columns into: times stand where they belong, values
 * move down to them. Undefined where the columns lie otherwise.
 */
function bodyOver({ timesMs, values }: SampleColumns): Uint8Array<ArrayBuffer> | undefined {
  const { buffer, byteOffset, length } = timesMs;
  const isAlone =
    values.buffer === buffer &&
    byteOffset === headerBytes &&
    buffer.byteLength === headerBytes + 2 * (values.byteOffset - headerBytes);
  return isAlone && isLittleEndian
    ? new Uint8Array(buffer, 0, headerBytes + 16 * length)
    : undefined;
}

/** On such a machine the columns are the bytes of the body as they are. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
