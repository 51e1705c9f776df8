/**
 * Distances that are dear to compute, each with a bound that is cheap: what `bounded-scan.ts` needs
 * to rank a whole table while computing few of them.
 */
import { bestQuery, type BestQuery, singleQuery, type SingleQuery } from "../kernel/index.ts";
import { FastDtw, fastDtwCellMax } from "./distance/fast-dtw.ts";
import { BandedDtw, bandOf, dtwStepCount } from "./distance/dtw.ts";
import { EnvelopeMaker, type Envelope } from "./distance/envelope.ts";
import { correlationStepCount, LaggedCorrelation } from "./distance/correlation.ts";
import { queryBound, rowBound } from "./distance/lower-bounds.ts";
import type { ShapeRows } from "./distance/rows.ts";
import type { SearchPlan } from "./search-options.ts";
import { smooth, smoothingWidth } from "./smoothing.ts";

export interface BoundedMeasure {
  /** Steps of an inner loop that these take for one row, at most. */
  readonly boundSteps: number;
  readonly distanceSteps: number;
  /** Of the row last given to `distance`. */
  readonly lag: number;
  readonly sign: number;
  /** A number not above the distance; above `limit` it may stop short of the best bound. */
  bound(rows: ShapeRows, base: number, limit: number): number;
  /** The distance, or some number above `cutoff` where it is. */
  distance(rows: ShapeRows, base: number, cutoff: number): number;
}

/** Banded DTW of the row or of its mirror image. */
export class DtwMeasure implements BoundedMeasure {
  readonly lag = 0;
  sign = 1;
  readonly boundSteps: number;
  readonly distanceSteps: number;
  readonly band: number;
  /** For a kernel: the query, and where asked for its mirror image, with their envelopes. */
  readonly singles: readonly SingleQuery[];

  readonly #sides: DtwSide[];

  constructor(query: Float64Array, plan: SearchPlan) {
    this.band = bandOf(plan.bandShare, query.length);
    this.#sides = [new DtwSide(query, this.band)];
    if (plan.inverse) this.#sides.push(new DtwSide(mirrored(query), this.band));
    this.singles = this.#sides.map((side) => side.single());
    this.boundSteps = this.#sides.length * query.length;
    this.distanceSteps = this.#sides.length * dtwStepCount(query.length, this.band);
  }

  bound(rows: ShapeRows, base: number, limit: number): number {
    const squaredLimit = squareAbove(limit);
    const bound = this.#sides[0]!.bound(rows, base, squaredLimit);
    if (this.#sides.length === 1) return Math.sqrt(bound);
    return Math.sqrt(Math.min(bound, this.#sides[1]!.bound(rows, base, squaredLimit)));
  }

  distance(rows: ShapeRows, base: number, cutoff: number): number {
    const squaredCutoff = squareAbove(cutoff);
    const same = this.#sides[0]!.squared(rows, base, squaredCutoff);
    this.sign = 1;
    if (this.#sides.length === 1) return Math.sqrt(same);
    const opposite = this.#sides[1]!.squared(rows, base, Math.min(squaredCutoff, same));
    if (!(opposite < same)) return Math.sqrt(same);
    this.sign = -1;
    return Math.sqrt(opposite);
  }
}

/** FastDTW of the row or of its mirror image. */
export class FastDtwMeasure implements BoundedMeasure {
  readonly lag = 0;
  sign = 1;
  readonly boundSteps: number;
  readonly distanceSteps: number;

  /** The query, and where asked for its mirror image. */
  readonly sides: readonly Float64Array[];

  readonly #distances: FastDtw[];
  readonly #lowest: number[];
  readonly #highest: number[];

  constructor(query: Float64Array, plan: SearchPlan) {
    this.sides = plan.inverse ? [query, mirrored(query)] : [query];
    this.#distances = this.sides.map((side) => new FastDtw(side, plan.radius));
    this.boundSteps = this.sides.length * query.length;
    this.distanceSteps = this.sides.length * fastDtwCellMax(query.length, plan.radius);
    this.#lowest = this.sides.map((side) => side.reduce((a, b) => Math.min(a, b)));
    this.#highest = this.sides.map((side) => side.reduce((a, b) => Math.max(a, b)));
  }

  /**
   * Ends meet ends, and a point of the row beyond all of the query pays at least what it stands out.
   * Holds for every path, so for the one FastDTW finds. B.-K. Yi and others, "Efficient retrieval of
   * similar time sequences under time warping" (1998).
   */
  bound(rows: ShapeRows, base: number): number {
    let least = Infinity;
    for (let side = 0; side < this.sides.length; side++) {
      const query = this.sides[side]!;
      const lowest = this.#lowest[side]!;
      const highest = this.#highest[side]!;
      const last = query.length - 1;
      let sum = Math.abs(query[0]! - rows[base]!) + Math.abs(query[last]! - rows[base + last]!);
      for (let j = 1; j < last; j++) {
        const value = rows[base + j]!;
        if (value > highest) sum += value - highest;
        else if (value < lowest) sum += lowest - value;
      }
      if (sum < least) least = sum;
    }
    return least;
  }

  distance(rows: ShapeRows, base: number, cutoff: number): number {
    const same = this.#distances[0]!.distance(rows, base, cutoff);
    this.sign = 1;
    if (this.#distances.length === 1) return same;
    const opposite = this.#distances[1]!.distance(rows, base, Math.min(cutoff, same));
    if (!(opposite < same)) return same;
    this.sign = -1;
    return opposite;
  }
}

/**
 * The default ranking: half of what lagged correlation says, half of what banded DTW says, both of
 * smoothed rows and of the same sign.
 *
 *     distance = (1 - |r|) / 2 + d² / 4m         0: the same shape; about 1: nothing in common
 *
 * Correlation finds what is shifted but is led astray by stretched time; DTW the other way round. A
 * row that either takes for kin by chance, the other does not.
 */
export class BestMeasure implements BoundedMeasure {
  lag = 0;
  sign = 1;
  readonly boundSteps: number;
  readonly distanceSteps: number;

  readonly #correlation: LaggedCorrelation;
  readonly #same: DtwSide;
  readonly #opposite: DtwSide;
  readonly #length: number;
  readonly #row: ShapeRows;
  readonly #band: number;

  /** @param like  an array of the kind that rows come in: one kind keeps the loops fast */
  constructor(query: Float64Array, plan: SearchPlan, like: ShapeRows) {
    const length = query.length;
    const view = new Float64Array(length);
    if (!smooth(query as Float64Array<ArrayBuffer>, 0, length, view)) view.set(query);
    this.#length = length;
    this.#row = like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
    this.#correlation = new LaggedCorrelation(
      view,
      plan.lagMax,
      plan.inverse ? "both" : "positive",
    );
    const band = bandOf(plan.bandShare, length);
    this.#band = band;
    this.#same = new DtwSide(view, band);
    this.#opposite = new DtwSide(mirrored(view), band);
    this.boundSteps = correlationStepCount(length, plan.lagMax);
    this.distanceSteps = this.boundSteps + dtwStepCount(length, band);
  }

  /** The same query for a kernel; undefined where it has no room for so many lags. */
  kernelQuery(): BestQuery | undefined {
    const lagged = this.#correlation.kernelQuery();
    if (lagged === undefined) return undefined;
    const width = smoothingWidth(this.#length);
    return bestQuery(lagged, this.#same.single(), { band: this.#band, width });
  }

  bound(rows: ShapeRows, base: number, limit: number): number {
    const correlationPart = this.#view(rows, base);
    if (correlationPart > limit) return correlationPart;
    const side = this.sign < 0 ? this.#opposite : this.#same;
    const scale = 4 * this.#length;
    return correlationPart + side.bound(this.#row, 0, (limit - correlationPart) * scale) / scale;
  }

  distance(rows: ShapeRows, base: number, cutoff: number): number {
    const correlationPart = this.#view(rows, base);
    if (correlationPart > cutoff) return Infinity;
    const side = this.sign < 0 ? this.#opposite : this.#same;
    const scale = 4 * this.#length;
    // A hair more than is left, so that rounding of this difference loses no row at the cutoff.
    const warpingCutoff = (cutoff - correlationPart) * scale * (1 + 1e-11) + 1e-11;
    const distance = correlationPart + side.squared(this.#row, 0, warpingCutoff) / scale;
    return distance <= cutoff ? distance : Infinity;
  }

  /** Smooths the row and finds its lag and sign. @returns correlation's part of the distance */
  #view(rows: ShapeRows, base: number): number {
    if (!smooth(rows, base, this.#length, this.#row)) return Infinity;
    this.#correlation.compare(this.#row, 0);
    this.lag = this.#correlation.lag;
    this.sign = this.#correlation.r < 0 ? -1 : 1;
    return (1 - Math.abs(this.#correlation.r)) / 2;
  }
}

/** DTW against one fixed row, with its bounds. */
class DtwSide {
  readonly #query: Float64Array;
  readonly #envelope: Envelope;
  readonly #rowEnvelope: Envelope;
  readonly #envelopes: EnvelopeMaker;
  readonly #dtw: BandedDtw;
  readonly #tails: Float64Array;

  constructor(query: Float64Array, band: number) {
    this.#query = query;
    this.#tails = new Float64Array(query.length);
    this.#dtw = new BandedDtw(query.length, band);
    this.#envelopes = new EnvelopeMaker(query.length, band);
    this.#envelope = this.#envelopes.empty();
    this.#rowEnvelope = this.#envelopes.empty();
    this.#envelopes.fill(Float64Array.from(query), 0, this.#envelope);
  }

  single(): SingleQuery {
    return singleQuery(this.#query, this.#envelope.lower, this.#envelope.upper);
  }

  bound(rows: ShapeRows, base: number, limit: number): number {
    return rowBound(this.#query, this.#envelope, rows, base, limit);
  }

  squared(rows: ShapeRows, base: number, cutoff: number): number {
    const limit = withSlack(cutoff);
    this.#envelopes.fill(rows, base, this.#rowEnvelope);
    const tails = this.#tails;
    if (queryBound(this.#query, this.#rowEnvelope, rows, base, limit, tails) > limit)
      return Infinity;
    return this.#dtw.squared(this.#query, rows, base, cutoff, tails);
  }
}

/**
 * A square that no distance up to `limit` exceeds. Ranking goes by the root, because squares that
 * differ in their last bit have one root, and what is reported as equal has to rank as equal.
 */
export function squareAbove(limit: number): number {
  return limit * limit * (1 + 1e-15);
}

/** Bounds add in another order than the distance does: they must be above by more than rounding. */
export function withSlack(limit: number): number {
  return limit + limit * 1e-11;
}

export function mirrored(query: Float64Array): Float64Array<ArrayBuffer> {
  return Float64Array.from(query, (value) => -value);
}
