import { expect, test } from "vitest";
import type { CheckJson } from "../../src/webapp/contract.ts";
import { groupLimits, labelOfGroup, limitsOfChecks, type Limit } from "./limits.ts";

function check(part: Partial<CheckJson>): CheckJson {
  const base = {
    check: "grubbs",
    outcome: "fired",
    observed: 5,
    lower: null,
    upper: null,
  } as const;
  return { ...base, isValue: true, ...part };
}

test.each([
  ["a crossed upper limit", { observed: 9, lower: 1, upper: 4 }, [["upper", 4]]],
  ["a crossed lower limit", { observed: 0, lower: 1, upper: 4 }, [["lower", 1]]],
  [
    "no side that was crossed",
    { observed: null, lower: 1, upper: 4 },
    [
      ["upper", 4],
      ["lower", 1],
    ],
  ],
  ["a check that stayed calm", { outcome: "calm", upper: 4 }, []],
  ["numbers on another scale", { isValue: false, upper: 4 }, []],
] as const)("limitsOfChecks() draws %s", (name, part, expected) => {
  expect(limitsOfChecks([check(part)]).map(({ side, value }) => [side, value])).toEqual(expected);
});

test("limitsOfChecks() gives the highest first", () => {
  const limits = limitsOfChecks([check({ upper: 2 }), check({ upper: 4 })]);
  expect(limits.map(({ value }) => value)).toEqual([4, 2]);
});

function limit(value: number): Limit {
  return { check: "grubbs", side: "upper", value, label: "Grubbs" };
}

const room = { labelPx: 14, heightPx: 100 };

test("groupLimits() joins lines that a label would cover, and keeps labels apart and inside", () => {
  const groups = groupLimits(
    [limit(99), limit(60), limit(55), limit(44), limit(2)],
    (value) => 100 - value,
    room,
  );
  expect(groups.map(({ limits }) => limits.map(({ value }) => value))).toEqual([
    [99],
    [60, 55, 44],
    [2],
  ]);
  for (const [i, { labelY }] of groups.entries()) {
    expect(labelY).toBeGreaterThanOrEqual(7);
    expect(labelY).toBeLessThanOrEqual(93);
    if (i > 0) expect(labelY - (groups[i - 1]?.labelY ?? 0)).toBeGreaterThanOrEqual(14);
  }
});

test("groupLimits() writes above an upper limit and below a lower one", () => {
  const [group] = groupLimits([{ ...limit(50), side: "lower" }], (value) => 100 - value, room);
  expect(group?.labelY).toBeGreaterThan(50);
  expect(groupLimits([limit(50)], (value) => 100 - value, room)[0]?.labelY).toBeLessThan(50);
});

test.each([
  [[118], "Grubbs: 118"],
  [[118, 107, 96], "3 checks: 96–118"],
  [[118, 118], "2 checks: 118"],
])("labelOfGroup() of %j is %s", (values, text) => {
  expect(labelOfGroup({ labelY: 0, limits: values.map(limit) })).toBe(text);
});
