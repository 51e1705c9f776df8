import { expect, test } from "vitest";
import { nextNormal, seededRandom } from "../../base/random.ts";
import { cellCount, lagCount } from "./layout.ts";
import { Row } from "./row.ts";
import { learnForecast } from "./short-memory.ts";

/** Recursive least squares in full matrices of doubles. */
function slowForecaster(order: number): (value: number) => number {
  const weights = new Array<number>(order).fill(0);
  const lags = new Array<number>(order).fill(0);
  let inverse: number[][] = lags.map((lag, i) => lags.map((other, j) => (i === j ? 100 : 0)));
  return (value) => {
    const error = value - weights.reduce((sum, weight, i) => sum + weight * lags[i]!, 0);
    const gain = inverse.map((line) => line.reduce((sum, cell, j) => sum + cell * lags[j]!, 0));
    const scale = 0.9995 + gain.reduce((sum, part, i) => sum + part * lags[i]!, 0);
    for (let i = 0; i < order; i++) {
      weights[i] = weights[i]! + (gain[i]! / scale) * Math.max(-6, Math.min(6, error));
    }
    inverse = inverse.map((line, i) =>
      line.map((cell, j) => (cell - (gain[i]! * gain[j]!) / scale) / 0.9995),
    );
    lags.unshift(value);
    lags.pop();
    return error;
  };
}

test("learnForecast() makes the errors of the slow twin, and learns an autoregression", () => {
  const random = seededRandom(2);
  const cells = new Float32Array(cellCount);
  const slow = slowForecaster(lagCount);
  const row = new Row();
  row.deviation = 1;
  let [value, before, lateSize] = [0, 0, 0];
  for (let i = 0; i < 2_000; i++) {
    const next = 1.5 * value - 0.7 * before + 0.3 * nextNormal(random);
    [before, value] = [value, next];
    row.value = value;
    const error = learnForecast(cells, 0, row);
    expect(Math.abs(error - slow(value))).toBeLessThan(0.02);
    if (i >= 1_000) lateSize += Math.abs(error) / 1_000;
  }
  expect(lateSize).toBeLessThan(0.3);
  expect(lateSize).toBeGreaterThan(0.2);
});
