import { expect, test } from "vitest";
import { emptyHeldList, nextHeldList } from "./held-list.ts";

const free = { isHeld: false, keep: null };
const held = { isHeld: true, keep: null };

test("nextHeldList() shows what is, newest first", () => {
  expect(nextHeldList(emptyHeldList, ["b", "a"], free)).toEqual({ shown: ["b", "a"], waiting: [] });
});

test("nextHeldList() keeps every row in place while held, and counts what is new", () => {
  const before = { shown: ["b", "a"], waiting: [] };
  expect(nextHeldList(before, ["d", "c", "a"], held)).toEqual({
    shown: ["b", "a"],
    waiting: ["d", "c"],
  });
});

test("nextHeldList() catches up when let go", () => {
  const before = { shown: ["b", "a"], waiting: ["d", "c"] };
  expect(nextHeldList(before, ["d", "c", "a"], free).shown).toEqual(["d", "c", "a"]);
});

test("nextHeldList() fills an empty list even under the pointer", () => {
  expect(nextHeldList(emptyHeldList, ["a"], held).shown).toEqual(["a"]);
});

test("nextHeldList() leaves the selected row where it was after it ended", () => {
  const before = { shown: ["c", "b", "a"], waiting: [] };
  expect(nextHeldList(before, ["c", "a"], { isHeld: false, keep: "b" }).shown).toEqual([
    "c",
    "b",
    "a",
  ]);
});
