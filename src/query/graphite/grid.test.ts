import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../../base/random.ts";
import { fillGrid, gridOf, inferStep, slotCount } from "./grid.ts";

const start = 1_764_000_000_000;

function times(gapsMs: readonly number[]): Float64Array<ArrayBuffer> {
  let at = start;
  return Float64Array.from([start, ...gapsMs.map((gap) => (at += gap))]);
}

test.each([
  { name: "regular samples", gaps: [10_000, 10_000, 10_000], step: 10 },
  { name: "jitter", gaps: [9_850, 10_120, 10_030, 9_990, 10_040], step: 10 },
  {
    name: "every third sample missing",
    gaps: [60_000, 120_000, 60_000, 120_000, 60_000],
    step: 60,
  },
  {
    name: "a burst among regular samples",
    gaps: [60_000, 60_000, 1, 1, 60_000, 60_000, 60_000],
    step: 60,
  },
  { name: "a sender that drifts", gaps: [57_500, 58_200, 61_900, 58_100], step: 60 },
  { name: "an unusual step", gaps: [7_000, 7_000, 7_000], step: 7 },
  { name: "samples faster than a second", gaps: [100, 100, 100], step: 1 },
  { name: "one sample", gaps: [], step: undefined },
])("inferStep() of $name is $step", ({ gaps, step }) => {
  expect(inferStep(times(gaps))).toBe(step);
});

test("inferStep() stays the same however the window moves over jittered samples", () => {
  const random = seededRandom(3);
  const gaps = Array.from({ length: 500 }, () => 14_500 + nextInteger(random, 1000));
  const all = times(gaps);
  for (let i = 0; i < 400; i++) expect(inferStep(all.slice(i, i + 60))).toBe(15);
});

test.each([
  { from: 100, until: 160, now: 1000, start: 110, end: 170 },
  { from: 101, until: 159, now: 1000, start: 110, end: 160 },
  { from: 100, until: 2000, now: 155, start: 110, end: 160 },
  { from: 101, until: 102, now: 1000, start: 110, end: 120 },
])(
  "gridOf() begins after from and holds until: $from to $until at $now",
  ({ from, until, now, ...expected }) => {
    const range = { fromSeconds: from, untilSeconds: until, nowSeconds: now };
    expect(gridOf(range, 10)).toEqual({ ...expected, step: 10 });
  },
);

test("gridOf() has nothing where the range begins in the future", () => {
  expect(gridOf({ fromSeconds: 200, untilSeconds: 300, nowSeconds: 100 }, 10)).toBeUndefined();
});

test("fillGrid() gives each slot the last sample that falls into it", () => {
  const grid = { start: 100, end: 150, step: 10 };
  expect(slotCount(grid)).toBe(5);
  const filled = fillGrid(grid, {
    timesMs: Float64Array.of(99_999, 100_000, 109_999, 120_500, 131_000, 149_999, 150_000),
    values: Float64Array.of(1, 2, 3, 4, NaN, 6, 7),
  });
  expect([...filled]).toEqual([3, NaN, 4, NaN, 6]);
});
