/** A way to the shards that remembers what it took, and has as much room as a test gives it. */
import type { SampleBatch } from "../model/index.ts";
import type { BatchOutlet } from "./intake.ts";

export interface TakenRow {
  readonly shard: number;
  readonly name: string;
  readonly timeMs: number;
  readonly value: number;
}

export class RememberingOutlet implements BatchOutlet {
  readonly shardCount: number;
  readonly rows: TakenRow[] = [];
  /** The `types` of the newest row of each series. */
  readonly typesByName = new Map<string, number>();
  readonly batchRowCounts: number[] = [];
  /** Batches it still takes. */
  roomCount = Infinity;
  #listener: () => void = () => undefined;

  constructor(shardCount = 1) {
    this.shardCount = shardCount;
  }

  offer(shard: number, batch: SampleBatch): boolean {
    if (this.roomCount === 0) return false;
    this.roomCount -= 1;
    this.batchRowCounts.push(batch.count);
    let start = 0;
    for (let i = 0; i < batch.count; i++) {
      const end = batch.nameEnds[i] ?? 0;
      const name = Buffer.from(batch.names.subarray(start, end)).toString();
      this.typesByName.set(name, batch.types?.[i] ?? 0);
      this.rows.push({
        shard,
        name,
        timeMs: batch.timesMs[i] ?? NaN,
        value: batch.values[i] ?? NaN,
      });
      start = end;
    }
    return true;
  }

  onRoom(listener: () => void): void {
    this.#listener = listener;
  }

  giveRoom(batchCount: number): void {
    this.roomCount += batchCount;
    this.#listener();
  }

  get names(): string[] {
    return this.rows.map(({ name }) => name);
  }
}
