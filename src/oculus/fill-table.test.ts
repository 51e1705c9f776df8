import { expect, test } from "vitest";
import { nextNormal, seededRandom } from "../base/random.ts";
import { ShapeTable, TableFiller } from "./index.ts";
import { plainWindow, type PlainSeries } from "./series-window.fixture.ts";

const range = { fromMs: 0, untilMs: 6000 };

function series(stepMs: number, value: (timeMs: number) => number): PlainSeries {
  return Array.from({ length: Math.ceil(6000 / stepMs) }, (slot, at) => [
    at * stepMs,
    value(at * stepMs),
  ]);
}

test("TableFiller takes a day of samples a second, and makes its steps shorter by them", () => {
  const random = seededRandom(1);
  let level = 0;
  const day = Array.from(
    { length: 86_400 },
    (slot, second) => [second * 1000, (level += nextNormal(random))] as const,
  );
  const table = new ShapeTable({ pointCount: 60 });
  const dayRange = { fromMs: 0, untilMs: 86_400_000 };
  const filler = new TableFiller(plainWindow([day, day, day]), dayRange, table);
  const doneCounts: number[] = [];
  while (!filler.step(32)) doneCounts.push(filler.doneCount);
  expect(doneCounts).toEqual([1, 2]);
  expect(table.comparableCount).toBe(3);
});

test("TableFiller fills rows in slices, keeps why others have none, and drops ids that expired", () => {
  const table = new ShapeTable({ pointCount: 60 });
  table.put(
    7,
    Float64Array.from({ length: 60 }, (slot, at) => (at % 2 === 0 ? 1 : -1)),
  );
  const window = plainWindow([
    series(100, (t) => Math.sin(t / 500)),
    series(10, (t) => 100 + 3 * Math.sin(t / 500)),
    series(100, () => 5),
    [],
    undefined,
    series(100, (t) => t)?.slice(30),
  ]);
  const filler = new TableFiller(window, range, table);
  let steps = 0;
  while (!filler.step(2)) steps += 1;
  expect(steps).toBe(3);
  expect(filler.doneCount).toBe(8);
  expect([0, 1, 2, 3, 4, 5, 7].map((id) => table.isComparable(id))).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  expect([2, 3, 4, 5].map((id) => table.faultOf(id))).toEqual([
    "flat",
    "empty",
    undefined,
    "starts-late",
  ]);
  const first = table.shape(0)!;
  const second = table.shape(1)!;
  const product = first.reduce((sum, value, at) => sum + value * second[at]!, 0);
  expect(product / 60).toBeGreaterThan(0.99);
});
