/**
 * An append-only log in numbered files: `samples-00000001.log`, `samples-00000002.log`, …
 *
 * A file is made by the first append after a `rotate`. A write that failed half-way is taken back
 * before the next one, so that a file never holds half a frame with whole ones after it.
 */
import { join } from "node:path";
import { assert } from "../../base/assert.ts";
import { ByteWriter } from "./bytes.ts";
import type { Disk, DiskFile } from "./disk.ts";
import { fileHeaderBytes, writeFileHeader, type FileKind } from "./frame.ts";

export class SegmentedLog {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #kind: FileKind;
  readonly #prefix: string;
  #number: number;
  #file: DiskFile | undefined;
  #offset = 0;
  #isTorn = false;
  #isUnsynced = false;
  /** Sizes of the files that are there, by number. */
  readonly #sizes = new Map<number, number>();

  /** @param options.number  of the next file; all existing ones have smaller numbers */
  constructor(
    disk: Disk,
    folder: string,
    options: { readonly kind: FileKind; readonly prefix: string; readonly number: number },
  ) {
    this.#disk = disk;
    this.#folder = folder;
    this.#kind = options.kind;
    this.#prefix = options.prefix;
    this.#number = options.number;
  }

  /** Number of the file that the next append goes to. */
  get number(): number {
    return this.#number;
  }

  /** Length of the file that the next append goes to. */
  get segmentBytes(): number {
    return this.#offset;
  }

  get sizeBytes(): number {
    let sum = 0;
    for (const size of this.#sizes.values()) sum += size;
    return sum;
  }

  /** Tells of a file that was there before. */
  noteExisting(number: number, sizeBytes: number): void {
    assert(number < this.#number, "an existing file comes before the next one");
    this.#sizes.set(number, sizeBytes);
  }

  /** Appends whole frames. Rejects with the disk's error; the log is then as it was before. */
  async append(bytes: Uint8Array): Promise<void> {
    const file = this.#file ?? (await this.#start());
    if (this.#isTorn) await file.truncate(this.#offset);
    this.#isTorn = true;
    await file.write(bytes, this.#offset);
    this.#isTorn = false;
    this.#isUnsynced = true;
    this.#offset += bytes.length;
    this.#sizes.set(this.#number, this.#offset);
  }

  async sync(): Promise<void> {
    if (!this.#isUnsynced) return;
    await this.#file?.sync();
    this.#isUnsynced = false;
  }

  /** Ends the current file, if it was begun; the next append begins another. */
  async rotate(): Promise<void> {
    if (this.#file === undefined) return;
    const file = this.#file;
    if (this.#isTorn) await file.truncate(this.#offset);
    this.#isTorn = false;
    await this.sync();
    this.#file = undefined;
    this.#offset = 0;
    this.#number += 1;
    await file.close();
  }

  /** Leaves a file that can no longer be written, whatever it holds. */
  async abandon(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#isTorn = false;
    this.#isUnsynced = false;
    if (file === undefined) return;
    this.#number += 1;
    const offset = this.#offset;
    this.#offset = 0;
    await file.truncate(offset).catch(() => undefined);
    await file.close().catch(() => undefined);
  }

  /** Removes files numbered below this, oldest first. */
  async removeBefore(number: number): Promise<void> {
    assert(number <= this.#number, "the current file stays");
    for (const old of [...this.#sizes.keys()].sort((a, b) => a - b)) {
      if (old >= number) return;
      await this.#disk.remove(join(this.#folder, segmentName(this.#prefix, old)));
      this.#sizes.delete(old);
    }
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #start(): Promise<DiskFile> {
    const path = join(this.#folder, segmentName(this.#prefix, this.#number));
    const file = await this.#disk.open(path, "create");
    try {
      const header = new ByteWriter(fileHeaderBytes);
      writeFileHeader(header, this.#kind);
      await file.write(header.written(), 0);
      await this.#disk.syncFolder(this.#folder);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
    this.#file = file;
    this.#offset = fileHeaderBytes;
    this.#sizes.set(this.#number, this.#offset);
    return file;
  }
}

export function segmentName(prefix: string, number: number): string {
  return `${prefix}-${String(number).padStart(8, "0")}.log`;
}

/** Numbers of the log's files among the names of a folder, ascending. */
export function segmentNumbers(prefix: string, fileNames: readonly string[]): number[] {
  return fileNames
    .filter((name) => name.startsWith(`${prefix}-`) && name.endsWith(".log"))
    .map((name) => Number(name.slice(prefix.length + 1, -4)))
    .filter((number) => Number.isSafeInteger(number) && number > 0)
    .sort((a, b) => a - b);
}
