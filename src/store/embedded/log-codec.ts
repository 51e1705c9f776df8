/**
 * What the frames of the logs hold: names, samples and sealed chunks. Drawn in
 * docs/formats/sample-log.md and docs/formats/chunk-log.md.
 *
 * Series are told apart by *serial*, a number given once and never again, so that a file written
 * before a series expired cannot be taken for one that came after it.
 *
 * Every sample has an *ordinal*, its number in the order of writing. A frame of samples carries the
 * ordinal of its first row; deltas start anew in each frame, so a lost frame costs its rows only.
 */
import { ByteReader, ByteWriter } from "../log/bytes.ts";
import { beginFrame, endFrame } from "../log/frame.ts";

/** First byte of every payload. */
export const payloadKind = {
  names: 1,
  samples: 2,
  chunks: 3,
  checkpointState: 4,
  checkpointSeries: 5,
  checkpointEnd: 6,
  archiveHead: 7,
  archiveRun: 8,
  archiveIndex: 9,
  archiveFoot: 10,
  rows: 11,
} as const;

/** A frame is closed when it holds this much: what one flipped bit can cost. */
const frameTargetBytes = 16 << 10;
const chunkFrameTargetBytes = 4 << 10;

/** How a value is written: the two low bits of a row's first number. */
const valueForm = { raw: 0, whole: 1, hundredths: 2, thousandths: 3 } as const;

/** Of the first byte of a packed row. */
const nextSerialBit = 4;
const sameTimeBit = 8;
/** Head, serial, time and value at their longest. */
const packedRowBytesMax = 32;

/** Frames of names and of samples, kept apart so that names are written first. */
export class SampleFrames {
  readonly names = new ByteWriter(4 << 10);
  readonly samples = new ByteWriter(64 << 10);
  #namesStart = -1;
  #samplesStart = -1;
  #routeBeforeMs = 0;
  #serial = 0;
  #timeMs = 0;
  #rowCount = 0;

  /** Rows since `clear`. */
  get rowCount(): number {
    return this.#rowCount;
  }

  get lengthBytes(): number {
    return this.names.length + this.samples.length;
  }

  addName(serial: number, bytes: Uint8Array, start: number, end: number): void {
    const out = this.names;
    if (this.#namesStart < 0) {
      this.#namesStart = beginFrame(out);
      out.u8(payloadKind.names);
    }
    out.varint(serial);
    out.varint(end - start);
    out.raw(bytes, start, end);
    if (out.length - this.#namesStart > frameTargetBytes) this.#endNames();
  }

  /**
   * @param routeBeforeMs  samples older than this went to the backfill, not to the window
   */
  addSample(
    serial: number,
    timeMs: number,
    value: number,
    ordinal: number,
    routeBeforeMs: number,
  ): void {
    const out = this.samples;
    if (this.#samplesStart >= 0 && routeBeforeMs !== this.#routeBeforeMs) this.#endSamples();
    if (this.#samplesStart < 0) {
      this.#samplesStart = beginFrame(out);
      out.u8(payloadKind.samples);
      out.f64(ordinal);
      out.f64(routeBeforeMs);
      this.#routeBeforeMs = routeBeforeMs;
      this.#serial = 0;
      this.#timeMs = 0;
    }
    const step = serial - this.#serial;
    const folded = step < 0 ? -2 * step - 1 : 2 * step;
    const form = formOf(value);
    out.varint(folded * 4 + form);
    out.signed(timeMs - this.#timeMs);
    if (form === valueForm.raw) out.f64(value);
    else out.signed(Math.round(value * scaleOf(form)));
    this.#serial = serial;
    this.#timeMs = timeMs;
    this.#rowCount += 1;
    if (out.length - this.#samplesStart > frameTargetBytes) this.#endSamples();
  }

  /**
   * As `addSample` for rows [from, until), the first of which has the ordinal; a third of its cost.
   * @param serials  of the rows, from index 0 on
   */
  addRows(
    serials: Uint32Array,
    { timesMs, values }: { readonly timesMs: Float64Array; readonly values: Float64Array },
    range: { readonly from: number; readonly until: number },
    ordinal: number,
    routeBeforeMs: number,
  ): void {
    const out = this.samples;
    this.#endSamples();
    for (let row = range.from; row < range.until;) {
      const start = beginFrame(out);
      out.u8(payloadKind.rows);
      out.f64(ordinal + row - range.from);
      out.f64(routeBeforeMs);
      row = writeRows(out, serials, timesMs, values, row, range);
      endFrame(out, start);
    }
    this.#rowCount += range.until - range.from;
  }

  /** Closes the open frames; `names` and `samples` can then be written. */
  finish(): void {
    this.#endNames();
    this.#endSamples();
  }

  clear(): void {
    this.names.clear();
    this.samples.clear();
    this.#namesStart = -1;
    this.#samplesStart = -1;
    this.#rowCount = 0;
  }

  #endNames(): void {
    if (this.#namesStart >= 0) endFrame(this.names, this.#namesStart);
    this.#namesStart = -1;
  }

  #endSamples(): void {
    if (this.#samplesStart >= 0) endFrame(this.samples, this.#samplesStart);
    this.#samplesStart = -1;
  }
}

/** Frames of sealed chunks. */
export class ChunkFrames {
  readonly out = new ByteWriter(16 << 10);
  #start = -1;
  #ordinal = 0;

  /**
   * @param ordinal   of the newest sample taken when the chunk was sealed
   * @param isClaim   all samples of this series up to `ordinal` are in sealed chunks
   */
  add(
    chunk: { readonly serial: number; readonly ordinal: number; readonly isClaim: boolean },
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): void {
    const out = this.out;
    if (this.#start < 0) {
      this.#start = beginFrame(out);
      out.u8(payloadKind.chunks);
      this.#ordinal = 0;
    }
    out.varint(chunk.serial * 2 + (chunk.isClaim ? 1 : 0));
    out.signed(chunk.ordinal - this.#ordinal);
    out.varint(length);
    out.raw(bytes, offset, offset + length);
    this.#ordinal = chunk.ordinal;
    if (out.length - this.#start > chunkFrameTargetBytes) this.finish();
  }

  finish(): void {
    if (this.#start >= 0) endFrame(this.out, this.#start);
    this.#start = -1;
  }

  clear(): void {
    this.out.clear();
    this.#start = -1;
  }
}

/** @returns false where the payload makes no sense; what was visited before stands */
export function readNames(
  payload: Uint8Array,
  visit: (serial: number, name: Uint8Array) => void,
): boolean {
  const reader = new ByteReader(payload, 1);
  while (reader.hasMore) {
    const serial = reader.varint();
    const name = reader.raw(reader.varint());
    if (reader.isOverrun) return false;
    visit(serial, name);
  }
  return true;
}

export type SampleVisit = (
  serial: number,
  timeMs: number,
  value: number,
  ordinal: number,
  routeBeforeMs: number,
) => void;

/** @returns false where the payload makes no sense; what was visited before stands */
export function readSamples(payload: Uint8Array, visit: SampleVisit): boolean {
  const reader = new ByteReader(payload, 1);
  let ordinal = reader.f64();
  const routeBeforeMs = reader.f64();
  let serial = 0;
  let timeMs = 0;
  while (reader.hasMore) {
    const head = reader.varint();
    const form = head % 4;
    const folded = Math.floor(head / 4);
    serial += folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2;
    timeMs += reader.signed();
    const value = form === valueForm.raw ? reader.f64() : reader.signed() / scaleOf(form);
    if (reader.isOverrun) return false;
    visit(serial, timeMs, value, ordinal++, routeBeforeMs);
  }
  return true;
}

/** As `readSamples`, of what `addRows` wrote. */
export function readRows(payload: Uint8Array, visit: SampleVisit): boolean {
  const reader = new ByteReader(payload, 1);
  let ordinal = reader.f64();
  const routeBeforeMs = reader.f64();
  let serial = 0;
  let timeMs = 0;
  while (reader.hasMore) {
    const head = reader.u8();
    const form = head & 3;
    if ((head & nextSerialBit) !== 0) serial += 1;
    else serial += reader.signed();
    if ((head & sameTimeBit) === 0) timeMs += reader.signed();
    let value: number;
    if (form === valueForm.raw) value = reader.f64();
    else {
      let folded = 0;
      let scale = 1;
      for (let k = head >>> 4; k > 0; k--) {
        folded += reader.u8() * scale;
        scale *= 256;
      }
      value = (folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2) / scaleOf(form);
    }
    if (reader.isOverrun || head >= 0x80) return false;
    visit(serial, timeMs, value, ordinal++, routeBeforeMs);
  }
  return true;
}

/** Where a chunk lies in a payload, and what is said of it; lent for the call. */
export interface FramedChunk {
  serial: number;
  ordinal: number;
  isClaim: boolean;
  offset: number;
  length: number;
}

/** @returns false where the payload makes no sense; what was visited before stands */
export function readChunks(
  payload: Uint8Array,
  visit: (payload: Uint8Array, chunk: FramedChunk) => void,
): boolean {
  const reader = new ByteReader(payload, 1);
  // One for all chunks: a day of a fleet has millions.
  const chunk: FramedChunk = { serial: 0, ordinal: 0, isClaim: false, offset: 0, length: 0 };
  while (reader.hasMore) {
    const head = reader.varint();
    chunk.serial = Math.floor(head / 2);
    chunk.isClaim = head % 2 === 1;
    chunk.ordinal += reader.signed();
    chunk.length = reader.varint();
    chunk.offset = reader.at;
    reader.skip(chunk.length);
    if (reader.isOverrun) return false;
    visit(payload, chunk);
  }
  return true;
}

/** The files are little-endian, and so is every machine that runs this. */
const scratchDouble = new Float64Array(1);
const scratchBytes = new Uint8Array(scratchDouble.buffer);

/** @returns the first row that found no room in the frame */
function writeRows(
  out: ByteWriter,
  serials: Uint32Array,
  timesMs: Float64Array,
  values: Float64Array,
  first: number,
  { from, until }: { readonly from: number; readonly until: number },
): number {
  out.reserve(frameTargetBytes + packedRowBytesMax);
  const bytes = out.buffer;
  const frameEnd = out.length + frameTargetBytes;
  let at = out.length;
  let serial = 0;
  let timeMs = 0;
  let row = first;
  for (; row < until && at < frameEnd; row++) {
    const value = values[row]!;
    let form: number = valueForm.raw;
    let whole = 0;
    if (value > -1e12 && value < 1e12) {
      whole = Math.floor(value);
      if (whole === value) {
        if (value !== 0 || !Object.is(value, -0)) form = valueForm.whole;
      } else if ((whole = Math.round(value * 100)) / 100 === value) form = valueForm.hundredths;
      else if ((whole = Math.round(value * 1000)) / 1000 === value) form = valueForm.thousandths;
    }
    const headAt = at++;
    let head = form;
    const nextSerial = serials[row - from]!;
    if (nextSerial === serial + 1) head |= nextSerialBit;
    else at = writeSigned(bytes, at, nextSerial - serial);
    serial = nextSerial;
    const nextMs = timesMs[row]!;
    if (nextMs === timeMs) head |= sameTimeBit;
    else at = writeSigned(bytes, at, nextMs - timeMs);
    timeMs = nextMs;
    if (form === valueForm.raw) {
      scratchDouble[0] = value;
      for (let k = 0; k < 8; k++) bytes[at + k] = scratchBytes[k]!;
      at += 8;
    } else {
      let rest = whole < 0 ? -2 * whole - 1 : 2 * whole;
      const valueAt = at;
      while (rest >= 0x1000000) {
        bytes[at++] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      while (rest > 0) {
        bytes[at++] = rest;
        rest >>>= 8;
      }
      head |= (at - valueAt) << 4;
    }
    bytes[headAt] = head;
  }
  out.setLength(at);
  return row;
}

/** As `ByteWriter.signed`, into room that is there. @returns the offset after it */
function writeSigned(bytes: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  while (rest >= 128) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
  return at;
}

/** The shortest form that gives the value back bit for bit. */
function formOf(value: number): number {
  if (value === 0) return Object.is(value, 0) ? valueForm.whole : valueForm.raw;
  if (!(value > -1e12 && value < 1e12)) return valueForm.raw;
  if (Math.round(value) === value) return valueForm.whole;
  if (Math.round(value * 100) / 100 === value) return valueForm.hundredths;
  if (Math.round(value * 1000) / 1000 === value) return valueForm.thousandths;
  return valueForm.raw;
}

function scaleOf(form: number): number {
  return form === valueForm.whole ? 1 : form === valueForm.hundredths ? 100 : 1000;
}
