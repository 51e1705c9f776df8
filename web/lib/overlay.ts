/**
 * The query's line laid over a match: moved by the lag found, turned over where the match moves the
 * opposite way, and brought to the match's own level and scale, as the search sees them.
 */
import type { Point } from "./columns.ts";

export interface OverlayQuery {
  /** Equal cells from `from` to `until`; null where there is none. */
  readonly values: readonly (number | null)[];
  readonly from: number;
  readonly until: number;
}

/**
 * @param match  the match's own points, ascending
 * @returns the query's line on the match's scale; empty where one of both has no points
 */
export function overlayOf(
  { values, from, until }: OverlayQuery,
  match: readonly Point[],
  { lag, sign }: { readonly lag: number; readonly sign: 1 | -1 },
): Point[] {
  const step = (until - from) / values.length;
  const line = values.flatMap((value, i): Point[] =>
    value === null ? [] : [[from + (i + 0.5) * step + lag, value * sign]],
  );
  const inWindow = match.filter(([time]) => time >= from && time < until);
  const seen = line.filter(([time]) => time >= from && time < until);
  if (inWindow.length === 0 || seen.length === 0) return [];
  // Each side is measured where both are: the part that the lag pushes out must not tilt the scale.
  const [start, end] = [from + Math.max(0, lag), until + Math.min(0, lag)];
  const shared = inWindow.filter(([time]) => time >= start && time < end);
  const target = momentsOf(shared.length > 1 ? shared : inWindow);
  const source = momentsOf(seen);
  const scale = source.deviation === 0 ? 0 : target.deviation / source.deviation;
  return line.map(([time, value]): Point => [time, target.mean + (value - source.mean) * scale]);
}

function momentsOf(points: readonly Point[]): { mean: number; deviation: number } {
  let mean = 0;
  for (const [, value] of points) mean += value / points.length;
  let square = 0;
  for (const [, value] of points) square += (value - mean) ** 2 / points.length;
  return { mean, deviation: Math.sqrt(square) };
}
