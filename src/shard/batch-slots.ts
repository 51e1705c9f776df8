/**
 * Memory that a producer of batches and a shard share, so that rows are handed over without a buffer
 * being made for them.
 *
 *     slot   head 4 x u32 | times f64 | values f64 | aliases u32 | types u8     each column `rowRoom` long
 *     head   how many rows, their generation, whether there are types
 *
 * One side has a slot at a time: the producer fills it and sends its number; the shard reads, and sends
 * the number back. The message between is what orders their memory. A batch that tells names, or comes in a
 * new slot, is sent with them; most are a number.
 */
import { assert } from "../base/assert.ts";
import type { AliasBatch, SampleBatch } from "../model/index.ts";

/** In place of a slot's number, where a batch needs none. */
export const noSlot = -1;

const rowRoomMin = 1024;
const rowBytes = 21;
const headBytes = 16;
const headWord = { count: 0, generation: 1, hasTypes: 2 } as const;

/** A batch as it is sent: its rows lie in the slot of this number. */
export type SlottedBatch = number | SlottedBatchWithNames;

export interface SlottedBatchWithNames extends Pick<
  AliasBatch,
  "firstAlias" | "names" | "nameEnds"
> {
  readonly slot: number;
  /** Given where the slot is new, or has been made larger. */
  readonly memory?: SharedArrayBuffer;
}

export interface SlotColumns {
  readonly rowRoom: number;
  readonly head: Uint32Array;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly aliases: Uint32Array;
  readonly types: Uint8Array;
}

/** The producer's end. */
export class SharedSlots {
  readonly #columns: SlotColumns[] = [];
  readonly #free: number[] = [];

  /** Copies the rows into a free slot. */
  fill(batch: AliasBatch): SlottedBatch {
    const { count, generation, firstAlias, names, nameEnds, types } = batch;
    const slot = this.#free.pop() ?? this.#columns.length;
    let columns = this.#columns[slot];
    let memory: SharedArrayBuffer | undefined;
    if (columns === undefined || columns.rowRoom < count) {
      const rowRoom = 2 ** Math.ceil(Math.log2(Math.max(count, rowRoomMin)));
      memory = new SharedArrayBuffer(headBytes + rowRoom * rowBytes);
      columns = columnsIn(memory);
      this.#columns[slot] = columns;
    }
    columns.head[headWord.count] = count;
    columns.head[headWord.generation] = generation;
    columns.head[headWord.hasTypes] = types === undefined ? 0 : 1;
    columns.timesMs.set(batch.timesMs.subarray(0, count));
    columns.values.set(batch.values.subarray(0, count));
    columns.aliases.set(batch.aliases.subarray(0, count));
    if (types !== undefined) columns.types.set(types.subarray(0, count));
    if (memory !== undefined) return { slot, firstAlias, names, nameEnds, memory };
    return nameEnds.length === 0 ? slot : { slot, firstAlias, names, nameEnds };
  }

  giveBack(slot: number): void {
    this.#free.push(slot);
  }
}

/**
 * The shard's end.
 * @param slots  those that came before; changed
 * @returns the rows, lent until the slot is sent back
 */
export function slottedRows(sent: SlottedBatch, slots: SlotColumns[]): AliasBatch {
  if (typeof sent !== "number" && sent.memory !== undefined) {
    slots[sent.slot] = columnsIn(sent.memory);
  }
  const columns = slots[slotOf(sent)];
  assert(columns !== undefined, "a slot comes with its memory the first time");
  const { firstAlias, names, nameEnds } = typeof sent === "number" ? noNames : sent;
  const { head, timesMs, values, aliases } = columns;
  const count = head[headWord.count]!;
  const generation = head[headWord.generation]!;
  const types = head[headWord.hasTypes] === 1 ? columns.types : undefined;
  return { count, generation, firstAlias, names, nameEnds, timesMs, values, aliases, types };
}

export function isSlotted(sent: SampleBatch | SlottedBatch): sent is SlottedBatch {
  return typeof sent === "number" || "slot" in sent;
}

export function slotOf(sent: SlottedBatch): number {
  return typeof sent === "number" ? sent : sent.slot;
}

const noNames = { firstAlias: 0, names: new Uint8Array(0), nameEnds: new Uint32Array(0) };

function columnsIn(memory: SharedArrayBuffer): SlotColumns {
  const rowRoom = (memory.byteLength - headBytes) / rowBytes;
  const valuesAt = headBytes + rowRoom * 8;
  const aliasesAt = valuesAt + rowRoom * 8;
  return {
    rowRoom,
    head: new Uint32Array(memory, 0, headBytes / 4),
    timesMs: new Float64Array(memory, headBytes, rowRoom),
    values: new Float64Array(memory, valuesAt, rowRoom),
    aliases: new Uint32Array(memory, aliasesAt, rowRoom),
    types: new Uint8Array(memory, aliasesAt + rowRoom * 4, rowRoom),
  };
}
