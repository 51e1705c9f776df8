/**
 * Which time blocks hold sealed chunks that no archive has yet, and which file of the chunk log may
 * therefore go.
 *
 * Blocks that memory still covers wholly just count as pending. Once a block is archived, the
 * series that change in it later are listed by id.
 */
export interface Block {
  readonly startMs: number;
  readonly endMs: number;
}

export class BlockLedger {
  readonly blockMs: number;
  /** By block start; undefined ids mean "whichever series there are". */
  readonly #pending = new Map<number, Set<number>>();
  /** Blocks from here on do not list their series. */
  #listBeforeMs = -Infinity;
  /** Block starts touched by each file of the chunk log. */
  readonly #touched = new Map<number, Set<number>>();
  // What `note` and `noteFile` did last: the next chunk is mostly of the same block and file.
  #lastPendingMs = NaN;
  #lastTouchedMs = NaN;
  #lastTouchedFile = -1;

  constructor(options: { readonly blockMs: number }) {
    this.blockMs = options.blockMs;
  }

  blockOf(timeMs: number): Block {
    const startMs = this.#startOf(timeMs);
    return { startMs, endMs: startMs + this.blockMs };
  }

  /** Series of blocks that start before are listed from now on. */
  listBefore(timeMs: number): void {
    this.#listBeforeMs = Math.max(this.#listBeforeMs, timeMs);
  }

  /** A chunk of this series was sealed; it spans the times, both included. */
  note(id: number, firstMs: number, lastMs: number): void {
    let startMs = this.#startOf(firstMs);
    for (; startMs <= lastMs; startMs += this.blockMs) {
      // Most chunks of a recovery change nothing: their block is pending already.
      if (startMs === this.#lastPendingMs && startMs >= this.#listBeforeMs) continue;
      let ids = this.#pending.get(startMs);
      if (ids === undefined) this.#pending.set(startMs, (ids = new Set()));
      if (startMs < this.#listBeforeMs) ids.add(id);
      this.#lastPendingMs = startMs;
    }
  }

  /** The chunk was written into this file of the chunk log. */
  noteFile(number: number, firstMs: number, lastMs: number): void {
    let startMs = this.#startOf(firstMs);
    for (; startMs <= lastMs; startMs += this.blockMs) {
      if (startMs === this.#lastTouchedMs && number === this.#lastTouchedFile) continue;
      let touched = this.#touched.get(number);
      if (touched === undefined) this.#touched.set(number, (touched = new Set()));
      touched.add(startMs);
      this.#lastTouchedMs = startMs;
      this.#lastTouchedFile = number;
    }
  }

  /** Blocks with something to archive that start before; oldest first. */
  pendingBefore(timeMs: number): Block[] {
    return [...this.#pending.keys()]
      .filter((startMs) => startMs < timeMs)
      .sort((a, b) => a - b)
      .map((startMs) => ({ startMs, endMs: startMs + this.blockMs }));
  }

  /** Hands over the series listed for the block, which is no longer pending. */
  take(block: Block): Set<number> {
    const ids = this.#pending.get(block.startMs) ?? new Set<number>();
    this.#lastPendingMs = NaN;
    this.#pending.delete(block.startMs);
    return ids;
  }

  /** Gives back what `take` handed over, after archiving failed. */
  giveBack(block: Block, ids: ReadonlySet<number>): void {
    const now = this.#pending.get(block.startMs);
    if (now === undefined) this.#pending.set(block.startMs, new Set(ids));
    else for (const id of ids) now.add(id);
  }

  /** A series is gone; its id will be another's. */
  forget(id: number): void {
    for (const ids of this.#pending.values()) ids.delete(id);
  }

  /**
   * @param coversChunkLog  the last file of the chunk log that a block's archives cover
   * @returns number of the first file that is still needed, at most `limit`
   */
  firstNeededFile(limit: number, coversChunkLog: (block: Block) => number): number {
    for (const number of [...this.#touched.keys()].sort((a, b) => a - b)) {
      if (number >= limit) break;
      for (const startMs of this.#touched.get(number)!) {
        if (coversChunkLog({ startMs, endMs: startMs + this.blockMs }) < number) return number;
      }
    }
    return limit;
  }

  forgetFilesBefore(number: number): void {
    this.#lastTouchedFile = -1;
    for (const old of [...this.#touched.keys()]) if (old < number) this.#touched.delete(old);
  }

  #startOf(timeMs: number): number {
    return Math.floor(timeMs / this.blockMs) * this.blockMs;
  }
}
