/** The question "what moved like this?", and its answer. */
import type { TimeRange } from "./samples.ts";

/**
 * "change" asks what changed at the same time, whatever its shape; the others compare shapes.
 * "classic" is the original's search, which needs a search engine.
 */
export const similarityMethodNames = [
  "best",
  "euclidean",
  "fastdtw",
  "dtw",
  "correlation",
  "change",
  "classic",
] as const;

export type SimilarityMethodName = (typeof similarityMethodNames)[number];

/** What is looked for: a stretch of a series, or a shape that was drawn or posted. */
export type SimilarityTarget =
  | { readonly kind: "series"; readonly name: string }
  | { readonly kind: "shape"; readonly values: Float64Array<ArrayBuffer> };

export interface SimilarityQuery {
  readonly target: SimilarityTarget;
  /** Compared in all series, on one grid. */
  readonly range: TimeRange;
  readonly method: SimilarityMethodName;
  /** Undefined ones stand for the method's own default. */
  readonly bandShare?: number;
  readonly radius?: number;
  /** For "classic": how far words of the fingerprint may have moved. */
  readonly slop?: number;
  readonly lagMaxMs?: number;
  readonly inverse?: boolean;
  /** Glob or part of a name that matches have to match; "" takes all. */
  readonly filter: string;
  /** Matches whose name has one of these as a part between dots, or matches one of these globs, are left out. */
  readonly exclude: readonly string[];
  readonly limit: number;
  readonly offset: number;
  /** Grid cells in the range; by default as many as the range has use for. */
  readonly pointCount?: number;
}

export interface SimilarityMatch {
  readonly name: string;
  /** As the method defines it; smaller is more alike. */
  readonly distance: number;
  /** 0 to 100. */
  readonly likeness: number;
  /** By which the match moves later than the query; 0 where the method looks at no lags. */
  readonly lagMs: number;
  /** -1 where it moves the opposite way. */
  readonly sign: 1 | -1;
}

export interface SimilarityAnswer {
  /** What was compared; for the newest hour whole minutes, so that it may end a minute ago. */
  readonly range: TimeRange;
  /** The query's values on the grid, not normalised. */
  readonly queryValues: Float64Array<ArrayBuffer>;
  readonly matches: readonly SimilarityMatch[];
  /** Whether this is the last answer of the search. */
  readonly isFinal: boolean;
  /** Whether no series that was not looked at could stand among the matches. */
  readonly isExact: boolean;
  readonly comparedCount: number;
  readonly totalCount: number;
  /** How many series could not be compared, by reason, e.g. "flat", "empty", "starts-late". */
  readonly unmatchedCounts: Readonly<Record<string, number>>;
  readonly tookMs: number;
  /** Who compared; the shards where nothing is said. */
  readonly searchedBy?: SearchedBy;
  /** Whose series alone were searched and what to do, for a person; missing where all were. */
  readonly limitedTo?: string;
  /** Why the shards answered though a search engine is configured, for a person. */
  readonly whyShards?: string;
}

/** Kale's own shards, or a search engine: by Kale's plugin in it, or by scripts any engine can run. */
export type SearchedBy = "shards" | "plugin" | "painless";

/** Why a search cannot be made: told to the person who asked. */
export class SimilarityRefusal extends Error {
  override readonly name = "SimilarityRefusal";
  /** e.g. "unknown-series", "flat", "empty", "bad-lag", "cancelled" */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface SimilarityReader {
  /**
   * Resolves with the final answer; `onProgress` hears of better ones on the way.
   *
   * @param options.page  a newer search with the same page cancels this one
   * @throws SimilarityRefusal
   */
  search(
    query: SimilarityQuery,
    options: {
      readonly page?: string;
      readonly signal?: AbortSignal;
      readonly onProgress?: (answer: SimilarityAnswer) => void;
    },
  ): Promise<SimilarityAnswer>;
}

/** A window of a series that somebody saved, as it was. */
export interface CollectionItem {
  readonly name: string;
  readonly range: TimeRange;
  /** At most `collectionSampleCountMax` of each; ascending times. */
  readonly timesMs: readonly number[];
  readonly values: readonly number[];
}

export const collectionSampleCountMax = 720;

export interface Collection {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly createdMs: number;
  readonly changedMs: number;
  readonly items: readonly CollectionItem[];
}

export interface CollectionSummary {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly createdMs: number;
  readonly changedMs: number;
  /** Of its items, in their order. */
  readonly metrics: readonly string[];
}

/** What a collection is made from; its id and times are given by who keeps it. */
export interface NewCollection {
  readonly name: string;
  readonly note: string;
  readonly items: readonly CollectionItem[];
  /** Where it was made before and comes back from a file; now if not given. */
  readonly createdMs?: number;
  readonly changedMs?: number;
}

/** What is undefined stays as it is. */
export interface CollectionChange {
  readonly name?: string;
  readonly note?: string;
  readonly add?: readonly CollectionItem[];
  /** Places of items to leave out, counted before anything is added. */
  readonly remove?: readonly number[];
}

/** What a journal holds at most; beyond it refuses. */
export const collectionLimits = {
  collectionCountMax: 1_000,
  itemCountMax: 200,
  /** In Unicode characters. */
  nameLengthMax: 200,
  noteLengthMax: 20_000,
} as const;

export type CollectionFault =
  | "unknown-collection"
  | "name-taken"
  | "bad-name"
  | "bad-note"
  | "no-such-item"
  | "too-many-items"
  | "too-many-collections";

export type CollectionOutcome =
  | { readonly ok: true; readonly collection: Collection }
  | { readonly ok: false; readonly fault: CollectionFault };

/** A new collection found its name taken, so it got another. */
export interface CollectionRename {
  readonly from: string;
  readonly to: string;
}

export type CollectionImport =
  | {
      readonly ok: true;
      readonly ids: readonly string[];
      readonly renamed: readonly CollectionRename[];
    }
  | { readonly ok: false; readonly fault: CollectionFault };

/** An item and the collection it is in. */
export interface SavedItem {
  readonly collectionId: string;
  readonly collectionName: string;
  readonly item: CollectionItem;
}

/** Keeps collections across restarts. Names are unique. */
export interface CollectionJournal {
  /** Another one after each change: whoever matches against `items` then builds anew. */
  readonly revision: number;
  /** Sorted by name. */
  list(): CollectionSummary[];
  get(id: string): Collection | undefined;
  create(collection: NewCollection): CollectionOutcome;
  change(id: string, change: CollectionChange): CollectionOutcome;
  /** @returns whether there was one */
  remove(id: string): boolean;
  /** Takes all or none; a name that is taken gets a number behind it: "disk full (2)". */
  addAll(collections: readonly NewCollection[]): CollectionImport;
  /** @returns how many there were */
  wipe(): number;
  /** Every item of every collection, one at a time; not to be held open over a change. */
  items(): Iterable<SavedItem>;
  state(): { readonly collectionCount: number; readonly itemCount: number };
}

/** Collections of which another keeper has a copy that is kept in step. */
export interface ReplicableCollections extends CollectionJournal {
  /**
   * Takes a collection as it is, with its id and times, in place of what has this id. A name that
   * another one has gets a number behind it.
   */
  put(collection: Collection): void;
}

/** A saved collection that a window looks like. */
export interface SeenBefore {
  readonly collectionId: string;
  readonly collectionName: string;
  /** The item that is most alike, and how much: 0 to 100. */
  readonly itemName: string;
  readonly likeness: number;
  /** When the saved window was. */
  readonly range: TimeRange;
}

export interface SeenBeforeReader {
  /** Best first, at most a few, only those alike enough to be worth a word; empty if there is none. */
  seenBefore(name: string, range: TimeRange): Promise<readonly SeenBefore[]>;
  /** The same of a shape that was drawn or posted. */
  shapeSeenBefore(values: Float64Array): Promise<readonly SeenBefore[]>;
}
