/**
 * Frames: how every file of the store is written, so that damage is found and stays small.
 *
 *     file   | "KALE" | kind 4 | version u32 | crc u32 | frame | frame | …
 *     frame  | magic u32 | length u32 | crc u32 | payload of `length` bytes |
 *
 * `kind` is four letters, see docs/formats/. A frame's crc is CRC-32 (zlib) over its payload,
 * started with `length`, so that a wrong length is found too. All numbers are little-endian.
 *
 * A reader that finds a bad frame looks for the next place where magic, length and crc agree and
 * goes on there. What lies between is one stretch of damage. At the end of the file it is a torn
 * tail if the frame is cut off or was never filled: the normal trace of a process that was killed.
 */
import { crc32 } from "node:zlib";
import { assert } from "../../base/assert.ts";
import { ByteReader, type ByteWriter } from "./bytes.ts";
import type { DiskFile } from "./disk.ts";

export const fileHeaderBytes = 16;
export const frameHeaderBytes = 12;
/** The longest payload; a length above it is damage. */
export const frameBytesMax = 64 << 20;

const fileMagic = 0x454c414b; // "KALE"
const frameMagic = 0x1a464bc7;
/** What is written; a reader takes older ones too. Of the sample log: 2 since rows are packed. */
const formatVersions = { SLOG: 2, CLOG: 1, CKPT: 1, ARCH: 1, OBOX: 1 } as const;
/** Bytes read at once when a file is read from end to end. */
const windowBytes = 1 << 20;

export type FileKind = keyof typeof formatVersions;

export function writeFileHeader(writer: ByteWriter, kind: FileKind): void {
  const start = writer.length;
  writer.u32(fileMagic);
  for (const letter of kind) writer.u8(letter.charCodeAt(0));
  writer.u32(formatVersions[kind]);
  writer.u32(crc32(writer.buffer.subarray(start, start + 12)));
}

/** "damaged": use the frames all the same. "foreign": a version or kind this program cannot read. */
export function checkFileHeader(bytes: Uint8Array, kind: FileKind): "good" | "damaged" | "foreign" {
  if (bytes.length < fileHeaderBytes) return "damaged";
  const reader = new ByteReader(bytes);
  const magic = reader.u32();
  const foundKind = String.fromCharCode(...reader.raw(4));
  const version = reader.u32();
  if (reader.u32() !== crc32(bytes.subarray(0, 12)) || magic !== fileMagic) return "damaged";
  return foundKind === kind && version >= 1 && version <= formatVersions[kind] ? "good" : "foreign";
}

/** Leaves room for a frame's header; write the payload after it, then call `endFrame`. */
export function beginFrame(writer: ByteWriter): number {
  const start = writer.length;
  writer.reserve(frameHeaderBytes);
  writer.setLength(start + frameHeaderBytes);
  return start;
}

/** @param start  what `beginFrame` returned */
export function endFrame(writer: ByteWriter, start: number): void {
  const payloadStart = start + frameHeaderBytes;
  const length = writer.length - payloadStart;
  assert(length <= frameBytesMax, "a frame's payload is no longer than the limit");
  writer.patchU32(start, frameMagic);
  writer.patchU32(start + 4, length);
  writer.patchU32(start + 8, crc32(writer.buffer.subarray(payloadStart, writer.length), length));
}

/** The payload of the frame that fills `bytes` exactly; undefined where it is damaged. */
export function frameAt(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < frameHeaderBytes) return undefined;
  const reader = new ByteReader(bytes);
  if (reader.u32() !== frameMagic) return undefined;
  const length = reader.u32();
  const crc = reader.u32();
  if (length !== bytes.length - frameHeaderBytes) return undefined;
  const payload = bytes.subarray(frameHeaderBytes);
  return crc32(payload, length) === crc ? payload : undefined;
}

export interface Damage {
  readonly offset: number;
  readonly lengthBytes: number;
  /** The end of the file was not written to its end; what stands before it is whole. */
  readonly isTornTail: boolean;
}

export interface FrameScan {
  readonly damages: readonly Damage[];
  /** End of the last good frame. */
  readonly goodEndBytes: number;
  readonly header: "good" | "damaged" | "foreign";
}

/**
 * Reads all frames of a file in order.
 *
 * @param visit  gets the payload, valid during the call, the frame's offset, and how many stretches
 *   of damage were found before it; false says that the payload makes no sense, which is damage too
 */
export async function scanFrames(
  file: DiskFile,
  kind: FileKind,
  visit: (payload: Uint8Array, offset: number, damageCount: number) => boolean,
): Promise<FrameScan> {
  const window = new FileWindow(file, await file.sizeBytes());
  const damages: Damage[] = [];
  await window.load(0, fileHeaderBytes);
  const header = checkFileHeader(window.bytes(0, fileHeaderBytes), kind);
  if (header === "foreign") return { damages, goodEndBytes: 0, header };
  if (header === "damaged") {
    const lengthBytes = Math.min(fileHeaderBytes, window.sizeBytes);
    damages.push({ offset: 0, lengthBytes, isTornTail: window.sizeBytes < fileHeaderBytes });
  }

  let offset = Math.min(fileHeaderBytes, window.sizeBytes);
  let goodEndBytes = offset;
  let badFrom = -1;
  const endBad = (isTornTail: boolean): void => {
    if (badFrom >= 0) damages.push({ offset: badFrom, lengthBytes: offset - badFrom, isTornTail });
    badFrom = -1;
  };
  while (offset < window.sizeBytes) {
    await window.load(offset, frameHeaderBytes);
    const length = payloadLength(window.bytes(offset, frameHeaderBytes));
    const frameBytes = frameHeaderBytes + length;
    let payload: Uint8Array | undefined;
    if (length >= 0 && offset + frameBytes <= window.sizeBytes) {
      await window.load(offset, frameBytes);
      payload = frameAt(window.bytes(offset, frameBytes));
    }
    if (payload === undefined) {
      if (badFrom < 0) badFrom = offset;
      offset = await nextMagic(window, offset + 1);
      continue;
    }
    endBad(false);
    if (!visit(payload, offset, damages.length)) {
      damages.push({ offset, lengthBytes: frameBytes, isTornTail: false });
    }
    offset += frameBytes;
    goodEndBytes = offset;
  }
  if (badFrom >= 0) endBad(await isTorn(window, badFrom));
  return { damages, goodEndBytes, header };
}

/** -1 where the bytes are no frame header. */
function payloadLength(header: Uint8Array): number {
  if (header.length < frameHeaderBytes) return -1;
  const reader = new ByteReader(header);
  if (reader.u32() !== frameMagic) return -1;
  const length = reader.u32();
  return length <= frameBytesMax ? length : -1;
}

/** Offset of the next frame magic, or the size of the file. */
async function nextMagic(window: FileWindow, from: number): Promise<number> {
  for (let offset = from; offset < window.sizeBytes;) {
    await window.load(offset, windowBytes);
    const bytes = window.bytes(offset, windowBytes);
    for (let i = 0; i + 3 < bytes.length; i++) {
      if (
        bytes[i] === 0xc7 &&
        bytes[i + 1] === 0x4b &&
        bytes[i + 2] === 0x46 &&
        bytes[i + 3] === 0x1a
      )
        return offset + i;
    }
    if (offset + bytes.length >= window.sizeBytes) break;
    offset += bytes.length - 3;
  }
  return window.sizeBytes;
}

/** Whether the file just stops inside the frame at `offset`, or holds only zeros from there on. */
async function isTorn(window: FileWindow, offset: number): Promise<boolean> {
  await window.load(offset, frameHeaderBytes);
  const header = window.bytes(offset, frameHeaderBytes);
  if (header.length < frameHeaderBytes) return true;
  const length = payloadLength(header);
  if (length >= 0) return offset + frameHeaderBytes + length > window.sizeBytes;
  for (let at = offset; at < window.sizeBytes; at += windowBytes) {
    await window.load(at, windowBytes);
    if (window.bytes(at, windowBytes).some((byte) => byte !== 0)) return false;
  }
  return true;
}

/** A part of a file in memory that moves forward. */
class FileWindow {
  readonly sizeBytes: number;
  readonly #file: DiskFile;
  #buffer = new Uint8Array(windowBytes);
  #start = 0;
  #end = 0;

  constructor(file: DiskFile, sizeBytes: number) {
    this.#file = file;
    this.sizeBytes = sizeBytes;
  }

  /** Makes `[offset, offset + countBytes)` available, as far as the file goes. */
  async load(offset: number, countBytes: number): Promise<void> {
    const end = Math.min(offset + countBytes, this.sizeBytes);
    if (offset >= this.#start && end <= this.#end) return;
    const wantedBytes = Math.min(Math.max(countBytes, windowBytes), this.sizeBytes - offset);
    if (wantedBytes > this.#buffer.length) this.#buffer = new Uint8Array(wantedBytes);
    const readBytes = await this.#file.read(this.#buffer.subarray(0, wantedBytes), offset);
    this.#start = offset;
    this.#end = offset + readBytes;
  }

  bytes(offset: number, countBytes: number): Uint8Array {
    const start = offset - this.#start;
    const end = Math.min(start + countBytes, this.#end - this.#start);
    return this.#buffer.subarray(start, Math.max(start, end));
  }
}
