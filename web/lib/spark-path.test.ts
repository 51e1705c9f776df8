import { expect, test } from "vitest";
import { sparkPaths } from "./spark-path.ts";

const box = { width: 104, height: 24, from: 0, until: 100, oddFrom: 60, oddUntil: null };

test("sparkPaths() cuts the line where it turns odd, without a hole", () => {
  const points = [
    [0, 0],
    [50, 0],
    [100, 10],
  ] as const;
  expect(sparkPaths(points, box)).toEqual({
    calm: "M2,22L52,22",
    odd: "M52,22L102,2",
    end: [102, 2],
  });
});

test("sparkPaths() returns to calm after an anomaly that ended", () => {
  const points = [0, 20, 40, 60, 80].map((time) => [time, 1] as const);
  const { calm, odd } = sparkPaths(points, { ...box, oddFrom: 20, oddUntil: 40 });
  expect(odd).toBe("M2,12L22,12L42,12");
  expect(calm).toBe("M2,12M42,12L62,12L82,12");
});

test("sparkPaths() of nothing is nothing", () => {
  expect(sparkPaths([], box)).toEqual({ calm: "", odd: "", end: null });
});
