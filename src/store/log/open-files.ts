/**
 * Files that stay open between reads: opening and closing one costs more than reading a page of it.
 *
 * At most `countMax` are held while nobody reads them; the one that was not used for longest goes first. What is in
 * use is never closed under its reader: a file beyond the limit, one that is forgotten and one of which a read failed
 * is closed when its last reader is done. A handle that fails after it was kept may be at fault itself (a share whose
 * server began anew), so that read is tried once more with a new one.
 *
 * Only for files that do not change while they have their name.
 */
import { assert } from "../../base/assert.ts";
import { errorCode, type Disk, type DiskFile } from "./disk.ts";

interface Held {
  readonly path: string;
  readonly file: Promise<DiskFile>;
  readonly closed: PromiseWithResolvers<void>;
  userCount: number;
  /** To be closed by its last user, and nobody else's from now on. */
  isLeaving: boolean;
  /** The round in which it was used last. */
  round: number;
}

export class OpenFiles {
  readonly #disk: Disk;
  readonly #countMax: number;
  /** Least recently used first. */
  readonly #held = new Map<string, Held>();
  /** Of those that are being closed, or that their last user will close. */
  readonly #ending = new Set<Promise<void>>();
  #round = 0;
  #isClosed = false;

  constructor(disk: Disk, options: { readonly countMax: number }) {
    assert(options.countMax >= 1, "at least one file is held open");
    this.#disk = disk;
    this.#countMax = options.countMax;
  }

  /** How many are held, whether in use or not. */
  get count(): number {
    return this.#held.size;
  }

  /** @param work  may be done twice; must not use the file after it has settled */
  async use<T>(path: string, work: (file: DiskFile) => Promise<T>): Promise<T> {
    const kept = this.#held.get(path);
    if (kept !== undefined) {
      try {
        return await this.#useHeld(kept, work);
      } catch {
        // Once more below, with another handle; what fails there has failed.
      }
    }
    return this.#useHeld(this.#held.get(path) ?? this.#open(path), work);
  }

  /** For a file that is about to be removed. Resolves when it is closed, or at once while somebody reads it. */
  async forget(path: string): Promise<void> {
    const held = this.#held.get(path);
    if (held !== undefined) await this.#letGo(held);
  }

  /** Closes what nobody has used since the call before. */
  async closeUnused(): Promise<void> {
    const round = this.#round;
    this.#round += 1;
    await this.#closeWhere((held) => held.round < round);
  }

  /** Resolves when all are closed, those in use too; who reads later opens the file for that read alone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const held of this.#held.values()) void this.#letGo(held);
    await Promise.all(this.#ending);
  }

  async #useHeld<T>(held: Held, work: (file: DiskFile) => Promise<T>): Promise<T> {
    held.userCount += 1;
    if (!held.isLeaving) {
      held.round = this.#round;
      this.#held.delete(held.path);
      this.#held.set(held.path, held);
    }
    try {
      return await work(await held.file);
    } catch (error) {
      void this.#letGo(held);
      throw error;
    } finally {
      held.userCount -= 1;
      if (held.isLeaving && held.userCount === 0) this.#end(held);
      this.#limit();
    }
  }

  #open(path: string): Held {
    const held: Held = {
      path,
      file: this.#openFile(path),
      closed: Promise.withResolvers(),
      userCount: 0,
      isLeaving: this.#isClosed,
      round: this.#round,
    };
    if (this.#isClosed) this.#ending.add(held.closed.promise);
    else this.#held.set(path, held);
    return held;
  }

  async #openFile(path: string): Promise<DiskFile> {
    try {
      return await this.#disk.open(path, "read");
    } catch (error) {
      const code = errorCode(error);
      if (code !== "EMFILE" && code !== "ENFILE") throw error;
      // The process may open no more: what nobody reads just now is given back first.
      await this.#closeWhere(() => true);
      return this.#disk.open(path, "read");
    }
  }

  #limit(): void {
    if (this.#held.size <= this.#countMax) return;
    for (const held of this.#held.values()) {
      if (held.userCount === 0) void this.#letGo(held);
      if (this.#held.size <= this.#countMax) return;
    }
  }

  async #closeWhere(isDue: (held: Held) => boolean): Promise<void> {
    const closing: Promise<void>[] = [];
    for (const held of this.#held.values()) {
      if (held.userCount === 0 && isDue(held)) closing.push(this.#letGo(held));
    }
    await Promise.all(closing);
  }

  /** Nobody else gets it. Resolves when it is closed, or at once while somebody uses it. */
  #letGo(held: Held): Promise<void> {
    if (!held.isLeaving) {
      held.isLeaving = true;
      this.#held.delete(held.path);
      this.#ending.add(held.closed.promise);
      if (held.userCount === 0) this.#end(held);
    }
    return held.userCount === 0 ? held.closed.promise : Promise.resolve();
  }

  #end(held: Held): void {
    const { closed } = held;
    // What was read is checked by whoever read it: a handle that does not close well has spoiled nothing.
    const done = held.file.then((file) => file.close()).catch(() => undefined);
    void done.then(() => {
      this.#ending.delete(closed.promise);
      closed.resolve();
    });
  }
}
