/** What a search engine is given of the shapes that the shards hold, and what it tells of itself. */
import type { TimeRange } from "./samples.ts";
import type { SimilarityMethodName, SimilarityTarget } from "./similarity.ts";

/** A stretch of one shard's table of shapes, in columns of one length. */
export interface ShapePage {
  readonly shard: number;
  /** Within the shard, ascending; equal distances rank by shard, then by id. */
  readonly ids: Int32Array<ArrayBuffer>;
  readonly names: readonly string[];
  /** Why a series has no shape, e.g. "flat"; "" where it has one. */
  readonly faults: readonly string[];
  /** z-normalised, end to end; zeros where there is none. */
  readonly rows: Float32Array<ArrayBuffer>;
}

export interface ShapeWindow {
  readonly range: TimeRange;
  readonly pointCount: number;
}

/** Hands out what a search compares. */
export interface ShapeReader {
  /** The newest window, of which every shard holds a table ready. */
  newestWindow(): ShapeWindow;
  /** Whether somebody who asks for this window means the newest one. */
  isNewest(range: TimeRange): boolean;
  /** Every series of every shard. Each page is copied when it is asked for. */
  shapePages(window: ShapeWindow): AsyncIterable<ShapePage>;
  /**
   * What is looked for, on the grid of the window and not normalised.
   * @throws SimilarityRefusal  where it has no shape
   */
  queryValues(
    target: SimilarityTarget,
    window: ShapeWindow,
    method: SimilarityMethodName,
  ): Promise<Float64Array<ArrayBuffer>>;
}

/** How an import went: all series of the shards into a fresh index of the search engine. */
export interface ShapeImportReport {
  readonly startedMs: number;
  /** Null while it is under way. */
  readonly endedMs: number | null;
  /** Series written so far. */
  readonly seriesCount: number;
  /** About how many there are. */
  readonly totalCount: number;
  /**
   * - running, done: as it says
   * - locked: another process was importing, so nothing was done
   * - failed: the index of the import before goes on serving
   */
  readonly outcome: "running" | "done" | "locked" | "failed";
  /** Why it failed or was left out, for a person; "" otherwise. */
  readonly problem: string;
}

/** Of the copy of the collections that is kept in the search engine. */
export interface CollectionSyncState {
  /** When both sides last agreed; null before that. */
  readonly agreedMs: number | null;
  /** Why they do not, for a person; "" while they do. */
  readonly problem: string;
}

export interface SearchEngineReport {
  /** Addresses of the nodes. */
  readonly nodes: readonly string[];
  /** What scores inside it: Kale's plugin, or scripts that every engine can run; null before it is known. */
  readonly scorer: "plugin" | "painless" | null;
  /** Of the index that serves searches; null while there is none. */
  readonly window: ShapeWindow | null;
  readonly seriesCount: number;
  readonly lastImport: ShapeImportReport | null;
  readonly importIntervalMs: number;
  /** Searches it answered, and those that the shards answered in its place though it was asked. */
  readonly answeredCount: number;
  readonly fallbackCount: number;
  /** Why it did not answer last, for a person; "" where it did. */
  readonly problem: string;
  readonly collections: CollectionSyncState;
}

/** A search engine beside the shards, as the page and the routes see it. */
export interface SearchEngineControl {
  report(): SearchEngineReport;
  /** Begins an import. @returns false where one is under way in this process */
  startImport(): boolean;
}
