import { expect, test } from "vitest";
import { stepOf } from "./collection-replica.ts";

const doc = (changedMs: number) => ({ changedMs, isDeleted: false });
const stone = (changedMs: number) => ({ changedMs, isDeleted: true });

test.each([
  { what: "new here", here: 5, there: undefined, before: undefined, step: "write" },
  { what: "new there", here: undefined, there: doc(5), before: undefined, step: "take" },
  { what: "the same", here: 5, there: doc(5), before: 5, step: "nothing" },
  { what: "the same, never compared", here: 5, there: doc(5), before: undefined, step: "nothing" },
  { what: "changed here", here: 7, there: doc(5), before: 5, step: "write" },
  { what: "changed there", here: 5, there: doc(7), before: 5, step: "take" },
  { what: "changed on both sides, here later", here: 8, there: doc(7), before: 5, step: "write" },
  { what: "changed on both sides, there later", here: 7, there: doc(8), before: 5, step: "take" },
  { what: "deleted here", here: undefined, there: doc(5), before: 5, step: "bury" },
  { what: "deleted here, changed there", here: undefined, there: doc(6), before: 5, step: "take" },
  { what: "deleted there", here: 5, there: stone(9), before: 5, step: "remove" },
  { what: "deleted there, changed here", here: 6, there: stone(9), before: 5, step: "write" },
  { what: "deleted on both sides", here: undefined, there: stone(9), before: 5, step: "nothing" },
  { what: "older than a stone", here: 5, there: stone(9), before: undefined, step: "remove" },
  { what: "newer than a stone", here: 10, there: stone(9), before: undefined, step: "write" },
  { what: "of an index that is gone", here: 5, there: undefined, before: 5, step: "write" },
  { what: "gone everywhere", here: undefined, there: undefined, before: 5, step: "nothing" },
])("stepOf() of what is $what is $step", ({ here, there, before, step }) => {
  expect(stepOf(here, there, before)).toBe(step);
});
