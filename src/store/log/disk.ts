/**
 * The file system as an argument: what the store needs of it and no more, so that tests can make a
 * disk that is full, failing or slow.
 *
 * Everything is asynchronous: a shard thread never waits for a disk. Failures are Node's own errors
 * with `code`, e.g. "ENOSPC".
 */
import { mkdir, open, readdir, rename, rm, type FileHandle } from "node:fs/promises";

export interface DiskFile {
  /** Writes all of the bytes; the caller leaves them alone until the promise settles. */
  write(bytes: Uint8Array, atOffset: number): Promise<void>;
  /** @returns how many bytes were read; fewer than asked only at the end of the file */
  read(into: Uint8Array, atOffset: number): Promise<number>;
  sizeBytes(): Promise<number>;
  truncate(toBytes: number): Promise<void>;
  /** Waits until what was written is on the medium. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Disk {
  /** "create" makes the file empty; "change" opens an existing one for reading and writing. */
  open(path: string, mode: "read" | "create" | "change"): Promise<DiskFile>;
  /** Replaces `to` where it exists. */
  rename(from: string, to: string): Promise<void>;
  /** No error where there is no such file. */
  remove(path: string): Promise<void>;
  /** Names in the folder, sorted. */
  list(folder: string): Promise<string[]>;
  /** Makes the folder and those above it; no error where it exists. */
  makeFolder(folder: string): Promise<void>;
  /** Makes names that were created, renamed or removed in the folder durable. */
  syncFolder(folder: string): Promise<void>;
}

export const realDisk: Disk = {
  async open(path, mode) {
    const flags = { read: "r", create: "w+", change: "r+" } as const;
    return new RealFile(await open(path, flags[mode]));
  },
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  async list(folder) {
    return (await readdir(folder)).sort();
  },
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true });
  },
  async syncFolder(folder) {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** Whether the error says that this disk takes no more bytes for now. */
export function isDiskRefusal(error: unknown): boolean {
  const code = errorCode(error);
  return code === "ENOSPC" || code === "EDQUOT" || code === "EIO" || code === "EFBIG";
}

/** Node's code of a failed system call, e.g. "ENOENT"; empty where there is none. */
export function errorCode(error: unknown): string {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

class RealFile implements DiskFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array, atOffset: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#handle.write(
        bytes,
        done,
        bytes.length - done,
        atOffset + done,
      );
      done += bytesWritten;
    }
  }

  async read(into: Uint8Array, atOffset: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const { bytesRead } = await this.#handle.read(
        into,
        done,
        into.length - done,
        atOffset + done,
      );
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async sizeBytes(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async truncate(toBytes: number): Promise<void> {
    await this.#handle.truncate(toBytes);
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
