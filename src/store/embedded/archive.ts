/**
 * The archive of one shard: all its archive files, by time block.
 *
 * A block may have several files: what memory held when the block left it, then series that changed
 * later, then backfill. Of samples with the same time the file with the higher sequence wins. When
 * a block has gathered too many, they are merged into one. Files past the retention are removed.
 */
import { join } from "node:path";
import type { TimeRange } from "../../model/index.ts";
import { ArchiveCache } from "./archive-cache.ts";
import { ArchiveFile, type ArchiveFileParts, type DamageReport } from "./archive-file.ts";
import { archiveName, ArchiveWriter, type ArchiveHead } from "./archive-writer.ts";
import { ByteWriter } from "../log/bytes.ts";
import { ChunkDecoder, ColumnsBuilder, encodeRun } from "../memory/columns.ts";
import { errorCode, type Disk } from "../log/disk.ts";
import type { Slicer } from "../log/slice.ts";

/** A block with more files than this is merged. */
const filesPerBlockMax = 4;
/** A series is read from this many files at once; the disk is there for the logs too. */
const filesAtOnce = 2;
const everything: TimeRange = { fromMs: -Infinity, untilMs: Infinity };

export class Archive {
  readonly #folder: string;
  readonly #parts: ArchiveFileParts;
  readonly #decoder = new ChunkDecoder();
  /** By sequence, ascending. Replaced, never changed, so that a reader keeps its list. */
  #files: readonly ArchiveFile[] = [];

  private constructor(folder: string, parts: ArchiveFileParts) {
    this.#folder = folder;
    this.#parts = parts;
  }

  static async open(disk: Disk, folder: string, report: DamageReport): Promise<Archive> {
    const parts = { disk, report, cache: new ArchiveCache(disk) };
    const archive = new Archive(folder, parts);
    await disk.makeFolder(folder);
    const files: ArchiveFile[] = [];
    for (const name of await disk.list(folder)) {
      if (name.endsWith(".tmp")) await disk.remove(join(folder, name));
      const file = await ArchiveFile.open(parts, folder, name);
      if (file !== undefined) files.push(file);
    }
    archive.#files = files.sort((a, b) => a.head.sequence - b.head.sequence);
    return archive;
  }

  get files(): readonly ArchiveFile[] {
    return this.#files;
  }

  get sizeBytes(): number {
    return this.#files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Start of the oldest block that has a file; Infinity where there is none. */
  get oldestMs(): number {
    return this.#files.reduce((oldest, { head }) => Math.min(oldest, head.startMs), Infinity);
  }

  /** The last file of the chunk log that the block's archives cover; 0 where there are none. */
  coversChunkLog(block: { readonly startMs: number; readonly endMs: number }): number {
    let covers = 0;
    for (const { head } of this.#files) {
      if (head.startMs === block.startMs && head.endMs === block.endMs)
        covers = Math.max(covers, head.coversChunkLog);
    }
    return covers;
  }

  hasFull(block: { readonly startMs: number; readonly endMs: number }): boolean {
    return this.#files.some(
      ({ head }) => head.isFull && head.startMs === block.startMs && head.endMs === block.endMs,
    );
  }

  /** Merges the series' archived samples in range into `into`. */
  async read(
    serial: number,
    range: TimeRange,
    into: ColumnsBuilder,
    slicer: Pick<Slicer, "isDue" | "pause">,
  ): Promise<void> {
    const files = this.#files.filter(
      ({ head }) => head.startMs < range.untilMs && head.endMs > range.fromMs,
    );
    for (let at = 0; at < files.length; at += filesAtOnce) {
      const some = files.slice(at, at + filesAtOnce);
      // Settled all, so that no read is under way when this one has ended.
      const runs = await Promise.allSettled(some.map((file) => file.read(serial)));
      for (const [i, run] of runs.entries()) {
        if (run.status === "fulfilled") {
          if (run.value !== undefined) this.#decoder.decodeRun(run.value, range, into);
          continue;
        }
        // Merged or expired since the list was taken; what replaced it is read instead.
        if (errorCode(run.reason) !== "ENOENT" || this.#files.includes(some[i]!)) throw run.reason;
        return this.read(serial, range, into, slicer);
      }
      // What lay in memory was read without leaving the thread.
      if (slicer.isDue) await slicer.pause();
    }
    return undefined;
  }

  /** How much memory it holds for reads to come. */
  get cacheBytes(): number {
    return this.#parts.cache.memoryBytes;
  }

  /** Files that are open for reads to come. */
  get openCount(): number {
    return this.#parts.cache.files.count;
  }

  /** Once a round: closes files that nobody has read since the call before. */
  closeUnused(): Promise<void> {
    return this.#parts.cache.closeUnused();
  }

  /** Resolves when no file is open any more. */
  close(): Promise<void> {
    return this.#parts.cache.close();
  }

  /** Begins a file; give it to `finish`. */
  async begin(head: Omit<ArchiveHead, "sequence">): Promise<ArchiveWriter> {
    const sequence = (this.#files.at(-1)?.head.sequence ?? 0) + 1;
    return ArchiveWriter.create(this.#parts.disk, this.#folder, { ...head, sequence });
  }

  /** Makes the file durable and part of what is read. */
  async finish(writer: ArchiveWriter): Promise<void> {
    await writer.finish();
    const name = archiveName(writer.head);
    const file = await ArchiveFile.open(this.#parts, this.#folder, name);
    if (file !== undefined) this.#files = [...this.#files, file];
  }

  /** Merges the files of blocks that have too many. */
  async mergeCrowded(slicer: Slicer): Promise<void> {
    const byBlock = new Map<string, ArchiveFile[]>();
    for (const file of this.#files) {
      const block = `${file.head.startMs}-${file.head.endMs}`;
      byBlock.set(block, [...(byBlock.get(block) ?? []), file]);
    }
    for (const files of byBlock.values()) {
      if (files.length > filesPerBlockMax) await this.#merge(files, slicer);
    }
  }

  /** Removes files whose block ended before. @returns how many */
  async removeBefore(timeMs: number): Promise<number> {
    const expired = this.#files.filter(({ head }) => head.endMs <= timeMs);
    await this.#drop(expired);
    return expired.length;
  }

  async #merge(files: readonly ArchiveFile[], slicer: Slicer): Promise<void> {
    const { startMs, endMs } = files[0]!.head;
    const writer = await this.begin({
      startMs,
      endMs,
      coversChunkLog: this.coversChunkLog({ startMs, endMs }),
      isFull: files.some(({ head }) => head.isFull),
    });
    const serials = new Set<number>();
    for (const file of files) for (const serial of await file.serials()) serials.add(serial);
    const out = new ByteWriter();
    try {
      for (const serial of Float64Array.from(serials).sort()) {
        const columns = new ColumnsBuilder();
        for (const file of files) {
          const chunks = await file.read(serial);
          if (chunks !== undefined) this.#decoder.decodeRun(chunks, everything, columns);
        }
        out.clear();
        encodeRun(columns.timesMs, columns.values, 0, columns.count, out);
        if (columns.count > 0) writer.addRun(serial, out.written());
        if (writer.isFlushDue) await writer.flush();
        if (slicer.isDue) await slicer.pause();
      }
      await this.finish(writer);
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    await this.#drop(files);
  }

  async #drop(files: readonly ArchiveFile[]): Promise<void> {
    if (files.length === 0) return;
    this.#files = this.#files.filter((file) => !files.includes(file));
    for (const file of files) {
      await file.retire();
      await this.#parts.disk.remove(file.path);
    }
    await this.#parts.disk.syncFolder(this.#folder);
  }
}
