/**
 * Between the readers and the shards: gathers rows into a batch per shard, and knows when to stop.
 *
 *     rows -> columns of the shard -> outlet        while the outlet takes batches
 *                                  -> waiting       when it has no room: the intake is full
 *
 * A batch goes out when it is full, or when its first row is `flushAfterMs` old: no residue waits
 * longer, however slowly samples come. (The original kept up to ten points until an eleventh came.)
 *
 * A name is told to its shard once, with the first batch that has a row of it; its rows carry an alias
 * (`model/alias-batch.ts`). The table of names is bounded; when it is full all of them are told anew.
 *
 * Whoever reads stops reading when the intake is full. Since a piece of input is read to its end,
 * what waits is bounded by what one piece holds: 64 KiB of a socket and the frame it completes.
 */
import { assert } from "../base/assert.ts";
import { type KnownColumns, KnownRows } from "../kernel/index.ts";
import type { AliasBatch } from "../model/index.ts";
import type { AdmittedRows } from "./admission.ts";
import { NameTelling } from "./name-telling.ts";

/** The way to the shards; elsewhere it is made of message ports. */
export interface BatchOutlet {
  readonly shardCount: number;
  /**
   * The columns of the rows are lent for the call.
   * @returns false, and nothing is taken, while the shard has no room; else the batch is gone
   */
  offer(shard: number, batch: AliasBatch): boolean;
  /** Calls the listener whenever a shard has room again. */
  onRoom(listener: () => void): void;
}

export interface IntakeOptions {
  readonly rowsPerBatch: number;
  readonly flushAfterMs: number;
  /** Names that are known at once; a million and a half unless given. */
  readonly nameCountMax?: number;
  /** The kernel `intake`; its twin does the work without it. */
  readonly kernel?: WebAssembly.Module | undefined;
}

const nameCountMaxDefault = 3 << 19;
/** Of the table of names: 100 bytes a name and more. */
const recordBytesMax = 256 << 20;

export class Intake implements AdmittedRows {
  readonly shardCount: number;
  readonly #outlet: BatchOutlet;
  readonly #flushAfterMs: number;
  readonly #rows: KnownRows;
  /** Names that the next batch of each shard tells. */
  readonly #tellings: readonly NameTelling[];
  /** Batches that a shard had no room for, oldest first. */
  readonly #waiting: readonly AliasBatch[][];
  readonly #fullListeners: (() => void)[] = [];
  readonly #roomListeners: (() => void)[] = [];
  #isFull = false;
  #flushTimer: NodeJS.Timeout | undefined;

  constructor(outlet: BatchOutlet, options: IntakeOptions) {
    assert(outlet.shardCount >= 1, "there is at least one shard");
    this.#outlet = outlet;
    this.shardCount = outlet.shardCount;
    this.#flushAfterMs = options.flushAfterMs;
    this.#rows = new KnownRows(options.kernel, {
      shardCount: this.shardCount,
      rowRoom: options.rowsPerBatch,
      nameCountMax: options.nameCountMax ?? nameCountMaxDefault,
      recordBytesMax,
    });
    this.#tellings = Array.from({ length: this.shardCount }, () => new NameTelling());
    this.#waiting = this.#tellings.map(() => []);
    outlet.onRoom(() => this.#deliver());
  }

  /** While it holds, nobody should read more. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Rows that are taken but not handed on. */
  get heldRowCount(): number {
    let count = 0;
    for (let shard = 0; shard < this.shardCount; shard++) count += this.#rows.names.count(shard);
    for (const batches of this.#waiting) for (const batch of batches) count += batch.count;
    return count;
  }

  onFull(listener: () => void): void {
    this.#fullListeners.push(listener);
  }

  onRoom(listener: () => void): void {
    this.#roomListeners.push(listener);
  }

  /** For whoever reads rows of known names by itself; see `plain-rows.ts`. */
  get knownRows(): KnownRows {
    return this.#rows;
  }

  addKnown(
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMs: number,
    value: number,
    types = 0,
  ): boolean {
    const { names } = this.#rows;
    const record = names.find(bytes, start, end);
    if (record === 0) return false;
    if (names.push(record, timeMs, value, types)) this.sendFull(names.shardOf(record));
    else this.noteRows();
    return true;
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
    if (this.addKnown(bytes, start, end, timeMs, value, types)) return;
    if (this.#rows.names.add(bytes, start, end, shard) === 0) {
      this.#beginNamesAnew();
      const record = this.#rows.names.add(bytes, start, end, shard);
      assert(record !== 0, "a table without names has room for one");
    }
    this.#telling(shard).add(bytes, start, end);
    this.addKnown(bytes, start, end, timeMs, value, types);
  }

  addSpelling(
    bytes: Uint8Array,
    start: number,
    end: number,
    name: Uint8Array,
    length: number,
  ): void {
    const { names } = this.#rows;
    const record = names.find(name, 0, length);
    // Without room it is only slower: the next name that is new makes some.
    if (record !== 0) names.add(bytes, start, end, names.shardOf(record), names.aliasOf(record));
  }

  /** Rows were added: none of them waits longer than `flushAfterMs`. */
  noteRows(): void {
    this.#flushTimer ??= setTimeout(() => this.flush(), this.#flushAfterMs);
  }

  /** Sends the rows of a shard that has no more room for any. */
  sendFull(shard: number): void {
    this.#send(shard);
  }

  /** Sends unfinished batches too. Where others wait already, the rows stay in the builder. */
  flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    for (const [shard, waiting] of this.#waiting.entries()) {
      if (waiting.length === 0 && this.#rows.names.count(shard) > 0) this.#send(shard);
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

  #telling(shard: number): NameTelling {
    const telling = this.#tellings[shard];
    assert(telling !== undefined, "a row is of one of the shards");
    return telling;
  }

  #beginNamesAnew(): void {
    for (let shard = 0; shard < this.shardCount; shard++) {
      if (this.#rows.names.count(shard) > 0) this.#send(shard);
      this.#telling(shard).beginAnew();
    }
    this.#rows.beginAnew();
  }

  #send(shard: number): void {
    const waiting = this.#waiting[shard];
    assert(waiting !== undefined, "every shard has a queue");
    const { names } = this.#rows;
    const columns = names.lend(shard);
    const batch: AliasBatch = {
      generation: this.#rows.generation,
      ...this.#telling(shard).take(),
      ...columns,
    };
    const isGone = waiting.length === 0 && this.#outlet.offer(shard, batch);
    if (!isGone) waiting.push({ ...batch, ...copyOf(columns) });
    names.empty(shard);
    if (isGone) return;
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

function copyOf({ count, aliases, timesMs, values, types }: KnownColumns): KnownColumns {
  return {
    count,
    aliases: aliases.slice(),
    timesMs: timesMs.slice(),
    values: values.slice(),
    types: types?.slice(),
  };
}
