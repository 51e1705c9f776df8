/**
 * Between the readers and the shards: gathers rows into a batch per shard, and knows when to stop.
 *
 *     rows -> builder of the shard -> outlet        while the outlet takes batches
 *                                  -> waiting       when it has no room: the intake is full
 *
 * A batch goes out when it is full, or when its first row is `flushAfterMs` old: no residue waits
 * longer, however slowly samples come. (The original kept up to ten points until an eleventh came.)
 *
 * Whoever reads stops reading when the intake is full. Since a piece of input is read to its end,
 * what waits is bounded by what one piece holds: 64 KiB of a socket and the frame it completes.
 */
import { assert } from "../base/assert.ts";
import { type SampleBatch, SampleBatchBuilder } from "../model/index.ts";
import type { AdmittedRows } from "./admission.ts";

/** The way to the shards; elsewhere it is made of message ports. */
export interface BatchOutlet {
  readonly shardCount: number;
  /** @returns false, and nothing is taken, while the shard has no room; else the batch is gone */
  offer(shard: number, batch: SampleBatch): boolean;
  /** Calls the listener whenever a shard has room again. */
  onRoom(listener: () => void): void;
}

export interface IntakeOptions {
  readonly rowsPerBatch: number;
  readonly flushAfterMs: number;
}

export class Intake implements AdmittedRows {
  readonly shardCount: number;
  readonly #outlet: BatchOutlet;
  readonly #flushAfterMs: number;
  readonly #builders: readonly SampleBatchBuilder[];
  /** Batches that a shard had no room for, oldest first. */
  readonly #waiting: readonly SampleBatch[][];
  readonly #fullListeners: (() => void)[] = [];
  readonly #roomListeners: (() => void)[] = [];
  #isFull = false;
  #flushTimer: NodeJS.Timeout | undefined;

  constructor(outlet: BatchOutlet, options: IntakeOptions) {
    assert(outlet.shardCount >= 1, "there is at least one shard");
    this.#outlet = outlet;
    this.shardCount = outlet.shardCount;
    this.#flushAfterMs = options.flushAfterMs;
    this.#builders = Array.from(
      { length: this.shardCount },
      () => new SampleBatchBuilder(options.rowsPerBatch),
    );
    this.#waiting = this.#builders.map(() => []);
    outlet.onRoom(() => this.#deliver());
  }

  /** While it holds, nobody should read more. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Rows that are taken but not handed on. */
  get heldRowCount(): number {
    let count = 0;
    for (const builder of this.#builders) count += builder.count;
    for (const batches of this.#waiting) for (const batch of batches) count += batch.count;
    return count;
  }

  onFull(listener: () => void): void {
    this.#fullListeners.push(listener);
  }

  onRoom(listener: () => void): void {
    this.#roomListeners.push(listener);
  }

  add(
    shard: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types = 0,
  ): void {
    const builder = this.#builders[shard];
    assert(builder !== undefined, "a row is of one of the shards");
    builder.add(bytes, start, end, timeMs, value, types);
    if (builder.isFull) this.#send(shard, builder);
    else this.#flushTimer ??= setTimeout(() => this.flush(), this.#flushAfterMs);
  }

  /** Sends unfinished batches too. Where others wait already, the rows stay in the builder. */
  flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    for (const [shard, builder] of this.#builders.entries()) {
      if (builder.count > 0 && this.#waiting[shard]?.length === 0) this.#send(shard, builder);
    }
  }

  /**
   * Hands on everything that is held; call it when nobody adds any more.
   *
   * @returns how many rows were still held after `waitMaxMs`
   */
  async drain(waitMaxMs: number): Promise<number> {
    this.flush();
    if (this.#isFull) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, waitMaxMs);
        this.onRoom(resolve);
      });
      clearTimeout(timer);
    }
    return this.heldRowCount;
  }

  #send(shard: number, builder: SampleBatchBuilder): void {
    const waiting = this.#waiting[shard];
    assert(waiting !== undefined, "every shard has a queue");
    const batch = builder.take();
    if (waiting.length === 0 && this.#outlet.offer(shard, batch)) return;
    waiting.push(batch);
    if (this.#isFull) return;
    this.#isFull = true;
    for (const listener of this.#fullListeners) listener();
  }

  /** Hands on what waits; where all could go, readers may go on. */
  #deliver(): void {
    if (!this.#isFull) return;
    for (const [shard, waiting] of this.#waiting.entries()) {
      for (let batch = waiting[0]; batch !== undefined; batch = waiting[0]) {
        if (!this.#outlet.offer(shard, batch)) break;
        waiting.shift();
      }
    }
    if (this.#hasWaiting()) return;
    this.flush();
    if (this.#hasWaiting()) return;
    this.#isFull = false;
    for (const listener of this.#roomListeners) listener();
  }

  #hasWaiting(): boolean {
    return this.#waiting.some((waiting) => waiting.length > 0);
  }
}
