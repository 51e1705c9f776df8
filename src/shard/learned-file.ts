/**
 * What the streaming detector has learned, on disk beside the shard's checkpoint: weeks of it would
 * otherwise be gone with every restart, as the window holds a day.
 *
 *     "KALELRN1" | version u32 | frame … | end frame        little-endian
 *     frame      length u32 | CRC-32 u32 | payload: records of series
 *     record     name's length u16 | name | state's length u16 | state; see series-state.ts
 *     end frame  length 0 | CRC-32 of nothing
 *
 * The rules of a crash are the checkpoint's: a new file is written beside, synced, and renamed, so there is
 * the old one or the new one, never half. What a checksum refuses is left out, and those series learn anew from the
 * window; so do all of a file of another version. Each series' state knows up to which sample it speaks: what
 * came since is fed to it from the window. Saved every ten minutes and at the end, in slices.
 */
import { open, readFile, rename, rm, type FileHandle } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { crc32 } from "node:zlib";
import {
  decodeSeriesState,
  encodeSeriesState,
  seriesStateBytesMax,
  seriesStateVersion,
  type StreamJudge,
} from "../analyzer/index.ts";
import type { Logger } from "../base/log.ts";
import type { SeriesWindow } from "../model/index.ts";

const magic = "KALELRN1";
const headerBytes = 12;
const frameHeadBytes = 8;
const seriesPerFrame = 32;
const saveEveryMs = 600_000;
const recordBytesMax = 4 + 1024 + seriesStateBytesMax;

export class LearnedFile {
  readonly #path: string;
  readonly #window: SeriesWindow;
  readonly #stream: StreamJudge;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> | undefined;
  #isFailing = false;

  constructor(path: string, window: SeriesWindow, stream: StreamJudge, logger: Logger) {
    this.#path = path;
    this.#window = window;
    this.#stream = stream;
    this.#logger = logger;
  }

  /** @returns how many series go on where they were. Never rejects: what cannot be read is learned anew. */
  async load(): Promise<number> {
    let bytes: Buffer;
    try {
      bytes = await readFile(this.#path);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") this.#warn("cannot be read", error);
      return 0;
    }
    const isOurs =
      bytes.length >= headerBytes &&
      bytes.toString("latin1", 0, magic.length) === magic &&
      bytes.readUInt32LE(magic.length) === seriesStateVersion;
    if (!isOurs) {
      this.#warn("is not of this version; everything is learned anew from the window");
      return 0;
    }
    let count = 0;
    let at = headerBytes;
    while (at + frameHeadBytes <= bytes.length) {
      const length = bytes.readUInt32LE(at);
      const payload = bytes.subarray(at + frameHeadBytes, at + frameHeadBytes + length);
      if (length === 0) return count;
      if (payload.length < length || crc32(payload) !== bytes.readUInt32LE(at + 4)) break;
      count += this.#take(payload);
      at += frameHeadBytes + length;
      await nextTurn();
    }
    this.#warn(`is damaged at byte ${at}; ${count} series go on, the rest learns anew`);
    return count;
  }

  start(): void {
    this.#timer = setInterval(() => void this.save(), saveEveryMs);
    this.#timer.unref();
  }

  /** Never rejects: a disk that takes no more costs what was learned since the last time. */
  save(): Promise<void> {
    this.#saving ??= this.#write()
      .then(() => {
        this.#isFailing = false;
      })
      .catch((error: unknown) => {
        if (!this.#isFailing) this.#warn("cannot be written; it is tried again", error);
        this.#isFailing = true;
      })
      .finally(() => {
        this.#saving = undefined;
      });
    return this.#saving;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#saving;
    await this.save();
  }

  async #write(): Promise<void> {
    const temporary = `${this.#path}.tmp`;
    const file = await open(temporary, "w");
    try {
      await this.#writeAll(file);
      await file.datasync();
    } catch (error) {
      await file.close();
      await rm(temporary, { force: true });
      throw error;
    }
    await file.close();
    await rename(temporary, this.#path);
  }

  async #writeAll(file: FileHandle): Promise<void> {
    const header = Buffer.alloc(headerBytes);
    header.write(magic, "latin1");
    header.writeUInt32LE(seriesStateVersion, magic.length);
    await file.writeFile(header);
    const frame = Buffer.alloc(frameHeadBytes + seriesPerFrame * recordBytesMax);
    let end = frameHeadBytes;
    let inFrame = 0;
    for (let id = 0; id < this.#window.idCount; id++) {
      if (!this.#window.isLive(id)) continue;
      end = this.#putRecord(frame, end, id);
      inFrame += 1;
      if (inFrame < seriesPerFrame) continue;
      await writeFrame(file, frame, end);
      end = frameHeadBytes;
      inFrame = 0;
      await nextTurn();
    }
    if (end > frameHeadBytes) await writeFrame(file, frame, end);
    await writeFrame(file, frame, frameHeadBytes);
  }

  #putRecord(frame: Buffer, at: number, id: number): number {
    const name = Buffer.from(this.#window.name(id));
    const stateAt = at + 2 + name.length + 2;
    const length = encodeSeriesState(this.#stream, id, frame.subarray(stateAt));
    if (length === 0) return at;
    frame.writeUInt16LE(name.length, at);
    name.copy(frame, at + 2);
    frame.writeUInt16LE(length, at + 2 + name.length);
    return stateAt + length;
  }

  #take(payload: Buffer): number {
    let count = 0;
    let at = 0;
    while (at + 4 <= payload.length) {
      const nameEnd = at + 2 + payload.readUInt16LE(at);
      const stateAt = nameEnd + 2;
      const stateEnd = stateAt + payload.readUInt16LE(nameEnd);
      const id = this.#window.find(payload.toString("utf8", at + 2, nameEnd));
      const state = payload.subarray(stateAt, stateEnd);
      if (id !== undefined && decodeSeriesState(this.#stream, id, state)) count += 1;
      at = stateEnd;
    }
    return count;
  }

  #warn(what: string, error?: unknown): void {
    const facts = error instanceof Error ? { error: error.message } : {};
    this.#logger.warn(`the file of what was learned ${what}`, { path: this.#path, ...facts });
  }
}

async function writeFrame(file: FileHandle, frame: Buffer, end: number): Promise<void> {
  const payload = frame.subarray(frameHeadBytes, end);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt32LE(crc32(payload), 4);
  await file.writeFile(frame.subarray(0, end));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
