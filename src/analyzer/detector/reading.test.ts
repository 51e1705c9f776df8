import { expect, test } from "vitest";
import { nextNormal, seededRandom } from "../../base/random.ts";
import { DetectorBank, isRegular, turnProfiles } from "./index.ts";
import { expectAt } from "./reading.ts";
import { Expectation } from "./baseline.ts";

function judged(rowCount: number, valueAt: (i: number) => number): DetectorBank {
  const bank = new DetectorBank();
  for (let i = 0; i < rowCount; i++) bank.detectorOf(0).judge(0, 60 * i, valueAt(i));
  return bank;
}

test.each([1, 2, 3, 4, 5])("isRegular() tells a beat from what wanders, seed %i", (seed) => {
  const random = seededRandom(seed);
  const beat = judged(3000, (i) => Math.sin((2 * Math.PI * i) / 40) + 0.1 * nextNormal(random));
  expect(isRegular(beat.detectorOf(0).state, 0)).toBe(true);
  let wander = 0;
  const walk = judged(60_000, () => (wander = 0.99 * wander + nextNormal(random)));
  expect(isRegular(walk.detectorOf(0).state, 0)).toBe(false);
});

test("turnProfiles() turns a day, so that the same moment is expected to be the same", () => {
  const daySeconds = 86_400;
  const bank = judged(3 * 1440, (i) => 100 + 50 * Math.cos((2 * Math.PI * i) / 1440));
  const detector = bank.detectorOf(0);
  const [before, after] = [new Expectation(), new Expectation()];
  const seconds = 3 * daySeconds + 3600 * 5;
  expectAt(detector, 0, { seconds, wallSeconds: seconds }, before);
  turnProfiles(detector.state, 0, 2 * 3600);
  expectAt(detector, 0, { seconds, wallSeconds: seconds + 2 * 3600 }, after);
  expect(after).toEqual(before);
  expectAt(detector, 0, { seconds, wallSeconds: seconds }, after);
  expect(Math.abs(after.day - before.day)).toBeGreaterThan(5);
});
