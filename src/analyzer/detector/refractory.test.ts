import { expect, test } from "vitest";
import { cellCount } from "./layout.ts";
import { confirmed, tellOnce } from "./refractory.ts";
import { Row } from "./row.ts";

function told(strengths: ReadonlyMap<number, number>, rowCount: number, fineness = 1): number[] {
  const cells = new Float32Array(cellCount);
  const row = new Row();
  row.fineness = fineness;
  return Array.from({ length: rowCount }, (unused, i) => {
    row.rowCount = i + 1;
    return tellOnce(cells, 0, strengths.get(i) ?? 0, row);
  });
}

test("tellOnce() tells an event once, again where it doubles, and anew after its hold", () => {
  const events = told(
    new Map([
      [5, 4],
      [6, 4],
      [50, 7],
      [60, 9],
      [300, 4],
    ]),
    400,
  );
  expect(
    events
      .map((event, i) => [i, event] as const)
      .filter(([, event]) => event > 0)
      .map(([i]) => i),
  ).toEqual([5, 60, 300]);
});

test("tellOnce() holds for as many hours at any resolution", () => {
  const strengths = new Map([
    [0, 4],
    [150, 4],
  ]);
  expect(told(strengths, 200)[150]).toBeGreaterThan(0);
  expect(told(strengths, 200, 5)[150]).toBe(0);
});

test("tellOnce() tells ever more faintly what recurs, and afresh what is stronger", () => {
  const nightly = new Map<number, number>(
    Array.from({ length: 10 }, (night, i) => [i * 288, 4] as const),
  );
  nightly.set(10 * 288, 40);
  const events = told(nightly, 11 * 288);
  const told10 = Array.from({ length: 10 }, (night, i) => events[i * 288]!);
  expect(told10.every((event, i) => i === 0 || event < told10[i - 1]!)).toBe(true);
  expect(told10[9]).toBeLessThan(2.4);
  expect(events[10 * 288]).toBeGreaterThan(10);
});

test("confirmed() asks for more agreement the finer the rows", () => {
  const row = new Row();
  const isConfirmed = (fineness: number, agreed: number): boolean => {
    row.fineness = fineness;
    return confirmed(new Float32Array(cellCount), 0, agreed, row);
  };
  expect(isConfirmed(1, 0)).toBe(true);
  expect(isConfirmed(5, 2)).toBe(false);
  expect(isConfirmed(5, 4)).toBe(true);
  expect(isConfirmed(30, 4)).toBe(false);
});
