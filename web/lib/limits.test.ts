import { expect, test } from "vitest";
import type { CheckJson } from "../../src/webapp/contract.ts";
import { limitsOfChecks, placeLabels, type Limit } from "./limits.ts";

function check(part: Partial<CheckJson>): CheckJson {
  const base = { check: "grubbs", outcome: "fired", observed: 5, lower: null, upper: null } as const;
  return { ...base, isValue: true, ...part };
}

test.each([
  ["a crossed upper limit", { observed: 9, lower: 1, upper: 4 }, [["upper", 4]]],
  ["a crossed lower limit", { observed: 0, lower: 1, upper: 4 }, [["lower", 1]]],
  ["no side that was crossed", { observed: null, lower: 1, upper: 4 }, [["upper", 4], ["lower", 1]]],
  ["a check that stayed calm", { outcome: "calm", upper: 4 }, []],
  ["numbers on another scale", { isValue: false, upper: 4 }, []],
] as const)("limitsOfChecks() draws %s", (_, part, expected) => {
  expect(limitsOfChecks([check(part)]).map(({ side, value }) => [side, value])).toEqual(expected);
});

test("limitsOfChecks() gives the highest first", () => {
  const limits = limitsOfChecks([check({ upper: 2 }), check({ upper: 4 })]);
  expect(limits.map(({ value }) => value)).toEqual([4, 2]);
});

function limit(value: number): Limit {
  return { check: "grubbs", side: "upper", value, label: "Grubbs" };
}

const room = { gapPx: 14, mergePx: 3, heightPx: 100 };

test("placeLabels() keeps labels apart and inside, and joins lines that touch", () => {
  const placed = placeLabels([limit(60), limit(55), limit(54), limit(2)], (value) => 100 - value, room);
  expect(placed.map(({ limits }) => limits.length)).toEqual([1, 2, 1]);
  for (const [i, { y }] of placed.entries()) {
    expect(y).toBeGreaterThanOrEqual(7);
    expect(y).toBeLessThanOrEqual(93);
    if (i > 0) expect(y - (placed[i - 1]?.y ?? 0)).toBeGreaterThanOrEqual(14);
  }
});
