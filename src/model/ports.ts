/**
 * The interfaces in which the parts of Kale meet. Parts import this file, never each other;
 * cli/compose.ts and the thread entries beside it join them.
 *
 * Times are Unix milliseconds. Ranges are half-open: from <= t < until.
 */
import type { AliasBatch, AliasNames } from "./alias-batch.ts";
import type { Episode, EpisodeEvent } from "./episode.ts";
import type { SampleBatch } from "./sample-batch.ts";
import type { Verdict } from "./verdict.ts";

export interface TimeRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Samples of one series: ascending times, each once. Owned by who receives them. */
export interface SampleColumns {
  readonly timesMs: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

/** Asks for the samples of many series. */
export interface PageQuery {
  /** At least one; each once. */
  readonly names: readonly string[];
  readonly range: TimeRange;
  /** Of all series together, at least 1; a first one that has more comes alone. */
  readonly sampleCountMax: number;
}

/** Samples of many series as series-page.ts draws them. Owned by who receives it; both columns lie in one buffer. */
export interface SeriesPage {
  readonly timesMs: Float64Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
  /** Of the first names of the question, at least one. */
  readonly counts: Int32Array<ArrayBuffer>;
}

/** Takes whole batches: a shard, a store, a test. */
export interface SampleSink {
  /**
   * Takes the batch and owns it from now on.
   * @returns resolves when there is room for the next; callers that can wait, wait
   */
  write(batch: SampleBatch): Promise<void>;
}

export interface NameQuery {
  /** Glob or part of a name, see `nameMatcher`; "" is every name. */
  readonly query: string;
  readonly limit: number;
}

export interface NamePage {
  /** Exact name first, then names that begin with the text, then the rest; each part sorted. */
  readonly names: readonly string[];
  /** How many match in all. */
  readonly totalCount: number;
}

/**
 * One condition on a series. The key "name" is the path before the tags; a tag that a series does
 * not have counts as "", as it does for Graphite and Prometheus.
 */
export interface SeriesMatcher {
  readonly key: string;
  readonly test: SeriesTest;
  readonly value: string;
}

export type SeriesTest =
  | "equal"
  | "unequal"
  /** Regular expression in RE2's syntax over the whole value; takes time linear in it. */
  | "match"
  | "mismatch"
  /** Pattern of Graphite's: `*`, `?`, `[a-c]`, `{a,b}`, none of which crosses a dot. */
  | "glob"
  /** Pattern in which `*` stands for any text, as in OpenTSDB's "wildcard". */
  | "wildcard";

/** Series that pass every condition; without one, all of them. */
export interface SeriesSelector {
  readonly matchers: readonly SeriesMatcher[];
  readonly limit: number;
}

export interface TreeQuery {
  /** Glob with as many dotted parts as the nodes asked for, e.g. "servers.*.cpu" */
  readonly pattern: string;
  readonly limit: number;
}

/** A node of the tree that the dotted paths make. It may be both a series and a branch. */
export interface TreeNode {
  readonly path: string;
  readonly isLeaf: boolean;
  readonly hasChildren: boolean;
}

export interface TagQuery {
  /**
   * What is counted: the values of this tag, of any tag for "*", of the path for "name"; undefined
   * counts the tags themselves, "name" not among them.
   */
  readonly tag?: string | undefined;
  readonly matchers: readonly SeriesMatcher[];
  /** Only those that begin with it. */
  readonly prefix: string;
  readonly limit: number;
}

export interface TagCount {
  /** A tag's name, or one of its values. */
  readonly text: string;
  /** How many series have it. */
  readonly seriesCount: number;
}

/** What the query languages ask of the names; answers are sorted by text, and cut at the limit. */
export interface SeriesIndex {
  select(selector: SeriesSelector): Promise<NamePage>;
  browse(query: TreeQuery): Promise<readonly TreeNode[]>;
  countTags(query: TagQuery): Promise<readonly TagCount[]>;
}

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

/**
 * Keeps series. Every backend passes store/contract.ts.
 *
 * Of samples of one series with the same time the last written wins. Samples may come late, out of
 * order and with any step. Values are kept bit for bit.
 */
export interface SeriesStore extends SampleSink {
  /** Visible to `read` when it resolves; durable after the next `commit`. */
  write(batch: SampleBatch): Promise<void>;
  /**
   * As `write`, for a producer whose names the store may look up once; missing where names are needed.
   * @param names  of that producer; `ids` and `marks` are the store's own, marks begin with 0
   */
  writeAliased?(batch: AliasBatch, names: AliasNames): Promise<void>;
  /** Resolves when all that was written before the call is durable; rejects with a StoreError. */
  commit(): Promise<void>;
  /** @returns undefined where the series is unknown; empty columns where it has nothing in range */
  read(name: string, range: TimeRange): Promise<SampleColumns | undefined>;
  /** As `read` of each name in turn, as far as a page goes, in slices; missing where `read` is as good. */
  readPage?(query: PageQuery): Promise<SeriesPage>;
  /** As of a `SeriesReader`; missing where the samples lie here. */
  readSteps?(query: StepQuery): Promise<StepColumns | undefined>;
  findNames(query: NameQuery): Promise<NamePage>;
  stats(): StoreStats;
  /** Commits and lets go of files and connections. */
  close(): Promise<void>;
}

/**
 * The warm copy of the last day that a shard judges and searches: same thread, no promise, no
 * object per sample. Series have small whole numbers as ids, 0 to `idCount` - 1; an id whose series
 * expired is free and may be given to another one.
 */
export interface SeriesWindow {
  readonly idCount: number;
  isLive(id: number): boolean;
  name(id: number): string;
  find(name: string): number | undefined;
  /** Time of the newest sample, -Infinity if it has none. */
  newestMs(id: number): number;
  /** Time of the oldest sample it holds, Infinity if it has none; missing where that is not known. */
  oldestMs?(id: number): number;
  /** Grows with each sample taken for this id: equal means nothing new. */
  revision(id: number): number;
  /** What senders stated of it since the start, see stated-type.ts; 0 for nothing. */
  stated(id: number): number;
  /** An upper bound of the samples that `copy` would give. */
  sampleCountMax(id: number, range: TimeRange): number;
  /**
   * Copies the samples in range, oldest first; where they do not fit, the newest that do.
   * @returns how many were copied to the start of both columns
   */
  copy(id: number, range: TimeRange, timesMs: Float64Array, values: Float64Array): number;
}

/** Hears on the spot what happens in a window; it must not write to the window from there. */
export interface WindowListener {
  /** A sample was taken, in order or late. */
  onRow(id: number, timeMs: number, value: number): void;
  /** More is known of what the series is; see `stated`. */
  onStated(id: number): void;
  /** The series is gone; the id may be given to another one. */
  onGone(id: number): void;
}

/** A window that tells one listener of every sample as it comes. */
export interface WatchedWindow extends SeriesWindow {
  /** From now on this one hears; undefined: nobody. */
  listen(listener: WindowListener | undefined): void;
}

/** Where a series was expected, at ascending times; empty where nobody can say. */
export interface BandColumns {
  readonly timesMs: Float64Array<ArrayBuffer>;
  readonly lower: Float64Array<ArrayBuffer>;
  readonly upper: Float64Array<ArrayBuffer>;
}

export interface BandQuery {
  readonly name: string;
  readonly range: TimeRange;
  readonly pointCountMax: number;
}

/** Says where a series was expected over a range. */
export interface BandReader {
  /** @returns undefined where the series is unknown */
  band(query: BandQuery): Promise<BandColumns | undefined>;
}

/** What the samples of one series in each step of time come to. */
export interface StepQuery {
  readonly name: string;
  /** Whole steps: both ends are multiples of `stepMs` since 1970. */
  readonly range: TimeRange;
  readonly stepMs: number;
}

/** Of the steps that hold samples, ascending. Owned by who receives them. */
export interface StepColumns {
  /** Where each step begins. */
  readonly timesMs: Float64Array<ArrayBuffer>;
  readonly counts: Float64Array<ArrayBuffer>;
  readonly sums: Float64Array<ArrayBuffer>;
  readonly minima: Float64Array<ArrayBuffer>;
  readonly maxima: Float64Array<ArrayBuffer>;
}

/** Names by small whole numbers, as a window has them. */
export type SeriesNameList = Pick<SeriesWindow, "idCount" | "isLive" | "name">;

/** What the page and the routes ask of the series, whichever thread or backend has them. */
export interface SeriesReader {
  read(name: string, range: TimeRange): Promise<SampleColumns | undefined>;
  /**
   * As `read` of each name, in their order, but many with one question. Lists that together have an entry
   * for each name; they come as they are taken, so that few are in memory at once. Missing where `read` is
   * as good; see `readMany`.
   */
  readMany?(
    names: readonly string[],
    range: TimeRange,
  ): AsyncIterable<readonly (SampleColumns | undefined)[]>;
  /**
   * For backends that can work these out where the samples lie. Callers read the samples where this
   * is missing.
   * @returns undefined where it cannot for this series or this length of step
   */
  readSteps?(query: StepQuery): Promise<StepColumns | undefined>;
  findNames(query: NameQuery): Promise<NamePage>;
  /** All nine checks on the series as it is now; undefined where the series is unknown. */
  judge(name: string): Promise<Verdict | undefined>;
}

export interface EpisodeQuery {
  readonly state: "active" | "ended" | "all";
  /** Episodes that overlap the range. */
  readonly range?: TimeRange;
  readonly name?: string;
  readonly limit: number;
}

/** Keeps episodes across restarts. */
export interface EpisodeJournal {
  record(events: readonly EpisodeEvent[]): void;
  find(query: EpisodeQuery): Episode[];
  get(id: string): Episode | undefined;
  /** How many episodes were active in each step of the range; for the strip over time. */
  countOverTime(range: TimeRange, stepMs: number): number[];
  close(): void;
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
  /** Samples that have come and are not judged yet; series whose samples found no room there. */
  readonly waitingRowCount: number;
  readonly behindCount: number;
  /** Series of which there is history to be learned. */
  readonly historyCount: number;
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

/** What a body of a request is read as; the routes know by path and content type. */
export type BodyKind =
  | "prometheus-v1"
  | "prometheus-v2"
  | "influx"
  | "otlp-protobuf"
  | "otlp-json"
  | "opentsdb"
  /** Which of collectd's three formats it is shows in the body. */
  | "collectd";

/** Of the times of InfluxDB's lines. */
export type BodyPrecision = "ns" | "us" | "ms" | "s" | "m" | "h";

export interface BodyRequest {
  readonly kind: BodyKind;
  /** As it was sent; the whole of its buffer, which belongs to whoever takes it. */
  readonly body: Uint8Array<ArrayBuffer>;
  /** The header Content-Encoding; "" for none. */
  readonly encoding: string;
  /** "ns" unless given. */
  readonly precision?: BodyPrecision;
  /** How many refused pieces are told one by one; none unless given. */
  readonly exampleCountMax?: number;
}

/** Why nothing was read of a body. */
export type BodyFault =
  /** The shards have no room: it may be sent again. */
  | "busy"
  | "unknown-encoding"
  /** It is not what its encoding says. */
  | "bad-encoding"
  /** It unpacks to more than is taken. */
  | "long-body";

/** What became of a body that was read. Pieces are samples, points or lines, as senders count them. */
export interface BodyCounts {
  /** Samples that were taken in. */
  readonly acceptedCount: number;
  /** All that the body held. */
  readonly pieceCount: number;
  readonly takenPieceCount: number;
  /** Pieces that the sender should hear of; what is on the skip list is not among them. */
  readonly refusedPieceCount: number;
  /** Prometheus' native histograms, which its senders count apart from samples. */
  readonly takenHistogramCount: number;
  /** False where the body, or a message in it, broke: what came before is taken. */
  readonly isIntact: boolean;
  /** What was refused of this body, each reason with its last example. */
  readonly refusals: readonly RefusalCount[];
  /** One by one in the order they were refused, up to as many as were asked for. */
  readonly examples?: readonly RefusedPiece[];
}

export interface RefusedPiece {
  readonly reason: string;
  /** As `lastExample` in RefusalCount. */
  readonly example: string;
}

export type BodyOutcome =
  | { readonly isRead: true; readonly counts: BodyCounts }
  | { readonly isRead: false; readonly fault: BodyFault };

/** Takes in metrics that come as bodies of requests. */
export interface BodyIntake {
  /** One body is unpacked and read at a time; the caller limits the bytes of those that wait. */
  take(request: BodyRequest): Promise<BodyOutcome>;
  /** Resolves when what was taken before the call is durable. */
  sync?(): Promise<void>;
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
