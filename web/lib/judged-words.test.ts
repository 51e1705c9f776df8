import { expect, test } from "vitest";
import { judgedWords } from "./judged-words.ts";

const calm = { judgedSecondsAgo: 2, keepsUp: true, reading: 0 };

test.each([
  { name: "as of now", summary: calm, age: 2, words: "judged 4 s ago" },
  { name: "before the first", summary: { ...calm, judgedSecondsAgo: null }, age: 0, words: "" },
  {
    name: "while history is read",
    summary: { ...calm, judgedSecondsAgo: 6, reading: 1299 },
    age: 0,
    words: "reading the history of 1,299",
  },
  {
    name: "while some are new",
    summary: { ...calm, reading: 12 },
    age: 0,
    words: "judged 2 s ago",
  },
  {
    name: "when it falls behind",
    summary: { judgedSecondsAgo: 150, keepsUp: false, reading: 12 },
    age: 0,
    words: "judged 2 min ago",
  },
])("judgedWords() $name", ({ summary, age, words }) => {
  expect(judgedWords(summary, age)).toBe(words);
});
