/**
 * What the disk side knows of each series beside its samples: the serial by which files name it,
 * and its newest sample where memory no longer holds it.
 *
 * Memory gives the id of an expired series to a new one; a serial is never given twice.
 */
import { assert } from "../../base/assert.ts";

export class SeriesBook {
  #serials = new Uint32Array(1024);
  #newestMs = new Float64Array(1024).fill(-Infinity);
  #nextSerial = 1;

  get nextSerial(): number {
    return this.#nextSerial;
  }

  get memoryBytes(): number {
    return this.#serials.length * 12;
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
    if (id >= this.#serials.length) this.#grow(id + 1);
    this.#serials[id] = serial;
    this.#newestMs[id] = newestMs;
    this.reserveBelow(serial + 1);
  }

  /** The series is gone: until its id is given to another one it has the serial 0, which is none's. */
  forget(id: number): void {
    this.#serials[id] = 0;
  }

  /** No serial below this is given from now on. */
  reserveBelow(serial: number): void {
    this.#nextSerial = Math.max(this.#nextSerial, serial);
  }

  serial(id: number): number {
    return this.#serials[id]!;
  }

  newestMs(id: number): number {
    return this.#newestMs[id]!;
  }

  noteNewest(id: number, timeMs: number): void {
    if (timeMs > this.#newestMs[id]!) this.#newestMs[id] = timeMs;
  }

  #grow(countMin: number): void {
    const capacity = Math.max(countMin, this.#serials.length * 2);
    const serials = new Uint32Array(capacity);
    serials.set(this.#serials);
    const newestMs = new Float64Array(capacity).fill(-Infinity);
    newestMs.set(this.#newestMs);
    this.#serials = serials;
    this.#newestMs = newestMs;
  }
}
