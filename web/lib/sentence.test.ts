import { expect, test } from "vitest";
import { partsOfSentence, stateWord } from "./sentence.ts";

test.each([
  ["62 → 410; the last hour stayed between 40 and 75; 7 of 9 checks", "62 → 410"],
  ["it moved", "it moved"],
])("partsOfSentence(%j) leads with how much", (sentence, lead) => {
  const parts = partsOfSentence(sentence);
  expect(parts.lead).toBe(lead);
  expect([parts.lead, parts.rest].filter((part) => part !== "").join("; ")).toBe(sentence);
});

test.each([
  ["active", 100, null, "new"],
  ["active", 5000, null, "ongoing"],
  ["ended", 100, "calm", "ended"],
  ["ended", 100, "stale", "went silent"],
] as const)("stateWord() of one %s for %i s is right", (state, age, endReason, word) => {
  expect(stateWord({ state, started: 1000, endReason }, 1000 + age)).toBe(word);
});
