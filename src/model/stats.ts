/**
 * What the parts report of themselves, for the status page and `/metrics`.
 *
 * Times are Unix milliseconds.
 */

export interface StoreFault {
  /** e.g. "corrupt-record", "disk-full" */
  readonly code: string;
  readonly message: string;
  readonly count: number;
  readonly lastMs: number;
}

/** Why names that were not there yet are refused: it is none, or one of the stated limits is reached. */
export type NameRefusal = "bad-name" | "series-limit" | "memory-limit";

export interface RefusedNames {
  readonly reason: NameRefusal;
  /** Times that one was refused: one name may be refused with every sample. */
  readonly count: number;
  /** The last one; text from outside, escape it. */
  readonly lastExample: string;
}

/** What a store may keep in memory, and what it takes. */
export interface StoreRoom {
  readonly seriesCountMax: number;
  readonly bytesMax: number;
  /** Of `sampleCount`, those that are compressed, and what these take. */
  readonly sealedSampleCount: number;
  readonly sealedBytes: number;
  readonly refusedNames: readonly RefusedNames[];
}

/** What a shard may keep in memory, what it takes, and what it will take. */
export interface ShardRoom {
  readonly seriesCountMax: number;
  readonly bytesMax: number;
  /** Samples, names, tables, what the detector knows, and shapes. */
  readonly usedBytes: number;
  /** What the series of now will take once the window is full of their samples; at least `usedBytes`. */
  readonly fullBytes: number;
  readonly refusedNames: readonly RefusedNames[];
}

export interface StoreStats {
  readonly seriesCount: number;
  readonly sampleCount: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  /** Samples accepted but not yet durable. */
  readonly uncommittedCount: number;
  /** False while the store cannot write and keeps samples in memory only. */
  readonly isDurable: boolean;
  readonly refusedSeriesCount: number;
  readonly lateCount: number;
  readonly room?: StoreRoom | undefined;
  readonly faults: readonly StoreFault[];
  /** Where the samples are kept on other machines. */
  readonly remote?: RemoteStoreStats | undefined;
}

/** How the machines behind a store are, and what waits for them. Counts are since the start. */
export interface RemoteStoreStats {
  /** e.g. "redis 127.0.0.1:6379", "opensearch 3.6.0, 3 nodes" */
  readonly description: string;
  readonly isReachable: boolean;
  /** What is wrong, for a person, with the remedy. */
  readonly problem?: string | undefined;
  /** Since when nothing could be written there; null while it can. */
  readonly failingSinceMs: number | null;
  /** Accepted samples that are not acknowledged there; they are on the local disk. */
  readonly waitingSampleCount: number;
  readonly waitingBytes: number;
  /** Beyond it senders are made to wait. */
  readonly waitingBytesMax: number;
  /** When the oldest of them was taken in. */
  readonly oldestWaitingMs: number | null;
  /** Senders are made to wait now. */
  readonly isHolding: boolean;
  readonly heldWriteCount: number;
  readonly writtenSampleCount: number;
  readonly writtenBytes: number;
  readonly retryCount: number;
  /** How often it asked for less. */
  readonly busyCount: number;
  /** Samples that it refused for good. */
  readonly refusedSampleCount: number;
  readonly lastWriteMs: number | null;
  readonly warmth: StoreWarmth;
  /** Steps of queries answered from sums that it keeps, of which no sample was read; missing where it cannot. */
  readonly summedStepCount?: number | undefined;
}

/** How far the window is filled from other machines; nothing is judged before it is "warm". */
export interface StoreWarmth {
  readonly state: "waiting" | "warming" | "warm";
  readonly doneCount: number;
  /** 0 while nobody knows. */
  readonly totalCount: number;
}

/** Reads one protocol's refusals. Counted by reason; only the last example is kept. */
export interface RefusalCount {
  /** e.g. "bad-value"; closed union of the reader, see wire/ */
  readonly reason: string;
  readonly count: number;
  readonly lastMs: number;
  /** The last refused input, cut to 200 characters; text from outside, escape it. */
  readonly lastExample: string;
}

/** Every way in: listeners, what is asked for, what comes as bodies of requests, and this machine itself. */
export type SourceProtocol =
  | "carbon"
  | "carbon-pickle"
  | "pickle"
  | "msgpack"
  | "statsd"
  | "opentsdb"
  | "collectd"
  | "ganglia"
  | "ganglia-xml"
  | "scrape"
  | "prometheus"
  | "influx"
  | "otlp"
  | "opentsdb-http"
  | "collectd-http"
  | "host";

export interface SourceStats {
  readonly protocol: SourceProtocol;
  /** e.g. "tcp 127.0.0.1:2003"; empty while the port is off or could not be opened. */
  readonly addresses: readonly string[];
  /** Why it does not listen, for a person; undefined while it does. */
  readonly problem?: string;
  readonly clientCount: number;
  readonly acceptedCount: number;
  /** Samples per second over the last minute. */
  readonly ratePerSecond: number;
  readonly lastSampleMs: number | null;
  /** Datagrams that the intake had no room for. */
  readonly droppedCount: number;
  readonly pausedClientCount: number;
  readonly refusals: readonly RefusalCount[];
}

/** Series that are judged only once they have learned from what is kept of them. Counts are since the start. */
export interface LessonStats {
  readonly waitingCount: number;
  /** When the last of them will be judged, as it goes now; null where none waits. */
  readonly endMs: number | null;
  /** They waited as long as any may, are judged by what the window holds of them, and learn beside that. */
  readonly laterCount: number;
  readonly taughtCount: number;
  /** They were abnormal whenever it was their turn. */
  readonly missedCount: number;
  readonly unreadableCount: number;
}

/** How one shard thread is doing. */
export interface ShardStats {
  readonly shard: number;
  readonly store: StoreStats;
  /** Series looked at in the last full round, by outcome. */
  readonly roundSeriesCount: number;
  readonly roundStatusCounts: Readonly<Record<"ok" | "TooShort" | "Stale" | "Boring", number>>;
  /** Series that are known too little to be judged; they count as too short above. */
  readonly learningCount: number;
  readonly abstainedCount: number;
  readonly activeEpisodeCount: number;
  /** The longest full round of the last minute or two, and when the last one ended. */
  readonly roundMs: number;
  readonly roundEndedMs: number | null;
  /** How long ago the longest-waiting series was judged. */
  readonly lagMs: number;
  readonly sliceMaxMs: number;
  /** Samples that have come and are not judged yet; series that are read from the window for what has come. */
  readonly waitingRowCount: number;
  readonly behindCount: number;
  /** Those of them that are likely to be abnormal, and the longest wait among them. */
  readonly suspectCount: number;
  readonly suspectMs: number;
  /** Series that are to be judged anew, since time has passed. */
  readonly recheckCount: number;
  /** Series of which there is history to be learned. */
  readonly historyCount: number;
  /** Those of them that wait for more than what the window holds. */
  readonly lessons: LessonStats;
  /** Anomalies and changes that were found and wait to be told, and the longest wait among them. */
  readonly untoldCount: number;
  readonly untoldMs: number;
  /** Anomalies that were not kept, since too many are open or wait. */
  readonly refusedEpisodeCount: number;
  /** Verdicts of running sums that the full computation did not confirm: a mistake in Kale. */
  readonly verdictDifferenceCount: number;
  readonly cpuSeconds: number;
  readonly waitingBatchCount: number;
  readonly room?: ShardRoom | undefined;
  /** Of the tables that the search compares with, and how many series of the last hour it can. */
  readonly shapeTableBytes: number;
  readonly comparableCount: number;
}

/** One of the processes that share the series of a cluster. */
export interface ShareProcess {
  readonly id: string;
  /** Where it runs, for people. */
  readonly label: string;
  readonly isSelf: boolean;
  readonly isLiving: boolean;
  /** When it was last heard of. */
  readonly seenMs: number;
  /** Series that it judges. */
  readonly seriesCount: number;
  /** Partitions that it has. */
  readonly heldCount: number;
}

/** How the series are shared by processes, as this one sees it. */
export interface ShareReport {
  readonly processId: string;
  /** Partitions that this process judges. */
  readonly heldCount: number;
  readonly partitionCount: number;
  readonly processes: readonly ShareProcess[];
  /** Why the share could not be agreed lately; undefined where it could. */
  readonly problem?: string | undefined;
}
