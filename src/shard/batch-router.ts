/** A sink that splits batches by shard: for producers that hold whole batches and can wait. */
import { hashName, type SampleBatch, type SampleSink, shardOf } from "../model/index.ts";
import type { BatchPort } from "./batch-port.ts";

export class BatchRouter implements SampleSink {
  readonly #ports: readonly BatchPort[];

  constructor(ports: readonly BatchPort[]) {
    this.#ports = ports;
  }

  /** Resolves when each shard has taken its part on its way; see `drained` for written. */
  async write(batch: SampleBatch): Promise<void> {
    const parts = this.#ports.length === 1 ? [batch] : splitByShard(batch, this.#ports.length);
    await Promise.all(
      parts.map(async (part, shard) => {
        const port = this.#ports[shard];
        if (port === undefined || part.count === 0) return;
        while (!port.offer(part)) await port.room();
      }),
    );
  }

  /** Resolves when all that was taken is written by the shards. */
  async drained(): Promise<void> {
    await Promise.all(this.#ports.map((port) => port.drained()));
  }
}

/** The rows of each shard as a batch of its own, in their order. */
function splitByShard(batch: SampleBatch, shardCount: number): SampleBatch[] {
  const { count, names, nameEnds, timesMs, values, types } = batch;
  const shards = new Uint16Array(count);
  const rowCounts = new Uint32Array(shardCount);
  const nameBytes = new Uint32Array(shardCount);
  for (let row = 0, start = 0; row < count; row++) {
    const end = nameEnds[row]!;
    const shard = shardOf(hashName(names, start, end), shardCount);
    shards[row] = shard;
    rowCounts[shard]! += 1;
    nameBytes[shard]! += end - start;
    start = end;
  }

  const parts = Array.from(rowCounts, (rowCount, shard) => ({
    count: rowCount,
    names: new Uint8Array(nameBytes[shard]!),
    nameEnds: new Uint32Array(rowCount),
    timesMs: new Float64Array(rowCount),
    values: new Float64Array(rowCount),
    types: types === undefined ? undefined : new Uint8Array(rowCount),
  }));
  rowCounts.fill(0);
  nameBytes.fill(0);
  for (let row = 0, start = 0; row < count; row++) {
    const end = nameEnds[row]!;
    const shard = shards[row]!;
    const part = parts[shard]!;
    const at = rowCounts[shard]!++;
    part.names.set(names.subarray(start, end), nameBytes[shard]);
    nameBytes[shard]! += end - start;
    part.nameEnds[at] = nameBytes[shard]!;
    part.timesMs[at] = timesMs[row]!;
    part.values[at] = values[row]!;
    if (types !== undefined) part.types![at] = types[row]!;
    start = end;
  }
  return parts;
}
