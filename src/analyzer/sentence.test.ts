import { expect, test } from "vitest";
import { formatNumber, sentenceOf } from "./index.ts";

test.each([
  [0, "0"],
  [-0, "0"],
  [62, "62"],
  [1234, "1,234"],
  [-1234, "−1,234"],
  [0.04217, "0.0422"],
  [14.03, "14.03"],
  [9999.6, "10k"],
  [62_310, "62.3k"],
  [12_345, "12.35k"],
  [999_950, "1M"],
  [4.5e9, "4.5G"],
  [1.79e14, "179T"],
  [1e15, "1e15"],
  [Number.MAX_VALUE, "1.8e308"],
  [3e-9, "3e-9"],
  [-0.00012, "−0.00012"],
  [1 / 3, "0.333"],
  [Infinity, "∞"],
  [NaN, "no number"],
])("formatNumber(%d) is %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

const usual = {
  before: 62,
  observed: 410,
  expected: { lower: 40, upper: 75 },
  voteCount: 7,
  checkCount: 9,
};

test.each([
  {
    name: "a rise",
    facts: usual,
    text: "62 → 410; the last hour stayed between 40 and 75; 7 of 9 checks",
  },
  {
    name: "a drop to nothing",
    facts: { ...usual, observed: 0 },
    text: "62 → 0; the last hour stayed between 40 and 75; 7 of 9 checks",
  },
  {
    name: "a flat metric that moves",
    facts: { ...usual, before: 0, observed: 3, expected: { lower: 0, upper: 0 } },
    text: "0 → 3; the last hour was always 0; 7 of 9 checks",
  },
  {
    name: "negative values",
    facts: { ...usual, before: -5, observed: -12_300, expected: { lower: -6, upper: -4 } },
    text: "−5 → −12.3k; the last hour stayed between −6 and −4; 7 of 9 checks",
  },
  {
    name: "tiny values",
    facts: { ...usual, before: 2e-9, observed: 8e-9, expected: { lower: 1e-9, upper: 3e-9 } },
    text: "2e-9 → 8e-9; the last hour stayed between 1e-9 and 3e-9; 7 of 9 checks",
  },
  {
    name: "a move that rounding would hide",
    facts: {
      ...usual,
      before: 20_011,
      observed: 20_013,
      expected: { lower: 20_011, upper: 20_012 },
    },
    text: "20011 → 20013; the last hour stayed between 20011 and 20012; 7 of 9 checks",
  },
  {
    name: "no history",
    facts: { ...usual, before: null, expected: null },
    text: "now 410; there is no calm hour before it to compare; 7 of 9 checks",
  },
  {
    name: "a value like before",
    facts: { ...usual, observed: 62 },
    text: "62, as before; the last hour stayed between 40 and 75; 7 of 9 checks",
  },
])("sentenceOf() tells of $name", ({ facts, text }) => {
  expect(sentenceOf(facts)).toBe(text);
});
