import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../../base/random.ts";
import { zNormalise } from "../shape.ts";
import { LaggedCorrelation, lagMaxOf } from "./correlation.ts";
import { BandedDtw, bandOf } from "./dtw.ts";
import { EnvelopeMaker } from "./envelope.ts";
import { dotProduct, euclideanSquared, isWithinEuclidean } from "./euclidean.ts";
import { plainFastDtw } from "./fast-dtw.fixture.ts";
import { FastDtw, fastDtwCellMax } from "./fast-dtw.ts";
import { kimBound, queryBound, rowBound } from "./lower-bounds.ts";
import { naiveDtwSquared, naiveLaggedCorrelation, pearson, randomValues } from "./naive.fixture.ts";

const rounds = Array.from({ length: 40 }, (slot, at) => ({ seed: at + 1 }));

function shapes(seed: number): {
  query: Float64Array;
  row: Float64Array<ArrayBuffer>;
  length: number;
} {
  const random = seededRandom(seed);
  const length = 2 + nextInteger(random, 70);
  const query = randomValues(length, random);
  const row = randomValues(length, random);
  zNormalise(query);
  zNormalise(row);
  return { query, row, length };
}

test.each(rounds)(
  "euclideanSquared() is 2m(1 - r), and the quick forms agree, seed $seed",
  ({ seed }) => {
    const { query, row, length } = shapes(seed);
    const squared = euclideanSquared(query, row, 0, 1);
    const r = pearson([...query], [...row]);
    expect(squared).toBeCloseTo(2 * length * (1 - r), 8);
    expect(euclideanSquared(query, row, 0, -1)).toBeCloseTo(2 * length * (1 + r), 8);
    expect(dotProduct(query, row, 0)).toBeCloseTo(length * r, 8);
    expect(isWithinEuclidean(query, row, 0, squared)).toBe(true);
    expect(isWithinEuclidean(query, row, 0, squared * (1 - 1e-6) - 1e-9)).toBe(squared === 0);
  },
);

test.each(rounds)("BandedDtw equals the plain table bit for bit, seed $seed", ({ seed }) => {
  const { query, row, length } = shapes(seed);
  for (const band of new Set([0, 1, bandOf(0.05, length), bandOf(0.3, length), length - 1])) {
    if (band >= length) continue;
    const dtw = new BandedDtw(length, band);
    const expected = naiveDtwSquared(query, row, band);
    expect(dtw.squared(query, row, 0, Infinity)).toBe(expected);
    expect(dtw.squared(query, row, 0, expected)).toBe(expected);
    expect(dtw.squared(query, row, 0, expected * 1.5)).toBe(expected);
    if (expected > 0) expect(dtw.squared(query, row, 0, expected * (1 - 1e-9))).toBe(Infinity);
  }
});

test("BandedDtw reads a row that begins inside of the matrix", () => {
  const rows = Float32Array.of(9, 9, 9, 1, 2, 3);
  expect(new BandedDtw(3, 1).squared(Float64Array.of(1, 2, 3), rows, 3, Infinity)).toBe(0);
});

test.each([
  { share: 0.05, length: 60, band: 3 },
  { share: 0.05, length: 61, band: 4 },
  { share: 0.07, length: 100, band: 7 },
  { share: 0, length: 60, band: 0 },
  { share: 1, length: 60, band: 59 },
])("bandOf($share, $length) is $band", ({ share, length, band }) => {
  expect(bandOf(share, length)).toBe(band);
});

test.each(rounds)("no lower bound is above the DTW distance, seed $seed", ({ seed }) => {
  const { query, row, length } = shapes(seed);
  for (const band of [0, 1, Math.min(5, length - 1)]) {
    const distance = naiveDtwSquared(query, row, band) * (1 + 1e-12);
    const maker = new EnvelopeMaker(length, band);
    const ofQuery = maker.empty();
    const ofRow = maker.empty();
    maker.fill(Float64Array.from(query), 0, ofQuery);
    maker.fill(row, 0, ofRow);
    expect(kimBound(query, row, 0)).toBeLessThanOrEqual(distance);
    expect(rowBound(query, ofQuery, row, 0, Infinity)).toBeLessThanOrEqual(distance);
    const tails = new Float64Array(length);
    expect(queryBound(query, ofRow, row, 0, Infinity, tails)).toBeLessThanOrEqual(distance);
    const dtw = new BandedDtw(length, band);
    const exact = naiveDtwSquared(query, row, band);
    expect(dtw.squared(query, row, 0, exact, tails)).toBe(exact);
    expect(dtw.squared(query, row, 0, Infinity, tails)).toBe(exact);
    expect(rowBound(query, ofQuery, row, 0, distance)).toBeLessThanOrEqual(distance);
  }
});

test.each(rounds)(
  "EnvelopeMaker gives the lowest and highest within the band, seed $seed",
  ({ seed }) => {
    const { row, length } = shapes(seed);
    for (const band of [0, 1, 3, length - 1]) {
      const maker = new EnvelopeMaker(length, band);
      const envelope = maker.empty();
      maker.fill(row, 0, envelope);
      for (let i = 0; i < length; i++) {
        const near = row.slice(Math.max(0, i - band), i + band + 1);
        expect(envelope.lower[i]).toBe(Math.min(...near));
        expect(envelope.upper[i]).toBe(Math.max(...near));
      }
    }
  },
);

test.each(rounds)("LaggedCorrelation equals Pearson's r lag by lag, seed $seed", ({ seed }) => {
  const { query, row, length } = shapes(seed);
  for (const lagMax of new Set([0, 1, Math.min(3, lagMaxOf(length)), lagMaxOf(length)])) {
    if (lagMax > lagMaxOf(length)) continue;
    const correlation = new LaggedCorrelation(query, lagMax, "both");
    correlation.compare(row, 0);
    const expected = naiveLaggedCorrelation(query, row, lagMax);
    expect(Math.abs(correlation.r)).toBeCloseTo(Math.abs(expected.r), 8);
    if (Math.abs(expected.r) < 1 - 1e-6) expect(correlation.lag).toBe(expected.lag);
  }
});

test.each([
  { lag: 4, sign: 1 },
  { lag: -3, sign: -1 },
  { lag: 0, sign: -1 },
])("LaggedCorrelation finds a copy shifted by $lag with sign $sign", ({ lag, sign }) => {
  const source = randomValues(80, seededRandom(5));
  const query = source.slice(10, 70);
  const row = source.slice(10 - lag, 70 - lag).map((value) => 3 + sign * 2 * value);
  zNormalise(query);
  zNormalise(row);
  const correlation = new LaggedCorrelation(query, 6, "both");
  correlation.compare(row, 0);
  expect(correlation.lag).toBe(lag);
  expect(correlation.r).toBeCloseTo(sign, 10);
});

test("LaggedCorrelation for one sign only leaves the opposite out", () => {
  const query = Float64Array.from({ length: 20 }, (slot, at) => Math.sin(at));
  zNormalise(query);
  const correlation = new LaggedCorrelation(query, 0, "positive");
  correlation.compare(
    query.map((value) => -value),
    0,
  );
  expect(correlation.r).toBe(0);
});

test.each(rounds)("FastDtw equals the algorithm as published, seed $seed", ({ seed }) => {
  const { query, row } = shapes(seed);
  for (const radius of [0, 1, 2, 5, 11]) {
    const expected = plainFastDtw([...query], [...row], radius).distance;
    const fast = new FastDtw(query, radius);
    expect(fast.distance(row, 0, Infinity)).toBeCloseTo(expected, 10);
    expect(fast.distance(row, 0, expected * (1 + 1e-9) + 1e-12)).toBeCloseTo(expected, 10);
    if (expected > 0) expect(fast.distance(row, 0, expected * 0.99)).toBe(Infinity);
  }
});

test.each(rounds)("FastDtw with a radius of the length is exact DTW, seed $seed", ({ seed }) => {
  const { query, row, length } = shapes(seed);
  const exact = naiveDtwSquared(query, row, length, Math.abs);
  expect(new FastDtw(query, length).distance(row, 0, Infinity)).toBe(exact);
  expect(new FastDtw(query, 1).distance(row, 0, Infinity)).toBeGreaterThanOrEqual(exact - 1e-12);
});

test.each([
  { length: 300, radius: 0 },
  { length: 301, radius: 4 },
  { length: 64, radius: 30 },
])("no window of FastDtw is larger than fastDtwCellMax($length, $radius)", ({ length, radius }) => {
  for (let seed = 1; seed <= 5; seed++) {
    const random = seededRandom(seed);
    const cells = plainFastDtw(
      [...randomValues(length, random)],
      [...randomValues(length, random)],
      radius,
    ).cellCount;
    expect(cells).toBeLessThanOrEqual(fastDtwCellMax(length, radius));
  }
});

test("FastDtw of a long row takes memory in proportion to its length", () => {
  // As a square table this would be 29 GB.
  const length = 60_000;
  const query = Float64Array.from({ length }, (slot, at) => Math.sin(at / 900));
  const row = Float64Array.from({ length }, (slot, at) => Math.sin((at + 70) / 900));
  const distance = new FastDtw(query, 1).distance(row, 0, Infinity);
  expect(distance).toBeGreaterThan(0);
  expect(distance).toBeLessThan(
    query.reduce((sum, value, i) => sum + Math.abs(value - row[i]!), 0),
  );
});

test("FastDtw leaves nothing of one row behind for the next", () => {
  const { query, row } = shapes(3);
  const { row: other } = shapes(3 + 1000);
  const fast = new FastDtw(query, 1);
  const first = fast.distance(row, 0, Infinity);
  fast.distance(
    Float64Array.from(query, (slot, at) => other[at % other.length]!),
    0,
    Infinity,
  );
  expect(fast.distance(row, 0, Infinity)).toBe(first);
});
