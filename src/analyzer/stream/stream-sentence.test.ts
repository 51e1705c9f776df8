import { expect, test } from "vitest";
import { type CheckResult, checkNames } from "../../model/index.ts";
import { streamSentence } from "./stream-sentence.ts";

/** The first ones fire, the others are as `rest` says. */
function checksOf(firedCount: number, rest: CheckResult["outcome"] = "calm"): CheckResult[] {
  const numbers = { observed: 410, lower: 40, upper: 75, isValue: true };
  return checkNames.map((check, i) => {
    return { check, outcome: i < firedCount ? "fired" : rest, ...numbers };
  });
}

test.each([
  { name: "that many agree", voteCount: 7, checks: checksOf(7), said: "; 7 of 9 checks agree" },
  {
    name: "a single one agrees",
    voteCount: 1,
    checks: checksOf(1),
    said: "; 1 of 9 checks agrees",
  },
  {
    name: "none sees it, since none knows rhythms",
    voteCount: 0,
    checks: checksOf(0),
    said: "; none of 9 checks sees it",
  },
  {
    name: "nothing of checks that all abstained",
    voteCount: 0,
    checks: checksOf(0, "abstained"),
    said: "",
  },
  { name: "nothing where none was asked", voteCount: 0, checks: [], said: "" },
])("streamSentence() says of the checks $name", ({ voteCount, checks, said }) => {
  const sentence = streamSentence({
    id: "a",
    name: "web.load",
    startedMs: 0,
    lastSeenMs: 0,
    endedMs: null,
    endReason: null,
    before: 62,
    observed: 410,
    peak: 410,
    peakMs: 0,
    expected: { lower: 40, upper: 75 },
    checks,
    voteCount,
  });
  expect(sentence).toBe(`62 → 410${said}`);
});
