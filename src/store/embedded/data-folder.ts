/**
 * The data folder of one Kale: which one process holds, and into how many shards it is cut.
 *
 *     store.json     {"format": 1, "shardCount": 2, "createdMs": …}; written once
 *     lock.sqlite    held as long as the process lives
 *     holder.json    {"pid": …, "startedMs": …}; only for the words of an error
 *     shard-0/ …     one EmbeddedStore each
 *
 * Node has no file lock, but SQLite has: an exclusive transaction on an otherwise empty database
 * is a lock of the operating system. It ends with the process, however that ends, so there is no
 * stale lock to remove by hand.
 *
 * The shard of a series follows from its name and the number of shards, so that number is kept
 * from the first start on, whatever is asked for later.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import { StoreError } from "../errors.ts";
import { errorCode } from "../log/disk.ts";
import { makeFolders } from "../make-folders.ts";

const formatVersion = 1;
const shardCountMax = 256;

/**
 * The locks this process holds. A database that nobody refers to is closed by the garbage
 * collector, and its lock would end with it; a folder is held until `close`, whoever forgets it.
 */
const heldLocks = new Set<DatabaseSync>();

export interface DataFolderOptions {
  /** For a new folder; an existing one keeps its own. */
  readonly shardCount: number;
  readonly clock: Clock;
}

export class DataFolder {
  readonly path: string;
  readonly shardCount: number;
  readonly createdMs: number;
  readonly #lock: DatabaseSync;

  private constructor(path: string, lock: DatabaseSync, about: StoreFile) {
    this.path = path;
    this.#lock = lock;
    this.shardCount = about.shardCount;
    this.createdMs = about.createdMs;
  }

  /**
   * Opens the folder, made if it is not there, and holds it until `close`. For the main thread.
   *
   * @throws StoreError  STORE_LOCKED, STORE_FORMAT, or STORE_UNREACHABLE
   */
  static open(path: string, options: DataFolderOptions): DataFolder {
    assert(
      options.shardCount >= 1 && options.shardCount <= shardCountMax,
      "a data folder has 1 to 256 shards",
    );
    const folder = resolve(path);
    try {
      makeFolders(folder);
    } catch (error) {
      const message = `make the data folder ${folder} (--data names another one)`;
      throw new StoreError("STORE_UNREACHABLE", message, { cause: error });
    }
    const lock = takeLock(folder);
    try {
      const holder = { pid: process.pid, startedMs: options.clock.nowMs() };
      writeFileSync(join(folder, "holder.json"), `${JSON.stringify(holder)}\n`);
      return new DataFolder(folder, lock, readOrMake(folder, options));
    } catch (error) {
      release(lock);
      if (error instanceof StoreError) throw error;
      throw new StoreError("STORE_UNREACHABLE", `write into the data folder ${folder}`, {
        cause: error,
      });
    }
  }

  /**
   * Holds a folder that is there already, to read it: nothing of it is changed but the lock.
   *
   * @throws StoreError  STORE_LOCKED, STORE_FORMAT, or STORE_UNREACHABLE where there is no such folder
   */
  static openExisting(path: string): DataFolder {
    const folder = resolve(path);
    const file = join(folder, "store.json");
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (cause) {
      const message = `${folder} is no data folder of Kale: ${file} cannot be read`;
      throw new StoreError("STORE_UNREACHABLE", message, { cause });
    }
    const about = parseStoreFile(text);
    if (about === undefined) throw foreignFormat(file);
    return new DataFolder(folder, takeLock(folder), about);
  }

  shardFolder(shard: number): string {
    assert(shard >= 0 && shard < this.shardCount, "a shard of this folder");
    return join(this.path, `shard-${shard}`);
  }

  /** Lets another process have the folder. The shards' stores are closed first. */
  close(): void {
    rmSync(join(this.path, "holder.json"), { force: true });
    release(this.#lock);
  }
}

interface StoreFile {
  readonly shardCount: number;
  readonly createdMs: number;
}

function takeLock(folder: string): DatabaseSync {
  const path = join(folder, "lock.sqlite");
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path);
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    heldLocks.add(lock);
    return lock;
  } catch (error) {
    lock?.close();
    if (isBusy(error)) throw lockedError(folder, error);
    throw new StoreError("STORE_UNREACHABLE", `lock ${path}`, { cause: error });
  }
}

function release(lock: DatabaseSync): void {
  heldLocks.delete(lock);
  lock.close();
}

/** SQLITE_BUSY: somebody else has the lock. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === 5;
}

function lockedError(folder: string, cause: unknown): StoreError {
  let holder = "another process";
  try {
    const text = readFileSync(join(folder, "holder.json"), "utf8");
    const { pid } = JSON.parse(text) as { pid?: unknown };
    if (typeof pid === "number") holder = `process ${pid}`;
  } catch {
    // The words of the error are all that suffers.
  }
  return new StoreError(
    "STORE_LOCKED",
    `The data folder ${folder} is held by ${holder}. Stop that one, or give this one another folder with --data.`,
    { cause },
  );
}

function readOrMake(folder: string, { shardCount, clock }: DataFolderOptions): StoreFile {
  const path = join(folder, "store.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    const made = { format: formatVersion, shardCount, createdMs: clock.nowMs() };
    writeFileSync(`${path}.tmp`, `${JSON.stringify(made)}\n`, { flush: true });
    renameSync(`${path}.tmp`, path);
    return made;
  }
  const found = parseStoreFile(text);
  if (found !== undefined) return found;
  throw foreignFormat(path);
}

function foreignFormat(path: string): StoreError {
  return new StoreError(
    "STORE_FORMAT",
    `${path} is not of this version of Kale (format ${formatVersion}); use the Kale that wrote it, or another folder with --data`,
  );
}

function parseStoreFile(text: string): StoreFile | undefined {
  try {
    const { format, shardCount, createdMs } = JSON.parse(text) as Record<string, unknown>;
    if (format !== formatVersion || typeof shardCount !== "number") return undefined;
    if (!Number.isInteger(shardCount) || shardCount < 1 || shardCount > shardCountMax)
      return undefined;
    return { shardCount, createdMs: typeof createdMs === "number" ? createdMs : 0 };
  } catch {
    return undefined;
  }
}
