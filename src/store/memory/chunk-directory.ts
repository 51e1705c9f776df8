/**
 * Which blocks hold the sealed chunks of each series, oldest first: a list of references per series,
 * kept in a block of the same arena. Four bytes per chunk; a list grows by a quarter, from 16 chunks
 * on by four, from 64 on by a sixteenth, since every series has one.
 */
import { assert } from "../../base/assert.ts";
import { grown } from "../../base/grown.ts";
import { type BlockArena, blockBytesMax } from "./block-arena.ts";

const referenceBytes = 4;
const roomMin = 4;

/** Most chunks one series has. */
export const chunkCountMax = blockBytesMax / referenceBytes;

export class ChunkDirectory {
  readonly #arena: BlockArena;
  // By id.
  #blocks = new Uint32Array(0);
  #rooms = new Uint16Array(0);
  #counts = new Uint16Array(0);

  constructor(arena: BlockArena) {
    this.#arena = arena;
  }

  /** Memory besides the arena. */
  get tableBytes(): number {
    return this.#blocks.byteLength + this.#rooms.byteLength + this.#counts.byteLength;
  }

  /** Memory in the arena; looks at every series. */
  get listBytes(): number {
    return this.#rooms.reduce((sum, room) => sum + room * referenceBytes, 0);
  }

  growTo(idRoom: number): void {
    this.#blocks = grown(this.#blocks, new Uint32Array(idRoom));
    this.#rooms = grown(this.#rooms, new Uint16Array(idRoom));
    this.#counts = grown(this.#counts, new Uint16Array(idRoom));
  }

  count(id: number): number {
    return this.#counts[id]!;
  }

  chunk(id: number, index: number): number {
    const block = this.#blocks[id]!;
    return this.#arena.words(block)[this.#arena.wordAt(block) + index]!;
  }

  /** The words in which the references of a series lie, from `listAt` on; lent until the next change. */
  list(id: number): Uint32Array {
    return this.#arena.words(this.#blocks[id]!);
  }

  listAt(id: number): number {
    return this.#arena.wordAt(this.#blocks[id]!);
  }

  setChunk(id: number, index: number, chunk: number): void {
    const block = this.#blocks[id]!;
    this.#arena.words(block)[this.#arena.wordAt(block) + index] = chunk;
  }

  /** Makes room for `gap` more chunks before `index`; the caller sets each of them. */
  insert(id: number, index: number, gap: number): void {
    const count = this.#counts[id]!;
    assert(count + gap <= chunkCountMax, "a series has at most chunkCountMax chunks");
    if (count + gap > this.#rooms[id]!) this.#resize(id, count + gap);
    const block = this.#blocks[id]!;
    const at = this.#arena.wordAt(block);
    this.#arena.words(block).copyWithin(at + index + gap, at + index, at + count);
    this.#counts[id] = count + gap;
  }

  /** Forgets the oldest `dropCount` chunks. */
  dropFirst(id: number, dropCount: number): void {
    if (dropCount === 0) return;
    const count = this.#counts[id]! - dropCount;
    if (count === 0) {
      this.#arena.free(this.#blocks[id]!, this.#rooms[id]! * referenceBytes);
      this.#rooms[id] = 0;
    } else {
      const block = this.#blocks[id]!;
      const at = this.#arena.wordAt(block);
      this.#arena.words(block).copyWithin(at, at + dropCount, at + dropCount + count);
    }
    this.#counts[id] = count;
    if (count > 0 && count < this.#rooms[id]! / 2 && this.#rooms[id]! > roomMin) {
      this.#resize(id, count);
    }
  }

  #resize(id: number, needed: number): void {
    const count = Math.min(this.#counts[id]!, needed);
    const oldRoom = this.#rooms[id]!;
    const spare = Math.min(needed >>> 2, Math.max(roomMin, needed >>> 4));
    const room = Math.min(chunkCountMax, Math.max(roomMin, needed + spare));
    const block = this.#arena.allocate(room * referenceBytes);
    const words = this.#arena.words(block);
    const at = this.#arena.wordAt(block);
    for (let k = 0; k < count; k++) words[at + k] = this.chunk(id, k);
    if (oldRoom > 0) this.#arena.free(this.#blocks[id]!, oldRoom * referenceBytes);
    this.#blocks[id] = block;
    this.#rooms[id] = room;
  }
}
