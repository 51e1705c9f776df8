/**
 * Memory for many small things of many sizes, without an object for any of them.
 *
 *     region   8 MiB, one buffer, made when needed (the system gives it real memory as it is used)
 *     page     16 KiB of a region, serves blocks of one size class
 *     block    what is handed out; named by a reference, its place in units of 4 bytes
 *
 * Size classes are 4 bytes apart up to 256 bytes, then 16 to a doubling, so a block is at most 3 bytes
 * or 1/16 larger than asked. A page whose last block is freed can serve any class again; until then
 * its free blocks serve its own. So the arena never holds more than each class's own peak, rounded up
 * to pages, and nothing is ever moved. Series of one fleet seal chunks of much the same sizes all
 * day, so freed blocks find a taker within minutes.
 *
 * Bonwick, "The Slab Allocator" (USENIX 1994), with the free list threaded through the blocks.
 */
import { assert } from "../../base/assert.ts";
import { grown } from "../../base/grown.ts";

/** The largest block. */
export const blockBytesMax = 16_384;

const unitBytes = 4;
const pageUnitBits = 12;
const pageUnits = 1 << pageUnitBits;
const pageBytes = pageUnits * unitBytes;
const regionPageBits = 9;
const regionPages = 1 << regionPageBits;
const regionUnitBits = pageUnitBits + regionPageBits;
const regionUnitMask = (1 << regionUnitBits) - 1;
const regionBytes = regionPages * pageBytes;
const pageCountMax = 2 ** (32 - pageUnitBits) - 1;
const none = -1;
const noBlock = 0xffffffff;

const fineBytesMax = 256;
const fineClassCount = fineBytesMax / unitBytes;
const classCount = fineClassCount + 16 * Math.log2(blockBytesMax / fineBytesMax);
const classBytes = Uint16Array.from({ length: classCount }, (unused, k) => classBytesOf(k));

export class BlockArena {
  readonly #bytes: Uint8Array<SharedArrayBuffer>[] = [];
  readonly #words: Uint32Array<SharedArrayBuffer>[] = [];
  readonly #doubles: Float64Array<SharedArrayBuffer>[] = [];
  #pageCount = 0;
  #freePage = none;
  #freePageCount = 0;
  #liveBytes = 0;
  // By page. Pages of a class that have a free block form a ring-less list in both directions.
  #pageClass = new Uint8Array(regionPages);
  #pageLive = new Uint16Array(regionPages);
  #pageFresh = new Uint16Array(regionPages);
  #pageFreed = new Uint32Array(regionPages);
  #pageNext = new Int32Array(regionPages);
  #pageBefore = new Int32Array(regionPages);
  readonly #openPage = new Int32Array(classCount).fill(none);

  /** Bytes of all pages in use. */
  get usedBytes(): number {
    return (this.#pageCount - this.#freePageCount) * pageBytes;
  }

  /** Bytes of all blocks handed out. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  /**
   * The reference of a block of at least `sizeBytes`, with whatever was in it before; where the
   * size is a multiple of 8 it starts at a multiple of 8.
   */
  allocate(sizeBytes: number): number {
    const blockClass = classOf(sizeBytes);
    let page = this.#openPage[blockClass]!;
    if (page === none) {
      page = this.#takePage(blockClass);
    }
    const blockUnits = classBytes[blockClass]! / unitBytes;
    const freed = this.#pageFreed[page]!;
    let block: number;
    if (freed !== noBlock) {
      block = freed;
      this.#pageFreed[page] = this.words(block)[this.wordAt(block)]!;
    } else {
      const fresh = this.#pageFresh[page]!;
      block = page * pageUnits + fresh * blockUnits;
      this.#pageFresh[page] = fresh + 1;
    }
    this.#pageLive[page] = this.#pageLive[page]! + 1;
    this.#liveBytes += classBytes[blockClass]!;
    if (this.#isFull(page, blockUnits)) this.#close(page, blockClass);
    return block;
  }

  /** Takes a block back; `sizeBytes` is what it was allocated with. */
  free(block: number, sizeBytes: number): void {
    const blockClass = classOf(sizeBytes);
    const page = block >>> pageUnitBits;
    assert(
      this.#pageClass[page] === blockClass,
      "a block is freed with the size it was taken with",
    );
    const blockUnits = classBytes[blockClass]! / unitBytes;
    if (this.#isFull(page, blockUnits)) this.#open(page, blockClass);
    const live = this.#pageLive[page]! - 1;
    this.#pageLive[page] = live;
    this.#liveBytes -= classBytes[blockClass]!;
    if (live === 0) {
      this.#close(page, blockClass);
      this.#pageNext[page] = this.#freePage;
      this.#freePage = page;
      this.#freePageCount += 1;
      return;
    }
    this.words(block)[this.wordAt(block)] = this.#pageFreed[page]!;
    this.#pageFreed[page] = block;
  }

  /** The region that holds the block, as bytes; the block starts at `byteAt`. */
  bytes(block: number): Uint8Array<SharedArrayBuffer> {
    return this.#bytes[block >>> regionUnitBits]!;
  }

  words(block: number): Uint32Array<SharedArrayBuffer> {
    return this.#words[block >>> regionUnitBits]!;
  }

  doubles(block: number): Float64Array<SharedArrayBuffer> {
    return this.#doubles[block >>> regionUnitBits]!;
  }

  byteAt(block: number): number {
    return (block & regionUnitMask) * unitBytes;
  }

  wordAt(block: number): number {
    return block & regionUnitMask;
  }

  doubleAt(block: number): number {
    return (block & regionUnitMask) >>> 1;
  }

  #isFull(page: number, blockUnits: number): boolean {
    return (
      this.#pageFreed[page] === noBlock && (this.#pageFresh[page]! + 1) * blockUnits > pageUnits
    );
  }

  #takePage(blockClass: number): number {
    let page = this.#freePage;
    if (page !== none) {
      this.#freePage = this.#pageNext[page]!;
      this.#freePageCount -= 1;
    } else {
      assert(this.#pageCount < pageCountMax, "one arena holds less than 16 GiB");
      page = this.#pageCount++;
      if (page >= this.#bytes.length * regionPages) this.#addRegion();
    }
    this.#pageClass[page] = blockClass;
    this.#pageLive[page] = 0;
    this.#pageFresh[page] = 0;
    this.#pageFreed[page] = noBlock;
    this.#open(page, blockClass);
    return page;
  }

  #addRegion(): void {
    // Shared with nobody. V8 counts what plain buffers take as its heap, and would mark all of that each time
    // the arena has grown by as much again.
    const buffer = new SharedArrayBuffer(regionBytes);
    this.#bytes.push(new Uint8Array(buffer));
    this.#words.push(new Uint32Array(buffer));
    this.#doubles.push(new Float64Array(buffer));
    const pageRoom = this.#pageClass.length;
    if (this.#bytes.length * regionPages <= pageRoom) return;
    this.#pageClass = grown(this.#pageClass, new Uint8Array(pageRoom * 2));
    this.#pageLive = grown(this.#pageLive, new Uint16Array(pageRoom * 2));
    this.#pageFresh = grown(this.#pageFresh, new Uint16Array(pageRoom * 2));
    this.#pageFreed = grown(this.#pageFreed, new Uint32Array(pageRoom * 2));
    this.#pageNext = grown(this.#pageNext, new Int32Array(pageRoom * 2));
    this.#pageBefore = grown(this.#pageBefore, new Int32Array(pageRoom * 2));
  }

  #open(page: number, blockClass: number): void {
    const next = this.#openPage[blockClass]!;
    this.#pageNext[page] = next;
    this.#pageBefore[page] = none;
    if (next !== none) this.#pageBefore[next] = page;
    this.#openPage[blockClass] = page;
  }

  #close(page: number, blockClass: number): void {
    const next = this.#pageNext[page]!;
    const before = this.#pageBefore[page]!;
    if (next !== none) this.#pageBefore[next] = before;
    if (before === none) this.#openPage[blockClass] = next;
    else this.#pageNext[before] = next;
  }
}

function classOf(sizeBytes: number): number {
  assert(sizeBytes >= 1 && sizeBytes <= blockBytesMax, "a block has 1 to blockBytesMax bytes");
  if (sizeBytes <= fineBytesMax) return ((sizeBytes + unitBytes - 1) >>> 2) - 1;
  const doubling = 23 - Math.clz32(sizeBytes - 1); // 256 < size <= 512 is 0
  const stepBits = doubling + 4;
  return fineClassCount + doubling * 16 + ((sizeBytes - 1) >>> stepBits) - 16;
}

function classBytesOf(blockClass: number): number {
  if (blockClass < fineClassCount) return (blockClass + 1) * unitBytes;
  const doubling = (blockClass - fineClassCount) >>> 4;
  const step = (blockClass - fineClassCount) & 15;
  return (17 + step) << (doubling + 4);
}
