import { expect, test } from "vitest";
import { readExport } from "./export-file.ts";

test.each([
  ["{", "not JSON"],
  ["null", "no export"],
  ["[]", "no export"],
  ['{"format":"other","version":1,"collections":[{}]}', "no export"],
  ['{"format":"kale-views","version":1,"views":[{}]}', "no export of collections"],
  ['{"format":"kale-collections","version":2,"collections":[{}]}', "newer"],
  ['{"format":"kale-collections","version":1,"collections":[]}', "no collection"],
])("readExport() says what is wrong with %s", (text, problem) => {
  const read = readExport(text, "collections");
  expect(read.ok ? "" : read.problem).toContain(problem);
});

test.each(["collections", "views"] as const)(
  "readExport() takes an export of %s as it is",
  (kind) => {
    const text = JSON.stringify({ format: `kale-${kind}`, version: 1, [kind]: [{ name: "a" }] });
    expect(readExport(text, kind)).toEqual({ ok: true, file: JSON.parse(text) as unknown });
  },
);
