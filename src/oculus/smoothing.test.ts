import { expect, test } from "vitest";
import { seededRandom } from "../base/random.ts";
import { randomValues } from "./distance/naive.fixture.ts";
import { zNormalise } from "./shape.ts";
import { smooth, smoothingWidth } from "./smoothing.ts";

test.each([2, 24, 45, 60, 61, 90, 360])(
  "smooth() is the triangle of weights written out, at %i points",
  (length) => {
    const rows = randomValues(3 + length, seededRandom(length));
    const row = rows.slice(3);
    const width = smoothingWidth(length);
    const expected = row.map((value, i) => {
      let sum = 0;
      for (let k = 1 - width; k < width; k++) {
        sum += (width - Math.abs(k)) * row[Math.min(length - 1, Math.max(0, i + k))]!;
      }
      return sum / (width * width);
    });
    zNormalise(expected);
    const into = new Float64Array(length);
    expect(smooth(rows, 3, length, into)).toBe(true);
    for (let i = 0; i < length; i++) expect(into[i]).toBeCloseTo(expected[i]!, 9);
  },
);

test("smooth() says when nothing is left of a row", () => {
  expect(smooth(new Float64Array(60).fill(1), 0, 60, new Float64Array(60))).toBe(false);
});
