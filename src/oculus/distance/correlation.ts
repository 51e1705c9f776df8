/**
 * Lagged correlation: the strongest Pearson r of query and row over all shifts of -lagMax to lagMax
 * points, of either sign.
 *
 * At lag L, point i of the query meets point i + L of the row: a positive lag means that the row
 * moves later than the query. Only the overlap of m - |L| points counts, and both parts are
 * normalised anew over it, so that r is a true correlation at each lag. A lag at which either part
 * is flat is left out. Of equally strong lags the shortest wins, of those the positive one.
 *
 * How: the query's overlap is centred and scaled to length 1 once for each lag and laid where the
 * row's points stand, zeros elsewhere. Because it is centred, its product with the whole row is the
 * covariance; four lags share each load of the row. Sums for the row's deviation over each overlap
 * come from the whole row's less the few points cut off.
 */
import { assert } from "../../base/assert.ts";
import { laggedQuery, type LaggedQuery } from "../../kernel/index.ts";
import type { ShapeRows } from "./rows.ts";

/** An overlap shorter than this share of the row would make chance look like kinship. */
export const overlapShareMin = 0.5;

export function lagMaxOf(length: number): number {
  return Math.floor(length * (1 - overlapShareMin));
}

/** Of the inner loop, for one row. */
export function correlationStepCount(length: number, lagMax: number): number {
  return length * (2 * lagMax + 2);
}

/** Variance per point below which a part of a z-normalised row counts as flat. */
const flatVariance = 1e-9;

export class LaggedCorrelation {
  /** Of the last row given to `compare`. */
  lag = 0;
  /** Of the last row given to `compare`: r at `lag`, -1 to 1; 0 where no lag could be judged. */
  r = 0;

  readonly #length: number;
  /** In the order of preference: 0, 1, -1, 2, -2, … */
  readonly #lags: Int32Array;
  /** One line of `length` for each lag, filled up with zeros to a multiple of four lines. */
  readonly #lines: Float64Array;
  readonly #products: Float64Array;
  readonly #isUsable: Uint8Array;
  readonly #signs: "both" | "positive";

  /**
   * @param query  z-normalised
   * @param signs  "positive" looks for rows that move the same way only
   */
  constructor(query: Float64Array, lagMax: number, signs: "both" | "positive") {
    assert(
      lagMax >= 0 && lagMax <= lagMaxOf(query.length),
      "half of the row overlaps at every lag",
    );
    const length = query.length;
    this.#length = length;
    this.#signs = signs;
    this.#lags = new Int32Array(2 * lagMax + 1);
    for (let lag = 1; lag <= lagMax; lag++) {
      this.#lags[2 * lag - 1] = lag;
      this.#lags[2 * lag] = -lag;
    }
    this.#isUsable = new Uint8Array(this.#lags.length);
    const lineCount = Math.ceil(this.#lags.length / 4) * 4;
    this.#products = new Float64Array(lineCount);
    this.#lines = new Float64Array(lineCount * length);
    for (let k = 0; k < this.#lags.length; k++) this.#layLine(query, k);
  }

  /** The same query for a kernel; undefined where it has no room for so many lags. */
  kernelQuery(): LaggedQuery | undefined {
    const length = this.#length;
    const lineOf = (lag: number): Float64Array | undefined => {
      const k = lag > 0 ? 2 * lag - 1 : -2 * lag;
      if (this.#isUsable[k] === 0) return undefined;
      return this.#lines.subarray(k * length, (k + 1) * length);
    };
    const lagMax = (this.#lags.length - 1) / 2;
    const isEitherSign = this.#signs === "both";
    return laggedQuery(lineOf, { pointCount: length, lagMax, isEitherSign });
  }

  /** Finds the strongest lag of a row; read `r` and `lag` afterwards. */
  compare(rows: ShapeRows, base: number): void {
    const length = this.#length;
    let sum = 0;
    let squares = 0;
    for (let j = 0; j < length; j++) {
      const value = rows[base + j]!;
      sum += value;
      squares += value * value;
    }
    this.#multiply(rows, base);

    const lags = this.#lags;
    const products = this.#products;
    let best = 0;
    let headSum = 0;
    let headSquares = 0;
    let tailSum = 0;
    let tailSquares = 0;
    this.r = 0;
    this.lag = 0;
    for (let k = 0; k < lags.length; k++) {
      const lag = lags[k]!;
      let overlapSum = sum;
      let overlapSquares = squares;
      if (lag > 0) {
        const value = rows[base + lag - 1]!;
        headSum += value;
        headSquares += value * value;
        overlapSum -= headSum;
        overlapSquares -= headSquares;
      } else if (lag < 0) {
        const value = rows[base + length + lag]!;
        tailSum += value;
        tailSquares += value * value;
        overlapSum -= tailSum;
        overlapSquares -= tailSquares;
      }
      const count = length - Math.abs(lag);
      const scatter = overlapSquares - (overlapSum * overlapSum) / count;
      if (this.#isUsable[k] === 0 || scatter <= flatVariance * count) continue;
      const product = products[k]!;
      if (product < 0 && this.#signs === "positive") continue;
      const strength = (product * product) / scatter;
      if (strength > best + tieSlack) {
        best = strength;
        const r = Math.sqrt(strength > 1 ? 1 : strength);
        this.r = product < 0 ? -r : r;
        this.lag = lag;
      }
    }
  }

  #multiply(rows: ShapeRows, base: number): void {
    const length = this.#length;
    const lines = this.#lines;
    const products = this.#products;
    for (let k = 0; k < products.length; k += 4) {
      const line0 = k * length;
      const line1 = line0 + length;
      const line2 = line1 + length;
      const line3 = line2 + length;
      let a = 0;
      let b = 0;
      let c = 0;
      let d = 0;
      for (let j = 0; j < length; j++) {
        const value = rows[base + j]!;
        a += lines[line0 + j]! * value;
        b += lines[line1 + j]! * value;
        c += lines[line2 + j]! * value;
        d += lines[line3 + j]! * value;
      }
      products[k] = a;
      products[k + 1] = b;
      products[k + 2] = c;
      products[k + 3] = d;
    }
  }

  #layLine(query: Float64Array, k: number): void {
    const lag = this.#lags[k]!;
    const start = lag < 0 ? -lag : 0;
    const count = query.length - Math.abs(lag);
    let mean = 0;
    for (let i = start; i < start + count; i++) mean += query[i]!;
    mean /= count;
    let scatter = 0;
    for (let i = start; i < start + count; i++) scatter += (query[i]! - mean) ** 2;
    if (scatter <= flatVariance * count) return;
    this.#isUsable[k] = 1;
    const scale = 1 / Math.sqrt(scatter);
    for (let i = start; i < start + count; i++) {
      this.#lines[k * this.#length + i + lag] = (query[i]! - mean) * scale;
    }
  }
}

/** Lags of a periodic row are equally strong up to rounding; the shortest is meant to win. */
const tieSlack = 1e-12;
