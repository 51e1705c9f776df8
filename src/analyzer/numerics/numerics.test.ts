/** The kernels against slow ones, on data that is ordinary, tied, skewed or at the edge of doubles. */
import { expect, test } from "vitest";
import { nextInteger, nextNormal, seededRandom, type Random } from "../../base/random.ts";
import { median, twinDistance, twinStatistic } from "../checks/twin.fixture.ts";
import { AdfTester, adfCriticalValue } from "./adf.ts";
import { measureWeighted } from "./ewma.ts";
import { KsComparer } from "./ks.ts";
import { countBefore, measureMoments } from "./moments.ts";
import { Selector } from "./select.ts";
import { singularRatio } from "./singular-ratio.ts";
import { sortRange } from "./sort.ts";

const shapes: Readonly<Record<string, (random: Random) => number>> = {
  normal: (random) => nextNormal(random),
  ties: (random) => nextInteger(random, 5),
  skewed: (random) => Math.exp(8 * nextNormal(random)),
  outlier: (random) => (random.next() < 0.01 ? 1e15 : random.next()),
  clusters: (random) => Math.round(random.next()) * 1e9 + random.next() * 1e-3,
  denormal: (random) => nextInteger(random, 1000) * 5e-324,
};

function columnOf(random: Random, shape: string, count: number): Float64Array {
  return Float64Array.from({ length: count }, () => shapes[shape]!(random));
}

test.each(Object.keys(shapes))("Selector.median() is the median of sorted values: %s", (shape) => {
  const random = seededRandom(11);
  const selector = new Selector();
  for (const count of [1, 2, 3, 4, 95, 96, 97, 98, 500, 1001, 4000]) {
    const values = columnOf(random, shape, count);
    const lower = Math.min(...values);
    const upper = Math.max(...values);
    expect(selector.median(values, count, lower, upper), `${count}`).toBe(median([...values]));
  }
});

test.each(Object.keys(shapes))(
  "KsComparer.distance() is the distance at every value: %s",
  (shape) => {
    const random = seededRandom(12);
    const comparer = new KsComparer();
    for (let round = 0; round < 60; round++) {
      const count = 2 + nextInteger(random, 300);
      const middle = 1 + nextInteger(random, count - 1);
      const values = columnOf(random, shape, count);
      const exact = twinDistance([...values.subarray(0, middle)], [...values.subarray(middle)]);
      expect(comparer.distance(values, 0, middle, count)).toBeCloseTo(exact, 12);
      expect(comparer.distance(values, 0, middle, count, 0.5) > 0.5).toBe(exact > 0.5 + 1e-12);
    }
  },
);

test.each([
  { name: "noise", next: (random: Random, last: number) => 0 * last + nextNormal(random) },
  { name: "a walk", next: (random: Random, last: number) => last + nextNormal(random) },
  { name: "drawn back", next: (random: Random, last: number) => 0.8 * last + nextNormal(random) },
  {
    name: "whole steps",
    next: (random: Random, last: number) => last + nextInteger(random, 3) - 1,
  },
])("AdfTester.statistic() is the t-ratio of a full regression: $name", ({ next }) => {
  const random = seededRandom(13);
  const tester = new AdfTester();
  for (const count of [24, 25, 40, 300]) {
    for (let round = 0; round < 3; round++) {
      let last = 100;
      const sample = Array.from({ length: count }, () => (last = next(random, last)));
      const exact = twinStatistic(sample);
      const fast = tester.statistic(Float64Array.from([7, ...sample]), 1, count + 1);
      if (Math.abs(exact) < 1e6) expect(fast / exact).toBeCloseTo(1, 5);
    }
  }
});

test("AdfTester.statistic() does not exist for a constant or an exact line", () => {
  const tester = new AdfTester();
  expect(tester.statistic(new Float64Array(30).fill(0.1), 0, 30)).toBeNaN();
  expect(
    tester.statistic(
      Float64Array.from({ length: 300 }, (value, i) => i * 0.1),
      0,
      300,
    ),
  ).toBeNaN();
});

test("adfCriticalValue is where MacKinnon's curve passes the 5 % quantile of the normal", () => {
  const s = adfCriticalValue;
  expect(2.1659 + 1.4412 * s + 0.038269 * s * s).toBeCloseTo(-1.6448536269514722, 9);
});

test("measureWeighted() is the weighted mean and corrected deviation over all values", () => {
  const random = seededRandom(14);
  for (const count of [1, 2, 3, 50, 2048, 2049, 6000]) {
    const values = Float64Array.from(
      { length: count },
      (value, i) => nextNormal(random) + (i < 100 ? 1e9 : 0),
    );
    const last = values[count - 1]!;
    let [total, squares, sum, spread] = [0, 0, 0, 0];
    for (let k = 0; k < count; k++) {
      const weight = (50 / 51) ** k;
      total += weight;
      squares += weight ** 2;
      sum += weight * (values[count - 1 - k]! - last);
    }
    const mean = last + sum / total;
    for (let k = 0; k < count; k++) spread += (50 / 51) ** k * (values[count - 1 - k]! - mean) ** 2;
    const result = { mean: 0, deviation: 0 };
    measureWeighted(values, count, 1e9 + 20, result);
    expect(Math.abs(result.mean - mean)).toBeLessThanOrEqual(1e-9 * Math.abs(mean));
    if (count === 1) expect(result.deviation).toBeNaN();
    else {
      const deviation = Math.sqrt((spread * total) / (total ** 2 - squares));
      expect(result.deviation / deviation).toBeCloseTo(1, 8);
    }
  }
});

test.each([
  { name: "nothing", values: [], mean: NaN, squares: 0 },
  { name: "one value", values: [3], mean: 3, squares: 0 },
  {
    name: "a constant that sums do not hold",
    values: Array<number>(999).fill(0.1),
    mean: 0.1,
    squares: 0,
  },
  { name: "a ripple on a great level", values: [1e15 + 1, 1e15 + 3], mean: 1e15 + 2, squares: 2 },
])("measureMoments() of $name", ({ values, mean, squares }) => {
  const moments = { mean: 0, squares: 0 };
  measureMoments(Float64Array.from(values), 0, values.length, moments);
  expect(moments).toEqual({ mean, squares });
});

test("countBefore() counts what is strictly earlier, among equal times too", () => {
  const times = Float64Array.from([1, 2, 2, 2, 5]);
  expect([0, 1, 2, 3, 5, 9].map((time) => countBefore(times, 5, time))).toEqual([0, 0, 1, 4, 4, 5]);
  expect(countBefore(times, 0, 3)).toBe(0);
});

test("sortRange() sorts its stretch and leaves the rest alone", () => {
  const random = seededRandom(15);
  for (const count of [0, 1, 2, 31, 32, 33, 34, 1000]) {
    const values = columnOf(random, "ties", count + 4);
    const wanted = [
      ...values.slice(0, 2),
      ...values.slice(2, count + 2).sort(),
      ...values.slice(count + 2),
    ];
    sortRange(values, 2, count + 2);
    expect([...values]).toEqual(wanted);
  }
});

test("singularRatio() is the deviation over the square of a great mean", () => {
  expect(singularRatio(1.7e9, 100 ** 2) / (100 / 1.7e9 ** 2)).toBeCloseTo(1, 9);
  expect(singularRatio(5, 0)).toBe(0);
  expect(singularRatio(0, 1)).toBeCloseTo(1, 12);
});
