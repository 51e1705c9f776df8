/**
 * What the disk side knows of each series beside its samples: the serial by which files name it,
 * and its newest sample where memory no longer holds it.
 *
 * Memory gives the id of an expired series to a new one; a serial is never given twice.
 */
import { assert } from "../../base/assert.ts";
import type { SeriesRecords } from "../../kernel/index.ts";

export class SeriesBook {
  readonly #records: SeriesRecords;
  #newestMs = new Float64Array(1024).fill(-Infinity);
  #nextSerial = 1;

  /** @param records  keep the serials, beside what else a sample touches */
  constructor(records: SeriesRecords) {
    this.#records = records;
  }

  get nextSerial(): number {
    return this.#nextSerial;
  }

  get memoryBytes(): number {
    return this.#newestMs.byteLength;
  }

  /** Gives a series its serial. */
  enter(id: number): number {
    const serial = this.#nextSerial;
    assert(serial < 0xffffffff, "a shard names fewer than 2^32 series in its life");
    this.restore(id, serial, -Infinity);
    return serial;
  }

  /** A series that had its serial before. */
  restore(id: number, serial: number, newestMs: number): void {
    if (id >= this.#newestMs.length) this.#grow(id + 1);
    this.#records.setSerial(id, serial);
    this.#newestMs[id] = newestMs;
    this.reserveBelow(serial + 1);
  }

  /** The series is gone: until its id is given to another one it has the serial 0, which is none's. */
  forget(id: number): void {
    this.#records.setSerial(id, 0);
  }

  /** No serial below this is given from now on. */
  reserveBelow(serial: number): void {
    this.#nextSerial = Math.max(this.#nextSerial, serial);
  }

  serial(id: number): number {
    return this.#records.serial(id);
  }

  newestMs(id: number): number {
    return this.#newestMs[id]!;
  }

  noteNewest(id: number, timeMs: number): void {
    if (timeMs > this.#newestMs[id]!) this.#newestMs[id] = timeMs;
  }

  #grow(countMin: number): void {
    const capacity = Math.max(countMin, this.#newestMs.length * 2);
    const newestMs = new Float64Array(capacity).fill(-Infinity);
    newestMs.set(this.#newestMs);
    this.#newestMs = newestMs;
  }
}
