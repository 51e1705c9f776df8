/**
 * Has the series ever been here? How far the value lies outside all it has been, in widths of that range.
 *
 * The rule of Numenta's detector for values outside the range seen so far, graded by distance. The range
 * creeps in by a thousandth of its width in a hundred rows, so that one wild value does not blind it for ever.
 */
import { cell } from "./layout.ts";
import type { Row } from "./row.ts";

const learnedRows = 50;
const creepPerRow = 1e-5;
const noveltyMax = 100;

/** @returns 0 inside the range, 1 one whole width outside */
export function judgeRange(cells: Float32Array, base: number, row: Row): number {
  const { value, rowCount } = row;
  if (rowCount === 1) {
    cells[base + cell.lowest] = value;
    cells[base + cell.highest] = value;
    return 0;
  }
  const lowest = cells[base + cell.lowest]!;
  const highest = cells[base + cell.highest]!;
  const width = highest - lowest;
  const outside = Math.max(value - highest, lowest - value, 0);
  cells[base + cell.lowest] = Math.min(value, lowest + creepPerRow * width);
  cells[base + cell.highest] = Math.max(value, highest - creepPerRow * width);
  if (outside === 0 || rowCount <= learnedRows) return 0;
  return width > 0 ? Math.min(noveltyMax, outside / width) : noveltyMax;
}
