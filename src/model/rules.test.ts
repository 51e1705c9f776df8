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

test("readRules() takes the zone of a metric's clock, and days that are like another", () => {
  const given = [
    { match: "*", "time-zone": "Europe/Berlin" },
    { match: "shop.*", when: { "time-zone": "UTC", dates: ["12-25"] }, like: "sun" },
  ];
  const read = readRules(given);
  expect(read).toMatchObject({ ok: true, rules: [{ timeZone: "Europe/Berlin" }, { like: 0 }] });
  expect(read.ok && read.rules.map(ruleJson)).toEqual(given);
});

test.each([
  [{ match: "*", "time-zone": "Mars/Base" }, "time-zone is"],
  [{ match: "*", when: { days: [1] }, "time-zone": "UTC" }, "time-zone holds at all times"],
  [{ match: "*", like: "sun" }, "like needs when"],
  [{ match: "*", when: { days: [1] }, like: "funday" }, "like is"],
])("readRules() refuses %j", (rule, fault) => {
  const read = readRules([rule]);
  expect(read.ok ? "" : read.fault).toContain(`Rule 1: ${fault}`);
});

test("FloorsPlan shifts days and hours to the wall's, and a listed date to the day that it is like", () => {
  const dated = { ...calendarOfChristmas, timeZone: "Europe/Berlin" };
  const plan = new RuleBook([
    { match: "*", timeZone: "Europe/Berlin" },
    { match: "*", when: dated, like: 0 },
  ]).planFor("web.latency");
  const summerMs = 1_782_907_200_000;
  expect([plan.wallOffset(summerMs), plan.profileShift(summerMs)]).toEqual([7200, 7200]);
  // A Friday, which begins in Berlin an hour before it does in UTC: two days on is Sunday.
  const christmasMs = 1_798_153_200_000;
  expect(plan.profileShift(christmasMs)).toBe(3600 + 2 * 86_400);
  expect(plan.profileShift(christmasMs - 60_000)).toBe(3600);
});

const calendarOfChristmas = { dates: ["12-25"], days: [], weekdays: [], hours: null };
