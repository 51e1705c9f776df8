/** What the main thread and a shard say to each other about a search. */
import type {
  ShapePage,
  ShapeWindow,
  SimilarityMatch,
  SimilarityMethodName,
  TimeRange,
} from "../model/index.ts";

export interface ShapeQuestion {
  readonly name: string;
  readonly range: TimeRange;
  readonly pointCount: number;
}

/** The series on the grid: its values, or why it has none to compare. */
export type ShapeReply =
  | { readonly kind: "values"; readonly values: Float64Array<ArrayBuffer> }
  | { readonly kind: "unknown" }
  | { readonly kind: "fault"; readonly fault: string };

export interface ShardSearch {
  /** Of this search, the same in all shards. */
  readonly searchId: number;
  readonly range: TimeRange;
  /** Query on the grid, not normalised; as many as the grid has points. Empty for "change". */
  readonly values: Float64Array<ArrayBuffer>;
  readonly method: Exclude<SimilarityMethodName, "classic">;
  readonly bandShare: number | undefined;
  readonly radius: number | undefined;
  readonly lagMax: number | undefined;
  readonly inverse: boolean | undefined;
  readonly filter: string;
  readonly exclude: readonly string[];
  readonly excludeName: string | undefined;
  readonly limit: number;
  readonly offset: number;
  /** Then the answer is what was found by then. */
  readonly budgetMs: number;
}

/** A stretch of the table of this window: the rows of so many ids from `fromId` on. */
export interface ShapePageQuestion extends ShapeWindow {
  readonly fromId: number;
  readonly idCount: number;
}

export interface ShapePageReply {
  readonly page: ShapePage;
  /** Undefined where the table ends. */
  readonly nextId: number | undefined;
}

export interface ShardSearchReply {
  readonly searchId: number;
  readonly matches: readonly SimilarityMatch[];
  readonly isExact: boolean;
  readonly comparedCount: number;
  readonly totalCount: number;
  readonly unmatchedCounts: Readonly<Record<string, number>>;
  /** The search was refused: the shard's series find room at so many points, and no more. */
  readonly pointCountMax?: number;
}
