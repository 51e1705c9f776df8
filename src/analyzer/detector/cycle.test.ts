import { expect, test } from "vitest";
import { nextNormal, seededRandom } from "../../base/random.ts";
import { countCrossings, isCycleOther, isCycleTold, strideWanted } from "./cycle.ts";
import { cell, cellCount } from "./layout.ts";
import { Row } from "./row.ts";

/** Noise, then a wave, of deviation 1 each. @returns every stride that was set, with its row */
function stridesOf(options: {
  readonly noiseRows: number;
  readonly cycleRows: number;
  readonly stepSeconds: number;
}): { atRow: number; stride: number }[] {
  const random = seededRandom(2);
  const cells = new Float32Array(cellCount);
  const row = new Row();
  row.deviation = 1;
  row.stepSeconds = options.stepSeconds;
  const strides: { atRow: number; stride: number }[] = [];
  for (let i = 0; i < options.noiseRows + 150 * options.cycleRows; i++) {
    const phase = (2 * Math.PI * i) / options.cycleRows;
    row.rowCount = i + 1;
    row.value = i < options.noiseRows ? nextNormal(random) : 1.4 * Math.sin(phase);
    const hasCrossed = countCrossings(cells, 0, row);
    const isBegun = cells[cell.stride] !== 0;
    const isSet = isBegun ? hasCrossed && isCycleOther(cells, 0, row) : isCycleTold(cells, 0, row);
    if (!isSet) continue;
    cells[cell.stride] = Math.round(strideWanted(cells, 0, row));
    strides.push({ atRow: i, stride: cells[cell.stride]! });
  }
  return strides;
}

test.each([
  { cycleRows: 20, stride: 1 },
  { cycleRows: 160, stride: 10 },
])("a wave of $cycleRows rows gets $stride rows a point, once", ({ cycleRows, stride }) => {
  const strides = stridesOf({ noiseRows: 0, cycleRows, stepSeconds: 10 });
  expect(strides.map((set) => set.stride)).toEqual([stride]);
});

test("a cycle too long to be told early is told when it has come often enough", () => {
  const strides = stridesOf({ noiseRows: 0, cycleRows: 500, stepSeconds: 10 });
  expect(strides.map((set) => set.stride)).toEqual([2, 31]);
});

test("a cycle that early noise hid is told anew when its wave has come", () => {
  const strides = stridesOf({ noiseRows: 120, cycleRows: 320, stepSeconds: 10 });
  expect(strides[0]).toMatchObject({ stride: 1 });
  expect(strides.length).toBeGreaterThan(1);
  expect(strides.at(-1)!.stride).toBeGreaterThan(10);
  expect(strides.at(-1)!.stride).toBeLessThanOrEqual(20);
});

test("a cycle of half a day and more is the calendar's: points are of two rows", () => {
  const strides = stridesOf({ noiseRows: 0, cycleRows: 160, stepSeconds: 300 });
  expect(strides.map((set) => set.stride)).toEqual([10, 2]);
});

test("a series that never varied has no cycle", () => {
  const row = new Row();
  row.rowCount = 5_000;
  const cells = new Float32Array(cellCount);
  expect(countCrossings(cells, 0, row)).toBe(false);
  expect(isCycleTold(cells, 0, row)).toBe(false);
});
