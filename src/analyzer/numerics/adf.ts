/**
 * The augmented Dickey-Fuller statistic: how strongly a series is drawn back to a level.
 *
 * Regression, with a constant and L lagged differences,
 *
 *     Δy[t] = c + g·y[t-1] + b1·Δy[t-1] + … + bL·Δy[t-L] + e
 *
 * and the statistic is g over its standard error. L is chosen from 0 to 10 by Akaike's criterion on
 * the rows that all eleven models share, ties to the smaller; the chosen one is fitted again on all
 * rows it can use. Source: Dickey and Fuller (1979); the choice of L as in statsmodels' `adfuller`
 * (maxlag 10, autolag "AIC"), which the original called.
 *
 * How: the lagged differences are shifts of one column, so their products follow from one row of
 * sums by adding and taking off ends, and the eleven nested models are one Cholesky factor. The
 * constant is removed by centring. The level stands last in the second fit, so that its t-ratio is
 * the last transformed element over the residual deviation.
 *
 * statsmodels solves by a pseudo-inverse of the raw columns that drops singular values below 1e-15
 * of the largest. That has one effect on real metrics, and we follow it: where mean²/deviation passes
 * 1e15 (bytes of a steady disk) the column of ones is lost, and the model has no constant. Deviation: elsewhere we
 * leave out a column that depends on those before it, whatever the unit of the metric. Sums of
 * squares below 1e-24 of their column count as 0.
 */
import { assert } from "../../base/assert.ts";
import { measureMoments, type Moments } from "./moments.ts";
import { singularRatio } from "./singular-ratio.ts";

export const adfLagCountMax = 10;

/** Eleven models with up to twelve unknowns on n - 11 shared rows. */
export const adfSampleCountMin = 24;

/**
 * Below this the hypothesis of a unit root is refused at 5 %: where the response curve of
 * MacKinnon (1994), Φ(2.1659 + 1.4412 s + 0.038269 s²), is 0.05 for one series with a constant.
 */
export const adfCriticalValue = -2.8615927630970894;

const columnCountMax = adfLagCountMax + 2;
const singularRatioMin = 1e-15;
const dependentShare = 1e-12;
const nothingShare = 1e-24;
const constantShare = 1e-13;

/** Computes the statistic; owns its scratch. */
export class AdfTester {
  #differences = new Float64Array(0);
  #levels = new Float64Array(0);
  readonly #gram = new Float64Array(columnCountMax * columnCountMax);
  readonly #factor = new Float64Array(columnCountMax * columnCountMax);
  readonly #transformed = new Float64Array(columnCountMax);
  readonly #sums = new Float64Array(columnCountMax);
  readonly #moments: Moments = { mean: 0, squares: 0 };
  #hasConstant = true;

  /** The lag that the last call of `statistic` chose. */
  lag = 0;

  /**
   * @param from  the sample is `values[from, until)`, at least `adfSampleCountMin` finite values
   * @returns the statistic; NaN where it is undefined: a constant sample or an exact line
   */
  statistic(values: Float64Array, from: number, until: number): number {
    const count = until - from;
    assert(count >= adfSampleCountMin, "the sample is long enough for eleven models");
    if (this.#differences.length < count) {
      this.#differences = new Float64Array(2 * count);
      this.#levels = new Float64Array(2 * count);
    }
    // Shares of the greatest magnitude, so that squares neither overflow nor vanish.
    let greatest = 0;
    for (let i = from; i < until; i++) {
      const difference = Math.abs(values[i]! - values[from]!);
      if (difference > greatest) greatest = difference;
    }
    this.lag = 0;
    if (!(greatest > 0 && greatest < Infinity)) return NaN;
    measureMoments(values, from, until, this.#moments);
    this.#hasConstant = keepsConstant(this.#moments, count);
    // With a constant the level may be taken from any zero; close to the values keeps their digits.
    const zero = this.#hasConstant ? values[from]! : 0;
    for (let i = 0; i < count; i++) this.#levels[i] = (values[from + i]! - zero) / greatest;
    for (let i = 1; i < count; i++) {
      this.#differences[i] = (values[from + i]! - values[from + i - 1]!) / greatest;
    }

    this.lag = this.#chooseLag(count);
    return this.#levelRatio(count, this.lag);
  }

  #chooseLag(count: number): number {
    const rowCount = count - 1 - adfLagCountMax;
    const columnCount = adfLagCountMax + 2;
    this.#fillGram(count, adfLagCountMax, "level-first");
    const total = this.#gram[columnCount * columnCount - 1]!;
    let residual = total;
    let bestLag = 0;
    let bestCriterion = Infinity;
    // Akaike's n·ln(r/n) + 2k in the order of r·exp(2/n)^k, which needs no logarithm.
    const penalty = exponential(2 / rowCount);
    let factor = this.#hasConstant ? penalty : 1;
    for (let column = 0; column < columnCount - 1; column++) {
      if (this.#eliminate(column, columnCount)) factor *= penalty;
      residual -= this.#transformed[column]! * this.#transformed[column]!;
      const share = residual > nothingShare * total ? residual : 0;
      const criterion = share * factor;
      if (criterion < bestCriterion) {
        bestCriterion = criterion;
        bestLag = column;
      }
    }
    return bestLag;
  }

  #levelRatio(count: number, lag: number): number {
    const columnCount = lag + 2;
    const levelColumn = lag;
    this.#fillGram(count, lag, "level-last");
    const total = this.#gram[columnCount * columnCount - 1]!;
    let residual = total;
    let rank = this.#hasConstant ? 1 : 0;
    let hasLevel = false;
    for (let column = 0; column < columnCount - 1; column++) {
      hasLevel = this.#eliminate(column, columnCount);
      if (hasLevel) rank += 1;
      residual -= this.#transformed[column]! * this.#transformed[column]!;
    }
    if (!hasLevel || !(total > 0)) return NaN;
    const freedom = count - 1 - lag - rank;
    if (!(residual > nothingShare * total)) residual = 0;
    return this.#transformed[levelColumn]! / Math.sqrt(residual / freedom);
  }

  /**
   * The centred products of the columns: level and lagged differences in the order asked for, then
   * Δy[t], over rows t = lagCount + 1 … count - 1. Only the lower half is filled.
   */
  #fillGram(count: number, lagCount: number, order: "level-first" | "level-last"): void {
    const columnCount = lagCount + 2;
    const target = columnCount - 1;
    const level = order === "level-first" ? 0 : lagCount;
    const firstLag = order === "level-first" ? 1 : 0;
    const start = lagCount + 1;
    const rowCount = count - start;
    const d = this.#differences;
    const y = this.#levels;
    const gram = this.#gram;
    const sums = this.#sums;

    // Lag k of Δy is column of(k); lag 0 is the target.
    for (let k = 0; k <= lagCount; k++) {
      const column = k === 0 ? target : firstLag + k - 1;
      let products = 0;
      let crossed = 0;
      let sum = 0;
      for (let t = start; t < count; t++) {
        const shifted = d[t - k]!;
        products += d[t]! * shifted;
        crossed += y[t - 1]! * shifted;
        sum += shifted;
      }
      sums[column] = sum;
      setSymmetric(gram, columnCount, target, column, products);
      setSymmetric(gram, columnCount, level, column, crossed);
    }
    // Σ d[t-k]·d[t-l] is Σ d[t-k+1]·d[t-l+1] with one row more at the start and one less at the end.
    for (let gap = 0; gap <= lagCount; gap++) {
      let products = symmetric(gram, columnCount, target, gap === 0 ? target : firstLag + gap - 1);
      for (let k = 1; k + gap <= lagCount; k++) {
        const l = k + gap;
        products += d[start - k]! * d[start - l]! - d[count - k]! * d[count - l]!;
        setSymmetric(gram, columnCount, firstLag + k - 1, firstLag + l - 1, products);
      }
    }
    let levelSum = 0;
    let levelSquares = 0;
    for (let t = start; t < count; t++) {
      levelSum += y[t - 1]!;
      levelSquares += y[t - 1]! * y[t - 1]!;
    }
    sums[level] = levelSum;
    gram[level * columnCount + level] = levelSquares;
    if (!this.#hasConstant) return;
    for (let row = 0; row < columnCount; row++) {
      for (let column = 0; column <= row; column++) {
        const at = row * columnCount + column;
        const product = gram[at]!;
        const centred = product - (sums[row]! * sums[column]!) / rowCount;
        // What is left of a column that never moves is rounding.
        const isConstant = row === column && centred <= constantShare * product;
        gram[at] = isConstant ? 0 : centred;
      }
    }
  }

  /**
   * Takes one more column into the Cholesky factor and transforms the target by it.
   *
   * @returns false where the column depends on those before it: it is left out
   */
  #eliminate(column: number, columnCount: number): boolean {
    const gram = this.#gram;
    const factor = this.#factor;
    const target = columnCount - 1;
    const row = column * columnCount;
    let pivot = gram[row + column]!;
    for (let k = 0; k < column; k++) {
      let product = gram[row + k]!;
      for (let m = 0; m < k; m++) product -= factor[row + m]! * factor[k * columnCount + m]!;
      const diagonal = factor[k * columnCount + k]!;
      const entry = diagonal === 0 ? 0 : product / diagonal;
      factor[row + k] = entry;
      pivot -= entry * entry;
    }
    if (!(pivot > dependentShare * gram[row + column]!)) {
      factor[row + column] = 0;
      this.#transformed[column] = 0;
      return false;
    }
    factor[row + column] = Math.sqrt(pivot);
    let product = gram[target * columnCount + column]!;
    for (let k = 0; k < column; k++) product -= this.#transformed[k]! * factor[row + k]!;
    this.#transformed[column] = product / factor[row + column]!;
    return true;
  }
}

/** Whether the column of ones survives beside the levels; small levels never endanger it. */
function keepsConstant(moments: Moments, count: number): boolean {
  const variance = moments.squares / count;
  if (moments.mean * moments.mean + variance < 1) return true;
  return singularRatio(moments.mean, variance) >= singularRatioMin;
}

/** exp(x) for 0 <= x < 0.16 by its series: the same digits in every language. */
function exponential(x: number): number {
  let sum = 1;
  for (let k = 14; k >= 1; k--) sum = 1 + (sum * x) / k;
  return sum;
}

function symmetric(gram: Float64Array, columnCount: number, a: number, b: number): number {
  return a > b ? gram[a * columnCount + b]! : gram[b * columnCount + a]!;
}

function setSymmetric(
  gram: Float64Array,
  columnCount: number,
  a: number,
  b: number,
  value: number,
): void {
  if (a > b) gram[a * columnCount + b] = value;
  else gram[b * columnCount + a] = value;
}
