import { expect, test } from "vitest";
import { fingerprint } from "./fingerprint.ts";

test.each([
  { name: "a jump up and down", values: [0, 25, 0], words: "sinc sdec" },
  { name: "a fall of one level, which is a word", values: [25, 24, 0], words: "dec sdec" },
  { name: "a rise of one level, which is none", values: [0, 1, 25], words: "sinc" },
  { name: "rises of four and five", values: [0, 4, 9, 25], words: "inc sinc sinc" },
  { name: "falls of three and four", values: [25, 22, 18, 0], words: "dec sdec sdec" },
  { name: "equal neighbours", values: [0, 0, 25, 25], words: "sinc" },
  { name: "another scale and level", values: [-1, 1.5, -1], words: "sinc sdec" },
])("fingerprint() of $name is $words", ({ values, words }) => {
  expect(fingerprint(values)).toBe(words);
});
