/** What a search can be asked for, what stands where nothing is said, and what cannot be. */
import { lagMaxOf } from "./distance/correlation.ts";
import { fastDtwCellMax } from "./distance/fast-dtw.ts";
import { matchCountMax } from "./nearest.ts";

export const similarityMethods = ["best", "euclidean", "fastdtw", "dtw", "correlation"] as const;
export type SimilarityMethod = (typeof similarityMethods)[number];

/** The best ranking by the measurements in docs/similarity.md. */
export const defaultMethod: SimilarityMethod = "best";

export interface SearchOptions {
  readonly method?: SimilarityMethod | undefined;
  /** Sakoe-Chiba band as a share of the window; for dtw and best. */
  readonly bandShare?: number | undefined;
  /** For fastdtw. */
  readonly radius?: number | undefined;
  /** Shifts tried either way, in points; for correlation, best and euclidean. */
  readonly lagMax?: number | undefined;
  /** Whether what moves the opposite way is alike too. */
  readonly inverse?: boolean | undefined;
  readonly limit?: number | undefined;
  /** How many of the nearest are skipped: the pages before. */
  readonly offset?: number | undefined;
  /** The series that the query was taken from. */
  readonly excludeId?: number | undefined;
  /**
   * Which series may be among the matches. Only asked for rows near enough to matter, so it may
   * look at names.
   */
  readonly accepts?: ((id: number) => boolean) | undefined;
}

/** Options with everything said. */
export interface SearchPlan {
  readonly method: SimilarityMethod;
  readonly bandShare: number;
  readonly radius: number;
  readonly lagMax: number;
  readonly inverse: boolean;
  readonly limit: number;
  readonly offset: number;
  readonly excludeId: number | undefined;
  readonly accepts: ((id: number) => boolean) | undefined;
}

export type SearchFault = "bad-method" | "bad-band" | "bad-radius" | "bad-lag" | "bad-limit";

const bandShareDefault = 0.05;
const radiusDefault = 5;
const radiusMax = 1_000_000;
/** Numbers that the tables of one search may hold: half a gigabyte. Long series with wide options need more. */
const tableCellMax = 2 ** 26;
const limitDefault = 20;

/** A twentieth of the window: three minutes of an hour. Longer ones find more chance than kin. */
export const lagShareDefault = 0.05;

export type PlannedSearch =
  | { readonly ok: true; readonly plan: SearchPlan }
  | { readonly ok: false; readonly fault: SearchFault; readonly message: string };

/**
 * Fills in defaults and refuses what cannot be. Correlation and best look for both signs unless told
 * not to; the others for the same sign unless told to.
 *
 * @param pointCount  points of the shapes to be compared
 */
export function planSearch(options: SearchOptions, pointCount: number): PlannedSearch {
  const method = options.method ?? defaultMethod;
  const looksAtLags = method === "correlation" || method === "best";
  const bandShare = options.bandShare ?? bandShareDefault;
  const radius = options.radius ?? radiusDefault;
  const lagLimit = lagMaxOf(pointCount);
  const lagDefault = looksAtLags ? Math.min(lagLimit, Math.ceil(lagShareDefault * pointCount)) : 0;
  const lagMax = options.lagMax ?? lagDefault;
  const limit = options.limit ?? limitDefault;
  const offset = options.offset ?? 0;

  if (!similarityMethods.includes(method)) {
    return refused("bad-method", `a method is one of ${similarityMethods.join(", ")}`);
  }
  if (!(bandShare >= 0 && bandShare <= 1)) {
    return refused("bad-band", "a band is a share of the window between 0 and 1");
  }
  if (!isWholeUpTo(radius, radiusMax)) {
    return refused("bad-radius", `a radius is a whole number from 0 to ${radiusMax}`);
  }
  if (method === "fastdtw" && fastDtwCellMax(pointCount, radius) > tableCellMax) {
    return refused(
      "bad-radius",
      `a radius of ${radius} over ${pointCount} points takes too much memory`,
    );
  }
  if (!isWholeUpTo(lagMax, lagLimit)) {
    return refused(
      "bad-lag",
      `a lag is a whole number of points from 0 to ${lagLimit}, half the window`,
    );
  }
  if (lagMax > 0 && (2 * lagMax + 4) * pointCount > tableCellMax) {
    return refused(
      "bad-lag",
      `lags up to ${lagMax} over ${pointCount} points take too much memory`,
    );
  }
  if (lagMax > 0 && !looksAtLags && method !== "euclidean") {
    return refused("bad-lag", `${method} looks at no lags: it warps instead`);
  }
  if (
    !isWholeUpTo(limit, matchCountMax) ||
    limit === 0 ||
    !isWholeUpTo(offset, matchCountMax - limit)
  ) {
    return refused(
      "bad-limit",
      `limit is at least 1, limit and offset together at most ${matchCountMax}`,
    );
  }
  return {
    ok: true,
    plan: {
      method,
      bandShare,
      radius,
      lagMax,
      inverse: options.inverse ?? looksAtLags,
      limit,
      offset,
      excludeId: options.excludeId,
      accepts: options.accepts,
    },
  };
}

function isWholeUpTo(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}

function refused(fault: SearchFault, message: string): PlannedSearch {
  return { ok: false, fault, message };
}
