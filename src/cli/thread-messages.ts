/** What the main thread hands to the threads it starts. */
import type { MessagePort } from "node:worker_threads";
import type { LogLevel } from "../base/log.ts";
import type { KernelModules } from "../kernel/index.ts";
import type { CollectdFiles } from "./collectd-files.ts";
import type { ScrapeFiles } from "./scrape-files.ts";
import type { Settings } from "./settings.ts";
import type { StoreChoice } from "./store-choice.ts";

export interface ShardThreadData {
  readonly shard: number;
  readonly shardCount: number;
  /** The shard's own folder inside the data folder. */
  readonly folder: string;
  readonly settings: Settings;
  readonly kernels: KernelModules;
  readonly store: StoreChoice;
  /** Which of the processes of a cluster this one is. */
  readonly processId: string;
  /** False where the role analyzer is off: the shard keeps series and answers, but judges nothing. */
  readonly isJudging: boolean;
  /** One for each thread that sends batches. */
  readonly producers: readonly MessagePort[];
}

export interface HorizonThreadData {
  /** The data folder. */
  readonly folder: string;
  readonly settings: Settings;
  readonly kernels: KernelModules;
  readonly collectd: CollectdFiles;
  readonly scrape: ScrapeFiles;
  /** To each shard, in order. */
  readonly shards: readonly MessagePort[];
}

/** A thread's log line on its way to the main thread, which writes it. */
export interface ThreadLogLine {
  readonly level: LogLevel;
  readonly part: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, string | number | boolean | undefined>>;
}
