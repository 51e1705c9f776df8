import { expect, test } from "vitest";
import { nextNormal, seededRandom } from "../../base/random.ts";
import { cell, cellCount, ringCount } from "./layout.ts";
import { Row } from "./row.ts";
import { judgeShape, nearestDistance } from "./shape-voice.ts";

/** The plainest way: every earlier window, its mean taken off, its distance summed to the end. */
function slowDistance(points: readonly number[], width: number, ringCount: number): number {
  const kept = points.slice(-ringCount);
  const shapeAt = (end: number): number[] => {
    const window = kept.slice(end - width + 1, end + 1);
    const mean = window.reduce((sum, value) => sum + value, 0) / width;
    return window.map((value) => value - mean);
  };
  const newest = shapeAt(kept.length - 1);
  let best = Infinity;
  for (let end = width - 1; end <= kept.length - 1 - width; end++) {
    const other = shapeAt(end);
    const squares = newest.reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0);
    best = Math.min(best, squares);
  }
  return Math.sqrt(best / width);
}

test.each([{ count: 48 }, { count: 100 }, { count: 256 }, { count: 257 }, { count: 700 }])(
  "nearestDistance() of $count points is what the slow twin says",
  ({ count }) => {
    const random = seededRandom(count);
    const points = Array.from({ length: count }, (point, i) =>
      Math.round(60 * Math.sin(i / 5) + 12 * nextNormal(random)),
    );
    const ring = new Int8Array(3 * 256);
    for (const [i, point] of points.entries()) ring[256 + (i % 256)] = point;
    expect(nearestDistance(ring, 256, count)).toBeCloseTo(slowDistance(points, 16, 256), 9);
  },
);

/** A wave of 16 rows with noise, and a broken stretch near its end. @returns the voice's scores, and its cells */
function drawn(isAsked: boolean): { scores: number[]; cells: Float32Array } {
  const random = seededRandom(4);
  const cells = new Float32Array(cellCount);
  const ring = new Int8Array(ringCount);
  const row = new Row();
  row.deviation = 0.7;
  const scores = Array.from({ length: 3_000 }, (unused, i) => {
    const isBroken = i >= 2_900 && i < 2_950;
    row.rowCount = i + 1;
    row.value = Math.sin((2 * Math.PI * i) / (isBroken ? 5 : 16)) + 0.05 * nextNormal(random);
    return judgeShape(cells, ring, 0, 0, row, isAsked);
  });
  return { scores, cells };
}

test("judgeShape() finds a broken shape whether it is asked for each point or for a sample of them", () => {
  const [asked, sampled] = [drawn(true), drawn(false)];
  for (const { scores } of [asked, sampled]) {
    expect(Math.max(...scores.slice(1_000, 2_900))).toBeLessThan(6);
    expect(Math.max(...scores.slice(2_900, 2_960))).toBeGreaterThan(10);
  }
  // Answers change with every point, or with one in eight, which stands for all of them.
  const changes = ({ scores }: { scores: number[] }): number =>
    scores.filter((score, i) => i > 2_000 && score !== scores[i - 1]).length;
  expect(changes(asked)).toBeGreaterThan(900);
  expect(changes(sampled)).toBeLessThan(130);
  expect(sampled.cells[cell.distances]! / asked.cells[cell.distances]!).toBeCloseTo(1, 1);
});

test("judgeShape() begins its ring again when the cycle turns out longer than early noise had it", () => {
  const random = seededRandom(5);
  const cells = new Float32Array(cellCount);
  const ring = new Int8Array(ringCount);
  const row = new Row();
  row.deviation = 0.7;
  row.stepSeconds = 10;
  const scores = Array.from({ length: 40_000 }, (unused, i) => {
    const isNoise = i < 150;
    const isReversed = i >= 38_400 && i < 38_720;
    const phase = (isReversed ? -i : i) / 320;
    row.rowCount = i + 1;
    row.value = isNoise ? nextNormal(random) : 2 * (phase - Math.floor(phase)) - 1;
    return judgeShape(cells, ring, 0, 0, row, true);
  });
  expect(cells[cell.stride]).toBeGreaterThan(10);
  const most = scores.indexOf(Math.max(...scores.slice(5_000)), 5_000);
  expect(most).toBeGreaterThan(38_400);
  expect(most).toBeLessThan(39_100);
});
