/**
 * Queries of the kernel of distances in single precision, and how far its squares may be off.
 *
 * With e = 2^-24, a query q of norm |q|, and m points,
 *
 *     measured <= (d + e |q| √2m)² (1 + e (2m + 8))     where d is the true distance, plain or warped
 *
 * The first term is q's own rounding, since an alignment meets no point of q more often than 2m in
 * all; the second is that of the sums, of at most 2m squares. `reachOf` gives the right side, rounded up.
 *
 * Of absolute differences, which FastDTW adds up, any path meets at most 2m pairs, and so
 *
 *     measured <= (d + 2m e max|q|) (1 + e (2m + 8))    which is `absoluteReachOf`
 */

/** A query in single precision, with the envelope of its band: see `singleQuery`. */
export interface SingleQuery {
  readonly points: Float32Array<ArrayBuffer>;
  readonly lower: Float32Array<ArrayBuffer>;
  readonly upper: Float32Array<ArrayBuffer>;
  /** Differences count as they are, not by their squares. */
  readonly isAbsolute: boolean;
}

const unitRoundoff = 2 ** -24;

/**
 * @param lower  the lowest of the query at most a band away from each point; ends meet ends only, so
 * @param upper  there the envelope is the query itself
 */
export function singleQuery(
  query: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  isAbsolute = false,
): SingleQuery {
  const single = {
    isAbsolute,
    points: Float32Array.from(query),
    lower: Float32Array.from(lower),
    upper: Float32Array.from(upper),
  };
  for (const end of [0, query.length - 1]) {
    single.lower[end] = single.upper[end] = single.points[end]!;
  }
  return single;
}

/** For warping without a band, by absolute differences. */
export function absoluteQuery(query: Float64Array): SingleQuery {
  const lowest = query.reduce((a, b) => Math.min(a, b));
  const highest = query.reduce((a, b) => Math.max(a, b));
  const all = (value: number): Float64Array => new Float64Array(query.length).fill(value);
  return singleQuery(query, all(lowest), all(highest), true);
}

/** A number that no measured square exceeds whose true distance is at most `distance`. */
export function reachOf(distance: number, query: Float64Array): number {
  const pointCount = query.length;
  let squares = 0;
  for (let i = 0; i < pointCount; i++) squares += query[i]! * query[i]!;
  const rounded = distance + unitRoundoff * Math.sqrt(2 * pointCount * squares);
  // Twice the bound: for rounding here, and once more on the way into the kernel.
  return rounded * rounded * (1 + 2 * unitRoundoff * (2 * pointCount + 8));
}

/** The same for sums of absolute differences. */
export function absoluteReachOf(distance: number, query: Float64Array): number {
  const pairCount = 2 * query.length;
  const greatest = query.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const rounded = distance + pairCount * unitRoundoff * greatest;
  return rounded * (1 + 2 * unitRoundoff * (pairCount + 8));
}
