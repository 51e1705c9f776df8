/**
 * Memory that a producer of batches and a shard share, so that rows are handed over without a buffer
 * being made for them.
 *
 *     slot   times f64 | values f64 | aliases u32 | types u8     each `rowRoom` long
 *
 * One side has a slot at a time: the producer fills it and sends its number; the shard reads, and sends
 * the number back. The message between is what orders their memory.
 */
import { assert } from "../base/assert.ts";
import type { AliasBatch } from "../model/index.ts";

/** In place of a slot's number, where a batch needs none. */
export const noSlot = -1;

const rowRoomMin = 1024;
const rowBytes = 21;

/** A batch as it is sent: its rows lie in the slot. */
export interface SlottedBatch extends Pick<
  AliasBatch,
  "count" | "generation" | "firstAlias" | "names" | "nameEnds"
> {
  readonly slot: number;
  readonly hasTypes: boolean;
  /** Given where the slot is new, or has been made larger. */
  readonly memory?: SharedArrayBuffer;
}

export interface SlotColumns {
  readonly rowRoom: number;
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
      memory = new SharedArrayBuffer(rowRoom * rowBytes);
      columns = columnsIn(memory);
      this.#columns[slot] = columns;
    }
    columns.timesMs.set(batch.timesMs.subarray(0, count));
    columns.values.set(batch.values.subarray(0, count));
    columns.aliases.set(batch.aliases.subarray(0, count));
    if (types !== undefined) columns.types.set(types.subarray(0, count));
    const hasTypes = types !== undefined;
    const sent = { slot, hasTypes, count, generation, firstAlias, names, nameEnds };
    return memory === undefined ? sent : { ...sent, memory };
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
  const { slot, hasTypes, memory, count, generation, firstAlias, names, nameEnds } = sent;
  if (memory !== undefined) slots[slot] = columnsIn(memory);
  const columns = slots[slot];
  assert(columns !== undefined, "a slot comes with its memory the first time");
  const { timesMs, values, aliases } = columns;
  const types = hasTypes ? columns.types : undefined;
  return { count, generation, firstAlias, names, nameEnds, timesMs, values, aliases, types };
}

function columnsIn(memory: SharedArrayBuffer): SlotColumns {
  const rowRoom = memory.byteLength / rowBytes;
  return {
    rowRoom,
    timesMs: new Float64Array(memory, 0, rowRoom),
    values: new Float64Array(memory, rowRoom * 8, rowRoom),
    aliases: new Uint32Array(memory, rowRoom * 16, rowRoom),
    types: new Uint8Array(memory, rowRoom * 20, rowRoom),
  };
}
