/** The φ-quantile of a few values, between the two nearest in rank. */

/**
 * @param values  sorted in place, NaN first
 * @returns NaN for none; infinities where φ lies outside 0 to 1
 */
export function quantileOf(phi: number, values: Float64Array): number {
  if (values.length === 0 || Number.isNaN(phi)) return NaN;
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  // The typed array puts NaN last.
  values.sort();
  let nanCount = 0;
  while (nanCount < values.length && Number.isNaN(values[values.length - 1 - nanCount]!)) {
    nanCount += 1;
  }
  const at = (rank: number): number => (rank < nanCount ? NaN : values[rank - nanCount]!);
  const rank = phi * (values.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(values.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return at(lower) * (1 - weight) + at(upper) * weight;
}
