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
import {
  nextSerialBit,
  type RowKernel,
  type RowRange,
  sameTimeBit,
  valueForm,
} from "../../kernel/index.ts";
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

/** Frames of names and of samples, kept apart so that names are written first. */
export class SampleFrames {
  readonly names = new ByteWriter(4 << 10);
  readonly samples: ByteWriter;
  #namesStart = -1;
  #samplesStart = -1;
  #routeBeforeMs = 0;
  #serial = 0;
  #timeMs = 0;
  #rowCount = 0;

  /** @param sampleBytes  for which there is room from the start */
  constructor(sampleBytes = 64 << 10) {
    this.samples = new ByteWriter(sampleBytes);
  }

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

  /** As `addSample` for rows of a piece, the first of which has the ordinal; a tenth of its cost. */
  addRows(rows: RowKernel, range: RowRange, ordinal: number, routeBeforeMs: number): void {
    const out = this.samples;
    this.#endSamples();
    for (let row = range.from; row < range.until;) {
      const start = beginFrame(out);
      out.u8(payloadKind.rows);
      out.f64(ordinal + row - range.from);
      out.f64(routeBeforeMs);
      row = rows.pack({ from: row, until: range.until }, frameTargetBytes);
      out.raw(rows.packed);
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
