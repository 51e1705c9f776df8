/**
 * One archive file: the samples of one time block, sorted by series, with an index behind.
 * Drawn in docs/formats/archive.md.
 *
 *     header | head | run of series 3 | run of series 7 | … | index page | … | foot | trailer
 *
 * A run holds the series' chunks end to end. Reading one series is one search in the foot's first
 * serials, one index page and one contiguous run. Pages, and of who reads series after series the runs
 * that come next, are kept for a while (archive-cache.ts). Where the index is damaged it is made anew from
 * the runs, each of which names its series.
 */
import { join } from "node:path";
import { ByteReader } from "../log/bytes.ts";
import type { Disk, DiskFile } from "../log/disk.ts";
import {
  fileHeaderBytes,
  frameAt,
  frameHeaderBytes,
  scanFrames,
  type Damage,
} from "../log/frame.ts";
import type { ArchiveCache } from "./archive-cache.ts";
import { type ArchiveHead, entryBytes, pageBytes } from "./archive-writer.ts";
import { payloadKind } from "./log-codec.ts";

/** Index pages read at once where all of them are wanted. */
const pagesPerRead = 64;
const trailerBytes = frameHeaderBytes + 1 + 8;
const headBytes = frameHeaderBytes + 1 + 8 + 8 + 8 + 8 + 1;
/** Where the cache has the runs that come next; index pages have the places behind. */
const stretchPlace = 0;

/** Called for damage found while reading; the bytes are still in the file. */
export type DamageReport = (path: string, damage: Damage) => Promise<void>;

/** What the files of one archive have in common. */
export interface ArchiveFileParts {
  readonly disk: Disk;
  readonly cache: ArchiveCache;
  readonly report: DamageReport;
}

export class ArchiveFile {
  readonly path: string;
  readonly head: ArchiveHead;
  readonly sizeBytes: number;
  readonly #parts: ArchiveFileParts;
  /** What the cache knows it by. */
  readonly #owner: number;
  #isRetired = false;
  /** First serial of each index page; read when first needed. */
  #firstSerials: Uint32Array | undefined;
  #indexOffset = 0;
  #footOffset = 0;
  /** End of the run that was read last. */
  #readToOffset = Infinity;
  /** The index made anew where the one in the file is damaged: offset and length by serial. */
  #rebuilt: Map<number, readonly [offset: number, lengthBytes: number]> | undefined;
  readonly #badOffsets = new Set<number>();

  private constructor(
    parts: ArchiveFileParts,
    path: string,
    options: { head: ArchiveHead; sizeBytes: number },
  ) {
    this.#parts = parts;
    this.#owner = parts.cache.enter();
    this.path = path;
    this.head = options.head;
    this.sizeBytes = options.sizeBytes;
  }

  /** A damaged head is reported and taken from the file's name, which says almost the same. */
  static async open(
    parts: ArchiveFileParts,
    folder: string,
    name: string,
  ): Promise<ArchiveFile | undefined> {
    const named = /^block-(\d+)-(\d+)-(\d+)[.]kale$/.exec(name);
    if (named === null) return undefined;
    const path = join(folder, name);
    const file = await parts.disk.open(path, "read");
    try {
      const bytes = new Uint8Array(headBytes);
      await file.read(bytes, fileHeaderBytes);
      const payload = frameAt(bytes);
      if (payload === undefined) {
        const damage = { offset: fileHeaderBytes, lengthBytes: headBytes, isTornTail: false };
        await parts.report(path, damage);
      }
      const head: ArchiveHead = {
        startMs: Number(named[1]),
        endMs: Number(named[2]),
        sequence: Number(named[3]),
        coversChunkLog: payload === undefined ? 0 : new ByteReader(payload, 25).f64(),
        isFull: payload === undefined ? false : payload[33] === 1,
      };
      return new ArchiveFile(parts, path, { head, sizeBytes: await file.sizeBytes() });
    } finally {
      await file.close();
    }
  }

  /**
   * @returns the chunks of the series, end to end, not to be changed; undefined where it has none here. Rejects with
   *   the disk's error, "ENOENT" also where the file was retired
   */
  async read(serial: number): Promise<Uint8Array | undefined> {
    const place = await this.#find(serial);
    if (place === undefined) return undefined;
    const [offset, lengthBytes] = place;
    const chunks =
      chunksOf(await this.#runBytes(offset, lengthBytes), serial) ??
      // What was kept may have been spoiled on its way: only what the disk says twice is damage.
      chunksOf(await this.#load(offset, lengthBytes), serial);
    if (chunks !== undefined) return chunks;
    await this.#bad({ offset, lengthBytes, isTornTail: false });
    return undefined;
  }

  /** All runs in order of serial; the bytes are lent for the call. */
  async visitRuns(visit: (serial: number, chunks: Uint8Array) => void): Promise<void> {
    const file = await this.#parts.disk.open(this.path, "read");
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
    const found = await this.#indexedSerials();
    return found ?? Uint32Array.from(this.#rebuilt?.keys() ?? []).sort();
  }

  /** The file is about to be removed: it is closed when nobody reads it, and not opened again. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.#parts.cache.forget(this.#owner, this.path);
  }

  /** @returns undefined where the index had to be made anew */
  async #indexedSerials(): Promise<Uint32Array | undefined> {
    await this.#loadFoot();
    if (this.#firstSerials === undefined || this.#rebuilt !== undefined) return undefined;
    const indexBytes = this.#footOffset - this.#indexOffset;
    const found = new Uint32Array(indexBytes / entryBytes);
    let count = 0;
    for (let at = 0; at < indexBytes; at += pagesPerRead * pageBytes) {
      const length = Math.min(pagesPerRead * pageBytes, indexBytes - at);
      const pages = await this.#load(this.#indexOffset + at, length);
      for (let page = 0; page < length; page += pageBytes) {
        const payload = frameAt(pages.subarray(page, page + pageBytes));
        if (payload?.[0] !== payloadKind.archiveIndex) {
          await this.#rebuild();
          return undefined;
        }
        const entries = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
        for (let entry = 1; entry < entries.byteLength; entry += entryBytes)
          found[count++] = entries.getUint32(entry, true);
      }
    }
    return found.slice(0, count);
  }

  async #find(serial: number): Promise<readonly [offset: number, lengthBytes: number] | undefined> {
    await this.#loadFoot();
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
      const entries = await this.#page(page);
      if (entries !== undefined) return findEntry(entries, serial);
    }
    return this.#rebuilt?.get(serial);
  }

  /** Entries of an index page; undefined, with the index made anew, where it is damaged. */
  async #page(page: number): Promise<Uint8Array | undefined> {
    const { cache } = this.#parts;
    const place = stretchPlace + 1 + page;
    const kept = cache.piece(this.#owner, place);
    if (kept !== undefined) return kept.bytes;
    const offset = this.#indexOffset + page * pageBytes;
    const payload = frameAt(
      await this.#load(offset, Math.min(pageBytes, this.#footOffset - offset)),
    );
    if (payload?.[0] !== payloadKind.archiveIndex) {
      await this.#rebuild();
      return undefined;
    }
    const bytes = payload.subarray(1);
    cache.keep(this.#owner, place, { offset, bytes });
    return bytes;
  }

  /** Bytes of a run; with those behind it where it follows the one before, as for series after series. */
  async #runBytes(offset: number, lengthBytes: number): Promise<Uint8Array> {
    const { cache } = this.#parts;
    const gapBytes = offset - this.#readToOffset;
    this.#readToOffset = offset + lengthBytes;
    const kept = cache.piece(this.#owner, stretchPlace);
    const from = kept === undefined ? -1 : offset - kept.offset;
    if (kept !== undefined && from >= 0 && from + lengthBytes <= kept.bytes.length)
      return kept.bytes.subarray(from, from + lengthBytes);
    const { stretchBytes } = cache;
    const isNext = gapBytes >= 0 && gapBytes < stretchBytes;
    if (!isNext || lengthBytes * 2 > stretchBytes) return this.#load(offset, lengthBytes);
    const bytes = await this.#load(offset, Math.min(stretchBytes, this.sizeBytes - offset));
    cache.keep(this.#owner, stretchPlace, { offset, bytes });
    return bytes.subarray(0, lengthBytes);
  }

  async #loadFoot(): Promise<void> {
    if (this.#firstSerials !== undefined || this.#rebuilt !== undefined) return;
    const trailerLength = Math.min(trailerBytes, this.sizeBytes);
    const trailerOffset = this.sizeBytes - trailerLength;
    const trailerPayload = frameAt(await this.#load(trailerOffset, trailerLength));
    const footOffset = trailerPayload === undefined ? -1 : new ByteReader(trailerPayload, 1).f64();
    if (!(footOffset >= 0 && footOffset < trailerOffset)) return this.#rebuild();
    const payload = frameAt(await this.#load(footOffset, trailerOffset - footOffset));
    if (payload?.[0] !== payloadKind.archiveFoot) return this.#rebuild();
    const reader = new ByteReader(payload, 1);
    this.#indexOffset = reader.f64();
    this.#footOffset = footOffset;
    this.#firstSerials = new Uint32Array((payload.length - 9) / 4).map(() => reader.u32());
    return undefined;
  }

  async #rebuild(): Promise<void> {
    const { damages, rebuilt } = await this.#use(async (file) => {
      const runs = new Map<number, readonly [number, number]>();
      const scan = await scanFrames(file, "ARCH", (payload, offset) => {
        if (payload[0] === payloadKind.archiveRun)
          runs.set(new ByteReader(payload, 1).u32(), [offset, frameHeaderBytes + payload.length]);
        return true;
      });
      return { damages: scan.damages, rebuilt: runs };
    });
    this.#rebuilt = rebuilt;
    for (const damage of damages) await this.#bad(damage);
  }

  /** @returns fewer bytes where the file has become shorter, which no frame's crc lets pass */
  #load(offset: number, lengthBytes: number): Promise<Uint8Array> {
    return this.#use(async (file) => {
      const bytes = new Uint8Array(lengthBytes);
      return bytes.subarray(0, await file.read(bytes, offset));
    });
  }

  #use<T>(work: (file: DiskFile) => Promise<T>): Promise<T> {
    if (this.#isRetired) return Promise.reject(new RetiredError(this.path));
    return this.#parts.cache.files.use(this.path, work);
  }

  async #bad(damage: Damage): Promise<void> {
    if (this.#badOffsets.has(damage.offset)) return;
    this.#badOffsets.add(damage.offset);
    await this.#parts.report(this.path, damage);
  }
}

/** As the disk says it of a file that is gone: this one is about to be. */
class RetiredError extends Error {
  readonly code = "ENOENT";

  constructor(path: string) {
    super(`ENOENT: the archive holds no more ${path}`);
  }
}

function chunksOf(run: Uint8Array, serial: number): Uint8Array | undefined {
  const payload = frameAt(run);
  if (payload === undefined || new ByteReader(payload, 1).u32() !== serial) return undefined;
  return payload.subarray(5);
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
