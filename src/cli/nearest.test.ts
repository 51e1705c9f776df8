import { expect, test } from "vitest";
import { didYouMean, nearestWord } from "./nearest.ts";

const words = ["start", "demo", "seed", "detect", "check-config", "doctor", "version"];

test.each([
  ["strat", "start"],
  ["dmeo", "demo"],
  ["DEMO", "demo"],
  ["versoin", "version"],
  ["check", "check-config"],
  ["xyzzy", undefined],
  ["", undefined],
])("nearestWord(%j) is %s", (typed, expected) => {
  expect(nearestWord(typed, words)).toBe(expected);
});

test("didYouMean() says nothing where nothing is near", () => {
  expect(didYouMean("xyzzy", words)).toBe("");
  expect(didYouMean("doctr", words)).toBe("; did you mean doctor?");
});
