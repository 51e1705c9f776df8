/**
 * Euclidean distance of z-normalised rows, squared.
 *
 * For rows of m points with mean 0 and deviation 1 it is the same order as Pearson's correlation r:
 *
 *     d² = Σ(q - c)² = 2m(1 - r)        and for the mirrored query  Σ(q + c)² = 2m(1 + r)
 *
 * Two forms: the exact one adds from the first point to the last, so that equal rows give equal
 * distances; the quick one adds in four strands, gives up beyond a limit, and may differ from the
 * exact one in the last bits. A search filters with the quick form and ranks with the exact one.
 */
import type { ShapeRows } from "./rows.ts";

/**
 * @param query  z-normalised, as long as a row
 * @param base   where the row begins in `rows`
 * @param sign   -1 mirrors the row
 */
export function euclideanSquared(
  query: Float64Array,
  rows: ShapeRows,
  base: number,
  sign: number,
): number {
  let sum = 0;
  for (let i = 0; i < query.length; i++) {
    const difference = query[i]! - sign * rows[base + i]!;
    sum += difference * difference;
  }
  return sum;
}

/**
 * Whether the squared distance may be at most `limit`. False only where it is surely above.
 *
 * Twelve points at a time: unrelated rows part quickly, so that most are given up after a few
 * blocks, and the blocks are long enough to keep the four strands busy.
 */
export function isWithinEuclidean(
  query: Float64Array,
  rows: ShapeRows,
  base: number,
  limit: number,
): boolean {
  const length = query.length;
  const limitWithSlack = limit + limit * roundingSlack;
  let sum = 0;
  let i = 0;
  for (const blocksEnd = length - (length % 12); i < blocksEnd; i += 12) {
    const at = base + i;
    const a = query[i]! - rows[at]!;
    const b = query[i + 1]! - rows[at + 1]!;
    const c = query[i + 2]! - rows[at + 2]!;
    const d = query[i + 3]! - rows[at + 3]!;
    const e = query[i + 4]! - rows[at + 4]!;
    const f = query[i + 5]! - rows[at + 5]!;
    const g = query[i + 6]! - rows[at + 6]!;
    const h = query[i + 7]! - rows[at + 7]!;
    const k = query[i + 8]! - rows[at + 8]!;
    const l = query[i + 9]! - rows[at + 9]!;
    const m = query[i + 10]! - rows[at + 10]!;
    const n = query[i + 11]! - rows[at + 11]!;
    sum +=
      a * a +
      e * e +
      k * k +
      (b * b + f * f + l * l) +
      (c * c + g * g + m * m) +
      (d * d + h * h + n * n);
    if (sum > limitWithSlack) return false;
  }
  for (; i < length; i++) {
    const difference = query[i]! - rows[base + i]!;
    sum += difference * difference;
  }
  return sum <= limitWithSlack;
}

/** The product of query and row, in four strands; m·r for z-normalised rows. */
export function dotProduct(query: Float64Array, rows: ShapeRows, base: number): number {
  const length = query.length;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (const blocksEnd = length - (length % 4); i < blocksEnd; i += 4) {
    const at = base + i;
    a += query[i]! * rows[at]!;
    b += query[i + 1]! * rows[at + 1]!;
    c += query[i + 2]! * rows[at + 2]!;
    d += query[i + 3]! * rows[at + 3]!;
  }
  for (; i < length; i++) a += query[i]! * rows[base + i]!;
  return a + b + (c + d);
}

/** Sums of some hundred doubles in another order agree far better than this. */
const roundingSlack = 1e-11;
