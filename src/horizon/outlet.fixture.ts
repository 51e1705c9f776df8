/** A way to the shards that remembers what it took, and has as much room as a test gives it. */
import { type AliasBatch, AliasNames } from "../model/index.ts";
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
  readonly #names: readonly AliasNames[];
  #listener: () => void = () => undefined;

  constructor(shardCount = 1) {
    this.shardCount = shardCount;
    this.#names = Array.from({ length: shardCount }, () => new AliasNames());
  }

  offer(shard: number, batch: AliasBatch): boolean {
    if (this.roomCount === 0) return false;
    this.roomCount -= 1;
    this.batchRowCounts.push(batch.count);
    const names = this.#names[shard] ?? new AliasNames();
    names.take(batch);
    for (let i = 0; i < batch.count; i++) {
      const name = names.name(batch.aliases[i] ?? 0, (bytes, start, end) =>
        Buffer.from(bytes.subarray(start, end)).toString(),
      );
      this.typesByName.set(name, batch.types?.[i] ?? 0);
      this.rows.push({
        shard,
        name,
        timeMs: batch.timesMs[i] ?? NaN,
        value: batch.values[i] ?? NaN,
      });
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
