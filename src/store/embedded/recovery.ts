/**
 * Brings a shard back from its files, after a clean end or `kill -9` alike.
 *
 *     1 checkpoint   names, open chunks and backfill as of ordinal P
 *     2 archives     blocks that memory still covers
 *     3 chunk log    sealed chunks, oldest first; of overlapping ones the later wins
 *     4 sample log   what came after P
 *
 * A chunk that was sealed in the ordinary way claims that all samples of its series up to its
 * ordinal are in sealed chunks: step 4 skips those, and the open chunk of step 1 is dropped if it
 * is older. Rewrites claim nothing, and after damage in the chunk log no claim is believed, since
 * the chunk that made it true may be the one that is lost. Giving memory a sample again that it
 * has changes nothing, and the order is kept, so replaying too much is slow but never wrong.
 *
 * Damage is set aside and reported, and never stops a start. Only a file of a newer format does.
 */
import { join } from "node:path";
import {
  chunkBytes,
  chunkFirstMs,
  chunkLastMs,
  decodeChunk,
  chunkSampleCountMax,
} from "../../kernel/index.ts";
import { StoreError } from "../errors.ts";
import type { Archive } from "./archive.ts";
import type { Backfill } from "./backfill.ts";
import type { BlockLedger } from "./block-ledger.ts";
import { ByteWriter } from "../log/bytes.ts";
import {
  checkpointName,
  previousCheckpointName,
  readCheckpoint,
  type CheckpointState,
} from "./checkpoint.ts";
import type { Disk } from "../log/disk.ts";
import type { FaultLedger } from "../log/fault-ledger.ts";
import {
  type Damage,
  fileHeaderBytes,
  type FileKind,
  type FrameScan,
  scanFrames,
  writeFileHeader,
} from "../log/frame.ts";
import {
  type FramedChunk,
  payloadKind,
  readChunks,
  readNames,
  readRows,
  readSamples,
} from "./log-codec.ts";
import type { SeriesMemory } from "../memory/index.ts";
import type { Quarantine } from "../log/quarantine.ts";
import { ClaimsById, IdsBySerial } from "./recovery-tables.ts";
import { segmentName, segmentNumbers } from "../log/segmented-log.ts";
import type { SeriesBook } from "./series-book.ts";

export const sampleLogPrefix = "samples";
export const chunkLogPrefix = "chunks";

export interface RecoveryParts {
  readonly disk: Disk;
  readonly folder: string;
  readonly memory: SeriesMemory;
  readonly book: SeriesBook;
  readonly archive: Archive;
  readonly backfill: Backfill;
  readonly ledger: BlockLedger;
  readonly quarantine: Quarantine;
  readonly faults: FaultLedger;
  readonly nowMs: number;
  /** Samples older than this are let go without a word. */
  readonly retainFromMs: number;
  /** Called before each sample that is given to memory, so that seals know their ordinal. */
  readonly onReplay: (ordinal: number, timeMs: number) => void;
  /** Called for every hundredth part of the work that is done, 0 to 1. */
  readonly onProgress: (share: number) => void;
}

export interface LogFile {
  readonly number: number;
  readonly sizeBytes: number;
}

export interface Recovered {
  readonly nextOrdinal: number;
  readonly routeBeforeMs: number;
  readonly archivedBeforeMs: number;
  readonly sampleFiles: readonly LogFile[];
  readonly chunkFiles: readonly LogFile[];
  readonly replayedCount: number;
  readonly chunkCount: number;
}

export async function recover(parts: RecoveryParts): Promise<Recovered> {
  const fileNames = await parts.disk.list(parts.folder);
  for (const name of fileNames) {
    if (name.endsWith(".tmp")) await parts.disk.remove(join(parts.folder, name));
  }
  return new Recovery(parts).run(
    segmentNumbers(chunkLogPrefix, fileNames),
    segmentNumbers(sampleLogPrefix, fileNames),
  );
}

class Recovery {
  readonly #parts: RecoveryParts;
  /** Of the series of each serial. */
  readonly #ids = new IdsBySerial();
  /** Samples of the series up to this ordinal are in sealed chunks; by id. */
  readonly #claims = new ClaimsById();
  #nextOrdinal = 1;
  #routeBeforeMs = -Infinity;
  #archivedBeforeMs = -Infinity;
  #ordinal = 0;
  #chunkCount = 0;
  #replayedCount = 0;
  #unnamedCount = 0;
  #nextId = 0;
  /** No damage was found in the chunk log so far. */
  #isTrusted = true;
  /** Open chunks of the checkpoint, by id. */
  readonly #opens = new Map<number, Uint8Array>();
  #totalBytes = 0;
  #doneBytes = 0;
  #checkpointBytes = 0;
  #toldShare = 0;
  // The answer of `#coveredFile`, and what for.
  #coveredMs = NaN;
  #covered = 0;

  constructor(parts: RecoveryParts) {
    this.#parts = parts;
  }

  async run(chunkNumbers: number[], sampleNumbers: number[]): Promise<Recovered> {
    const { faults } = this.#parts;
    await this.#addUp(chunkNumbers, sampleNumbers);
    await this.#readCheckpoints();
    await this.#readNamesOf(sampleNumbers);
    await this.#readArchives();
    const chunkFiles = await this.#readChunkLog(chunkNumbers);
    this.#restoreOpens();
    const sampleFiles = await this.#replay(sampleNumbers);
    this.#noteUnknownAges();
    if (this.#unnamedCount > 0) {
      faults.report(
        "unnamed-samples",
        `${this.#unnamedCount} samples or chunks belong to series whose names were lost to damage`,
        {},
        this.#unnamedCount,
      );
    }
    return {
      nextOrdinal: this.#nextOrdinal,
      routeBeforeMs: this.#routeBeforeMs,
      archivedBeforeMs: this.#archivedBeforeMs,
      sampleFiles,
      chunkFiles,
      replayedCount: this.#replayedCount,
      chunkCount: this.#chunkCount,
    };
  }

  async #readCheckpoints(): Promise<void> {
    const isWhole = await this.#readCheckpoint(checkpointName, true);
    if (!isWhole) await this.#readCheckpoint(previousCheckpointName, this.#ordinal === 0);
    this.#finished(this.#checkpointBytes);
  }

  /** @param isState  take its state and samples; otherwise only names that are not known yet */
  async #readCheckpoint(name: string, isState: boolean): Promise<boolean> {
    const { disk, folder, quarantine, backfill } = this.#parts;
    const path = join(folder, name);
    const found = await readCheckpoint(disk, path, {
      series: (series) => {
        if (this.#ids.get(series.serial) >= 0) return;
        const id = this.#name(series.serial, series.name);
        if (id < 0) return;
        const newestMs = series.newestMs;
        this.#parts.book.restore(id, series.serial, newestMs);
        if (isState && series.open.length > 0) this.#opens.set(id, series.open.slice());
      },
      backfill: (serial, timeMs, value) => {
        if (isState) backfill.add(serial, timeMs, value);
      },
    });
    if (found === undefined) return false;
    refuseForeign(path, found.header);
    for (const damage of found.damages) await quarantine.take(path, damage);
    if (isState && found.state !== undefined) this.#takeState(found.state);
    return found.damages.length === 0 && found.state !== undefined;
  }

  #takeState(state: CheckpointState): void {
    this.#ordinal = state.ordinal;
    this.#nextOrdinal = Math.max(this.#nextOrdinal, state.ordinal + 1);
    this.#routeBeforeMs = state.routeBeforeMs;
    this.#archivedBeforeMs = state.archivedBeforeMs;
    this.#parts.book.reserveBelow(state.nextSerial);
  }

  /** Names come first of all, since the chunk log may speak of series begun after the checkpoint. */
  async #readNamesOf(numbers: readonly number[]): Promise<void> {
    for (const number of numbers) {
      await this.#scan(sampleLogPrefix, number, { isReported: false }, (payload) => {
        if (payload[0] === payloadKind.names)
          readNames(payload, (serial, name) => {
            this.#name(serial, name);
          });
        return true;
      });
    }
  }

  /** @returns the series' id, -1 where memory has no room for it */
  #name(serial: number, name: Uint8Array): number {
    const known = this.#ids.get(serial);
    if (known >= 0) return known;
    const { memory, book } = this.#parts;
    let id = this.#nextId;
    if (memory.restoreName(id, name, 0, name.length)) this.#nextId += 1;
    // Expired and begun anew since the checkpoint: what the old serial had is past the retention.
    else id = memory.find(new TextDecoder().decode(name)) ?? -1;
    if (id < 0) return -1;
    this.#ids.set(serial, id);
    book.restore(id, serial, -Infinity);
    return id;
  }

  async #readArchives(): Promise<void> {
    const { archive, ledger } = this.#parts;
    for (const file of archive.files) {
      ledger.listBefore(file.head.endMs);
      this.#finished(file.sizeBytes);
      if (file.head.endMs <= this.#archivedBeforeMs) continue;
      await file.visitRuns((serial, chunks) => {
        const id = this.#ids.get(serial);
        if (id < 0) return;
        for (let offset = 0; offset < chunks.length;) {
          const length = chunkBytes(chunks, offset);
          if (length <= 0 || offset + length > chunks.length) return;
          if (chunkLastMs(chunks, offset) >= this.#archivedBeforeMs)
            this.#restoreSealed(id, chunks, offset, length);
          offset += length;
        }
      });
    }
  }

  async #readChunkLog(numbers: readonly number[]): Promise<LogFile[]> {
    const files: LogFile[] = [];
    for (const number of numbers) {
      const options = { isReported: true, isLast: number === numbers.at(-1) };
      const scan = await this.#scan(
        chunkLogPrefix,
        number,
        options,
        (payload, offset, damageCount) => {
          if (payload[0] !== payloadKind.chunks) return false;
          return readChunks(payload, (bytes, chunk) => {
            this.#takeChunk(bytes, chunk, number, damageCount);
          });
        },
      );
      if (scan.damages.some(({ isTornTail }) => !isTornTail)) this.#isTrusted = false;
      files.push({ number, sizeBytes: scan.goodEndBytes });
    }
    return files;
  }

  #takeChunk(bytes: Uint8Array, chunk: FramedChunk, file: number, damageCount: number): void {
    const { ledger } = this.#parts;
    const { offset, length, ordinal } = chunk;
    if (ordinal >= this.#nextOrdinal) this.#nextOrdinal = ordinal + 1;
    const id = this.#ids.get(chunk.serial);
    if (id < 0 || !this.#restoreSealed(id, bytes, offset, length)) {
      this.#unnamedCount += 1;
      return;
    }
    const firstMs = chunkFirstMs(bytes, offset);
    const lastMs = chunkLastMs(bytes, offset);
    ledger.noteFile(file, firstMs, lastMs);
    const { blockMs } = ledger;
    let startMs = Math.floor(firstMs / blockMs) * blockMs;
    for (; startMs <= lastMs; startMs += blockMs) {
      if (this.#coveredFile(startMs) < file)
        ledger.note(id, Math.max(firstMs, startMs), Math.min(lastMs, startMs + blockMs - 1));
    }
    if (chunk.isClaim && this.#isTrusted && damageCount === 0) this.#claims.set(id, ordinal);
  }

  /** The last file of the chunk log that the archives of this block cover. */
  #coveredFile(startMs: number): number {
    if (startMs !== this.#coveredMs) {
      const endMs = startMs + this.#parts.ledger.blockMs;
      this.#covered = this.#parts.archive.coversChunkLog({ startMs, endMs });
      this.#coveredMs = startMs;
    }
    return this.#covered;
  }

  #restoreSealed(id: number, bytes: Uint8Array, offset: number, length: number): boolean {
    const { memory, book } = this.#parts;
    const isNext = memory.appendSealed(id, bytes, offset, length);
    if (!isNext && !memory.restoreSealed(id, bytes, offset, length)) return false;
    book.noteNewest(id, chunkLastMs(bytes, offset));
    this.#chunkCount += 1;
    return true;
  }

  #restoreOpens(): void {
    const { memory, onReplay } = this.#parts;
    const timesMs = new Float64Array(chunkSampleCountMax);
    const values = new Float64Array(chunkSampleCountMax);
    onReplay(this.#ordinal, NaN);
    for (const [id, open] of this.#opens) {
      if (this.#claims.of(id) > this.#ordinal) continue;
      if (this.#isTrusted && memory.restoreOpen(id, open, 0, open.length)) continue;
      const count = decodeChunk(open, 0, timesMs, values, 0);
      for (let i = 0; i < count; i++) memory.add(id, timesMs[i]!, values[i]!);
    }
    this.#opens.clear();
  }

  async #replay(numbers: readonly number[]): Promise<LogFile[]> {
    const { backfill } = this.#parts;
    const files: LogFile[] = [];
    for (const number of numbers) {
      const options = { isReported: true, isLast: number === numbers.at(-1) };
      const scan = await this.#scan(sampleLogPrefix, number, options, (payload) => {
        if (payload[0] === payloadKind.names) return true;
        const kind = payload[0];
        if (kind !== payloadKind.samples && kind !== payloadKind.rows) return false;
        const readKind = kind === payloadKind.rows ? readRows : readSamples;
        return readKind(payload, (serial, timeMs, value, ordinal, routeBeforeMs) => {
          this.#routeBeforeMs = Math.max(this.#routeBeforeMs, routeBeforeMs);
          this.#nextOrdinal = Math.max(this.#nextOrdinal, ordinal + 1);
          if (ordinal <= this.#ordinal) return;
          const id = this.#ids.get(serial);
          if (id < 0) {
            if (timeMs >= this.#parts.retainFromMs) this.#unnamedCount += 1;
          } else if (timeMs < routeBeforeMs) {
            this.#parts.book.noteNewest(id, timeMs);
            backfill.add(serial, timeMs, value);
          } else if (ordinal > this.#claims.of(id)) {
            this.#replayedCount += 1;
            this.#parts.onReplay(ordinal, timeMs);
            this.#parts.memory.add(id, timeMs, value);
          }
        });
      });
      files.push({ number, sizeBytes: scan.goodEndBytes });
    }
    return files;
  }

  /** A series whose age was lost to damage counts as new, so that it is not forgotten too early. */
  #noteUnknownAges(): void {
    const { memory, book, nowMs } = this.#parts;
    for (let id = 0; id < this.#nextId; id++) {
      if (Math.max(book.newestMs(id), memory.newestMs(id)) === -Infinity)
        book.noteNewest(id, nowMs);
    }
  }

  async #scan(
    prefix: string,
    number: number,
    options: { readonly isReported: boolean; readonly isLast?: boolean },
    visit: (payload: Uint8Array, offset: number, damageCount: number) => boolean,
  ): Promise<FrameScan> {
    const { disk, folder, quarantine } = this.#parts;
    const path = join(folder, segmentName(prefix, number));
    const file = await disk.open(path, "read");
    const kind = prefix === sampleLogPrefix ? "SLOG" : "CLOG";
    let scan: FrameScan;
    try {
      scan = await scanFrames(file, kind, (payload, offset, damageCount) => {
        this.#tell(offset);
        return visit(payload, offset, damageCount);
      });
      this.#finished(await file.sizeBytes());
    } finally {
      await file.close();
    }
    refuseForeign(path, scan.header);
    if (!options.isReported) return scan;
    for (const damage of scan.damages) {
      if (damage.isTornTail && options.isLast === true) await this.#cutTail(path, kind, damage);
      else await quarantine.take(path, damage);
    }
    return scan;
  }

  /** How much there is to read. */
  async #addUp(chunkNumbers: readonly number[], sampleNumbers: readonly number[]): Promise<void> {
    const { folder, archive } = this.#parts;
    const names = [
      ...chunkNumbers.map((number) => segmentName(chunkLogPrefix, number)),
      // Once for the names, once for the samples.
      ...sampleNumbers.map((number) => segmentName(sampleLogPrefix, number)),
      ...sampleNumbers.map((number) => segmentName(sampleLogPrefix, number)),
    ];
    for (const name of names) this.#totalBytes += await this.#sizeOf(join(folder, name));
    this.#checkpointBytes = await this.#sizeOf(join(folder, checkpointName));
    this.#totalBytes += this.#checkpointBytes + archive.sizeBytes;
  }

  /** 0 where there is no such file. */
  async #sizeOf(path: string): Promise<number> {
    const file = await this.#parts.disk.open(path, "read").catch(() => undefined);
    if (file === undefined) return 0;
    try {
      return await file.sizeBytes();
    } finally {
      await file.close();
    }
  }

  #finished(bytes: number): void {
    this.#doneBytes += bytes;
    this.#tell(0);
  }

  #tell(offsetBytes: number): void {
    const share = Math.min(1, (this.#doneBytes + offsetBytes) / Math.max(1, this.#totalBytes));
    if (share < this.#toldShare + 0.01) return;
    this.#toldShare = share;
    this.#parts.onProgress(share);
  }

  /** A torn tail is what a killed process leaves: never committed, so nothing is lost with it. */
  async #cutTail(path: string, kind: FileKind, damage: Damage): Promise<void> {
    const file = await this.#parts.disk.open(path, "change");
    try {
      if (damage.offset < fileHeaderBytes) {
        // Killed before its header was whole. It gets one, so that it is no riddle to later starts.
        const header = new ByteWriter(fileHeaderBytes);
        writeFileHeader(header, kind);
        await file.write(header.written(), 0);
      }
      await file.truncate(Math.max(damage.offset, fileHeaderBytes));
    } catch {
      // A disk that takes nothing now: the tail is found again at the next start.
    } finally {
      await file.close();
    }
  }
}

function refuseForeign(path: string, header: "good" | "damaged" | "foreign"): void {
  if (header !== "foreign") return;
  throw new StoreError(
    "STORE_FORMAT",
    `${path} was written by a newer Kale; use that one, or another data folder`,
  );
}
