/**
 * The view that the ranking `best` has of a shape: smoothed over a thirtieth of the window, then
 * z-normalised again.
 *
 * Neighbouring points of real movements agree and those of noise do not, so a little smoothing
 * takes noise from both sides of a comparison; how much it gains is measured in docs/similarity.md.
 * The weights are a triangle, 1 2 1 at 60 points; beyond the ends the end value goes on.
 */
import type { ShapeRows } from "./distance/rows.ts";

/** Half the base of the triangle in points; 1 leaves the shape as it is. */
export function smoothingWidth(pointCount: number): number {
  return Math.max(1, Math.round(pointCount / 30));
}

/**
 * @param base  where the row begins in `rows`
 * @param into  `length` points from 0 on
 * @returns false where nothing is left of the shape
 */
export function smooth(rows: ShapeRows, base: number, length: number, into: ShapeRows): boolean {
  const width = smoothingWidth(length);
  const first = rows[base]!;
  const end = base + length - 1;
  const last = rows[end]!;
  // `sum` is the triangle around point i; moving on by one adds `ahead` and takes `behind` away.
  let sum = first * width;
  let ahead = 0;
  let behind = first * width;
  for (let k = 1; k < width; k++)
    sum += (width - k) * (first + (k < length ? rows[base + k]! : last));
  for (let k = 1; k <= width; k++) ahead += k < length ? rows[base + k]! : last;
  const weight = 1 / (width * width);
  let total = 0;
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const value = sum * weight;
    into[i] = value;
    total += value;
    squares += value * value;
    sum += ahead - behind;
    const next = i + 1 < length ? rows[base + i + 1]! : last;
    ahead += (i + 1 + width < length ? rows[base + i + 1 + width]! : last) - next;
    behind += next - (i + 1 - width >= 0 ? rows[base + i + 1 - width]! : first);
  }
  const mean = total / length;
  const variance = squares / length - mean * mean;
  if (!(variance > varianceMin)) return false;
  const scale = 1 / Math.sqrt(variance);
  for (let i = 0; i < length; i++) into[i] = (into[i]! - mean) * scale;
  return true;
}

/** Of a row whose variance was 1: what smoothing leaves of an alternating row is rounding. */
const varianceMin = 1e-9;
