/** A disk for tests: the real one, with refusals on demand. */
import { realDisk, type Disk, type DiskFile } from "./disk.ts";

export class FaultyDisk implements Disk {
  /** Code of the refusal, e.g. "ENOSPC"; undefined while all is well. */
  refusal: string | undefined;
  /** Writes that succeed before the refusal begins. */
  writesLeft = Infinity;
  /** Which calls are refused. */
  refuses: ReadonlySet<"write" | "sync" | "open" | "rename" | "read"> = new Set(["write", "open"]);
  refusedCount = 0;
  /** Files that were opened and not closed yet. */
  openCount = 0;
  readCount = 0;

  async open(path: string, mode: "read" | "create" | "change"): Promise<DiskFile> {
    if (mode === "create" && this.refuses.has("open")) this.#check();
    const file = await realDisk.open(path, mode);
    this.openCount += 1;
    return {
      write: async (bytes, atOffset) => {
        if (this.refuses.has("write") && this.refusal !== undefined && this.writesLeft <= 0) {
          // What a full disk does: takes some of it, then refuses.
          await file.write(bytes.subarray(0, Math.floor(bytes.length / 2)), atOffset);
          this.#check();
        }
        this.writesLeft -= 1;
        await file.write(bytes, atOffset);
      },
      sync: async () => {
        if (this.refuses.has("sync")) this.#check();
        await file.sync();
      },
      read: async (into, atOffset) => {
        if (this.refuses.has("read")) this.#check();
        this.readCount += 1;
        return file.read(into, atOffset);
      },
      sizeBytes: () => file.sizeBytes(),
      truncate: (toBytes) => file.truncate(toBytes),
      close: async () => {
        await file.close();
        this.openCount -= 1;
      },
    };
  }

  async rename(from: string, to: string): Promise<void> {
    if (this.refuses.has("rename")) this.#check();
    await realDisk.rename(from, to);
  }

  remove(path: string): Promise<void> {
    return realDisk.remove(path);
  }

  list(folder: string): Promise<string[]> {
    return realDisk.list(folder);
  }

  makeFolder(folder: string): Promise<void> {
    return realDisk.makeFolder(folder);
  }

  syncFolder(folder: string): Promise<void> {
    return realDisk.syncFolder(folder);
  }

  #check(): void {
    if (this.refusal === undefined || this.writesLeft > 0) return;
    this.refusedCount += 1;
    throw Object.assign(new Error(`${this.refusal}: refused by the test`), { code: this.refusal });
  }
}
