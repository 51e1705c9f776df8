/**
 * FastDTW: an approximate warping path in linear time, as the original Oculus used it.
 *
 * Both rows are halved by averaging until they are short, aligned there exactly, and the path found
 * is projected back up level by level, each time searched within `radius` cells around it. Local
 * cost |a - b|, steps (1,0), (0,1), (1,1); the distance is the sum along the path, not divided by
 * its length.
 *
 * Source: S. Salvador, P. Chan, "Toward accurate dynamic time warping in linear time and space"
 * (2007), with the details of the authors' own program where the paper leaves them open:
 *
 * - the coarse row has floor(n / 2) points; where n is odd one block is larger, by rounding;
 * - a diagonal step of the coarse path adds the two cells at its corner;
 * - the window grows by 1, then by radius - 1, in eight directions, folded back at the table's rim;
 * - of equal predecessors the diagonal one is taken, else the one nearer to the main diagonal.
 *
 * The cost of any path is at least that of the best one, so bounds of unconstrained DTW hold for it.
 * The last level, where most of the work is, is given up as soon as no cell is within the cutoff.
 *
 * Of each table only the window is kept, line behind line, so that memory is linear in the length too.
 */
import { assert } from "../../base/assert.ts";
import type { ShapeRows } from "./rows.ts";

/** One resolution: the two rows averaged, the window of each line, and the table of costs. */
interface Level {
  readonly length: number;
  readonly query: Float64Array;
  readonly row: Float64Array;
  /** How many points of the next finer level each point stands for. */
  readonly blockSizes: Int32Array;
  /** First and last column of each line, the line being a point of the query. */
  readonly low: Int32Array;
  readonly high: Int32Array;
}

/**
 * More cells than this no level's window has: a path has at most 2n cells, each grows by `radius` to all
 * sides, and no line is longer than the row.
 */
export function fastDtwCellMax(length: number, radius: number): number {
  return length * Math.min(length, 8 * (radius + 2));
}

/** Compares rows of one length with one query; owns all its buffers and allocates once. */
export class FastDtw {
  /** Finest first. */
  readonly #levels: Level[] = [];
  readonly #radius: number;
  /** The windows' cells of the level under way, and where in them each line would have its column 0. */
  #costs: Float64Array;
  readonly #lineAt: Int32Array;
  readonly #pathLines: Int32Array;
  readonly #pathColumns: Int32Array;
  readonly #lowBefore: Int32Array;
  readonly #highBefore: Int32Array;
  #pathLength = 0;

  constructor(query: Float64Array, radius: number) {
    assert(radius >= 0, "a radius is not negative");
    this.#radius = radius;
    let points = query;
    let blockSizes = new Int32Array(query.length).fill(1);
    for (;;) {
      this.#levels.push({
        length: points.length,
        query: points,
        row: new Float64Array(points.length),
        blockSizes,
        low: new Int32Array(points.length),
        high: new Int32Array(points.length),
      });
      if (points.length <= radius + 2) break;
      blockSizes = halvingBlocks(points.length);
      const coarse = new Float64Array(blockSizes.length);
      average(points, blockSizes, coarse);
      points = coarse;
    }
    const length = query.length;
    this.#costs = new Float64Array(8 * length);
    this.#lineAt = new Int32Array(length);
    this.#pathLines = new Int32Array(2 * length);
    this.#pathColumns = new Int32Array(2 * length);
    this.#lowBefore = new Int32Array(length);
    this.#highBefore = new Int32Array(length);
  }

  /**
   * @param cutoff  distances above it are of no interest
   * @returns the cost of the path found, or Infinity where it is above `cutoff`
   */
  distance(rows: ShapeRows, base: number, cutoff: number): number {
    const levels = this.#levels;
    const finest = levels[0]!;
    for (let i = 0; i < finest.length; i++) finest.row[i] = rows[base + i]!;
    for (let k = 1; k < levels.length; k++) {
      average(levels[k - 1]!.row, levels[k]!.blockSizes, levels[k]!.row);
    }
    const coarsest = levels[levels.length - 1]!;
    coarsest.low.fill(0);
    coarsest.high.fill(coarsest.length - 1);
    for (let k = levels.length - 1; k > 0; k--) {
      this.#fillCosts(levels[k]!, Infinity);
      this.#trace(levels[k]!);
      this.#project(levels[k]!, levels[k - 1]!);
    }
    return this.#fillCosts(finest, cutoff);
  }

  /** Fills the window of the table. @returns its last cell, or Infinity where that is above `cutoff` */
  #fillCosts(level: Level, cutoff: number): number {
    const { length, low, high } = level;
    let cellCount = 0;
    for (let i = 0; i < length; i++) {
      this.#lineAt[i] = cellCount - low[i]!;
      cellCount += high[i]! - low[i]! + 1;
    }
    if (cellCount > this.#costs.length) {
      this.#costs = new Float64Array(Math.ceil(1.25 * cellCount));
    }
    return fillCosts(level, this.#lineAt, this.#costs, cutoff);
  }

  /** Walks the table back from its last cell; the path is kept from its end to its start. */
  #trace(level: Level): void {
    const { length } = level;
    let i = length - 1;
    let j = length - 1;
    let count = 0;
    this.#pathLines[count] = i;
    this.#pathColumns[count++] = j;
    while (i > 0 || j > 0) {
      const diagonal = this.#costAt(level, i - 1, j - 1);
      const up = this.#costAt(level, i - 1, j);
      const left = this.#costAt(level, i, j - 1);
      if (diagonal <= up && diagonal <= left) {
        i--;
        j--;
      } else if (up < left || (up === left && i > j)) i--;
      else j--;
      this.#pathLines[count] = i;
      this.#pathColumns[count++] = j;
    }
    this.#pathLength = count;
  }

  #costAt({ low, high }: Level, i: number, j: number): number {
    return i >= 0 && j >= low[i]! && j <= high[i]! ? this.#costs[this.#lineAt[i]! + j]! : Infinity;
  }

  #project(coarse: Level, fine: Level): void {
    const { low, high, length } = fine;
    low.fill(length);
    high.fill(-1);
    let line = 0;
    let column = 0;
    for (let k = this.#pathLength - 1; k >= 0; k--) {
      const i = this.#pathLines[k]!;
      const j = this.#pathColumns[k]!;
      if (k < this.#pathLength - 1) {
        const lineBefore = this.#pathLines[k + 1]!;
        const columnBefore = this.#pathColumns[k + 1]!;
        if (j > columnBefore) column += coarse.blockSizes[columnBefore]!;
        if (i > lineBefore) line += coarse.blockSizes[lineBefore]!;
        if (j > columnBefore && i > lineBefore) {
          mark(low, high, line - 1, column);
          mark(low, high, line, column - 1);
        }
      }
      for (let x = 0; x < coarse.blockSizes[i]!; x++) {
        mark(low, high, line + x, column);
        mark(low, high, line + x, column + coarse.blockSizes[j]! - 1);
      }
    }
    if (this.#radius > 0) this.#widen(fine, 1);
    if (this.#radius > 1) this.#widen(fine, this.#radius - 1);
  }

  /**
   * Moves every cell of the window by `by` in eight directions and marks where it lands; what would
   * leave the table is stopped at its rim, diagonals on their way.
   *
   * Lines of a window begin and end ever farther right, so of the eight only two can lower a line's
   * begin, straight left and down left, and only their opposites can raise its end; and only the
   * outermost cell of a line matters. But near the first and last column a diagonal is stopped on
   * its way, so there each cell lands on a line of its own.
   */
  #widen({ low, high, length }: Level, by: number): void {
    const last = length - 1;
    const lowBefore = this.#lowBefore;
    const highBefore = this.#highBefore;
    lowBefore.set(low);
    highBefore.set(high);
    for (let i = 0; i < length; i++) {
      const from = lowBefore[i]!;
      const until = highBefore[i]!;
      const down = by < last - i ? by : last - i;
      const up = by < i ? by : i;
      low[i] = Math.min(low[i]!, from > by ? from - by : 0);
      for (let j = from; j <= until; j++) {
        const step = j < down ? j : down;
        if (j - step < low[i + step]!) low[i + step] = j - step;
        if (j >= by) break;
      }
      high[i] = Math.max(high[i]!, until + by < last ? until + by : last);
      for (let j = until; j >= from; j--) {
        const step = last - j < up ? last - j : up;
        if (j + step > high[i - step]!) high[i - step] = j + step;
        if (last - j >= by) break;
      }
    }
  }
}

function mark(low: Int32Array, high: Int32Array, line: number, column: number): void {
  if (column < low[line]!) low[line] = column;
  if (column > high[line]!) high[line] = column;
}

/** Sizes of the floor(length / 2) blocks whose ends are rounded multiples of their mean size. */
function halvingBlocks(length: number): Int32Array<ArrayBuffer> {
  const count = Math.floor(length / 2);
  const sizes = new Int32Array(count);
  for (let k = 0, start = 0; k < count; k++) {
    const end = Math.round((length / count) * (k + 1));
    sizes[k] = end - start;
    start = end;
  }
  return sizes;
}

function average(points: Float64Array, blockSizes: Int32Array, into: Float64Array): void {
  let at = 0;
  for (let k = 0; k < blockSizes.length; k++) {
    const size = blockSizes[k]!;
    let sum = 0;
    for (let x = 0; x < size; x++) sum += points[at++]!;
    into[k] = sum / size;
  }
}

function fillCosts(level: Level, lineAt: Int32Array, costs: Float64Array, cutoff: number): number {
  const { length, query, row, low, high } = level;
  for (let i = 0; i < length; i++) {
    const point = query[i]!;
    const from = low[i]!;
    const until = high[i]!;
    const lowAbove = i > 0 ? low[i - 1]! : 0;
    const highAbove = i > 0 ? high[i - 1]! : -1;
    const line = lineAt[i]!;
    const above = i > 0 ? lineAt[i - 1]! : 0;
    let left = Infinity;
    let diagonal = i === 0 && from === 0 ? 0 : Infinity;
    if (i > 0 && from - 1 >= lowAbove && from - 1 <= highAbove) diagonal = costs[above + from - 1]!;
    let least = Infinity;
    for (let j = from; j <= until; j++) {
      const up = j >= lowAbove && j <= highAbove ? costs[above + j]! : Infinity;
      let before = diagonal < left ? diagonal : left;
      if (up < before) before = up;
      diagonal = up;
      left = before + Math.abs(point - row[j]!);
      costs[line + j] = left;
      if (left < least) least = left;
    }
    if (least > cutoff) return Infinity;
  }
  const distance = costs[lineAt[length - 1]! + length - 1]!;
  return distance <= cutoff ? distance : Infinity;
}
