/** Bounds over lags and of `best` beside their definitions, each written down as plainly as can be. */
import { expect, test } from "vitest";
import { builtKernel } from "../../test/support/kernels.ts";
import { nextInteger, nextNormal, seededRandom, type Random } from "../base/random.ts";
import { DistanceRows } from "./distance-rows.ts";
import { bestQuery, laggedQuery, type LaggedQuery } from "./lagged-query.ts";
import { viewRowsMax } from "./row-memory.ts";
import { singleQuery } from "./single-query.ts";

const module = builtKernel("distances");

function normalised(values: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const mean = Array.from(values).reduce((sum, value) => sum + value / values.length, 0);
  const centred = Float64Array.from(values, (value) => value - mean);
  const squares = centred.reduce((sum, value) => sum + value * value, 0);
  return centred.map((value) => value / Math.sqrt(squares / values.length));
}

/** Pearson's r of the overlap at a lag; undefined where either part is flat. */
function rAt(query: ArrayLike<number>, row: ArrayLike<number>, lag: number): number | undefined {
  const count = query.length - Math.abs(lag);
  const [fromQuery, fromRow] = [Math.max(0, -lag), Math.max(0, lag)];
  const partOf = (values: ArrayLike<number>, from: number): Float64Array | undefined => {
    const part = Float64Array.from({ length: count }, (_, i) => values[from + i]!);
    const mean = part.reduce((sum, value) => sum + value / count, 0);
    const centred = part.map((value) => value - mean);
    const scatter = centred.reduce((sum, value) => sum + value * value, 0);
    if (scatter <= 1e-9 * count) return undefined;
    return centred.map((value) => value / Math.sqrt(scatter));
  };
  const [a, b] = [partOf(query, fromQuery), partOf(row, fromRow)];
  return a && b && a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** The strongest r of the signs asked for; 0 where there is none. */
function strongest(
  query: ArrayLike<number>,
  row: ArrayLike<number>,
  lagMax: number,
  isEitherSign: boolean,
): number {
  let best = 0;
  for (let lag = -lagMax; lag <= lagMax; lag++) {
    const r = Math.min(1, Math.max(-1, rAt(query, row, lag) ?? 0));
    if ((isEitherSign || r > 0) && Math.abs(r) > Math.abs(best)) best = r;
  }
  return best;
}

function smoothed(row: ArrayLike<number>, width: number): Float64Array<ArrayBuffer> {
  const last = row.length - 1;
  const values = Float64Array.from({ length: row.length }, (_, i) => {
    let sum = 0;
    for (let k = 1 - width; k < width; k++) {
      sum += (width - Math.abs(k)) * row[Math.min(Math.max(i + k, 0), last)]!;
    }
    return sum / (width * width);
  });
  return normalised(values);
}

function dtwSquared(query: ArrayLike<number>, row: ArrayLike<number>, band: number): number {
  let before = new Float64Array(row.length).fill(Infinity);
  for (let i = 0; i < query.length; i++) {
    const line = new Float64Array(row.length).fill(Infinity);
    for (let j = Math.max(0, i - band); j <= Math.min(row.length - 1, i + band); j++) {
      const least = Math.min(before[j - 1] ?? Infinity, before[j]!, line[j - 1] ?? Infinity);
      line[j] = (i + j === 0 ? 0 : least) + (query[i]! - row[j]!) ** 2;
    }
    before = line;
  }
  return before[row.length - 1]!;
}

function kernelQuery(query: Float64Array, lagMax: number, isEitherSign: boolean): LaggedQuery {
  const pointCount = query.length;
  const lineOf = (lag: number): Float64Array | undefined => {
    const part = query.subarray(Math.max(0, -lag), pointCount - Math.max(0, lag));
    const mean = part.reduce((sum, value) => sum + value / part.length, 0);
    const centred = part.map((value) => value - mean);
    const scatter = centred.reduce((sum, value) => sum + value * value, 0);
    if (scatter <= 1e-9 * part.length) return undefined;
    const line = new Float64Array(pointCount);
    line.set(
      centred.map((value) => value / Math.sqrt(scatter)),
      Math.max(0, lag),
    );
    return line;
  };
  return laggedQuery(lineOf, { pointCount, lagMax, isEitherSign })!;
}

/** Rows that are hard to bound, and some that are not. */
function rowValues(
  kind: number,
  query: Float64Array,
  random: Random,
): Float64Array | readonly number[] {
  const count = query.length;
  const at = nextInteger(random, count);
  switch (kind) {
    case 0: // nearly the query, so that rounding is all there is
      return query.map((value) => value * (1 + 1e-7 * nextNormal(random)));
    case 1: // the other way, and later
      return query.map((value, i) => -(query[i - 1] ?? value));
    case 2: // all of it at an end: most lags cut it off
      return query.map((value, i) => (i === 0 ? 1 : 0) + 1e-9 * value);
    case 3:
      return query.map((value, i) => (i === count - 1 ? 1 : 0));
    case 4:
      return query.map((value, i) => (i === at ? 1 : 0));
    case 5: // periods: a lag turns it over
      return query.map((value, i) => (i % 4 < 2 ? 1 : -1));
    case 6: // of which smoothing leaves next to nothing
      return query.map((value, i) => (i % 2 === 0 ? 1 : -1));
    case 7:
      return query.map((value, i) => (i < at ? 0 : 1));
    default:
      return query.map(() => nextNormal(random));
  }
}

interface Bed {
  readonly query: Float64Array;
  readonly kernel: DistanceRows;
  readonly rows: readonly Float32Array[];
}

function bedOf(pointCount: number, seed: number): Bed {
  const random = seededRandom(seed);
  const kinds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 8];
  const query = normalised(rowValues(seed === 1 ? 5 : 8, new Float64Array(pointCount), random));
  const rowCount = 3 * kinds.length;
  const kernel = DistanceRows.open(module, { pointCount, rowCount })!;
  const rows: Float32Array[] = [];
  for (let row = 0; row < rowCount; row++) {
    const values = normalised(rowValues(kinds[row % kinds.length]!, query, random));
    const isFlat = values.some((value) => !Number.isFinite(value));
    const shape = isFlat ? normalised(query.map(() => nextNormal(random))) : values;
    kernel.rows.set(shape, row * pointCount);
    rows.push(kernel.rows.slice(row * pointCount, (row + 1) * pointCount));
  }
  return { query, kernel, rows };
}

const beds = [3, 4, 5, 20, 60, 61, 97].flatMap((pointCount) =>
  [1, 2].flatMap((seed) =>
    [false, true].map((isEitherSign) => ({ pointCount, seed, isEitherSign })),
  ),
);

test.each(beds)(
  "lagged() is never above 1 - |r| and hardly below: $pointCount points, seed $seed, either sign $isEitherSign",
  ({ pointCount, seed, isEitherSign }) => {
    const { query, kernel, rows } = bedOf(pointCount, seed);
    for (const lagMax of [0, 1, Math.ceil(pointCount / 20), Math.min(64, pointCount >> 1)]) {
      const bounds = kernel.lagged(kernelQuery(query, lagMax, isEitherSign), 0, rows.length);
      for (const [at, row] of rows.entries()) {
        const distance = 1 - Math.abs(strongest(query, row, lagMax, isEitherSign));
        expect(bounds[at]!).toBeLessThanOrEqual(distance);
        // Of a row of noise every overlap has its share; what is cut off elsewhere may be all of it.
        if (at % 12 >= 8 && pointCount >= 20) {
          expect(bounds[at]!).toBeGreaterThan(distance - 1e-3);
        }
      }
    }
  },
);

test.each(beds)(
  "best() and bestOf() are never above the distance: $pointCount points, seed $seed, either sign $isEitherSign",
  ({ pointCount, seed, isEitherSign }) => {
    const { query, kernel, rows } = bedOf(pointCount, seed);
    for (const [lagMax, width, band] of [
      [0, 1, 0],
      [1, 1, pointCount - 1],
      [Math.ceil(pointCount / 20), Math.max(1, Math.round(pointCount / 30)), pointCount >> 3],
      [Math.min(64, pointCount >> 1), pointCount >> 1, 1],
    ] as const) {
      const view = smoothed(query, width);
      const pick = (of: (...values: number[]) => number): Float64Array =>
        view.map((value, i) => of(...view.subarray(Math.max(0, i - band), i + band + 1)));
      const single = singleQuery(view, pick(Math.min), pick(Math.max));
      const lagged = kernelQuery(view, lagMax, isEitherSign);
      const asked = bestQuery(lagged, single, { band, width });
      const distances = rows.map((row) => {
        const other = smoothed(row, width);
        const r = strongest(view, other, lagMax, isEitherSign);
        const turned = r < 0 ? other.map((value) => -value) : other;
        return (1 - Math.abs(r)) / 2 + dtwSquared(view, turned, band) / (4 * pointCount);
      });
      const bounds = [...kernel.best(asked, 0, rows.length, Infinity)];
      const list = Int32Array.from(rows.keys());
      const better = [...kernel.bestOf(asked, list, Infinity)];
      const median = distances.toSorted((a, b) => a - b)[rows.length >> 1]!;
      const cut = [...kernel.bestOf(asked, list, median)];
      const short = [...kernel.best(asked, 0, rows.length, 0)];
      for (const [at, distance] of distances.entries()) {
        if (!Number.isFinite(distance)) continue; // nothing is left of it
        expect(bounds[at]!).toBeLessThanOrEqual(distance);
        expect(short[at]!).toBeLessThanOrEqual(distance);
        expect(better[at]!).toBeLessThanOrEqual(distance);
        if (distance <= median) expect(cut[at]!).toBeLessThanOrEqual(median);
        const isNoise = at % 12 >= 8 && pointCount >= 20 && width <= 4;
        if (isNoise && better[at]! > 0) {
          expect(better[at]!).toBeGreaterThan(distance - 5e-3);
        }
      }
      const sureCount = better.filter((bound, at) => at % 12 >= 8 && bound > 0).length;
      if (pointCount >= 20 && width <= 4) expect(sureCount).toBeGreaterThanOrEqual(10);
    }
  },
);

test("best() leaves out rows without a shape, and lagged() takes them for unlike", () => {
  const pointCount = 60;
  const { query } = bedOf(pointCount, 2);
  const kernel = DistanceRows.open(module, { pointCount, rowCount: 4 })!;
  const single = singleQuery(query, query, query);
  const lagged = kernelQuery(query, 3, true);
  const asked = bestQuery(lagged, single, { band: 3, width: 2 });
  expect([...kernel.best(asked, 0, 4, Infinity).subarray(0, 4)]).toEqual(Array(4).fill(Infinity));
  expect(kernel.lagged(lagged, 0, 4)[0]).toBeCloseTo(1, 3);
});

test("laggedQuery() refuses more lags than there is room for; bestOf() more rows", () => {
  const options = { pointCount: 500, isEitherSign: true };
  expect(laggedQuery(() => undefined, { ...options, lagMax: 65 })).toBeUndefined();
  expect(laggedQuery(() => undefined, { ...options, lagMax: 64 })).toBeDefined();
  const { query, kernel } = bedOf(60, 2);
  const single = singleQuery(query, query, query);
  const asked = bestQuery(kernelQuery(query, 3, true), single, { band: 3, width: 2 });
  expect(() => kernel.bestOf(asked, new Int32Array(viewRowsMax + 1), 1)).toThrow("no more rows");
  expect(() => kernel.bestOf(asked, Int32Array.of(5000), 1)).toThrow("the rows are there");
  expect(() => kernel.best(asked, 0, 5000, 1)).toThrow("the rows are there");
  expect(() => kernel.lagged(asked.lagged, -1, 2)).toThrow("the rows are there");
});
