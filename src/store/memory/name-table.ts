/**
 * Names of series to small whole numbers and back, without a string for any name.
 *
 * The bytes of a name lie in a block of the arena. A table of slots with open addressing and linear
 * probing finds the id by the name's hash; it is at most 3/4 full and doubles. Removing closes the
 * gap by moving later entries back (Knuth, TAOCP volume 3, section 6.4, algorithm R), so there are no
 * tombstones. Each id keeps its hash: probing rarely looks at a wrong name, and growing hashes none.
 *
 * Senders send the same names in the same order. So each id remembers which id was asked for after it
 * last time, and that name is compared first; when it is the one, nothing is hashed or probed.
 *
 * An id whose name was removed is given to a later name.
 */
import { assert } from "../../base/assert.ts";
import { grown } from "../../base/grown.ts";
import { hashName, nameBytesMax } from "../../model/index.ts";
import type { BlockArena } from "./block-arena.ts";

const slotCountMin = 256;
const idRoomMin = 128;

export class NameTable {
  readonly #arena: BlockArena;
  readonly #nameCountMax: number;
  #nameCount = 0;
  #idCount = 0;
  /** By slot: id + 1, 0 where it is empty. */
  #slots = new Uint32Array(slotCountMin);
  // By id. Length 0 marks an id without a name.
  #blocks = new Uint32Array(idRoomMin);
  #lengths = new Uint16Array(idRoomMin);
  #hashes = new Uint32Array(idRoomMin);
  #successors = new Uint32Array(idRoomMin);
  #lastId = 0;
  /** Ids to give away. One that `restore` has named meanwhile is passed over. */
  #freeIds = new Uint32Array(idRoomMin);
  #freeCount = 0;

  constructor(arena: BlockArena, options: { readonly nameCountMax: number }) {
    assert(options.nameCountMax >= 1, "a name table holds at least one name");
    this.#arena = arena;
    this.#nameCountMax = options.nameCountMax;
  }

  get nameCount(): number {
    return this.#nameCount;
  }

  /** One more than the largest id ever given. */
  get idCount(): number {
    return this.#idCount;
  }

  /** Memory besides the arena. */
  get tableBytes(): number {
    return (
      this.#slots.byteLength +
      this.#freeIds.byteLength +
      this.#blocks.byteLength +
      this.#lengths.byteLength +
      this.#hashes.byteLength +
      this.#successors.byteLength
    );
  }

  /** Memory in the arena; looks at every name. */
  get storedBytes(): number {
    return this.#lengths.reduce((sum, length) => sum + Math.ceil(length / 4) * 4, 0);
  }

  isLive(id: number): boolean {
    return id < this.#idCount && this.#lengths[id]! > 0;
  }

  /** The id of the name bytes[start, end), -1 if it has none; learns the order of the names. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const expected = this.#successors[this.#lastId]!;
    if (this.#isName(expected, bytes, start, end)) {
      this.#lastId = expected;
      return expected;
    }
    const id = this.#probe(hashName(bytes, start, end), bytes, start, end);
    if (id >= 0) {
      this.#successors[this.#lastId] = id;
      this.#lastId = id;
    }
    return id;
  }

  /**
   * Gives the name, which has none yet, an id. At most `nameBytesMax` bytes.
   * @returns the id; -1 where the table is full
   */
  add(bytes: Uint8Array, start: number, end: number): number {
    if (this.#nameCount >= this.#nameCountMax) return -1;
    const block = this.#store(bytes, start, end);
    const id = this.#takeFreeId();
    this.#enter(id, block, bytes, start, end);
    this.#successors[this.#lastId] = id;
    this.#lastId = id;
    return id;
  }

  /** Gives the name this id. @returns false where the name or the id is taken, or there is no room */
  restore(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    assert(id >= 0 && Number.isInteger(id), "an id is a whole number from 0 on");
    const found = this.#probe(hashName(bytes, start, end), bytes, start, end);
    if (found >= 0) return found === id;
    if (this.isLive(id) || this.#nameCount >= this.#nameCountMax || id >= this.#nameCountMax) {
      return false;
    }
    const block = this.#store(bytes, start, end);
    while (this.#idCount < id) this.#giveBack(this.#newId());
    if (this.#idCount === id) this.#newId();
    this.#enter(id, block, bytes, start, end);
    return true;
  }

  remove(id: number): void {
    assert(this.isLive(id), "a name that is removed is there");
    this.#closeGap(this.#slotOf(id));
    this.#arena.free(this.#blocks[id]!, this.#lengths[id]!);
    this.#lengths[id] = 0;
    this.#nameCount -= 1;
    this.#giveBack(id);
  }

  /** The name's bytes, lent until the next change. */
  nameBytes(id: number): Uint8Array {
    assert(this.isLive(id), "a name that is asked for is there");
    const block = this.#blocks[id]!;
    const at = this.#arena.byteAt(block);
    return this.#arena.bytes(block).subarray(at, at + this.#lengths[id]!);
  }

  #isName(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#lengths[id] !== end - start || end === start) return false;
    const block = this.#blocks[id]!;
    const arenaBytes = this.#arena.bytes(block);
    let at = this.#arena.byteAt(block);
    for (let i = start; i < end; i++) if (arenaBytes[at++] !== bytes[i]) return false;
    return true;
  }

  #probe(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot]!;
      if (entry === 0) return -1;
      const id = entry - 1;
      if (this.#hashes[id] === hash && this.#isName(id, bytes, start, end)) return id;
    }
  }

  #store(bytes: Uint8Array, start: number, end: number): number {
    assert(end > start && end - start <= nameBytesMax, "a name has 1 to nameBytesMax bytes");
    const block = this.#arena.allocate(end - start);
    const arenaBytes = this.#arena.bytes(block);
    let at = this.#arena.byteAt(block);
    for (let i = start; i < end; i++) arenaBytes[at++] = bytes[i]!;
    return block;
  }

  #enter(id: number, block: number, bytes: Uint8Array, start: number, end: number): void {
    this.#blocks[id] = block;
    this.#lengths[id] = end - start;
    this.#hashes[id] = hashName(bytes, start, end);
    this.#successors[id] = id;
    this.#nameCount += 1;
    if (this.#nameCount * 4 > this.#slots.length * 3) this.#growSlots();
    else this.#insert(id);
  }

  #insert(id: number): void {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes[id]! & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = id + 1;
  }

  #growSlots(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    for (let id = 0; id < this.#idCount; id++) if (this.#lengths[id]! > 0) this.#insert(id);
  }

  #slotOf(id: number): number {
    const mask = this.#slots.length - 1;
    let slot = this.#hashes[id]! & mask;
    while (this.#slots[slot] !== id + 1) slot = (slot + 1) & mask;
    return slot;
  }

  #closeGap(freed: number): void {
    const mask = this.#slots.length - 1;
    let gap = freed;
    for (let slot = (gap + 1) & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      // An entry may move back as far as the slot its hash names.
      const home = this.#hashes[this.#slots[slot]! - 1]! & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      this.#slots[gap] = this.#slots[slot]!;
      gap = slot;
    }
    this.#slots[gap] = 0;
  }

  #takeFreeId(): number {
    while (this.#freeCount > 0) {
      const id = this.#freeIds[--this.#freeCount]!;
      if (this.#lengths[id] === 0) return id;
    }
    return this.#newId();
  }

  #giveBack(id: number): void {
    if (this.#freeCount === this.#freeIds.length) {
      this.#freeIds = grown(this.#freeIds, new Uint32Array(this.#freeCount * 2));
    }
    this.#freeIds[this.#freeCount++] = id;
  }

  #newId(): number {
    const id = this.#idCount++;
    if (id < this.#lengths.length) return id;
    // By half, not double: four columns of spare room would cost more than the copying.
    const room = Math.ceil(id * 1.5);
    this.#blocks = grown(this.#blocks, new Uint32Array(room));
    this.#lengths = grown(this.#lengths, new Uint16Array(room));
    this.#hashes = grown(this.#hashes, new Uint32Array(room));
    this.#successors = grown(this.#successors, new Uint32Array(room));
    return id;
  }
}
