import { expect, test } from "vitest";
import { configuredRules } from "./configured-rules.ts";

const rules = [{ match: "web.*", leastAbsolute: 5 }];

test("configuredRules() lets the zone hold where no rule says another", () => {
  expect(configuredRules({ rules, timeZone: "Asia/Kolkata" })).toEqual([
    { match: "*", timeZone: "Asia/Kolkata" },
    ...rules,
  ]);
  expect(configuredRules({ rules, timeZone: "UTC" })).toEqual(rules);
});

test.each([
  ["Europe/Madrid", "Europe/Madrid"],
  ["Etc/UTC", undefined],
])(
  "configuredRules() takes %s for the machine's zone where the machine says so",
  (zone, expected) => {
    const before = process.env["TZ"];
    process.env["TZ"] = zone;
    try {
      expect(configuredRules({ rules: [], timeZone: "machine" })[0]?.timeZone).toBe(expected);
    } finally {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    }
  },
);
