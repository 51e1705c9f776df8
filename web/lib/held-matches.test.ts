import { expect, test } from "vitest";
import type { SimilarMatchJson } from "../../src/webapp/contract.ts";
import { nextMatches, noMatches } from "./held-matches.ts";

function match(name: string, likeness = 50): SimilarMatchJson {
  return { name, likeness, score: likeness, distance: 0.5, lag: 0, sign: 1 };
}

const first = nextMatches(noMatches, [match("a"), match("b")], true);

test("nextMatches() shows the first answer even where the pointer already is", () => {
  expect(first.shown.map(({ name }) => name)).toEqual(["a", "b"]);
});

test("nextMatches() keeps every place while held, changes numbers, and says that it is behind", () => {
  const held = nextMatches(first, [match("c", 99), match("b", 80)], true);
  expect(held.shown.map(({ name, likeness }) => [name, likeness])).toEqual([
    ["a", 50],
    ["b", 80],
  ]);
  expect(held.isBehind).toBe(true);
});

test("nextMatches() appends at once what comes after the same order", () => {
  const held = nextMatches(first, [match("a"), match("b"), match("c")], true);
  expect(held.shown.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  expect(held.isBehind).toBe(false);
});

test("nextMatches() let go is the newest answer", () => {
  const held = nextMatches(first, [match("c"), match("b")], true);
  expect(nextMatches(held, [match("c"), match("b")], false)).toEqual({
    shown: [match("c"), match("b")],
    isBehind: false,
  });
});
