import { expect, test } from "vitest";
import { learnProfile, type ProfileShape, readEnds, readProfile } from "./profile.ts";

const shape: ProfileShape = { slotCount: 24, periodSeconds: 86_400, ratePerVisit: 0.2 };

function taught(
  dayCount: number,
  stepSeconds: number,
  valueAt: (seconds: number) => number,
): Float32Array {
  const cells = new Float32Array(24).fill(Number.NaN);
  for (let seconds = 0; seconds < dayCount * 86_400; seconds += stepSeconds) {
    learnProfile(cells, 0, shape, seconds, stepSeconds, seconds, valueAt(seconds));
  }
  return cells;
}

test.each([{ stepSeconds: 60 }, { stepSeconds: 300 }, { stepSeconds: 3_600 }])(
  "readProfile() knows a day's wave after a week of rows $stepSeconds s apart",
  ({ stepSeconds }) => {
    const wave = (seconds: number): number => Math.sin((2 * Math.PI * seconds) / 86_400);
    const cells = taught(7, stepSeconds, wave);
    for (let hour = 0; hour < 24; hour++) {
      const seconds = 9 * 86_400 + hour * 3_600;
      expect(Math.abs(readProfile(cells, 0, shape, seconds) - wave(seconds))).toBeLessThan(0.06);
    }
  },
);

test("readProfile() is NaN where no row has been, and a neighbour's where one side is known", () => {
  const cells = new Float32Array(24).fill(Number.NaN);
  expect(readProfile(cells, 0, shape, 1_800)).toBeNaN();
  learnProfile(cells, 0, shape, 3_600, 3_600, 0, 8);
  expect(readProfile(cells, 0, shape, 1_800)).toBe(8);
  expect(readProfile(cells, 0, shape, 3 * 3_600)).toBeNaN();
});

test("learnProfile() takes a new level over at about its rate per day", () => {
  const cells = taught(30, 300, (seconds) => (seconds < 20 * 86_400 ? 0 : 1));
  const left = 1 - readProfile(cells, 0, shape, 12 * 3_600);
  expect(left).toBeLessThan(0.25);
  expect(left).toBeGreaterThan(0.01);
});

test("readProfile() takes times before 1970 and at a period's very end", () => {
  const cells = new Float32Array(24).fill(2);
  expect(readProfile(cells, 0, shape, -1)).toBe(2);
  expect(readProfile(cells, 0, shape, 86_400 - 1e-9)).toBe(2);
});

test.each([
  { name: "on a slope: the two slots around", hour: 4.5, step: 10, expected: [4, 5] },
  { name: "at a step: what lies before and after it", hour: 12.2, step: 10, expected: [11, 114] },
  { name: "an hour after a step: the same", hour: 13.9, step: 10, expected: [12, 115] },
  { name: "across midnight", hour: 23.5, step: 200, expected: [0, 123] },
])("readEnds() $name", ({ hour, step, expected }) => {
  // Rises by 1 an hour, and by 100 from 12 to 13.
  const cells = Float32Array.from({ length: 24 }, (slot, i) => i + (i > 12 ? 100 : 0));
  const read = readProfile(cells, 0, shape, hour * 3_600);
  const into = { lower: read, upper: read };
  readEnds(cells, 0, shape, hour * 3_600, step, into);
  expect([into.lower, into.upper]).toEqual(expected);
});
