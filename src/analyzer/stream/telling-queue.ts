/**
 * What is to be told and costs much to tell, most important first; of equally important things the one
 * that waits longest. A binary heap that holds no more than its limit.
 */
import { assert } from "../../base/assert.ts";

interface Entry<Item> {
  readonly item: Item;
  readonly priority: number;
  readonly sinceMs: number;
  readonly serial: number;
}

export class TellingQueue<Item> {
  readonly #countMax: number;
  /** Each entry comes before those at 2i + 1 and 2i + 2. */
  readonly #heap: Entry<Item>[] = [];
  #serial = 0;

  constructor(options: { readonly countMax: number }) {
    assert(options.countMax >= 1, "something may wait");
    this.#countMax = options.countMax;
  }

  get count(): number {
    return this.#heap.length;
  }

  get isFull(): boolean {
    return this.#heap.length >= this.#countMax;
  }

  /** Since when the one that waits longest does; undefined where none waits. Looks at all of them. */
  get sinceMs(): number | undefined {
    let oldest: number | undefined;
    for (const { sinceMs } of this.#heap) {
      if (oldest === undefined || sinceMs < oldest) oldest = sinceMs;
    }
    return oldest;
  }

  /** There must be room. */
  push(item: Item, priority: number, sinceMs: number): void {
    assert(!this.isFull, "a thing is put into a queue with room");
    const heap = this.#heap;
    const entry = { item, priority, sinceMs, serial: this.#serial++ };
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(entry, heap[above]!)) break;
      heap[at] = heap[above]!;
      at = above;
    }
    heap[at] = entry;
  }

  /** @returns the most important one, which is then no longer here; undefined where none is */
  pop(): Item | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    if (heap.length === 0) return first.item;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below += 1;
      if (!isBefore(heap[below]!, last)) break;
      heap[at] = heap[below]!;
      at = below;
    }
    heap[at] = last;
    return first.item;
  }
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.priority === b.priority ? a.serial < b.serial : a.priority > b.priority;
}
