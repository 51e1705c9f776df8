import { expect, test } from "vitest";
import { nextNormal, seededRandom } from "../../base/random.ts";
import { nearestDistance } from "./shape-voice.ts";

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
