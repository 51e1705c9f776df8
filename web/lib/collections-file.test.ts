import { expect, test } from "vitest";
import { readCollectionsFile } from "./collections-file.ts";

test.each([
  ["{", "not JSON"],
  ["null", "no export"],
  ["[]", "no export"],
  ['{"format":"other","version":1,"collections":[{}]}', "no export"],
  ['{"format":"kale-collections","version":2,"collections":[{}]}', "newer"],
  ['{"format":"kale-collections","version":1,"collections":[]}', "no collection"],
])("readCollectionsFile() says what is wrong with %s", (text, problem) => {
  const read = readCollectionsFile(text);
  expect(read.ok ? "" : read.problem).toContain(problem);
});

test("readCollectionsFile() takes an export as it is", () => {
  const text = '{"format":"kale-collections","version":1,"collections":[{"name":"a"}]}';
  expect(readCollectionsFile(text)).toEqual({ ok: true, file: JSON.parse(text) as unknown });
});
