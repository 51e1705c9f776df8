/**
 * The interfaces in which the parts of Kale meet. Parts import this file, never each other;
 * cli/compose.ts and the thread entries beside it join them.
 *
 * Times are Unix milliseconds. Ranges are half-open: from <= t < until.
 */
import type { AliasBatch, AliasNames } from "./alias-batch.ts";
import type { Episode, EpisodeEvent } from "./episode.ts";
import type { SampleBatch } from "./sample-batch.ts";
import type { KeptExtents, PageQuery, SampleColumns, SeriesPage, TimeRange } from "./samples.ts";
import type { NamePage, NameQuery } from "./series-index.ts";
import type { StoreStats } from "./stats.ts";
import type { Verdict } from "./verdict.ts";

/** Takes whole batches: a shard, a store, a test. */
export interface SampleSink {
  /**
   * Takes the batch and owns it from now on.
   * @returns resolves when there is room for the next; callers that can wait, wait
   */
  write(batch: SampleBatch): Promise<void>;
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
  /**
   * How far what lies on disk of series reaches within a range, to a few hours, without reading it; missing
   * where nobody can say that cheaply.
   * @param ids  of the store's window
   */
  keptExtents?(ids: readonly number[], range: TimeRange): Promise<KeptExtents>;
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
