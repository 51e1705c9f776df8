import { expect, test } from "vitest";
import { studentTUpperQuantile } from "./student-t.ts";

const tails = [0.025, 0.01, 1e-3, 1e-6, 1e-9, 1e-12];

test.each(tails)(
  "studentTUpperQuantile() is the cotangent for one degree of freedom, p = %d",
  (p) => {
    expect(studentTUpperQuantile(p, 1) * Math.tan(Math.PI * p)).toBeCloseTo(1, 12);
  },
);

test.each(tails)("studentTUpperQuantile() has its closed form for two degrees, p = %d", (p) => {
  const exact = (1 - 2 * p) / Math.sqrt(2 * p * (1 - p));
  expect(studentTUpperQuantile(p, 2) / exact).toBeCloseTo(1, 12);
});

// scipy.stats.t.isf and published tables.
test.each([
  { p: 0.025, freedom: 10, t: 2.2281388519649385 },
  { p: 0.025, freedom: 30, t: 2.0422724563012373 },
  { p: 0.025, freedom: 1e6, t: 1.9599663568 },
  { p: 0.05 / 76, freedom: 36, t: 3.484173032223713 },
  { p: 0.05 / 720, freedom: 358, t: 3.8518273938158365 },
  { p: 0.05 / 6, freedom: 1, t: 38.18845929702562 },
])("studentTUpperQuantile($p, $freedom) is $t", ({ p, freedom, t }) => {
  expect(studentTUpperQuantile(p, freedom) / t).toBeCloseTo(1, 9);
});

test("studentTUpperQuantile() grows as the tail shrinks and falls as degrees are added", () => {
  for (const freedom of [1, 2, 3, 7, 50, 8638, 100_000]) {
    let last = 0;
    for (const p of tails) {
      const t = studentTUpperQuantile(p, freedom);
      expect(t).toBeGreaterThan(last);
      expect(studentTUpperQuantile(p, freedom + 1)).toBeLessThan(t);
      last = t;
    }
  }
});
