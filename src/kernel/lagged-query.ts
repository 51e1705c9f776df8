/**
 * Queries of the kernel (wasm/distances.ts) that look at lags: correlation, and the ranking `best` on
 * smoothed rows. What they define is src/oculus/distance/correlation.ts and src/oculus/measures.ts; the
 * kernel gives numbers that are never above the distance, so that a search answers the same with it.
 *
 * How far single precision may be off, with u = 2^-24, m points, lags up to L, and rows that are
 * z-normalised before they were rounded:
 *
 *     product      of a line of length 1 with a row: √m · dotError, where
 *                  dotError = u ((m + 3L) / 4 + 8)         a lane adds m / 4 terms; the line is rounded too
 *     scatter      m less what was cut off: m · (20 u + 4 dotError)
 *
 * A smoothed view differs from the definition's, which is rounded to single precision itself, by
 * `viewError` as a root mean square. Smoothing by a triangle of half base w adds w + 3 roundings to each
 * point, mean and variance m / 8 + 5; the triangle lengthens a row at most by
 * G² = ½ (1 + 1/w) + (w² - 1) / 6w, its greatest column sum, since the end values go on; and dividing by the
 * deviation that is left, s, enlarges all of it by up to G² / s²:
 *
 *     viewError  <=  2 u G² (m + 2w + 32) / s²         twice the bound, as s is that of the kernel
 *
 * Of views the product may be off by √m (viewError + dotError), the scatter by m (10 viewError + 4 dotError),
 * and a warped distance by viewError √m √(2 band + 1), since an alignment meets no point more often than
 * 2 band + 1 times. All of these are given away in full: bounds are a little lower than need be.
 */
import { assert } from "../base/assert.ts";
import { kernelLagMax, lagFloats, lagGroups, paddedCount } from "./row-memory.ts";
import type { SingleQuery } from "./single-query.ts";

const unitRoundoff = 2 ** -24;

/** Lines of a query for each lag, as the kernel reads them, and how far it may be off. */
export interface LaggedQuery {
  readonly lines: Float32Array<ArrayBuffer>;
  readonly lags: Float32Array<ArrayBuffer>;
  readonly laterGroupCount: number;
  readonly earlierGroupCount: number;
  /** Rows that move the opposite way count too. */
  readonly isEitherSign: boolean;
  readonly dotError: number;
  /** Of rows that are read as they are. */
  readonly productError: number;
  readonly scatterError: number;
}

/** For rows smoothed by a triangle of half base `width`. */
export interface BestQuery {
  readonly lagged: LaggedQuery;
  /** The view of the query, with its envelope. */
  readonly single: SingleQuery;
  readonly band: number;
  readonly width: number;
  /** The error of a view times the variance that smoothing left. */
  readonly errorScale: number;
  /** By how much a warped distance may be off for each deviation that a view is. */
  readonly spread: number;
}

/**
 * @param lineOf  of a lag, as long as a row: the query's overlap, centred and of length 1, where the row's
 *                points stand, zeros elsewhere; undefined for a lag that is left out
 * @returns undefined where the kernel has no room for so many lags
 */
export function laggedQuery(
  lineOf: (lag: number) => Float64Array | undefined,
  {
    pointCount,
    lagMax,
    isEitherSign,
  }: {
    readonly pointCount: number;
    readonly lagMax: number;
    readonly isEitherSign: boolean;
  },
): LaggedQuery | undefined {
  if (lagMax > kernelLagMax(pointCount)) return undefined;
  const { later, earlier } = lagGroups(lagMax);
  const groupFloats = 4 * paddedCount(pointCount);
  const lines = new Float32Array((later + earlier) * groupFloats);
  const lags = new Float32Array((later + earlier) * lagFloats);
  const masks = new Int32Array(lags.buffer);
  for (let lag = -lagMax; lag <= lagMax; lag++) {
    const line = lineOf(lag);
    if (line === undefined) continue;
    assert(line.length === pointCount, "a line is as long as a row");
    // 0, 1, 2, 3 | 4, … and behind them -1, -2, -3, -4 | -5, …
    const place = lag >= 0 ? lag : 4 * later - 1 - lag;
    const group = place >> 2;
    const lane = place & 3;
    lags[lagFloats * group + lane] = 1 / (pointCount - Math.abs(lag));
    masks[lagFloats * group + 4 + lane] = -1;
    for (let j = 0; j < pointCount; j++) {
      lines[group * groupFloats + (j & ~3) * 4 + 4 * lane + (j & 3)] = line[j]!;
    }
  }
  const dotError = unitRoundoff * ((pointCount + 3 * lagMax) / 4 + 8);
  return {
    lines,
    lags,
    laterGroupCount: later,
    earlierGroupCount: earlier,
    isEitherSign,
    dotError,
    productError: Math.sqrt(pointCount) * dotError,
    scatterError: pointCount * (20 * unitRoundoff + 4 * dotError),
  };
}

/** @param single  the query's view, with the envelope of `band` */
export function bestQuery(
  lagged: LaggedQuery,
  single: SingleQuery,
  { band, width }: { readonly band: number; readonly width: number },
): BestQuery {
  const pointCount = single.points.length;
  assert(width >= 1 && 2 * width <= pointCount, "a row is smoothed over a part of it");
  const stretch = (1 + 1 / width) / 2 + (width * width - 1) / (6 * width);
  return {
    lagged,
    single,
    band,
    width,
    errorScale: 2 * unitRoundoff * stretch * (pointCount + 2 * width + 32),
    spread: Math.sqrt(pointCount * (2 * band + 1)),
  };
}
