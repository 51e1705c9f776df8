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
  /** By id, two words: the block, and how many chunks it has room for and holds. */
  #lists = new Uint32Array(0);

  constructor(arena: BlockArena) {
    this.#arena = arena;
  }

  /** Memory besides the arena. */
  get tableBytes(): number {
    return this.#lists.byteLength;
  }

  /** Memory in the arena; looks at every series. */
  get listBytes(): number {
    let sum = 0;
    for (let id = 0; id * 2 < this.#lists.length; id++) sum += this.#room(id) * referenceBytes;
    return sum;
  }

  growTo(idRoom: number): void {
    this.#lists = grown(this.#lists, new Uint32Array(idRoom * 2));
  }

  count(id: number): number {
    return this.#lists[id * 2 + 1]! & 0xffff;
  }

  chunk(id: number, index: number): number {
    const block = this.#block(id);
    return this.#arena.words(block)[this.#arena.wordAt(block) + index]!;
  }

  /** The words in which the references of a series lie, from `listAt` on; lent until the next change. */
  list(id: number): Uint32Array {
    return this.#arena.words(this.#block(id));
  }

  listAt(id: number): number {
    return this.#arena.wordAt(this.#block(id));
  }

  setChunk(id: number, index: number, chunk: number): void {
    const block = this.#block(id);
    this.#arena.words(block)[this.#arena.wordAt(block) + index] = chunk;
  }

  /** Makes room for `gap` more chunks before `index`; the caller sets each of them. */
  insert(id: number, index: number, gap: number): void {
    const count = this.count(id);
    assert(count + gap <= chunkCountMax, "a series has at most chunkCountMax chunks");
    if (count + gap > this.#room(id)) this.#resize(id, count + gap);
    const block = this.#block(id);
    const at = this.#arena.wordAt(block);
    if (index < count) {
      this.#arena.words(block).copyWithin(at + index + gap, at + index, at + count);
    }
    this.#setCounts(id, this.#room(id), count + gap);
  }

  /** Forgets the oldest `dropCount` chunks. */
  dropFirst(id: number, dropCount: number): void {
    if (dropCount === 0) return;
    const count = this.count(id) - dropCount;
    if (count === 0) {
      this.#arena.free(this.#block(id), this.#room(id) * referenceBytes);
      this.#setCounts(id, 0, 0);
    } else {
      const block = this.#block(id);
      const at = this.#arena.wordAt(block);
      this.#arena.words(block).copyWithin(at, at + dropCount, at + dropCount + count);
      this.#setCounts(id, this.#room(id), count);
    }
    if (count > 0 && count < this.#room(id) / 2 && this.#room(id) > roomMin) {
      this.#resize(id, count);
    }
  }

  #resize(id: number, needed: number): void {
    const count = Math.min(this.count(id), needed);
    const oldRoom = this.#room(id);
    const spare = Math.min(needed >>> 2, Math.max(roomMin, needed >>> 4));
    const room = Math.min(chunkCountMax, Math.max(roomMin, needed + spare));
    const block = this.#arena.allocate(room * referenceBytes);
    const words = this.#arena.words(block);
    const at = this.#arena.wordAt(block);
    for (let k = 0; k < count; k++) words[at + k] = this.chunk(id, k);
    if (oldRoom > 0) this.#arena.free(this.#block(id), oldRoom * referenceBytes);
    this.#lists[id * 2] = block;
    this.#setCounts(id, room, count);
  }

  #block(id: number): number {
    return this.#lists[id * 2]!;
  }

  #room(id: number): number {
    return this.#lists[id * 2 + 1]! >>> 16;
  }

  #setCounts(id: number, room: number, count: number): void {
    this.#lists[id * 2 + 1] = room * 65_536 + count;
  }
}
