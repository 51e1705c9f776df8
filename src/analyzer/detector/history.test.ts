import { expect, test } from "vitest";
import { nextNormal, seededRandom } from "../../base/random.ts";
import { addToHistory, standing, standingMax } from "./history.ts";

test("addToHistory() has the mean and variance of all values while they are fewer than its memory", () => {
  const random = seededRandom(1);
  const values = Array.from({ length: 500 }, () => 3 + 2 * nextNormal(random));
  const cells = new Float32Array(2);
  for (const [i, value] of values.entries()) addToHistory(cells, 0, value, i + 1, 1_000);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  expect(cells[0]).toBeCloseTo(mean, 4);
  expect(cells[1]).toBeCloseTo(variance, 3);
});

test("addToHistory() forgets at one part in its memory per row", () => {
  const cells = new Float32Array(2);
  for (let i = 1; i <= 1_000; i++) addToHistory(cells, 0, 0, i, 100);
  for (let i = 1_001; i <= 1_100; i++) addToHistory(cells, 0, 1, i, 100);
  expect(cells[0]).toBeCloseTo(1 - 0.99 ** 100, 4);
});

test.each([
  { name: "what is always so", cells: [5, 0], value: 5, expected: 0 },
  { name: "two deviations above", cells: [5, 4], value: 9, expected: 2 },
  { name: "below", cells: [5, 4], value: 3, expected: -1 },
  { name: "the first change ever", cells: [0, 0], value: 1e-9, expected: standingMax },
])("standing() of $name is $expected", ({ cells, value, expected }) => {
  expect(standing(Float32Array.from(cells), 0, value, 0)).toBeCloseTo(expected, 6);
});
