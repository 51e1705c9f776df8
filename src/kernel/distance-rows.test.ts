import { expect, test } from "vitest";
import { builtKernel } from "../../test/support/kernels.ts";
import { nextInteger, nextNormal, seededRandom } from "../base/random.ts";
import { DistanceRows } from "./distance-rows.ts";
import { kernelRowsMax } from "./row-memory.ts";
import { absoluteQuery, absoluteReachOf, reachOf, singleQuery } from "./single-query.ts";

const module = builtKernel("distances");

/** The definitions, one cell at a time, in double precision. */
function euclideanSquared(query: Float64Array, row: Float32Array): number {
  return row.reduce((sum, value, i) => sum + (query[i]! - value) ** 2, 0);
}

function dtwSquared(query: Float64Array, row: Float32Array, band: number): number {
  const count = query.length;
  const cells = new Map<number, number>();
  const at = (i: number, j: number): number =>
    i < 0 || j < 0 ? Infinity : (cells.get(i * count + j) ?? Infinity);
  for (let i = 0; i < count; i++) {
    for (let j = Math.max(0, i - band); j <= Math.min(count - 1, i + band); j++) {
      const before =
        i === 0 && j === 0 ? 0 : Math.min(at(i - 1, j - 1), at(i - 1, j), at(i, j - 1));
      cells.set(i * count + j, before + (query[i]! - row[j]!) ** 2);
    }
  }
  return at(count - 1, count - 1);
}

/** Without a band, by absolute differences. */
function absoluteDtw(query: Float64Array, row: Float32Array): number {
  let above = new Float64Array(row.length).fill(Infinity);
  for (let i = 0; i < query.length; i++) {
    const line = new Float64Array(row.length);
    for (let j = 0; j < row.length; j++) {
      const least = Math.min(above[j - 1] ?? Infinity, above[j]!, line[j - 1] ?? Infinity);
      line[j] = (i + j === 0 ? 0 : least) + Math.abs(query[i]! - row[j]!);
    }
    above = line;
  }
  return above[row.length - 1]!;
}

function envelope(
  query: Float64Array,
  band: number,
  pick: (...values: number[]) => number,
): Float64Array {
  return query.map((value, i) =>
    pick(...query.subarray(Math.max(0, i - band), Math.min(query.length, i + band + 1))),
  );
}

const cases = [2, 3, 4, 7, 20, 60, 61, 63, 125].flatMap((pointCount) =>
  [1, 2, 3].map((seed) => ({ pointCount, seed })),
);

test.each(cases)(
  "DistanceRows measures within reachOf() and hardly below: $pointCount points, seed $seed",
  ({ pointCount, seed }) => {
    const random = seededRandom(seed);
    const rowCount = 1 + nextInteger(random, 30);
    const kernel = DistanceRows.open(module, { pointCount, rowCount })!;
    const query = Float64Array.from({ length: pointCount }, () => nextNormal(random));
    for (let i = 0; i < kernel.rows.length; i++) {
      const point = query[i % pointCount]!;
      // Some rows are nearly the query, where rounding is all there is.
      kernel.rows[i] = i < 3 * pointCount ? point * (1 + 1e-7 * seed) : nextNormal(random);
    }
    const rows = Array.from({ length: rowCount }, (slot, row) =>
      kernel.rows.slice(row * pointCount, (row + 1) * pointCount),
    );
    const mirrored = query.map((value) => -value);
    const check = (measured: number, trueSquared: number): void => {
      expect(measured).toBeLessThanOrEqual(reachOf(Math.sqrt(trueSquared), query));
      expect(reachOf(Math.sqrt(measured), query)).toBeGreaterThanOrEqual(trueSquared);
    };
    const from = nextInteger(random, rowCount);
    const same = singleQuery(query, query, query);
    const opposite = singleQuery(mirrored, mirrored, mirrored);
    const one = [...kernel.euclidean([same], from, rowCount)];
    for (const reach of [one[0]!, Infinity, 0]) {
      kernel.euclidean([same], from, rowCount);
      const near = one
        .slice(0, rowCount - from)
        .flatMap((square, at) => (square <= reach ? at : []));
      expect([...kernel.within(rowCount - from, reach)]).toEqual(near);
    }
    const both = [...kernel.euclidean([same, opposite], from, rowCount)];
    for (let row = from; row < rowCount; row++) {
      const here = euclideanSquared(query, rows[row]!);
      check(one[row - from]!, here);
      check(both[row - from]!, Math.min(here, euclideanSquared(mirrored, rows[row]!)));
    }
    for (const band of [0, 1, Math.ceil(pointCount / 20), pointCount - 1]) {
      if (band >= pointCount) continue;
      const sides = [query, mirrored].map((side) =>
        singleQuery(side, envelope(side, band, Math.min), envelope(side, band, Math.max)),
      );
      const list = Int32Array.from(rows, (row, at) => at);
      const bounds = [...kernel.keogh(sides.slice(0, 1), 0, rowCount)];
      const measured = [...kernel.dtw(sides.slice(0, 1), band, list, Infinity)];
      const nearer = [...kernel.dtw(sides, band, list, Infinity)];
      for (const [row, values] of rows.entries()) {
        const warped = dtwSquared(query, values, band);
        check(measured[row]!, warped);
        check(nearer[row]!, Math.min(warped, dtwSquared(mirrored, values, band)));
        expect(bounds[row]).toBeLessThanOrEqual(reachOf(Math.sqrt(warped), query));
      }
      const reach = reachOf(
        Math.sqrt(measured.slice(0, rowCount).sort((a, b) => a - b)[rowCount >> 1]!),
        query,
      );
      const cut = kernel.dtw(sides.slice(0, 1), band, list, reach);
      for (const row of list) {
        if (measured[row]! <= reach) expect(cut[row]).toBe(measured[row]);
        else expect(cut[row]).toBeGreaterThan(reach);
      }
    }
  },
);

test.each(cases)(
  "DistanceRows measures absolute differences within absoluteReachOf(): $pointCount points, seed $seed",
  ({ pointCount, seed }) => {
    const random = seededRandom(seed);
    const rowCount = 1 + nextInteger(random, 30);
    const kernel = DistanceRows.open(module, { pointCount, rowCount })!;
    const query = Float64Array.from({ length: pointCount }, () => nextNormal(random));
    for (let i = 0; i < kernel.rows.length; i++) {
      const point = query[i % pointCount]!;
      kernel.rows[i] = i < 3 * pointCount ? point * (1 + 1e-7 * seed) : nextNormal(random);
    }
    const sides = [query, query.map((value) => -value)];
    const rows = Array.from({ length: rowCount }, (_, row) =>
      kernel.rows.slice(row * pointCount, (row + 1) * pointCount),
    );
    const distances = rows.map((row) => Math.min(...sides.map((side) => absoluteDtw(side, row))));
    const singles = sides.map((side) => absoluteQuery(side));
    const bounds = [...kernel.keogh(singles, 0, rowCount)];
    const list = Int32Array.from(rows.keys());
    const measured = [...kernel.dtw(singles, pointCount - 1, list, Infinity)];
    const reach = absoluteReachOf(distances.toSorted((a, b) => a - b)[rowCount >> 1]!, query);
    const cut = [...kernel.dtw(singles, pointCount - 1, list, reach)];
    for (const [row, distance] of distances.entries()) {
      expect(measured[row]).toBeLessThanOrEqual(absoluteReachOf(distance, query));
      expect(absoluteReachOf(measured[row]!, query)).toBeGreaterThanOrEqual(distance);
      expect(bounds[row]).toBeLessThanOrEqual(absoluteReachOf(distance, query));
      if (measured[row]! <= reach) expect(cut[row]).toBe(measured[row]);
      else expect(cut[row]).toBeGreaterThan(reach);
    }
  },
);

test("DistanceRows.grow() keeps the rows that are there", () => {
  const kernel = DistanceRows.open(module, { pointCount: 60, rowCount: 3 })!;
  kernel.rows.fill(7);
  expect(kernel.grow(50_000)).toBe(true);
  expect(kernel.rows.length).toBe(50_000 * 60);
  expect(kernel.rows[3 * 60 - 1]).toBe(7);
  const query = new Float64Array(60);
  expect(kernel.euclidean([singleQuery(query, query, query)], 0, 3)[2]).toBe(49 * 60);
});

test("DistanceRows.open() refuses what 4 GiB do not hold", () => {
  expect(DistanceRows.open(module, { pointCount: 1000, rowCount: 2 ** 21 })).toBeUndefined();
});

test("DistanceRows refuses rows that are not there, and too many at once", () => {
  const kernel = DistanceRows.open(module, { pointCount: 4, rowCount: 5000 })!;
  const query = new Float64Array(4);
  const sides = [singleQuery(query, query, query)];
  expect(() => kernel.euclidean(sides, 0, 5001)).toThrow("the rows are there");
  expect(() => kernel.keogh(sides, -1, 3)).toThrow("the rows are there");
  expect(() => kernel.euclidean(sides, 0, kernelRowsMax + 1)).toThrow("no more rows");
  expect(() => kernel.dtw(sides, 1, Int32Array.of(5000), 1)).toThrow("the rows are there");
  expect(() => kernel.dtw(sides, 4, Int32Array.of(1), 1)).toThrow("narrower");
});
