/** Where series are kept in a cluster, and by what rules. */
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { EngineClientOptions } from "../../engine/index.ts";

export interface ElasticsearchSeriesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly connection: Omit<EngineClientOptions, "clock">;
  /** All names in the cluster begin with it: lower case letters, digits, "-" and "_". */
  readonly prefix: string;
  /**
   * Who writes: the same after a restart, different for each process and each of its shards. Only the
   * writer of an hour's document changes it.
   */
  readonly writer: string;
  readonly retentionMs: number;
  /**
   * Copies of each document that must have it before it counts as written. Undefined: one, and a second
   * one is made where there is a second node.
   */
  readonly copyCount?: number | undefined;
  /** Parts that an index is spread over; about one for each data node. 1 unless given. */
  readonly shardCount?: number | undefined;
  /** After this, other processes see what was written. */
  readonly refreshIntervalMs?: number | undefined;
  /** How long after its end an hour still waits for late samples. */
  readonly graceMs?: number | undefined;
}

export interface IndexNames {
  /** One document for each series: which there are. */
  readonly names: string;
  /** Hours that still grow, changed in place. */
  readonly open: string;
  /** Hours that are done: a data stream. */
  readonly points: string;
  /** Both, for searches. */
  readonly all: string;
}

export function indexNames(prefix: string): IndexNames {
  const [names, open, points] = [`${prefix}-names`, `${prefix}-open`, `${prefix}-points`];
  return { names, open, points, all: `${points},${open}` };
}
