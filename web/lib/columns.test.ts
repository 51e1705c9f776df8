import { expect, test } from "vitest";
import { columnsOfLines, lonelyIndexes, pointNear, usualStep, type Point } from "./columns.ts";

test("columnsOfLines() puts two lines on one column of times", () => {
  const { times, values } = columnsOfLines([
    [
      [10, 1],
      [30, 3],
    ],
    [
      [10, 5],
      [20, 6],
    ],
  ]);
  expect(times).toEqual([10, 20, 30]);
  expect(values).toEqual([
    [1, undefined, 3],
    [5, 6, undefined],
  ]);
});

test("columnsOfLines() breaks a line where its sender was silent", () => {
  const line: Point[] = [0, 10, 20, 30, 200, 210].map((time) => [time, 1]);
  const { times, values } = columnsOfLines([line]);
  expect(times).toEqual([0, 10, 20, 30, 115, 200, 210]);
  expect(values[0]?.[4]).toBeNull();
});

test("columnsOfLines() takes the first of two values at one time, and no lines at all", () => {
  expect(
    columnsOfLines([
      [
        [1, 1],
        [1, 2],
      ],
    ]),
  ).toEqual({ times: [1], values: [[1]] });
  expect(columnsOfLines([[]])).toEqual({ times: [], values: [[]] });
});

test("usualStep() is the middle distance, whatever one gap does", () => {
  expect(usualStep([0, 10, 20, 9000].map((time) => [time, 0]))).toBe(10);
  expect(usualStep([[1, 1]])).toBe(0);
});

test.each([
  [9, 10],
  [14, 10],
  [16, 20],
  [33, 30],
  [36, undefined],
])("pointNear(%s) is the one at %s", (time, expected) => {
  const line: Point[] = [10, 20, 30].map((at) => [at, 1]);
  expect(pointNear(line, time, 5)?.[0]).toBe(expected);
  expect(pointNear([], time, 5)).toBeUndefined();
});

test.each([
  { column: [], lonely: [] },
  { column: [5], lonely: [0] },
  { column: [1, undefined, 2], lonely: [] },
  { column: [1, null, undefined, 2, null, 3, 4], lonely: [0, 3] },
  { column: [null, undefined, 7, null], lonely: [2] },
])("lonelyIndexes() of $column are $lonely", ({ column, lonely }) => {
  expect(lonelyIndexes(column)).toEqual(lonely);
});
