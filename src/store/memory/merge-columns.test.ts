import fc from "fast-check";
import { expect, test } from "vitest";
import { lowerBound, mergeColumns } from "./merge-columns.ts";

const times = fc
  .uniqueArray(fc.nat(60), { maxLength: 40 })
  .map((list) => list.sort((a, b) => a - b));

test("mergeColumns() agrees with a Map, for every room", () => {
  fc.assert(
    fc.property(times, times, fc.nat(90), (keptMs, addedMs, spare) => {
      const room = Math.max(keptMs.length, spare);
      const timesMs = new Float64Array(room);
      const values = new Float64Array(room).fill(1);
      timesMs.set(keptMs);
      const added = Float64Array.from(addedMs);
      const total = mergeColumns(
        timesMs,
        values,
        keptMs.length,
        added,
        added.map(() => 2),
        added.length,
      );
      const merged = new Map(keptMs.map((t) => [t, 1]));
      for (const t of addedMs) merged.set(t, 2);
      const all = [...merged].sort(([a], [b]) => a - b);
      const expected = room === 0 ? [] : all.slice(-room);
      expect([...timesMs.subarray(0, total)].map((t, k) => [t, values[k]])).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [5, 0],
  [10, 0],
  [11, 1],
  [30, 2],
  [31, 3],
])("lowerBound() of %i is index %i", (timeMs, index) => {
  expect(lowerBound(Float64Array.of(10, 20, 30, 40), 0, 3, timeMs)).toBe(index);
});
