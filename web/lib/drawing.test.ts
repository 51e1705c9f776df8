import { expect, test } from "vitest";
import {
  columnCount,
  drawingState,
  emptyDrawing,
  filledLevels,
  levelAt,
  nudged,
  parseShape,
  shapeText,
  stroke,
  withLevel,
} from "./drawing.ts";

test("stroke() draws every column between its ends, in either direction", () => {
  const there = stroke(emptyDrawing, { column: 10, level: 0 }, { column: 20, level: 100 });
  const back = stroke(emptyDrawing, { column: 20, level: 100 }, { column: 10, level: 0 });
  expect(there).toEqual(back);
  expect(there.slice(9, 13)).toEqual([null, 0, 10, 20]);
  expect(there.filter((level) => level !== null)).toHaveLength(11);
});

test("stroke() keeps inside the pad what a pointer draws outside", () => {
  const drawing = stroke(emptyDrawing, { column: -8, level: 140 }, { column: 80, level: -20 });
  const levels = drawing.map((level) => level ?? NaN);
  expect(levels).toHaveLength(columnCount);
  expect(Math.max(...levels)).toBe(100);
  expect(Math.min(...levels)).toBe(0);
});

test("three levels set by keyboard are a whole line: straight between, level outside", () => {
  let drawing = withLevel(emptyDrawing, 10, 20);
  drawing = withLevel(drawing, 20, 20);
  drawing = withLevel(drawing, 30, 80);
  expect(levelAt(drawing, 0)).toBe(20);
  expect(levelAt(drawing, 25)).toBe(50);
  expect(levelAt(drawing, 59)).toBe(80);
  expect(filledLevels(drawing)).toHaveLength(columnCount);
});

test("nudged() pulls drawn neighbours along, and leaves columns alone that were not drawn", () => {
  const line = stroke(emptyDrawing, { column: 0, level: 50 }, { column: 59, level: 50 });
  expect(nudged(line, 30, 10).slice(27, 32)).toEqual([50, 52.5, 56, 60, 56]);
  const apart = withLevel(withLevel(emptyDrawing, 28, 50), 30, 50);
  expect(nudged(apart, 30, 10).filter((level) => level !== null)).toEqual([50, 60]);
  const one = withLevel(emptyDrawing, 30, 50);
  expect(nudged(one, 30, 10).filter((level) => level !== null)).toEqual([60]);
});

test.each([
  ["nothing", emptyDrawing, "empty"],
  ["one level", withLevel(emptyDrawing, 5, 40), "flat"],
  ["two levels", withLevel(withLevel(emptyDrawing, 5, 40), 50, 41), "shape"],
])("drawingState() of %s", (_, drawing, expected) => {
  expect(drawingState(drawing)).toBe(expected);
});

test("parseShape() brings back what shapeText() wrote, sparse or whole", () => {
  const sparse = withLevel(withLevel(emptyDrawing, 3, 10), 40, 90);
  expect(shapeText(sparse)).toBe("3:10,40:90");
  expect(parseShape(shapeText(sparse))).toEqual(sparse);
  const whole = stroke(emptyDrawing, { column: 0, level: 0 }, { column: 59, level: 59 });
  expect(parseShape(shapeText(whole))).toEqual(whole);
});

test("parseShape() spreads a few levels over all columns", () => {
  const drawing = parseShape("0,100");
  expect(drawing?.[0]).toBe(0);
  expect(drawing?.[59]).toBe(100);
  expect(drawing?.[30]).toBeCloseTo(50.85, 2);
});

test.each(["", "5", "a,b", "70:1,2:3", "1:2:3,4:5", "1..2,3", "<b>"])(
  "parseShape() takes %j for no shape",
  (text) => {
    expect(parseShape(text)).toBeUndefined();
  },
);
