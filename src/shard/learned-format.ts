/**
 * The file of what the streaming detector has learned, byte by byte; when it is written and read is
 * learned-file.ts's.
 *
 *     "KALELRN1" | version u32 | frame … | end frame        little-endian
 *     frame      length u32 | CRC-32 u32 | payload: records of series
 *     record     name's length u16 | name | state's length u16 | state; see series-state.ts
 *     end frame  length 0 | CRC-32 of nothing
 *
 * Frames of 64 KiB: few enough that reading is long reads of the disk, small enough that damage
 * costs some forty series. The file is read in pieces, however large it is.
 */
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { seriesStateBytesMax, seriesStateVersion } from "../analyzer/index.ts";
import { nameBytesMax } from "../model/index.ts";

const magic = "KALELRN1";
const headerBytes = 12;
const frameHeadBytes = 8;
const frameTargetBytes = 64 << 10;
/** A longer frame is damage. */
const frameBytesMax = 16 << 20;
const recordBytesMax = 4 + nameBytesMax + seriesStateBytesMax;

/** Writes beside the file that is there, and takes its place when it is whole. */
export class LearnedWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #frame = Buffer.alloc(frameHeadBytes + frameTargetBytes + recordBytesMax);
  #end = frameHeadBytes;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<LearnedWriter> {
    const file = await open(temporaryOf(path), "w");
    const header = Buffer.alloc(headerBytes);
    header.write(magic, "latin1");
    header.writeUInt32LE(seriesStateVersion, magic.length);
    const writer = new LearnedWriter(path, file);
    try {
      await file.writeFile(header);
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    return writer;
  }

  /** Whether enough has gathered that `flush` must be called before more is added. */
  get isFlushDue(): boolean {
    return this.#end > frameTargetBytes;
  }

  /** @param encode  writes the state to the start of the buffer; @returns its length, 0 for none */
  add(name: Uint8Array, encode: (into: Buffer) => number): void {
    const frame = this.#frame;
    const at = this.#end;
    const stateAt = at + 4 + name.length;
    const length = encode(frame.subarray(stateAt));
    if (length === 0) return;
    frame.writeUInt16LE(name.length, at);
    frame.set(name, at + 2);
    frame.writeUInt16LE(length, stateAt - 2);
    this.#end = stateAt + length;
  }

  async flush(): Promise<void> {
    if (this.#end > frameHeadBytes) await this.#writeFrame();
  }

  async finish(): Promise<void> {
    try {
      await this.flush();
      await this.#writeFrame();
      await this.#file.datasync();
    } catch (error) {
      await this.abandon();
      throw error;
    }
    await this.#file.close();
    await rename(temporaryOf(this.#path), this.#path);
  }

  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(temporaryOf(this.#path), { force: true });
  }

  async #writeFrame(): Promise<void> {
    const payload = this.#frame.subarray(frameHeadBytes, this.#end);
    this.#frame.writeUInt32LE(payload.length, 0);
    this.#frame.writeUInt32LE(crc32(payload), 4);
    await this.#file.writeFile(this.#frame.subarray(0, this.#end));
    this.#end = frameHeadBytes;
  }
}

/** How a reading ended; `atBytes` is where damage begins. */
export type LearnedEnd =
  | { readonly kind: "whole" }
  | { readonly kind: "foreign" }
  | { readonly kind: "damaged"; readonly atBytes: number };

/**
 * Reads what is sound. Rejects where there is no such file, or the disk cannot read it.
 * @param visit  name and state are lent for the call
 */
export async function readLearned(
  path: string,
  visit: (name: Uint8Array, state: Uint8Array) => void,
): Promise<LearnedEnd> {
  const file = await open(path, "r");
  try {
    const header = Buffer.alloc(headerBytes);
    const isHeader = await isFilled(file, header);
    const isOurs =
      isHeader &&
      header.toString("latin1", 0, magic.length) === magic &&
      header.readUInt32LE(magic.length) === seriesStateVersion;
    if (!isOurs) return { kind: "foreign" };
    return await readFrames(file, visit);
  } finally {
    await file.close();
  }
}

async function readFrames(
  file: FileHandle,
  visit: (name: Uint8Array, state: Uint8Array) => void,
): Promise<LearnedEnd> {
  const head = Buffer.alloc(frameHeadBytes);
  let room = Buffer.alloc(frameTargetBytes + recordBytesMax);
  for (let atBytes = headerBytes; ;) {
    if (!(await isFilled(file, head))) return { kind: "damaged", atBytes };
    const length = head.readUInt32LE(0);
    if (length === 0) return { kind: "whole" };
    if (length > frameBytesMax) return { kind: "damaged", atBytes };
    if (length > room.length) room = Buffer.alloc(length);
    const payload = room.subarray(0, length);
    const isSound = (await isFilled(file, payload)) && crc32(payload) === head.readUInt32LE(4);
    if (!isSound) return { kind: "damaged", atBytes };
    visitRecords(payload, visit);
    atBytes += frameHeadBytes + length;
  }
}

function visitRecords(payload: Buffer, visit: (name: Uint8Array, state: Uint8Array) => void): void {
  for (let at = 0; at + 4 <= payload.length;) {
    const nameEnd = at + 2 + payload.readUInt16LE(at);
    const stateAt = nameEnd + 2;
    const stateEnd = stateAt + payload.readUInt16LE(nameEnd);
    visit(payload.subarray(at + 2, nameEnd), payload.subarray(stateAt, stateEnd));
    at = stateEnd;
  }
}

/** Reads on from where the file stands. @returns whether there was enough to fill the buffer */
async function isFilled(file: FileHandle, into: Buffer): Promise<boolean> {
  for (let at = 0; at < into.length;) {
    const { bytesRead } = await file.read(into, at, into.length - at, null);
    if (bytesRead === 0) return false;
    at += bytesRead;
  }
  return true;
}

function temporaryOf(path: string): string {
  return `${path}.tmp`;
}
