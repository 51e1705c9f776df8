import { expect, test } from "vitest";
import { rarityScore } from "./calibration.ts";

test("rarityScore() rises with every strength and stays within 0 and 1", () => {
  expect(rarityScore(0)).toBe(0);
  expect(rarityScore(Number.NaN)).toBe(0);
  let before = 0;
  for (let strength = 0.01; strength < 3_000; strength *= 1.01) {
    const score = rarityScore(strength);
    expect(score).toBeGreaterThan(before);
    before = score;
  }
  expect(before).toBeLessThan(1);
  expect(rarityScore(Infinity)).toBe(1);
});

test("rarityScore() has no jump at its knots", () => {
  for (const knot of [0.1, 0.25, 1, 2, 2.5, 10, 20]) {
    expect(rarityScore(knot + 1e-9) - rarityScore(knot - 1e-9)).toBeLessThan(1e-7);
  }
});
