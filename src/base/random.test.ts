import { expect, test } from "vitest";
import { nextInteger, nextNormal, seededRandom } from "./random.ts";

test("seededRandom() repeats itself from its seed, and differs between seeds", () => {
  const draw = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 5 }, () => random.next());
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test("seededRandom() is uniform enough: every tenth gets its share", () => {
  const random = seededRandom(1);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) counts[nextInteger(random, 10)]! += 1;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400);
});

test("nextNormal() has mean 0 and deviation 1", () => {
  const random = seededRandom(2);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < 100_000; i++) {
    const x = nextNormal(random);
    sum += x;
    squares += x * x;
  }
  expect(sum / 100_000).toBeCloseTo(0, 1);
  expect(squares / 100_000).toBeCloseTo(1, 1);
});
