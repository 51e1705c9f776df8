import { expect, test } from "vitest";
import { whenWords } from "./rule-when.ts";

test.each([
  [{ "time-zone": "UTC", hours: "02:00-05:00" }, "at 02:00-05:00 (UTC)"],
  [{ weekdays: ["monday", "friday"], days: [1, -1] }, "on monday, friday, on day 1, -1"],
  [{ "time-zone": "Europe/Berlin", dates: ["12-25"] }, "on 12-25 (Europe/Berlin)"],
])("whenWords() says of %o that it holds %s", (when, words) => {
  expect(whenWords(when)).toBe(words);
});

test("whenWords() says nothing of a rule that always holds", () => {
  expect(whenWords(undefined)).toBe("");
  expect(whenWords({})).toBe("");
});
