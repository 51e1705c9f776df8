/**
 * Batches from one producer to one shard, with credit.
 *
 * The producer may have `creditCount` batches on their way; the shard gives one credit back for each
 * it has written. Without credit the producer waits or drops, as its protocol allows. So a shard's
 * queue is bounded by (producers x credit), whatever arrives.
 *
 *     producer  --- SampleBatch --->  shard
 *     producer  <--- 1 (credit) ----  shard, after the batch is written
 */
import type { MessagePort } from "node:worker_threads";
import { assert } from "../base/assert.ts";
import { type SampleBatch, transferOf } from "../model/index.ts";

/** Batches under way per producer and shard: enough to hide a commit, small enough to bound memory. */
export const creditCount = 8;

/** The producer's end. */
export class BatchPort {
  readonly #port: MessagePort;
  readonly #listeners: (() => void)[] = [];
  #credit = creditCount;
  #offeredCount = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", (given: number) => {
      this.#credit += given;
      assert(this.#credit <= creditCount, "a shard returns only credit it was given");
      for (const listener of this.#listeners) listener();
    });
  }

  get hasRoom(): boolean {
    return this.#credit > 0;
  }

  /** @returns false, and nothing is taken, without credit. Else the batch's buffers move away. */
  offer(batch: SampleBatch): boolean {
    if (this.#credit === 0) return false;
    this.#credit -= 1;
    this.#offeredCount += 1;
    this.#port.postMessage(batch, transferOf(batch));
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

/** The shard's end: takes batches one at a time, in order, and gives credit back. */
export function receiveBatches(
  port: MessagePort,
  write: (batch: SampleBatch) => Promise<void>,
): { readonly waitingCount: () => number } {
  const waiting: SampleBatch[] = [];
  let isWriting = false;

  async function drain(): Promise<void> {
    isWriting = true;
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
      await write(batch);
      port.postMessage(1);
    }
    isWriting = false;
  }

  port.on("message", (batch: SampleBatch) => {
    waiting.push(batch);
    if (!isWriting) void drain();
  });
  return { waitingCount: () => waiting.length + (isWriting ? 1 : 0) };
}
