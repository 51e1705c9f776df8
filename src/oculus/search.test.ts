import { expect, test } from "vitest";
import { builtKernel } from "../../test/support/kernels.ts";
import { ManualClock } from "../base/clock.ts";
import { nextInteger, seededRandom, type Random } from "../base/random.ts";
import { plainFastDtw } from "./distance/fast-dtw.fixture.ts";
import { bandOf } from "./distance/dtw.ts";
import { naiveDtwSquared, naiveLaggedCorrelation, randomValues } from "./distance/naive.fixture.ts";
import {
  planSearch,
  ShapeSearch,
  ShapeTable,
  zNormalise,
  type Match,
  type SearchAnswer,
  type SearchOptions,
} from "./index.ts";

const pointCount = 30;

const tableKinds = {
  single: { precision: "single" },
  double: { precision: "double" },
  kernel: { kernel: builtKernel("distances") },
} as const;

type TableKind = keyof typeof tableKinds;

/** Rows of many kinds; a third are copies or mirror images of others, so that ties are common. */
function randomTable(random: Random, rowCount: number, kind: TableKind): ShapeTable {
  const table = new ShapeTable({ pointCount, rowCount: 4, ...tableKinds[kind] });
  const kept: Float64Array[] = [];
  for (let id = 0; id < rowCount; id++) {
    const course = nextInteger(random, 7);
    if (course === 0) continue;
    if (course === 1) {
      table.refuse(id, "flat");
      continue;
    }
    const copied = kept[nextInteger(random, Math.max(1, kept.length))];
    const shape =
      course < 4 && copied !== undefined ? copied.slice() : randomValues(pointCount, random);
    if (course === 3) for (let i = 0; i < pointCount; i++) shape[i] = -shape[i]!;
    zNormalise(shape);
    kept.push(shape);
    table.put(id, shape);
  }
  return table;
}

function search(
  table: ShapeTable,
  shape: Float64Array,
  options: SearchOptions,
  slice = 7,
): SearchAnswer {
  const planned = planSearch(options, pointCount);
  if (!planned.ok) throw new Error(planned.message);
  const running = new ShapeSearch(table, shape, planned.plan);
  while (!running.step(slice));
  return running.answer();
}

/** Every distance computed from its definition, then sorted: by distance, then id. */
function naiveSearch(
  table: ShapeTable,
  distance: (row: Float64Array) => number,
  options: SearchOptions,
): { id: number; distance: number }[] {
  const all: { id: number; distance: number }[] = [];
  for (let id = 0; id < table.idCount; id++) {
    const row = table.shape(id);
    if (row === undefined || id === options.excludeId || options.accepts?.(id) === false) continue;
    all.push({ id, distance: distance(row) });
  }
  return all
    .sort((a, b) => a.distance - b.distance || a.id - b.id)
    .slice(0, (options.limit ?? 20) + (options.offset ?? 0));
}

function euclidean(query: Float64Array, row: Float64Array): number {
  return Math.sqrt(row.reduce((sum, value, i) => sum + (query[i]! - value) ** 2, 0));
}

function mirror(row: Float64Array): Float64Array {
  return row.map((value) => -value);
}

function idsAndDistances(matches: readonly Match[]): { id: number; distance: number }[] {
  return matches.map(({ id, distance }) => ({ id, distance }));
}

const cases = [1, 2, 3, 4, 5, 6].flatMap((seed) =>
  (["single", "double", "kernel"] as const).flatMap((kind) =>
    [false, true].map((inverse) => ({ seed, kind, inverse })),
  ),
);

test.each(cases)(
  "euclidean and dtw equal a naive search, ties included: seed $seed, $kind, inverse $inverse",
  ({ seed, kind, inverse }) => {
    const random = seededRandom(seed);
    const table = randomTable(random, 300, kind);
    for (let round = 0; round < 4; round++) {
      const excludeId = nextInteger(random, table.idCount);
      const query = table.shape(excludeId) ?? randomValues(pointCount, random);
      if (table.shape(excludeId) === undefined) zNormalise(query);
      const parity = nextInteger(random, 3);
      const common = {
        inverse,
        excludeId,
        limit: 1 + nextInteger(random, 30),
        accepts: (id: number) => id % 3 !== parity,
      };
      const bothSigns = (distance: (row: Float64Array) => number) => (row: Float64Array) =>
        inverse ? Math.min(distance(row), distance(mirror(row))) : distance(row);

      const byEuclidean = search(table, query, { ...common, method: "euclidean" });
      expect(byEuclidean.isExact).toBe(true);
      expect(byEuclidean.comparedCount).toBe(byEuclidean.totalCount);
      expect(idsAndDistances(byEuclidean.matches)).toEqual(
        naiveSearch(
          table,
          bothSigns((row) => euclidean(query, row)),
          common,
        ),
      );

      const bandShare = random.next() * 0.3;
      const band = bandOf(bandShare, pointCount);
      const byDtw = search(table, query, { ...common, method: "dtw", bandShare });
      expect(byDtw.comparedCount).toBe(byDtw.totalCount);
      expect(idsAndDistances(byDtw.matches)).toEqual(
        naiveSearch(
          table,
          bothSigns((row) => Math.sqrt(naiveDtwSquared(query, row, band))),
          common,
        ),
      );
    }
  },
);

test.each(
  [1, 2, 3, 4].flatMap((seed) => (["double", "kernel"] as const).map((kind) => ({ seed, kind }))),
)(
  "dtw settles most of a large table by bounds alone and loses no row by it: seed $seed, $kind",
  ({ seed, kind }) => {
    const random = seededRandom(seed);
    const table = randomTable(random, 4000, kind);
    for (const bandShare of [0, 0.05, 0.2]) {
      const query = randomValues(pointCount, random);
      zNormalise(query);
      const options = { limit: 12, bandShare };
      const band = bandOf(bandShare, pointCount);
      expect(
        idsAndDistances(search(table, query, { ...options, method: "dtw" }, 64).matches),
      ).toEqual(naiveSearch(table, (row) => Math.sqrt(naiveDtwSquared(query, row, band)), options));
    }
  },
);

test.each([1, 2, 3])("fastdtw equals a search with the published algorithm, seed %i", (seed) => {
  const random = seededRandom(seed);
  const table = randomTable(random, 60, "double");
  const query = table.shape(59) ?? table.shape(58) ?? randomValues(pointCount, random);
  zNormalise(query);
  const options = { limit: 10, radius: 3 };
  const expected = naiveSearch(
    table,
    (row) => plainFastDtw([...query], [...row], 3).distance,
    options,
  );
  const { matches } = search(table, query, { ...options, method: "fastdtw" });
  expect(matches.map(({ distance }) => distance.toFixed(9))).toEqual(
    expected.map(({ distance }) => distance.toFixed(9)),
  );
});

test.each([1, 2, 3])("correlation equals a search lag by lag, seed %i", (seed) => {
  const random = seededRandom(seed);
  const table = randomTable(random, 200, "single");
  const query = randomValues(pointCount, random);
  zNormalise(query);
  const options = { limit: 15, lagMax: 4 };
  const expected = naiveSearch(
    table,
    (row) => 1 - Math.abs(naiveLaggedCorrelation(query, row, 4).r),
    options,
  );
  const { matches } = search(table, query, { ...options, method: "correlation" });
  expect(matches.length).toBe(expected.length);
  for (const [at, { distance }] of matches.entries()) {
    expect(distance).toBeCloseTo(expected[at]!.distance, 7);
  }
});

test.each([1, 2, 3, 4])("best in slices equals best of each row by itself, seed %i", (seed) => {
  const random = seededRandom(seed);
  const table = randomTable(random, 200, "single");
  const query = randomValues(pointCount, random);
  zNormalise(query);
  const alone: { id: number; distance: number }[] = [];
  for (let id = 0; id < table.idCount; id++) {
    const shape = table.shape(id);
    if (shape === undefined) continue;
    const single = new ShapeTable({ pointCount });
    single.put(0, shape);
    const [match] = search(single, query, { method: "best" }).matches;
    if (match !== undefined) alone.push({ id, distance: match.distance });
  }
  alone.sort((a, b) => a.distance - b.distance || a.id - b.id);
  const { matches } = search(table, query, { method: "best", limit: 25 }, 50);
  expect(idsAndDistances(matches)).toEqual(alone.slice(0, 25));
});

test("best finds a lagging mirror image and says so", () => {
  const source = randomValues(pointCount + 2, seededRandom(9)).map(
    (value, at) => value + Math.sin(at),
  );
  const query = source.slice(2);
  const table = new ShapeTable({ pointCount });
  const shape = source.slice(0, -2).map((value) => 5 - value);
  zNormalise(query);
  zNormalise(shape);
  table.put(7, shape);
  const [match] = search(table, query, { method: "best" }).matches;
  expect(match).toMatchObject({ id: 7, lag: 2, sign: -1 });
});

test.each(["best", "euclidean", "fastdtw", "dtw", "correlation"] as const)(
  "%s gives the same row distance 0 and likeness 100, and does not match the query itself",
  (method) => {
    const table = randomTable(seededRandom(4), 50, "single");
    const shape = table.shape(49) ?? table.shape(48)!;
    table.put(60, shape);
    table.put(61, shape);
    const { matches, totalCount } = search(table, shape, { method, excludeId: 60, limit: 100 });
    const twin = matches.find(({ id }) => id === 61)!;
    expect(twin.distance).toBeCloseTo(0, 6);
    expect(twin.likeness).toBeCloseTo(100, 4);
    expect(matches.some(({ id }) => id === 60)).toBe(false);
    expect(totalCount).toBe(table.comparableCount - 1);
  },
);

test.each(
  (["best", "euclidean", "fastdtw", "dtw", "correlation"] as const).flatMap((method) =>
    (["single", "kernel"] as const).map((kind) => ({ method, kind })),
  ),
)(
  "$method that is cut short says how far it got, and gets there in the end: $kind",
  ({ method, kind }) => {
    const table = randomTable(seededRandom(8), 2000, kind);
    const shape = table.shape(1998) ?? table.shape(1997)!;
    const planned = planSearch({ method }, pointCount);
    if (!planned.ok) throw new Error(planned.message);
    const running = new ShapeSearch(table, shape, planned.plan);
    expect(running.step(100)).toBe(false);
    const early = running.answer();
    expect(early.isExact).toBe(false);
    expect(early.comparedCount).toBeLessThan(early.totalCount);
    while (!running.step(100));
    expect(running.answer()).toMatchObject({ isExact: true, comparedCount: early.totalCount });

    const cancelled = new ShapeSearch(table, shape, planned.plan);
    cancelled.step(100);
    cancelled.cancel();
    expect(cancelled.step(100)).toBe(true);
    expect(cancelled.answer().isExact).toBe(false);
  },
);

test("ShapeSearch.runFor() stops at its budget and not before it has got on", () => {
  const clock = new ManualClock(0);
  const ticking = { nowMs: () => 0, elapsedMs: () => (clock.advance(1), clock.elapsedMs()) };
  const table = randomTable(seededRandom(8), 3000, "single");
  const planned = planSearch({ method: "euclidean" }, pointCount);
  if (!planned.ok) throw new Error(planned.message);
  const running = new ShapeSearch(
    table,
    table.shape(table.idCount - 1) ?? table.shape(8)!,
    planned.plan,
  );
  expect(running.runFor(4, ticking)).toBe(false);
  const { comparedCount } = running.answer();
  expect(comparedCount).toBeGreaterThan(0);
  expect(running.runFor(1000, ticking)).toBe(true);
});

test.each(["single", "kernel"] as const)(
  "a %s table that changed under a search makes the answer inexact",
  (kind) => {
    const table = randomTable(seededRandom(8), 3000, kind);
    const planned = planSearch({ method: "euclidean" }, pointCount);
    if (!planned.ok) throw new Error(planned.message);
    const shape = randomValues(pointCount, seededRandom(1));
    zNormalise(shape);
    const running = new ShapeSearch(table, shape, planned.plan);
    running.step(50);
    table.put(3, shape);
    while (!running.step(50));
    expect(running.answer().isExact).toBe(false);
  },
);

test.each([
  { options: { bandShare: 1.1 }, fault: "bad-band" },
  { options: { bandShare: Number.NaN }, fault: "bad-band" },
  { options: { radius: -1 }, fault: "bad-radius" },
  { options: { lagMax: 16 }, fault: "bad-lag" },
  { options: { lagMax: 0.5 }, fault: "bad-lag" },
  { options: { method: "dtw", lagMax: 1 }, fault: "bad-lag" },
  { options: { limit: 0 }, fault: "bad-limit" },
  { options: { limit: 9000, offset: 2000 }, fault: "bad-limit" },
  { options: { method: "psychic" }, fault: "bad-method" },
])("planSearch() refuses $options as $fault", ({ options, fault }) => {
  expect(planSearch(options as SearchOptions, pointCount)).toMatchObject({ ok: false, fault });
});

test("planSearch() looks for both signs and at lags where the method does", () => {
  expect(planSearch({}, 60)).toMatchObject({ plan: { method: "best", lagMax: 3, inverse: true } });
  expect(planSearch({ method: "dtw" }, 60)).toMatchObject({ plan: { lagMax: 0, inverse: false } });
  expect(planSearch({ inverse: false }, 60)).toMatchObject({ plan: { inverse: false } });
});
