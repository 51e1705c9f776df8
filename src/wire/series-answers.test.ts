import fc from "fast-check";
import { expect, test } from "vitest";
import type { SeriesAnswer } from "./series-answers.ts";
import { readGraphiteAnswer, readPrometheusMatrix } from "./series-answers.ts";

const range = { fromMs: 10_000, untilMs: 30_000 };

function rowsOf(answer: SeriesAnswer | undefined) {
  return answer?.series.map(({ name, columns }) => [
    name,
    ...Array.from(columns.timesMs, (timeMs, i) => [timeMs, columns.values[i]]),
  ]);
}

test("readGraphiteAnswer() takes the points in range and never a null", () => {
  const datapoints = [[9, 5], [1, 10], [null, 20], [0, 25], [4, 30]]; // prettier-ignore
  const answer = readGraphiteAnswer([{ target: "a.b", datapoints }], range);
  expect(rowsOf(answer)).toEqual([["a.b", [10_000, 1], [25_000, 0]]]);
  expect(readGraphiteAnswer({ error: "no" }, range)).toBeUndefined();
});

test("readPrometheusMatrix() takes values as texts, counts what is no number", () => {
  const values = [[9.999, "0"], [10, "1.5"], [20.5, "NaN"], [21, "+Inf"], [29.999, "-1e3"]]; // prettier-ignore
  const result = [
    { metric: { __name__: "up", job: "x" }, values },
    { metric: { job: "x" }, values },
    { metric: { __name__: "native" }, histograms: [[10, {}]] },
  ];
  const answer = readPrometheusMatrix({ data: { resultType: "matrix", result } }, range);
  expect(rowsOf(answer)).toEqual([["up;job=x", [10_000, 1.5], [29_999, -1000]]]);
  expect(answer).toMatchObject({ unmeasuredCount: 3, namelessCount: 1 });
});

test("readers of answers never throw and give finite samples only", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (inner) => {
      const answers = [
        readGraphiteAnswer(inner, range),
        readGraphiteAnswer([{ target: "a", datapoints: inner }], range),
        readPrometheusMatrix({ data: { resultType: "matrix", result: inner } }, range),
        readPrometheusMatrix(
          {
            data: { resultType: "matrix", result: [{ metric: { __name__: "a" }, values: inner }] },
          },
          range,
        ),
      ];
      for (const { columns } of answers.flatMap((answer) => answer?.series ?? [])) {
        expect(columns.timesMs.every((timeMs) => timeMs >= 10_000 && timeMs < 30_000)).toBe(true);
        expect(columns.values.every(Number.isFinite)).toBe(true);
      }
    }),
  );
});
