/**
 * Batches from one producer to one shard, with credit.
 *
 * The producer may have `creditCount` batches on their way; the shard gives one credit back for each
 * it has written. Without credit the producer waits or drops, as its protocol allows. So a shard's
 * queue is bounded by (producers x credit), whatever arrives.
 *
 *     producer  --- batch ----------->  shard
 *     producer  <--- credit ----------  shard, after the batch is written: the slot, or noSlot
 *
 * A batch has its names with it, and its buffers move; or aliases of names that this producer has told
 * before, and then its rows are copied into a *slot*, memory that both threads have for good: at full load
 * no buffer is made or collected on either side.
 */
import type { MessagePort } from "node:worker_threads";
import { assert } from "../base/assert.ts";
import {
  type AliasBatch,
  AliasNames,
  isAliasBatch,
  namedBatch,
  type SampleBatch,
  type SeriesStore,
  transferOf,
} from "../model/index.ts";
import {
  isSlotted,
  noSlot,
  SharedSlots,
  type SlotColumns,
  slotOf,
  type SlottedBatch,
  slottedRows,
} from "./batch-slots.ts";

/** Batches under way per producer and shard: enough to hide a commit, small enough to bound memory. */
export const creditCount = 8;

/** The producer's end. */
export class BatchPort {
  readonly #port: MessagePort;
  readonly #listeners: (() => void)[] = [];
  /** Slots that are free, and those that are with the shard. */
  readonly #slots = new SharedSlots();
  #credit = creditCount;
  #offeredCount = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (slot: number) => {
      this.#credit += 1;
      if (slot !== noSlot) this.#slots.giveBack(slot);
      assert(this.#credit <= creditCount, "a shard returns only credit it was given");
      for (const listener of this.#listeners) listener();
    });
  }

  get hasRoom(): boolean {
    return this.#credit > 0;
  }

  /**
   * @returns false, and nothing is taken, without credit. Else a batch's buffers move away; of one with
   *   aliases only its names, since its rows are lent
   */
  offer(batch: SampleBatch | AliasBatch): boolean {
    if (this.#credit === 0) return false;
    this.#credit -= 1;
    this.#offeredCount += 1;
    if (isAliasBatch(batch)) {
      const sent = this.#slots.fill(batch);
      if (typeof sent === "number") this.#port.postMessage(sent);
      else this.#port.postMessage(sent, [sent.names.buffer, sent.nameEnds.buffer]);
    } else this.#port.postMessage(batch, transferOf(batch));
    return true;
  }

  onRoom(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Resolves when every batch that was offered is written. */
  async drained(): Promise<void> {
    while (this.#credit < creditCount) await this.#change();
  }

  /** Resolves when the batches offered before the call are written, whatever comes after them. */
  async delivered(): Promise<void> {
    const wanted = this.#offeredCount;
    while (this.#offeredCount - (creditCount - this.#credit) < wanted) await this.#change();
  }

  /** Resolves when there is credit. */
  async room(): Promise<void> {
    while (this.#credit === 0) await this.#change();
  }

  close(): void {
    this.#port.close();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const listener = (): void => {
        this.#listeners.splice(this.#listeners.indexOf(listener), 1);
        resolve();
      };
      this.#listeners.push(listener);
    });
  }
}

/** Writes what one producer sends; knows its aliases. */
export function batchWriter(
  store: SeriesStore,
): (batch: SampleBatch | AliasBatch) => Promise<void> {
  const names = new AliasNames();
  return (batch) => {
    if (!isAliasBatch(batch)) return store.write(batch);
    names.take(batch);
    return store.writeAliased?.(batch, names) ?? store.write(namedBatch(batch, names));
  };
}

/** The shard's end: takes batches one at a time, in order, and gives credit back. */
export function receiveBatches(
  port: MessagePort,
  write: (batch: SampleBatch | AliasBatch) => Promise<void>,
): { readonly waitingCount: () => number } {
  const waiting: (SampleBatch | SlottedBatch)[] = [];
  const slots: SlotColumns[] = [];
  let isWriting = false;

  async function drain(): Promise<void> {
    isWriting = true;
    for (let sent = waiting.shift(); sent !== undefined; sent = waiting.shift()) {
      await write(isSlotted(sent) ? slottedRows(sent, slots) : sent);
      port.postMessage(isSlotted(sent) ? slotOf(sent) : noSlot);
    }
    isWriting = false;
  }

  port.on("message", (sent: SampleBatch | SlottedBatch) => {
    waiting.push(sent);
    if (!isWriting) void drain();
  });
  return { waitingCount: () => waiting.length + (isWriting ? 1 : 0) };
}
