/**
 * One archive file: the samples of one time block, sorted by series, with an index behind.
 * Drawn in docs/formats/archive.md.
 *
 *     header | head | run of series 3 | run of series 7 | … | index page | … | foot | trailer
 *
 * A run holds the series' chunks end to end. Reading one series is one search in the foot's first
 * serials, one index page and one contiguous run. Where the index is damaged it is made anew from
 * the runs, each of which names its series.
 */
import { join } from "node:path";
import { assert } from "../../base/assert.ts";
import { ByteReader, ByteWriter } from "../log/bytes.ts";
import type { Disk, DiskFile } from "../log/disk.ts";
import {
  beginFrame,
  endFrame,
  fileHeaderBytes,
  frameAt,
  frameHeaderBytes,
  scanFrames,
  writeFileHeader,
  type Damage,
} from "../log/frame.ts";
import { payloadKind } from "./log-codec.ts";

const entriesPerPage = 128;
const entryBytes = 16;
const pageBytes = frameHeaderBytes + 1 + entriesPerPage * entryBytes;
/** Index pages read at once where all of them are wanted. */
const pagesPerRead = 64;
const trailerBytes = frameHeaderBytes + 1 + 8;
const headBytes = frameHeaderBytes + 1 + 8 + 8 + 8 + 8 + 1;
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

export interface OpenRuns {
  read(serial: number): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** Called for damage found while reading; the bytes are still in the file. */
export type DamageReport = (path: string, damage: Damage) => Promise<void>;

export class ArchiveFile {
  readonly path: string;
  readonly head: ArchiveHead;
  readonly sizeBytes: number;
  readonly #disk: Disk;
  readonly #report: DamageReport;
  /** First serial of each index page; read when first needed. */
  #firstSerials: Uint32Array | undefined;
  #indexOffset = 0;
  #footOffset = 0;
  /** The index made anew where the one in the file is damaged: offset and length by serial. */
  #rebuilt: Map<number, readonly [offset: number, lengthBytes: number]> | undefined;
  readonly #badOffsets = new Set<number>();

  private constructor(
    disk: Disk,
    path: string,
    options: { head: ArchiveHead; sizeBytes: number; report: DamageReport },
  ) {
    this.#disk = disk;
    this.path = path;
    this.head = options.head;
    this.sizeBytes = options.sizeBytes;
    this.#report = options.report;
  }

  /** A damaged head is reported and taken from the file's name, which says almost the same. */
  static async open(
    disk: Disk,
    folder: string,
    name: string,
    report: DamageReport,
  ): Promise<ArchiveFile | undefined> {
    const named = /^block-(\d+)-(\d+)-(\d+)[.]kale$/.exec(name);
    if (named === null) return undefined;
    const path = join(folder, name);
    const file = await disk.open(path, "read");
    try {
      const bytes = new Uint8Array(headBytes);
      await file.read(bytes, fileHeaderBytes);
      const payload = frameAt(bytes);
      if (payload === undefined) {
        await report(path, { offset: fileHeaderBytes, lengthBytes: headBytes, isTornTail: false });
      }
      const head: ArchiveHead = {
        startMs: Number(named[1]),
        endMs: Number(named[2]),
        sequence: Number(named[3]),
        coversChunkLog: payload === undefined ? 0 : new ByteReader(payload, 25).f64(),
        isFull: payload === undefined ? false : payload[33] === 1,
      };
      return new ArchiveFile(disk, path, { head, sizeBytes: await file.sizeBytes(), report });
    } finally {
      await file.close();
    }
  }

  /** @returns the chunks of the series, end to end; undefined where it has none here */
  async read(serial: number): Promise<Uint8Array | undefined> {
    const runs = await this.openRuns();
    try {
      return await runs.read(serial);
    } finally {
      await runs.close();
    }
  }

  /** For reading many series: the file stays open until `close`, even when it is removed. */
  async openRuns(): Promise<OpenRuns> {
    const file = await this.#disk.open(this.path, "read");
    return {
      read: (serial) => this.#readRun(file, serial),
      close: () => file.close(),
    };
  }

  /** All runs in order of serial; the bytes are lent for the call. */
  async visitRuns(visit: (serial: number, chunks: Uint8Array) => void): Promise<void> {
    const file = await this.#disk.open(this.path, "read");
    try {
      const { damages } = await scanFrames(file, "ARCH", (payload) => {
        if (payload[0] === payloadKind.archiveRun && payload.length > 5)
          visit(new ByteReader(payload, 1).u32(), payload.subarray(5));
        return true;
      });
      for (const damage of damages) await this.#bad(damage);
    } finally {
      await file.close();
    }
  }

  /** Serials that have a run here, ascending. */
  async serials(): Promise<Uint32Array> {
    const file = await this.#disk.open(this.path, "read");
    try {
      const found = await this.#indexedSerials(file);
      return found ?? Uint32Array.from(this.#rebuilt?.keys() ?? []).sort();
    } finally {
      await file.close();
    }
  }

  /** @returns undefined where the index had to be made anew */
  async #indexedSerials(file: DiskFile): Promise<Uint32Array | undefined> {
    await this.#loadFoot(file);
    if (this.#firstSerials === undefined || this.#rebuilt !== undefined) return undefined;
    const indexBytes = this.#footOffset - this.#indexOffset;
    const found = new Uint32Array(indexBytes / entryBytes);
    let count = 0;
    for (let at = 0; at < indexBytes; at += pagesPerRead * pageBytes) {
      const pages = new Uint8Array(Math.min(pagesPerRead * pageBytes, indexBytes - at));
      await file.read(pages, this.#indexOffset + at);
      for (let page = 0; page < pages.length; page += pageBytes) {
        const payload = frameAt(pages.subarray(page, page + pageBytes));
        if (payload?.[0] !== payloadKind.archiveIndex) {
          await this.#rebuild(file);
          return undefined;
        }
        const entries = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
        for (let entry = 1; entry < entries.byteLength; entry += entryBytes)
          found[count++] = entries.getUint32(entry, true);
      }
    }
    return found.slice(0, count);
  }

  async #readRun(file: DiskFile, serial: number): Promise<Uint8Array | undefined> {
    const place = await this.#find(file, serial);
    if (place === undefined) return undefined;
    const [offset, lengthBytes] = place;
    const bytes = new Uint8Array(lengthBytes);
    await file.read(bytes, offset);
    const payload = frameAt(bytes);
    if (payload !== undefined && new ByteReader(payload, 1).u32() === serial)
      return payload.subarray(5);
    await this.#bad({ offset, lengthBytes, isTornTail: false });
    return undefined;
  }

  async #find(
    file: DiskFile,
    serial: number,
  ): Promise<readonly [offset: number, lengthBytes: number] | undefined> {
    await this.#loadFoot(file);
    if (this.#rebuilt === undefined) {
      const firstSerials = this.#firstSerials!;
      let page = -1;
      for (let low = 0, high = firstSerials.length - 1; low <= high;) {
        const middle = (low + high) >>> 1;
        if (firstSerials[middle]! <= serial) {
          page = middle;
          low = middle + 1;
        } else high = middle - 1;
      }
      if (page < 0) return undefined;
      const entries = await this.#page(file, page);
      if (entries !== undefined) return findEntry(entries, serial);
    }
    return this.#rebuilt?.get(serial);
  }

  /** Entries of an index page; undefined, with the index made anew, where it is damaged. */
  async #page(file: DiskFile, page: number): Promise<Uint8Array | undefined> {
    const offset = this.#indexOffset + page * pageBytes;
    const bytes = new Uint8Array(Math.min(pageBytes, this.#footOffset - offset));
    await file.read(bytes, offset);
    const payload = frameAt(bytes);
    if (payload?.[0] === payloadKind.archiveIndex) return payload.subarray(1);
    await this.#rebuild(file);
    return undefined;
  }

  async #loadFoot(file: DiskFile): Promise<void> {
    if (this.#firstSerials !== undefined || this.#rebuilt !== undefined) return;
    const trailer = new Uint8Array(Math.min(trailerBytes, this.sizeBytes));
    const trailerOffset = this.sizeBytes - trailer.length;
    await file.read(trailer, trailerOffset);
    const trailerPayload = frameAt(trailer);
    const footOffset = trailerPayload === undefined ? -1 : new ByteReader(trailerPayload, 1).f64();
    if (!(footOffset >= 0 && footOffset < trailerOffset)) return this.#rebuild(file);
    const foot = new Uint8Array(trailerOffset - footOffset);
    await file.read(foot, footOffset);
    const payload = frameAt(foot);
    if (payload?.[0] !== payloadKind.archiveFoot) return this.#rebuild(file);
    const reader = new ByteReader(payload, 1);
    this.#indexOffset = reader.f64();
    this.#footOffset = footOffset;
    this.#firstSerials = new Uint32Array((payload.length - 9) / 4).map(() => reader.u32());
    return undefined;
  }

  async #rebuild(file: DiskFile): Promise<void> {
    const rebuilt = new Map<number, readonly [number, number]>();
    const { damages } = await scanFrames(file, "ARCH", (payload, offset) => {
      if (payload[0] === payloadKind.archiveRun)
        rebuilt.set(new ByteReader(payload, 1).u32(), [offset, frameHeaderBytes + payload.length]);
      return true;
    });
    this.#rebuilt = rebuilt;
    for (const damage of damages) await this.#bad(damage);
  }

  async #bad(damage: Damage): Promise<void> {
    if (this.#badOffsets.has(damage.offset)) return;
    this.#badOffsets.add(damage.offset);
    await this.#report(this.path, damage);
  }
}

function findEntry(
  entries: Uint8Array,
  serial: number,
): readonly [offset: number, lengthBytes: number] | undefined {
  let low = 0;
  let high = entries.length / entryBytes - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const reader = new ByteReader(entries, middle * entryBytes);
    const found = reader.u32();
    if (found === serial) return [reader.f64(), reader.u32()];
    if (found < serial) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}
