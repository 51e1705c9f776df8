/**
 * Writes an archive file, drawn in docs/formats/archive.md: runs as they come, by ascending serial, then the index
 * that tells where each lies. It bears its name only when all of it is on the medium.
 */
import { join } from "node:path";
import { assert } from "../../base/assert.ts";
import { ByteReader, ByteWriter } from "../log/bytes.ts";
import type { Disk, DiskFile } from "../log/disk.ts";
import { beginFrame, endFrame, frameHeaderBytes, writeFileHeader } from "../log/frame.ts";
import { payloadKind } from "./log-codec.ts";

/** Entries of an index page; the last one may have fewer. */
const entriesPerPage = 128;
/** Serial, offset and length of a run. */
export const entryBytes = 16;
/** A whole index page. */
export const pageBytes = frameHeaderBytes + 1 + entriesPerPage * entryBytes;
/** Written at once when this much has gathered. */
const writeBytes = 256 << 10;

export interface ArchiveHead {
  readonly startMs: number;
  readonly endMs: number;
  /** Order among the files of one shard: of equal times the higher one's sample wins. */
  readonly sequence: number;
  /** Every chunk up to this file of the chunk log is in archives, as far as it touches the block. */
  readonly coversChunkLog: number;
  /** Made from all that memory held of the block, not from some series or from backfill. */
  readonly isFull: boolean;
}

export function archiveName(head: ArchiveHead): string {
  return `block-${head.startMs}-${head.endMs}-${head.sequence}.kale`;
}

export class ArchiveWriter {
  readonly head: ArchiveHead;
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #file: DiskFile;
  readonly #out = new ByteWriter(writeBytes * 2);
  readonly #index = new ByteWriter();
  #flushedBytes = 0;
  #runCount = 0;
  #lastSerial = -1;

  private constructor(disk: Disk, folder: string, file: DiskFile, head: ArchiveHead) {
    this.head = head;
    this.#disk = disk;
    this.#folder = folder;
    this.#file = file;
    writeFileHeader(this.#out, "ARCH");
    const frame = beginFrame(this.#out);
    this.#out.u8(payloadKind.archiveHead);
    this.#out.f64(head.startMs);
    this.#out.f64(head.endMs);
    this.#out.f64(head.sequence);
    this.#out.f64(head.coversChunkLog);
    this.#out.u8(head.isFull ? 1 : 0);
    endFrame(this.#out, frame);
  }

  static async create(disk: Disk, folder: string, head: ArchiveHead): Promise<ArchiveWriter> {
    const file = await disk.open(join(folder, `${archiveName(head)}.tmp`), "create");
    return new ArchiveWriter(disk, folder, file, head);
  }

  get runCount(): number {
    return this.#runCount;
  }

  /** Whether enough has gathered that `flush` should be called. */
  get isFlushDue(): boolean {
    return this.#out.length >= writeBytes;
  }

  /** Adds the chunks of one series; serials ascend. */
  addRun(serial: number, chunks: Uint8Array): void {
    assert(serial > this.#lastSerial, "runs are added by ascending serial");
    this.#lastSerial = serial;
    this.#index.u32(serial);
    this.#index.f64(this.#flushedBytes + this.#out.length);
    const frame = beginFrame(this.#out);
    this.#out.u8(payloadKind.archiveRun);
    this.#out.u32(serial);
    this.#out.raw(chunks);
    endFrame(this.#out, frame);
    this.#index.u32(this.#out.length - frame);
    this.#runCount += 1;
  }

  async flush(): Promise<void> {
    await this.#file.write(this.#out.written(), this.#flushedBytes);
    this.#flushedBytes += this.#out.length;
    this.#out.clear();
  }

  /** Makes the file durable under its name. @returns its length */
  async finish(): Promise<number> {
    const indexOffset = this.#flushedBytes + this.#out.length;
    const entries = this.#index.written();
    const firstSerials: number[] = [];
    for (let at = 0; at < entries.length; at += entriesPerPage * entryBytes) {
      const frame = beginFrame(this.#out);
      this.#out.u8(payloadKind.archiveIndex);
      this.#out.raw(entries, at, Math.min(at + entriesPerPage * entryBytes, entries.length));
      endFrame(this.#out, frame);
      firstSerials.push(new ByteReader(entries, at).u32());
    }
    const footOffset = this.#flushedBytes + this.#out.length;
    const foot = beginFrame(this.#out);
    this.#out.u8(payloadKind.archiveFoot);
    this.#out.f64(indexOffset);
    for (const serial of firstSerials) this.#out.u32(serial);
    endFrame(this.#out, foot);
    const trailer = beginFrame(this.#out);
    this.#out.u8(payloadKind.archiveFoot);
    this.#out.f64(footOffset);
    endFrame(this.#out, trailer);
    await this.flush();
    await this.#file.sync();
    await this.#file.close();
    const path = join(this.#folder, archiveName(this.head));
    await this.#disk.rename(`${path}.tmp`, path);
    await this.#disk.syncFolder(this.#folder);
    return this.#flushedBytes;
  }

  /** Leaves no file behind. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    const path = join(this.#folder, archiveName(this.head));
    await this.#disk.remove(`${path}.tmp`).catch(() => undefined);
  }
}
