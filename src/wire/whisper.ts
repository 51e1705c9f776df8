/**
 * Whisper files, one series each: a header, then archives of coarser and coarser points. Big-endian.
 *
 *     header    aggregation u32 | longest retention u32 | xFilesFactor f32 | archive count u32
 *     archive   offset u32 | seconds a point u32 | point count u32                    (as many)
 *     point     Unix seconds u32 | value f64           (point count of them, at the offset)
 *
 * An archive is a ring: a point lies in the slot that its time divided by the step decides, and stands
 * there until the next lap. So a slot may hold a point of an earlier lap, which is none any more, or
 * nothing (time 0). Whisper asks the clock which lap it is; we ask the file's newest point, so that a
 * file that was copied last month gives all that it held then.
 *
 * A coarser archive repeats, aggregated, what the finer one holds; of it only what is older than the
 * finer one's reach is taken.
 *
 * Source: whisper.py 1.1, its opening comment and `__archive_fetch`. NaN stands for no value there.
 */

export type WhisperFault =
  /** Shorter than its header. */
  | "short-header"
  /** What the header says cannot be. */
  | "bad-header"
  /** An archive ends behind the end of the file. */
  | "truncated";

export interface WhisperArchive {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly stepSeconds: number;
  readonly retentionSeconds: number;
}

export type WhisperHeader =
  | { readonly ok: true; readonly archives: readonly WhisperArchive[] }
  | { readonly ok: false; readonly fault: WhisperFault };

const headBytes = 16;
const archiveInfoBytes = 12;
const pointBytes = 12;
/** Far above what anybody configures. */
const archiveCountMax = 64;

/** No header is longer. */
export const whisperHeaderBytesMax = headBytes + archiveCountMax * archiveInfoBytes;

/**
 * @param bytes          the start of the file: `whisperHeaderBytesMax` of them, or all
 * @param fileSizeBytes  of the whole file
 * @returns the archives, finest first
 */
export function readWhisperHeader(bytes: Uint8Array, fileSizeBytes: number): WhisperHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < headBytes) return { ok: false, fault: "short-header" };
  const count = view.getUint32(12);
  if (count < 1 || count > archiveCountMax) return { ok: false, fault: "bad-header" };
  if (bytes.length < headBytes + count * archiveInfoBytes) {
    return { ok: false, fault: "short-header" };
  }
  const archives: WhisperArchive[] = [];
  for (let i = 0; i < count; i++) {
    const at = headBytes + i * archiveInfoBytes;
    const offsetBytes = view.getUint32(at);
    const stepSeconds = view.getUint32(at + 4);
    const sizeBytes = view.getUint32(at + 8) * pointBytes;
    if (stepSeconds === 0 || sizeBytes === 0) return { ok: false, fault: "bad-header" };
    if (offsetBytes < headBytes + count * archiveInfoBytes) {
      return { ok: false, fault: "bad-header" };
    }
    if (offsetBytes + sizeBytes > fileSizeBytes) return { ok: false, fault: "truncated" };
    const retentionSeconds = (sizeBytes / pointBytes) * stepSeconds;
    archives.push({ offsetBytes, sizeBytes, stepSeconds, retentionSeconds });
  }
  archives.sort((a, b) => a.stepSeconds - b.stepSeconds);
  return { ok: true, archives };
}

/** Points of one archive, as they lie in the file. */
export interface WhisperPoints {
  readonly archive: WhisperArchive;
  /** The archive's `sizeBytes` from its `offsetBytes` on. */
  readonly bytes: Uint8Array;
}

export interface WhisperColumns {
  /** Unix milliseconds, ascending in each archive, the coarsest archive first. */
  readonly timesMs: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

/**
 * The newest time that an archive holds, in seconds; 0 where it holds nothing.
 *
 * @param untilSeconds  later times are taken for damage
 */
export function newestWhisperSecond(
  { archive, bytes }: WhisperPoints,
  untilSeconds: number,
): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let newest = 0;
  for (let at = 0; at + pointBytes <= bytes.length; at += pointBytes) {
    const second = view.getUint32(at);
    if (second > newest && second <= untilSeconds && second % archive.stepSeconds === 0) {
      newest = second;
    }
  }
  return newest;
}

export interface WhisperRange {
  /** Points behind it and up to `untilSecond`, both ends of the lap and of the archive's turn. */
  readonly afterSecond: number;
  readonly untilSecond: number;
}

/** The points of one archive with after < time <= until, by time. */
export function readWhisperPoints(
  { archive, bytes }: WhisperPoints,
  { afterSecond, untilSecond }: WhisperRange,
): WhisperColumns {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const slotCount = Math.floor(bytes.length / pointBytes);
  const timesMs = new Float64Array(slotCount);
  const values = new Float64Array(slotCount);
  const start = oldestSlot(view, slotCount);
  let count = 0;
  for (let i = 0; i < slotCount; i++) {
    const at = ((start + i) % slotCount) * pointBytes;
    const second = view.getUint32(at);
    if (second <= afterSecond || second > untilSecond || second % archive.stepSeconds !== 0) {
      continue;
    }
    const value = view.getFloat64(at + 4);
    if (!Number.isFinite(value)) continue;
    timesMs[count] = second * 1000;
    values[count] = value;
    count += 1;
  }
  return { timesMs: timesMs.slice(0, count), values: values.slice(0, count) };
}

/** Behind the newest slot of a ring lies the oldest one. */
function oldestSlot(view: DataView, slotCount: number): number {
  let newest = 0;
  let slot = 0;
  for (let i = 0; i < slotCount; i++) {
    const second = view.getUint32(i * pointBytes);
    if (second > newest) {
      newest = second;
      slot = i + 1;
    }
  }
  return slot;
}

/** The name of the series in a file of a tree of Whisper files, "/" between folders. */
export function whisperSeriesName(relativePath: string): string {
  const path = relativePath.replace(/\.wsp$/, "");
  const tagged = /^_tagged\/[0-9a-f]{3}\/[0-9a-f]{3}\/(.+)$/.exec(path);
  // Carbon keeps a tagged series under a hash of its name, dots written out.
  if (tagged?.[1] !== undefined) return tagged[1].replaceAll("_DOT_", ".");
  return path.replaceAll("/", ".");
}
