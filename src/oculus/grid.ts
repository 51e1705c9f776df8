/**
 * Puts a series' samples on the time grid that all series of a search share.
 *
 * The window is cut into equal cells. A cell's value is the mean of the samples in it, so that a
 * series of finer steps is averaged and not picked from. A cell without a sample, because of a gap
 * or because the series has longer steps, is drawn straight between its filled neighbours; before
 * the first and behind the last sample the nearest value is kept. How much may be filled in that
 * way is limited, see `ShapeFault`: what we drew ourselves must not decide what is alike.
 */
import { assert } from "../base/assert.ts";
import type { TimeRange } from "../model/index.ts";
import { zNormalise, type ShapeFault } from "./shape.ts";

/** How much of the window may be empty at each end. */
export const edgeShareMax = 0.1;

/** How much of the window may be empty between two samples. */
export const gapShareMax = 0.2;

/** Grids series of one window; owns its counters, so one is used by one loop at a time. */
export class Grid {
  readonly range: TimeRange;
  readonly pointCount: number;
  readonly #counts: Int32Array;
  readonly #edgeCellsMax: number;
  readonly #gapCellsMax: number;

  constructor(range: TimeRange, pointCount: number) {
    assert(range.untilMs > range.fromMs, "a window has a length");
    assert(pointCount >= 2, "a shape has at least 2 points");
    this.range = range;
    this.pointCount = pointCount;
    this.#counts = new Int32Array(pointCount);
    this.#edgeCellsMax = Math.max(1, Math.floor(pointCount * edgeShareMax));
    this.#gapCellsMax = Math.max(1, Math.floor(pointCount * gapShareMax));
  }

  /**
   * Writes the value of each cell.
   *
   * @param timesMs  ascending; samples outside the window, and values that are not finite, are left out
   * @param count    how many samples the columns hold
   * @param into     `pointCount` values, overwritten
   */
  fill(
    timesMs: Float64Array,
    values: Float64Array,
    count: number,
    into: Float64Array,
  ): Exclude<ShapeFault, "flat"> | undefined {
    const { fromMs, untilMs } = this.range;
    const cells = this.pointCount;
    const counts = this.#counts;
    const perMs = cells / (untilMs - fromMs);
    counts.fill(0);
    into.fill(0);
    for (let i = 0; i < count; i++) {
      const timeMs = timesMs[i]!;
      const value = values[i]!;
      if (!(timeMs >= fromMs && timeMs < untilMs) || !Number.isFinite(value)) continue;
      const cell = Math.min(cells - 1, Math.floor((timeMs - fromMs) * perMs));
      counts[cell]! += 1;
      into[cell]! += shareOfRise(into[cell]!, value, counts[cell]!); // the mean so far: no sum to overflow
    }
    return this.#drawGaps(into);
  }

  /** As `fill`, then takes level and scale away. */
  shape(
    timesMs: Float64Array,
    values: Float64Array,
    count: number,
    into: Float64Array,
  ): ShapeFault | undefined {
    const fault = this.fill(timesMs, values, count, into);
    if (fault !== undefined) return fault;
    return zNormalise(into) ? undefined : "flat";
  }

  #drawGaps(cells: Float64Array): Exclude<ShapeFault, "flat"> | undefined {
    const counts = this.#counts;
    const length = cells.length;
    let first = 0;
    while (first < length && counts[first] === 0) first++;
    if (first === length) return "empty";
    if (first > this.#edgeCellsMax) return "starts-late";
    let last = length - 1;
    while (counts[last] === 0) last--;
    if (length - 1 - last > this.#edgeCellsMax) return "ends-early";

    let filled = first;
    for (let at = first + 1; at <= last; at++) {
      if (counts[at] === 0) continue;
      if (at - filled - 1 > this.#gapCellsMax) return "too-sparse";
      const rise = shareOfRise(cells[filled]!, cells[at]!, at - filled);
      for (let k = filled + 1; k < at; k++) cells[k] = cells[filled]! + rise * (k - filled);
      filled = at;
    }
    cells.fill(cells[first]!, 0, first);
    cells.fill(cells[last]!, last + 1);
    return undefined;
  }
}

/** (to - from) / parts, also where the difference is beyond all doubles. */
function shareOfRise(from: number, to: number, parts: number): number {
  const rise = to - from;
  return Number.isFinite(rise) ? rise / parts : to / parts - from / parts;
}
