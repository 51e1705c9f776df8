/**
 * Distances as people read them: 0 for what has nothing in common, 100 for the same shape.
 *
 * With m points and z-normalised rows:
 *
 *     correlation  100 · |r|
 *     euclidean    100 · (1 - d² / 2m)            which is 100 · r; below 0 counts as 0
 *     dtw          100 · (1 - d² / 2m)            r after the best warping inside the band
 *     fastdtw      100 · (1 - d / (m · 2/√π))     2/√π is the mean of |a - b| for unrelated normal points
 *     best         the mean of 100 · |r| at the best lag and of dtw's, both on smoothed rows
 */
import type { SimilarityMethod } from "./search-options.ts";

/** A row found: what of it does not depend on how it is called. */
export interface Match {
  readonly id: number;
  /** As the method defines it; smaller is more alike. */
  readonly distance: number;
  /** 0 to 100. */
  readonly likeness: number;
  /** Points by which the match moves later than the query; 0 where the method looks at no lags. */
  readonly lag: number;
  /** -1 where it moves the opposite way. */
  readonly sign: 1 | -1;
}

const meanUnrelatedDifference = 2 / Math.sqrt(Math.PI);

export function toMatch(
  method: SimilarityMethod,
  pointCount: number,
  distance: number,
  id: number,
  lag: number,
  sign: number,
): Match {
  return {
    id,
    distance,
    likeness: 100 * Math.min(1, Math.max(0, 1 - apartness(method, pointCount, distance))),
    lag,
    sign: sign < 0 ? -1 : 1,
  };
}

/** 0 for the same shape, about 1 for two that have nothing in common. */
function apartness(method: SimilarityMethod, pointCount: number, distance: number): number {
  if (method === "euclidean" || method === "dtw") return (distance * distance) / (2 * pointCount);
  if (method === "fastdtw") return distance / (meanUnrelatedDifference * pointCount);
  return distance;
}
