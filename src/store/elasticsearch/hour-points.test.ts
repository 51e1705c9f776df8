import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../../base/random.ts";
import { decodePoints, HourPoints } from "./hour-points.ts";

function columns(pairs: readonly (readonly [number, number])[]) {
  return {
    timesMs: Float64Array.from(pairs, ([timeMs]) => timeMs),
    values: Float64Array.from(pairs, ([, value]) => value),
  };
}

function pairsOf(bytes: Uint8Array): (readonly [number, number])[] | undefined {
  const decoded = decodePoints(bytes);
  return decoded && [...decoded.timesMs].map((timeMs, i) => [timeMs, decoded.values[i]!] as const);
}

test("HourPoints holds what a map by time would, in any order, and sums it up", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = seededRandom(seed);
    const points = new HourPoints();
    const twin = new Map<number, number>();
    let nextMs = 1_700_000_000_000;
    for (let round = 0; round < 60; round++) {
      const isLate = random.next() < 0.2;
      const added = new Map<number, number>();
      const count = 1 + nextInteger(random, 30);
      for (let i = 0; i < count; i++) {
        const timeMs = isLate ? 1_700_000_000_000 + nextInteger(random, 1000) * 1000 : nextMs;
        if (!isLate) nextMs += 1000;
        added.set(timeMs, Math.round(random.next() * 1e4) / 100);
      }
      points.add(columns([...added].sort(([a], [b]) => a - b)));
      for (const [timeMs, value] of added) twin.set(timeMs, value);
    }
    const expected = [...twin].sort(([a], [b]) => a - b);
    expect(pairsOf(points.bytes), `seed ${seed}`).toEqual(expected);
    expect(pairsOf(points.packed()), `seed ${seed}, packed`).toEqual(expected);
    const values = expected.map(([, value]) => value);
    expect(points.summary).toMatchObject({
      count: values.length,
      min: Math.min(...values),
      max: Math.max(...values),
      first: values[0],
      last: values.at(-1),
    });
    expect(points.summary.sum).toBeCloseTo(
      values.reduce((sum, value) => sum + value, 0),
      6,
    );
    const again = HourPoints.parse(points.bytes);
    expect(again?.bytes).toEqual(points.bytes);
    again?.add(columns([[2e12, 1]]));
    expect(pairsOf(again!.bytes)).toEqual([...expected, [2e12, 1]]);
  }
});

test("HourPoints.packed() takes few chunks for an hour that grew point by point", () => {
  const points = new HourPoints();
  for (let i = 0; i < 360; i++) points.add(columns([[i * 10_000, i % 7]]));
  expect(points.packed().length).toBeLessThan(points.bytes.length);
  expect(points.summary.count).toBe(360);
});

test.each([
  ["no chunk", Uint8Array.of(1, 2, 3)],
  ["a chunk cut short", encoded([[1000, 1]]).subarray(0, 12)],
  ["chunks out of order", Buffer.concat([encoded([[5000, 1]]), encoded([[1000, 1]])])],
])("parse() refuses %s", (unused, bytes) => {
  expect(HourPoints.parse(bytes)).toBeUndefined();
});

test("parse() takes no bytes for no points", () => {
  expect(HourPoints.parse(new Uint8Array(0))?.summary.count).toBe(0);
});

function encoded(pairs: readonly (readonly [number, number])[]): Uint8Array {
  const points = new HourPoints();
  points.add(columns(pairs));
  return points.bytes;
}
