/**
 * What the files of one archive hold for reads to come: open handles, index pages, and for each file that is read
 * from front to back a stretch of the runs that come next. All of it bounded, least recently used first to go, and
 * gone when nobody reads the archive any more (`closeUnused`).
 *
 * A file does not change while it has its name, so nothing here can be stale.
 */
import { assert } from "../../base/assert.ts";
import type { Disk } from "../log/disk.ts";
import { OpenFiles } from "../log/open-files.ts";

/** Two weeks in blocks of six hours are 56 files: one series read over all of them finds each open the next time. */
const openCountMax = 64;
const bytesMaxUsual = 8 << 20;
/** Read ahead at most. */
const stretchBytesMax = 64 << 10;
/** Pieces per file that can be told apart. */
const placeCountMax = 2 ** 26;

/** Bytes of a file, as they lie in it. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

interface HeldPiece extends Piece {
  /** The round in which it was used last. */
  round: number;
}

export class ArchiveCache {
  readonly files: OpenFiles;
  readonly #bytesMax: number;
  /** By file and place, least recently used first. */
  readonly #pieces = new Map<number, HeldPiece>();
  readonly #owners = new Set<number>();
  #nextOwner = 1;
  #bytes = 0;
  #round = 0;

  constructor(
    disk: Disk,
    options: { readonly openCountMax?: number; readonly bytesMax?: number } = {},
  ) {
    this.files = new OpenFiles(disk, { countMax: options.openCountMax ?? openCountMax });
    this.#bytesMax = options.bytesMax ?? bytesMaxUsual;
  }

  get memoryBytes(): number {
    return this.#bytes;
  }

  /** How much is worth reading ahead: so little that the stretches of all files fit in half of the room. */
  get stretchBytes(): number {
    return Math.min(stretchBytesMax, Math.floor(this.#bytesMax / 2 / this.#owners.size));
  }

  /** @returns the number under which a file keeps its pieces */
  enter(): number {
    const owner = this.#nextOwner++;
    this.#owners.add(owner);
    return owner;
  }

  piece(owner: number, place: number): Piece | undefined {
    const key = owner * placeCountMax + place;
    const piece = this.#pieces.get(key);
    if (piece === undefined) return undefined;
    piece.round = this.#round;
    this.#pieces.delete(key);
    this.#pieces.set(key, piece);
    return piece;
  }

  /** @param piece  kept as it is; its bytes must not change any more */
  keep(owner: number, place: number, piece: Piece): void {
    assert(place >= 0 && place < placeCountMax, "a file has no more pieces than can be told apart");
    if (!this.#owners.has(owner) || piece.bytes.length > this.#bytesMax) return;
    const key = owner * placeCountMax + place;
    this.#drop(key);
    this.#pieces.set(key, { ...piece, round: this.#round });
    this.#bytes += piece.bytes.length;
    for (const oldest of this.#pieces.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#drop(oldest);
    }
  }

  /** The file is about to be removed: nothing of it is kept, now or later. */
  async forget(owner: number, path: string): Promise<void> {
    this.#owners.delete(owner);
    for (const key of this.#pieces.keys()) {
      if (Math.floor(key / placeCountMax) === owner) this.#drop(key);
    }
    await this.files.forget(path);
  }

  /** Lets go of what nobody has used since the call before. */
  async closeUnused(): Promise<void> {
    for (const [key, piece] of this.#pieces) {
      if (piece.round >= this.#round) break;
      this.#drop(key);
    }
    this.#round += 1;
    await this.files.closeUnused();
  }

  /** Resolves when no file is open any more. */
  async close(): Promise<void> {
    this.#pieces.clear();
    this.#bytes = 0;
    await this.files.close();
  }

  #drop(key: number): void {
    this.#bytes -= this.#pieces.get(key)?.bytes.length ?? 0;
    this.#pieces.delete(key);
  }
}
