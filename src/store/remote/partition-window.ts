/**
 * The part of the window that is judged and searched here: series of the partitions that this process
 * has. The others are in memory only as far as they were taken in here and are not yet acknowledged.
 */
import {
  hashName,
  partitionCount,
  partitionOfHash,
  type TimeRange,
  type WatchedWindow,
  type WindowListener,
} from "../../model/index.ts";
import type { SeriesMemory } from "../memory/index.ts";

export class PartitionWindow implements WatchedWindow {
  readonly #memory: SeriesMemory;
  readonly #shown: Uint8Array;
  #partitions = new Uint8Array(1024);

  /** @param options.isAllShown  whether all partitions are shown at first, or none */
  constructor(memory: SeriesMemory, options: { readonly isAllShown: boolean }) {
    this.#memory = memory;
    this.#shown = new Uint8Array(partitionCount).fill(options.isAllShown ? 1 : 0);
  }

  /** Of the series that are shown. */
  listen(listener: WindowListener | undefined): void {
    this.#memory.listen(
      listener && {
        onRow: (id, timeMs, value) => {
          if (this.isShown(this.partition(id))) listener.onRow(id, timeMs, value);
        },
        onStated: (id) => {
          if (this.isShown(this.partition(id))) listener.onStated(id);
        },
        onGone: (id) => {
          listener.onGone(id);
        },
      },
    );
  }

  get idCount(): number {
    return this.#memory.idCount;
  }

  /** A series that is new to memory. */
  enter(id: number, bytes: Uint8Array, start: number, end: number): void {
    if (id >= this.#partitions.length) {
      const larger = new Uint8Array(Math.max(id + 1, this.#partitions.length * 2));
      larger.set(this.#partitions);
      this.#partitions = larger;
    }
    this.#partitions[id] = partitionOfHash(hashName(bytes, start, end));
  }

  partition(id: number): number {
    return this.#partitions[id]!;
  }

  show(partitions: readonly number[]): void {
    for (const partition of partitions) this.#shown[partition] = 1;
  }

  hide(partitions: readonly number[]): void {
    for (const partition of partitions) this.#shown[partition] = 0;
  }

  isShown(partition: number): boolean {
    return this.#shown[partition] === 1;
  }

  isLive(id: number): boolean {
    return this.#memory.isLive(id) && this.isShown(this.partition(id));
  }

  name(id: number): string {
    return this.#memory.name(id);
  }

  find(name: string): number | undefined {
    const id = this.#memory.find(name);
    return id !== undefined && this.isLive(id) ? id : undefined;
  }

  newestMs(id: number): number {
    return this.#memory.newestMs(id);
  }

  revision(id: number): number {
    return this.#memory.revision(id);
  }

  stated(id: number): number {
    return this.#memory.stated(id);
  }

  sampleCountMax(id: number, range: TimeRange): number {
    return this.isLive(id) ? this.#memory.sampleCountMax(id, range) : 0;
  }

  copy(id: number, range: TimeRange, timesMs: Float64Array, values: Float64Array): number {
    return this.isLive(id) ? this.#memory.copy(id, range, timesMs, values) : 0;
  }
}
