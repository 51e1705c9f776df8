import { expect, test } from "vitest";
import { countsByFirstPart, partsToLeaveOut } from "./name-filters.ts";

test("partsToLeaveOut() gives each part once, then tags as globs, then the name", () => {
  expect(partsToLeaveOut("web.fe1.web.load;host=fe1").map(({ exclude }) => exclude)).toEqual([
    "web",
    "fe1",
    "load",
    "*;host=fe1*",
    "web.fe1.web.load;host=fe1",
  ]);
});

test("partsToLeaveOut() of a name of one part is that part", () => {
  expect(partsToLeaveOut("load")).toEqual([{ exclude: "load", label: "load" }]);
});

test("countsByFirstPart() puts the most frequent first, equal ones by name", () => {
  expect(countsByFirstPart(["b.x", "a.x", "c.x", "c.y", "d;t=1"])).toEqual([
    ["c", 2],
    ["a", 1],
    ["b", 1],
    ["d", 1],
  ]);
});
