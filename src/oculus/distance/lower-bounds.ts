/**
 * Cheap numbers that are never above the squared DTW distance, so that most rows need no DTW.
 *
 * - LB_Kim:   an alignment always pairs the first points with each other, and the last ones.
 * - LB_Keogh: a point of one row meets only values inside the other row's envelope; what it stands
 *   out by is paid in any alignment. Works both ways round: envelope of the query, or of the row.
 *
 * We add the two: the end points count with their true difference, the points between by the
 * envelope. This is at least as tight as either alone, since each line of the table is counted once.
 *
 * Sources: S. Kim, S. Park, W. Chu, "An index-based approach for similarity search supporting time
 * warping" (2001), in the reduced form of T. Rakthanmanon et al., "Searching and mining trillions of
 * time series subsequences under dynamic time warping" (2012); E. Keogh, C. Ratanamahatana, "Exact
 * indexing of dynamic time warping" (2005).
 */
import type { Envelope } from "./envelope.ts";
import type { ShapeRows } from "./rows.ts";

/** LB_Kim alone: the ends. */
export function kimBound(query: Float64Array, rows: ShapeRows, base: number): number {
  const last = query.length - 1;
  const first = query[0]! - rows[base]!;
  const final = query[last]! - rows[base + last]!;
  return last === 0 ? first * first : first * first + final * final;
}

/**
 * The ends and LB_Keogh of the row against the envelope of the query.
 *
 * @param limit  the sum is given up above it
 * @returns the bound, or some number above `limit` that is a bound too
 */
export function rowBound(
  query: Float64Array,
  envelope: Envelope,
  rows: ShapeRows,
  base: number,
  limit: number,
): number {
  const { lower, upper } = envelope;
  const last = query.length - 1;
  let sum = kimBound(query, rows, base);
  for (let i = 1; i < last;) {
    if (sum > limit) return sum;
    const blockEnd = i + 8 < last ? i + 8 : last;
    for (; i < blockEnd; i++) {
      const value = rows[base + i]!;
      const above = value - upper[i]!;
      const below = lower[i]! - value;
      if (above > 0) sum += above * above;
      else if (below > 0) sum += below * below;
    }
  }
  return sum;
}

/**
 * The ends and LB_Keogh the other way round: the query against the envelope of the row.
 *
 * @param tails  as long as the query; where the bound is within `limit`, filled with what the points
 *               after each one cost at the least
 */
export function queryBound(
  query: Float64Array,
  envelopeOfRow: Envelope,
  rows: ShapeRows,
  base: number,
  limit: number,
  tails: Float64Array,
): number {
  const { lower, upper } = envelopeOfRow;
  const last = query.length - 1;
  const first = query[0]! - rows[base]!;
  const final = query[last]! - rows[base + last]!;
  const firstSquared = last === 0 ? 0 : first * first;
  let sum = final * final;
  tails[last] = 0;
  for (let i = last - 1; i > 0; i--) {
    tails[i] = sum;
    const value = query[i]!;
    const above = value - upper[i]!;
    const below = lower[i]! - value;
    if (above > 0) sum += above * above;
    else if (below > 0) sum += below * below;
    if (sum + firstSquared > limit) return sum + firstSquared;
  }
  if (last > 0) tails[0] = sum;
  return sum + firstSquared;
}
