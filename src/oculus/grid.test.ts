import fc from "fast-check";
import { expect, test } from "vitest";
import { Grid } from "./grid.ts";

const tenCells = { fromMs: 1000, untilMs: 2000 };

function fill(samples: readonly (readonly [number, number])[], pointCount = 10): number[] | string {
  const into = new Float64Array(pointCount);
  const fault = new Grid(tenCells, pointCount).fill(
    Float64Array.from(samples, ([timeMs]) => timeMs),
    Float64Array.from(samples, ([, value]) => value),
    samples.length,
    into,
  );
  return fault ?? [...into];
}

const steady = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => [1000 + 100 * at, at] as const);

test.each([
  {
    name: "one sample per cell is kept",
    samples: steady,
    expected: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  },
  {
    name: "finer steps are averaged",
    samples: steady.flatMap(([t, v]) => [[t, v - 1] as const, [t + 50, v + 1] as const]),
    expected: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  },
  {
    name: "a step of two cells is drawn straight",
    samples: steady.filter((sample, at) => at % 2 === 0),
    expected: [0, 1, 2, 3, 4, 5, 6, 7, 8, 8],
  },
  {
    name: "samples outside of the window and those that are not finite do not count",
    samples: [[999, 50] as const, ...steady, [1950, Number.NaN] as const, [2000, 50] as const],
    expected: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  },
  {
    name: "a cell without a sample at each end keeps the nearest",
    samples: steady.slice(1, -1),
    expected: [1, 1, 2, 3, 4, 5, 6, 7, 8, 8],
  },
  { name: "nothing is empty", samples: [], expected: "empty" },
  { name: "samples only before are empty", samples: [[10, 1] as const], expected: "empty" },
  { name: "two empty cells at the start", samples: steady.slice(2), expected: "starts-late" },
  { name: "two empty cells at the end", samples: steady.slice(0, -2), expected: "ends-early" },
  {
    name: "three empty cells inside",
    samples: steady.filter((sample, at) => at < 4 || at > 6),
    expected: "too-sparse",
  },
])("Grid: $name", ({ samples, expected }) => {
  expect(fill(samples)).toEqual(expected);
});

test("Grid.shape() refuses what does not move", () => {
  const grid = new Grid(tenCells, 4);
  const times = Float64Array.of(1000, 1300, 1600, 1900);
  expect(grid.shape(times, new Float64Array(4).fill(7), 4, new Float64Array(4))).toBe("flat");
});

test("Grid keeps every value inside the range of the samples, whatever the times", () => {
  const sample = fc.tuple(
    fc.integer({ min: 900, max: 2100 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(
    fc.property(
      fc.array(sample, { maxLength: 60 }),
      fc.integer({ min: 2, max: 40 }),
      (samples, cells) => {
        samples.sort(([a], [b]) => a - b);
        const filled = fill(samples, cells);
        if (typeof filled === "string") return;
        const inside = samples.filter(([t]) => t >= 1000 && t < 2000).map(([, value]) => value);
        const slack = 1e-9 * Math.max(...inside.map(Math.abs));
        for (const value of filled) {
          expect(value).toBeGreaterThanOrEqual(Math.min(...inside) - slack);
          expect(value).toBeLessThanOrEqual(Math.max(...inside) + slack);
        }
      },
    ),
    {
      examples: [
        [
          [
            [1000, Number.MAX_VALUE],
            [1000, -3.0553168236369248e292],
          ],
          2,
        ],
        [
          [
            [1000, Number.MAX_VALUE],
            [1999, -Number.MAX_VALUE],
          ],
          3,
        ],
      ],
    },
  );
});
