import { expect, test } from "vitest";
import type { SimilarJson } from "../../src/webapp/contract.ts";
import {
  comparedWords,
  lagWords,
  likenessWords,
  matchWords,
  spanWords,
  unmatchedWords,
} from "./match-words.ts";

test.each([
  [0, "no lag"],
  [0.2, "no lag"],
  [40, "40 s later"],
  [-150, "2 min 30 s earlier"],
  [12_000, "3 h 20 min later"],
])("lagWords(%s) is %s", (lag, words) => {
  expect(lagWords(lag)).toBe(words);
});

test("spanWords() takes the two largest units", () => {
  expect(spanWords(90_061)).toBe("1 d 1 h");
});

test.each([
  ["best", { distance: 0.0312, likeness: 97, lag: 40, sign: 1 }, ["distance 0.0312", "40 s later"]],
  [
    "best",
    { distance: 0.12, likeness: 88, lag: 0, sign: -1 },
    ["distance 0.12", "inverse ⇅", "no lag"],
  ],
  [
    "correlation",
    { distance: 0.12, likeness: 88, lag: 0, sign: -1 },
    ["r −0.88", "inverse ⇅", "no lag"],
  ],
  ["dtw", { distance: 3.20461, likeness: 80, lag: 0, sign: 1 }, ["distance 3.2"]],
  ["change", { distance: 0.1, likeness: 90, lag: 0, sign: -1 }, ["distance 0.1", "went down ↓"]],
] as const)("matchWords() of %s", (method, match, words) => {
  expect(matchWords(match, method)).toEqual(words);
});

test.each([
  [100, "100 %"],
  [99.7, "99 %"],
  [93.4, "93 %"],
  [0, "0 %"],
])("likenessWords(%s) is %s", (likeness, words) => {
  expect(likenessWords(likeness)).toBe(words);
});

const answer: SimilarJson = {
  query: { name: "a", from: 0, until: 3600, method: "best", values: [] },
  matches: [],
  final: true,
  exact: true,
  compared: 1512,
  total: 1512,
  unmatched: {},
  tookMs: 38,
  searchedBy: "shards",
  whyShards: null,
  limitedTo: null,
  seenBefore: [],
};

test("comparedWords() says how far the search got, and what that means", () => {
  expect(comparedWords(answer)).toBe(
    "1,512 of 1,512 metrics compared exactly in 38 ms · best first",
  );
  expect(comparedWords({ ...answer, final: false, compared: 400 })).toBe(
    "400 of 1,512 metrics compared so far · best first",
  );
  expect(comparedWords({ ...answer, exact: false, compared: 900 })).toContain("may be among");
});

test("unmatchedWords() puts the most frequent first and knows unknown reasons too", () => {
  expect(unmatchedWords({ flat: 3, empty: 1200, "odd-step": 5, "too-sparse": 0 })).toEqual([
    "1,200 without a sample in the window",
    "5 odd step",
    "3 flat, so without a shape",
  ]);
});
