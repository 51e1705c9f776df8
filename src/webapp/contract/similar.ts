/** Searches by shape. */

export type SimilarMethod =
  "best" | "euclidean" | "fastdtw" | "dtw" | "correlation" | "change" | "classic";

/** A saved collection that a window looks like: "seen before: NAME, 93 %". */
export interface SeenBeforeJson {
  collection: string;
  name: string;
  /** The saved metric that is most alike. */
  metric: string;
  likeness: number;
  from: number;
  until: number;
}

export interface SimilarMatchJson {
  name: string;
  /** The likeness, 0 to 100; the same number twice, for the original's readers. */
  score: number;
  likeness: number;
  /** Raw, as the method defines it; smaller is more alike. */
  distance: number;
  /** Seconds by which the match moves later than the query; negative: earlier. */
  lag: number;
  sign: 1 | -1;
}

/**
 * GET /kale/similar, and POST of `{"values":[…]}` for a drawn shape. With
 * `Accept: application/x-ndjson` a line of this for each better answer, the last with `final: true`.
 */
export interface SimilarJson {
  query: {
    name: string | null;
    /** What was compared: may be moved to the grid, by up to a minute. */
    from: number;
    until: number;
    method: SimilarMethod;
    /** On the grid, not normalised; null where there is none. */
    values: (number | null)[];
  };
  matches: SimilarMatchJson[];
  final: boolean;
  exact: boolean;
  compared: number;
  total: number;
  /** Metrics that could not be compared, by reason. */
  unmatched: Record<string, number>;
  tookMs: number;
  /** Who compared: Kale's shards, or the search engine by Kale's plugin or by its own scripts. */
  searchedBy: "shards" | "plugin" | "painless";
  /** Why the shards did though a search engine is configured; null otherwise. */
  whyShards: string | null;
  /** That only a part of all metrics was searched, and what to do about it; null where all were. */
  limitedTo: string | null;
  /** Only in the final answer to a named query. */
  seenBefore: SeenBeforeJson[];
}
