import { expect, test } from "vitest";
import { defaultFloors, readRules, RuleBook, ruleJson, type Rule } from "./rules.ts";

function read(input: unknown): readonly Rule[] {
  const reading = readRules(input);
  if (!reading.ok) throw new Error(reading.fault);
  return reading.rules;
}

test("RuleBook lets each rule that matches change what those before it said", () => {
  const book = new RuleBook(
    read([
      { match: "*", "least-relative": 0.2, "least-duration": "5m" },
      { match: "web.*", "least-relative": 0.5 },
      { match: "web.*.staging", ignore: true },
    ]),
  );
  expect(book.floorsFor("db.load")).toEqual({
    ...defaultFloors,
    leastRelative: 0.2,
    leastDurationMs: 300_000,
  });
  expect(book.floorsFor("web.fe1")).toMatchObject({ leastRelative: 0.5, leastDurationMs: 300_000 });
  expect(book.floorsFor("web.fe1.staging")).toMatchObject({ isIgnored: true, leastRelative: 0.5 });
  expect(book.rulesFor("web.fe1").map(({ match }) => match)).toEqual(["*", "web.*"]);
});

test("ruleJson() writes what readRules() reads", () => {
  const given = [
    { match: "a.*", ignore: true },
    {
      match: "queue",
      "least-score": 0.5,
      "least-relative": 0.1,
      "least-absolute": 50,
      "least-duration": "90s",
      "new-normal-after": "6h",
      direction: "up",
    },
  ];
  expect(read(given).map(ruleJson)).toEqual(given);
});

test.each([
  ["a map", { match: "x" }, "Rules are a list."],
  [
    "no pattern",
    [{ ignore: true }],
    'Rule 1: match is missing: a pattern of names, such as "web.*" or "latency".',
  ],
  [
    "a wrong unit",
    [{ match: "x" }, { match: "x", "least-duration": "5 parsecs" }],
    /^Rule 2: least-duration is "5 parsecs"; allowed is a time/,
  ],
  ["a wrong word", [{ match: "x", direction: "sideways" }], /allowed is up, down or both/],
  [
    "a typing error",
    [{ match: "x", "least-absolut": 3 }],
    /nothing is called "least-absolut"; known are match, when, ignore/,
  ],
  ["a score above one", [{ match: "x", "least-score": 2 }], /a number from 0 to 1/],
  ["a number that is none", [{ match: "x", "least-absolute": Infinity }], /a number from 0/],
])("readRules() refuses %s, and says what is allowed", (...[, input, fault]) => {
  const reading = readRules(input);
  expect(reading.ok ? "" : reading.fault).toMatch(fault);
});

test("RuleBook applies a rule with `when` at its times only, in its place among the others", () => {
  const book = new RuleBook(
    read([
      { match: "*", "least-score": 0.5 },
      { match: "web.*", when: { hours: "02:00-05:00" }, ignore: true, "least-score": 0.9 },
      { match: "web.api.*", "least-score": 0.7 },
    ]),
  );
  const [atNight, atNoon] = [3 * 3_600_000, 12 * 3_600_000];
  const plan = book.planFor("web.api.hits");
  expect(plan.at(atNight)).toMatchObject({ isIgnored: true, leastScore: 0.7 });
  expect(plan.at(atNoon)).toMatchObject({ isIgnored: false, leastScore: 0.7 });
  expect(plan.at(atNight)).toMatchObject({ isIgnored: true });
  expect(book.planFor("web.fe1").at(atNight)).toMatchObject({ isIgnored: true, leastScore: 0.9 });
  expect(book.floorsFor("web.fe1")).toMatchObject({ isIgnored: false, leastScore: 0.5 });
  expect(book.planFor("web.fe1").key).toBe(book.planFor("web.fe2").key);
  expect(book.planFor("web.fe1").key).not.toBe(plan.key);
  expect(read(book.rules.map(ruleJson))).toEqual(book.rules);
  expect(readRules([{ match: "a", when: { days: [32] } }])).toEqual({
    ok: false,
    fault: "Rule 1: days is [32]; allowed is a list of days of the month, 1 to 31, or last.",
  });
});
