import { expect, test } from "vitest";
import { partitionCount, partitionOfName, partitionsOfShard } from "./partition.ts";
import { shardOfName } from "./series-name.ts";

test.each([1, 2, 3, 5, 16, 64, 256])(
  "partitionsOfShard() has the partitions of all names of a shard, of %i",
  (shardCount) => {
    for (let i = 0; i < 2000; i++) {
      const name = `site.host${i % 37}.metric${i}`;
      const partitions = partitionsOfShard(shardOfName(name, shardCount), shardCount);
      expect(partitions).toContain(partitionOfName(name));
    }
    const all = Array.from({ length: shardCount }, (_, shard) =>
      partitionsOfShard(shard, shardCount),
    ).flat();
    expect(new Set(all).size).toBe(partitionCount);
    expect(Math.max(...all)).toBe(partitionCount - 1);
  },
);
