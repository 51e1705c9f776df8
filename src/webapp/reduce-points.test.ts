import { expect, test } from "vitest";
import { nextInteger, seededRandom, type Random } from "../base/random.ts";
import type { SampleColumns, TimeRange } from "../model/index.ts";
import { bucketWidthMs, pointCountMin, reducePoints } from "./reduce-points.ts";

const originMs = 1_764_000_000_000;

type Point = readonly [timeMs: number, value: number];

function pointsOf({ timesMs, values }: SampleColumns): Point[] {
  return Array.from(timesMs, (timeMs, i) => [timeMs, values[i]!]);
}

function columnsOf(points: readonly Point[]): SampleColumns {
  return {
    timesMs: Float64Array.from(points, ([timeMs]) => timeMs),
    values: Float64Array.from(points, ([, value]) => value),
  };
}

/** The same promise, slowly: by grouping, sorting and sets. */
function slowReduce(points: readonly Point[], range: TimeRange, countMax: number): Point[] {
  if (points.length <= countMax) return [...points];
  const widthMs = bucketWidthMs(range.untilMs - range.fromMs, countMax);
  const buckets = new Map<number, Point[]>();
  for (const point of points) {
    const bucket = Math.floor(point[0] / widthMs);
    buckets.set(bucket, [...(buckets.get(bucket) ?? []), point]);
  }
  const kept = new Set<Point>([points[0]!, points.at(-1)!]);
  for (const bucket of buckets.values()) {
    const byValue = bucket.toSorted((a, b) => a[1] - b[1] || a[0] - b[0]);
    kept.add(byValue[0]!);
    kept.add(byValue.find(([, value]) => value === byValue.at(-1)![1])!);
  }
  return [...kept].sort((a, b) => a[0] - b[0]);
}

function randomSeries(random: Random, range: TimeRange): Point[] {
  const points: Point[] = [];
  const stepMaxMs = 1 + nextInteger(random, 5_000);
  const levelCount = 1 + nextInteger(random, 50);
  for (let timeMs = range.fromMs; timeMs < range.untilMs;) {
    points.push([timeMs, nextInteger(random, levelCount) - levelCount / 2]);
    timeMs += 1 + nextInteger(random, nextInteger(random, 20) === 0 ? 200_000 : stepMaxMs);
  }
  return points;
}

test("reducePoints() agrees with a slow twin on random series, and keeps to its limit", () => {
  const random = seededRandom(1_500);
  for (let round = 0; round < 300; round++) {
    const fromMs = originMs + nextInteger(random, 10_000_000);
    const range = { fromMs, untilMs: fromMs + 1 + nextInteger(random, 2_000_000) };
    const points = randomSeries(random, range);
    const countMax = pointCountMin + nextInteger(random, 300);
    const reduced = pointsOf(reducePoints(columnsOf(points), range, countMax));
    expect(reduced, `round ${round}`).toEqual(slowReduce(points, range, countMax));
    expect(reduced.length).toBeLessThanOrEqual(countMax);
    expect([reduced[0], reduced.at(-1)]).toEqual([points[0], points.at(-1)]);
  }
});

test("reducePoints() keeps a single spike of a day at its own time and value", () => {
  const range = { fromMs: originMs, untilMs: originMs + 86_400_000 };
  const points = Array.from({ length: 86_400 }, (none, i): Point => [originMs + i * 1_000, i % 7]);
  points[54_321] = [originMs + 54_321_000, 410.25];
  expect(pointsOf(reducePoints(columnsOf(points), range, 200))).toContainEqual(points[54_321]);
});

test("reducePoints() gives the same points inside the window when it moves on", () => {
  const random = seededRandom(7);
  const whole = randomSeries(random, { fromMs: originMs, untilMs: originMs + 8_000_000 });
  const lengthMs = 3_600_000;
  const countMax = 100;
  const widthMs = bucketWidthMs(lengthMs, countMax);
  const at = (shiftMs: number): Point[] => {
    const range = { fromMs: originMs + shiftMs, untilMs: originMs + shiftMs + lengthMs };
    const inside = whole.filter(([timeMs]) => timeMs >= range.fromMs && timeMs < range.untilMs);
    return pointsOf(reducePoints(columnsOf(inside), range, countMax));
  };
  const shared = (points: readonly Point[]): Point[] =>
    points.filter(
      ([timeMs]) =>
        timeMs >= originMs + 400_000 + widthMs && timeMs < originMs + lengthMs - widthMs,
    );
  const before = shared(at(0));
  expect(before.length).toBeGreaterThan(40);
  for (const shiftMs of [1, 10_000, 123_457, 400_000]) expect(shared(at(shiftMs))).toEqual(before);
});

test("reducePoints() returns few points as they are, and none for none", () => {
  const range = { fromMs: originMs, untilMs: originMs + 1_000 };
  const few = columnsOf([
    [originMs, 1],
    [originMs + 5, 2],
  ]);
  expect(reducePoints(few, range, 10)).toBe(few);
  expect(reducePoints(columnsOf([]), range, 10).timesMs).toHaveLength(0);
});

test("bucketWidthMs() grows with the range and never asks for too many points", () => {
  let last = 0;
  for (let rangeMs = 1; rangeMs < 40_000_000_000; rangeMs = Math.ceil(rangeMs * 1.3)) {
    const widthMs = bucketWidthMs(rangeMs, 500);
    expect(widthMs).toBeGreaterThanOrEqual(last);
    expect(2 * (Math.ceil(rangeMs / widthMs) + 1) + 2).toBeLessThanOrEqual(500);
    last = widthMs;
  }
});

test("bucketWidthMs() refuses room for fewer than two buckets as our mistake", () => {
  expect(() => bucketWidthMs(1_000, 9)).toThrow(/two buckets/);
});
