import { expect, test } from "vitest";
import { extentOf, linePath, scaleLabels } from "./graph-path.ts";

const frame = { width: 100, height: 56, from: 0, until: 100, low: 0, high: 10 };

test("linePath() fills the frame, and breaks where the sender was silent", () => {
  const points = [0, 5, 10, 15, 90, 95, 100].map((time) => [time, time / 10] as const);
  const path = linePath(points, frame);
  expect(path.startsWith("M0,53")).toBe(true);
  expect(path.endsWith("L100,3")).toBe(true);
  expect(path.match(/M/g)).toHaveLength(2);
});

test("linePath() leaves out what is outside, and draws a flat line in the middle", () => {
  expect(
    linePath(
      [
        [-5, 1],
        [50, 1],
        [200, 1],
      ],
      { ...frame, low: 1, high: 1 },
    ),
  ).toBe("M50,28");
});

test("extentOf() is over all lines; without points it is still a scale", () => {
  expect(
    extentOf([
      [[0, 3]],
      [
        [0, -1],
        [1, 8],
      ],
    ]),
  ).toEqual({ low: -1, high: 8 });
  expect(extentOf([[]])).toEqual({ low: 0, high: 1 });
});

test.each([
  [12_055_723_119, 12_225_529_064, "12.056G", "12.226G"],
  [17.8, 185.7, "18", "186"],
  [0.9524, 18, "1", "18"],
  [5, 5, "5", "5"],
  [0, 0, "0", "0"],
])("scaleLabels() of %s and %s tell both apart in few digits", (low, high, lowText, highText) => {
  expect(scaleLabels({ low, high })).toEqual({ low: lowText, high: highText });
});
