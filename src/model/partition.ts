/**
 * Partitions: the parts by which several processes share the series of one cluster. A series lies in
 * one partition by the hash of its name, as it lies in one shard of each process.
 */
import { hashName, shardOf } from "./series-name.ts";

/** Many more than processes, so that shares come out even; few enough to ask for each. */
export const partitionCount = 64;

export function partitionOfHash(hash: number): number {
  return shardOf(hash, partitionCount);
}

export function partitionOfName(name: string): number {
  const bytes = new TextEncoder().encode(name);
  return partitionOfHash(hashName(bytes, 0, bytes.length));
}

/** Those in which a shard has series: both are stretches of the hash's range. */
export function partitionsOfShard(shard: number, shardCount: number): number[] {
  const first = Math.floor((shard * partitionCount) / shardCount);
  const end = Math.ceil(((shard + 1) * partitionCount) / shardCount);
  return Array.from({ length: end - first }, (_, i) => first + i);
}
