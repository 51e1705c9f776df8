import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../../base/random.ts";
import { consolidated, pointsWithin } from "./consolidate.ts";
import { consolidationNames, type ConsolidationName, makeSeries, type Series } from "./series.ts";

function series(values: readonly number[], start: number, step: number): Series {
  const end = start + values.length * step;
  return makeSeries({
    name: "a",
    start,
    end,
    step,
    values: Float64Array.from(values),
    xFilesFactor: 0,
  });
}

/** By lists of what is there, the obvious way. */
function slowBucket(
  bucket: readonly number[],
  size: number,
  name: ConsolidationName,
  share: number,
): number {
  const there = bucket.filter((value) => !Number.isNaN(value));
  if (there.length === 0 || there.length / size < share) return NaN;
  const total = there.reduce((sum, value) => sum + value, 0);
  switch (name) {
    case "sum":
      return total;
    case "average":
    case "avg":
      return total / there.length;
    case "avg_zero":
      return total / bucket.length;
    case "min":
      return Math.min(...there);
    case "max":
      return Math.max(...there);
    case "first":
      return there[0]!;
    case "last":
      return there.at(-1)!;
  }
}

test.each(consolidationNames)(
  "consolidated() by %s equals the slow way on random series",
  (name) => {
    const random = seededRandom(5);
    for (let round = 0; round < 200; round++) {
      const values = Array.from({ length: nextInteger(random, 40) }, () =>
        nextInteger(random, 3) === 0 ? NaN : nextInteger(random, 100) - 50,
      );
      const size = 2 + nextInteger(random, 6);
      const share = nextInteger(random, 3) / 3;
      const given = { ...series(values, 0, 1), consolidation: name, xFilesFactor: share };
      const expected: number[] = [];
      for (let i = 0; i < values.length; i += size) {
        expected.push(slowBucket(values.slice(i, i + size), size, name, share));
      }
      expect([...consolidated(given, size)], `round ${round}`).toEqual(expected);
    }
  },
);

test("pointsWithin() gives buckets that lie on multiples of their length, wherever the range begins", () => {
  for (let shift = 0; shift < 12; shift++) {
    const start = 1_764_000_010 + shift * 10;
    const values = Array.from({ length: 360 }, (_, i) => start + i * 10);
    const points = pointsWithin(series(values, start, 10), 60, 3600);
    expect(points.step).toBe(60);
    expect(points.start % 60).toBe(0);
    expect(points.values.length).toBeLessThanOrEqual(60);
    // Whole buckets hold the average of their six values, the first of which is a step earlier.
    for (let i = 0; i < points.values.length - 1; i++) {
      expect(points.values[i]).toBe(points.start + i * 60 + 15);
    }
  }
});

test("pointsWithin() makes one point of all where one is asked for", () => {
  const points = pointsWithin(series([1, 2, NaN, 3], 1_764_000_000, 10), 1, 40);
  expect([...points.values]).toEqual([2]);
  expect(points.start).toBe(1_764_000_000);
});
