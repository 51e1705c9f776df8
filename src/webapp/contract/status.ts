/** How the program is: shards, store, room, search engine, start. */

/** Metrics that are judged only once they have learned from the weeks that are kept of them. Counts are since the start. */
export interface LessonsJson {
  waiting: number;
  /** When the last of them will be judged, as it goes now; null where none waits. */
  end: number | null;
  /** They waited as long as judging may, are judged by their last day, and learn beside that. */
  later: number;
  taught: number;
  /** They were abnormal whenever it was their turn. */
  missed: number;
  unreadable: number;
}

export interface ShardJson {
  shard: number;
  series: number;
  samples: number;
  memoryBytes: number;
  diskBytes: number;
  durable: boolean;
  uncommitted: number;
  late: number;
  refusedSeries: number;
  faults: { code: string; message: string; count: number; last: number }[];
  roundSeries: number;
  roundStatus: Record<"ok" | "TooShort" | "Stale" | "Boring", number>;
  /** Metrics that are watched, and known too little to be judged. */
  learning: number;
  abstained: number;
  activeEpisodes: number;
  roundSeconds: number;
  roundEnded: number | null;
  lagSeconds: number;
  sliceMaxMs: number;
  /** Samples not judged yet, and series that are read from memory since their samples found no room. */
  waitingRows: number;
  behindSeries: number;
  /** Those of them that are likely to be abnormal, and how long the longest has waited. */
  suspects: number;
  suspectSeconds: number;
  /** Series that are to be judged anew, since time has passed. */
  rechecks: number;
  /** Series with history to learn from. */
  historySeries: number;
  /** Among those. */
  lessons: LessonsJson;
  /** Anomalies and changes that wait to be told, and how long the longest has. */
  untold: number;
  untoldSeconds: number;
  /** Anomalies that were not kept, since there were too many. */
  refusedEpisodes: number;
  /** Quick verdicts that the full computation did not confirm. */
  verdictDifferences: number;
  cpuSeconds: number;
  waitingBatches: number;
}

/** The canary: a metric sent to our own Carbon port and looked for in the store. */
export interface CanaryJson {
  state: "waiting" | "ok" | "late" | "off";
  lastSeen: number | null;
  roundTripSeconds: number | null;
}

/** How the machines are that keep the samples, where `store` is not "embedded". */
export interface RemoteStoreJson {
  /** e.g. "redis 127.0.0.1:6379" */
  description: string;
  reachable: boolean;
  /** What is wrong, for a person; null while nothing is. */
  problem: string | null;
  /** Since when nothing could be written there. */
  failingSince: number | null;
  /** Accepted samples that wait on the local disk. */
  waiting: number;
  waitingBytes: number;
  waitingBytesMax: number;
  /** When the oldest of them was taken in. */
  oldestWaiting: number | null;
  /** Whether senders are made to wait. */
  holding: boolean;
  heldWrites: number;
  written: number;
  writtenBytes: number;
  retries: number;
  /** How often it asked for less. */
  busy: number;
  /** Samples that it refused for good; they were set aside on the local disk. */
  refused: number;
  lastWrite: number | null;
  /** How far the window is filled from there, 0 to 1; nothing is judged before it is 1. */
  warmShare: number;
}

/** The processes that share the metrics of one cluster. */
export interface ShareJson {
  /** Why the share could not be agreed lately. */
  problem: string | null;
  /** Of how many partitions this process judges how many. */
  held: number;
  partitions: number;
  processes: {
    id: string;
    label: string;
    self: boolean;
    living: boolean;
    seen: number;
    series: number;
    held: number;
  }[];
}

/** GET /kale/status */
export interface StatusJson {
  version: string;
  started: number;
  now: number;
  dataFolder: string;
  store: string;
  process: { cpuSeconds: number; residentBytes: number; heapBytes: number };
  disk: { freeBytes: number | null; totalBytes: number | null };
  /** null where samples are kept in the data folder alone. */
  remote: RemoteStoreJson | null;
  /** null where this process judges all there is. */
  share: ShareJson | null;
  shards: ShardJson[];
  /** null where the store does not tell. */
  room: RoomJson | null;
  canary: CanaryJson;
  settings: { key: string; value: string; source: string }[];
  /** Null where none is configured: the shards search what they hold. */
  searchEngine: SearchEngineJson | null;
}

/** The Elasticsearch or OpenSearch that searches, as GET /kale/status and /kale/admin/state tell of it. */
export interface SearchEngineJson {
  nodes: string[];
  /** What scores inside it; null before it was reached. */
  scorer: "plugin" | "painless" | null;
  /** What the index that serves holds; null while there is none. */
  window: { from: number; until: number; points: number } | null;
  series: number;
  importIntervalSeconds: number;
  lastImport: {
    started: number;
    /** Null while it is under way. */
    seconds: number | null;
    written: number;
    total: number;
    outcome: "running" | "done" | "locked" | "failed";
    problem: string;
  } | null;
  /** Searches it answered, and those that the shards answered because it did not. */
  answered: number;
  fallbacks: number;
  /** Why it did not answer last; "" where it did. */
  problem: string;
  /** The copy of the collections in it: when it was last in step, and why it is not. */
  collections: { agreed: number | null; problem: string };
}

/** How much room there is for metrics, as GET /kale/status, /kale/summary and /metrics tell it. */
export interface RoomJson {
  /** Of the setting memory-limit. */
  limitBytes: number;
  /** Of all samples, names, tables, of what the detector knows, and of shapes. */
  usedBytes: number;
  /** What the metrics of now will take once their window is full. */
  fullBytes: number;
  /** Of `fullBytes`; null where there are too few metrics to tell. */
  bytesPerMetric: number | null;
  seriesLimit: number;
  /** How many more fit; null where there are too few to tell. */
  moreMetrics: number | null;
  /** Less than a tenth is left, of memory or of names; or names are refused. */
  scarce: boolean;
  refused: {
    reason: "bad-name" | "series-limit" | "memory-limit";
    count: number;
    example: string;
  }[];
}

/** GET /kale/cardinality?limit=: what most names have in common, and where most of the new ones came. */
export interface CardinalityJson {
  series: number;
  /** False where parts of few series were left out of the count. */
  whole: boolean;
  /** Most series first; each list is the top of its order. */
  bySeries: NamePartJson[];
  byNewHour: NamePartJson[];
  byNewDay: NamePartJson[];
  /** Tags by how many different values they have. */
  byValues: NamePartJson[];
}

export interface NamePartJson {
  /** "path": the first parts of paths; "tag": KEY=VALUE; "tag-key": KEY. */
  kind: "path" | "tag" | "tag-key";
  text: string;
  /** Finds these series in /kale/series and on Explore. */
  query: string;
  series: number;
  newHour: number;
  newDay: number;
  values: number;
}

/** GET /kale/starting: while it is true, whatever asks for samples is answered with 503 "starting". */
export interface StartingJson {
  starting: boolean;
  /** How much of what was kept is read, 0 to 1. */
  share: number;
}

/** GET /kale/summary, and the data of the event "summary" every few seconds. */
export interface SummaryJson {
  now: number;
  metrics: number;
  abnormal: number;
  /** Seconds since the least recently judged metric was judged. */
  lagSeconds: number;
  /** Seconds since any metric was judged; null before the first round. */
  judgedSecondsAgo: number | null;
  /** False while judging takes longer than the promised minute. */
  keepsUp: boolean;
  /** Anomalies and changes that were found and wait to be told, and how long the longest has. */
  untold: number;
  untoldSeconds: number;
  /** Metrics that are likely to be abnormal and wait to be judged, and how long the longest has. */
  suspects: number;
  suspectSeconds: number;
  samplesPerSecond: number;
  durable: boolean;
  /** Metrics of which what is kept is still read after a start; they are not judged before. */
  reading: number;
  /** Metrics that are being learned; they are among those with too few samples. */
  learning: number;
  /** Metrics with too few samples to be judged. */
  tooShort: number;
  stale: number;
  boring: number;
  room: RoomJson | null;
  /** The machines that keep the samples; null where the data folder alone does. */
  remote: Pick<
    RemoteStoreJson,
    "description" | "reachable" | "problem" | "failingSince" | "waiting" | "holding" | "warmShare"
  > | null;
}
