/** The question "what moved like this?", and its answer. */
import type { TimeRange } from "./ports.ts";

/** "change" asks what changed at the same time, whatever its shape; the others compare shapes. */
export const similarityMethodNames = [
  "best",
  "euclidean",
  "fastdtw",
  "dtw",
  "correlation",
  "change",
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
}

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
}
