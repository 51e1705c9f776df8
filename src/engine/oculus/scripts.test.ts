import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { painlessScripts } from "./scripts.ts";

const hashOf = (text: string): string =>
  createHash("sha256").update(text).digest("hex").slice(0, 16);

// Two versions of Kale may use one cluster: who changes a script gives it the next number.
test("painlessScripts have the text that their numbers stand for", () => {
  const hashes = Object.values(painlessScripts).map(({ id, source }) => [id, hashOf(source)]);
  expect(hashes).toEqual([
    ["oculus_euclidian-1", "75e7fb710dc5efcd"],
    ["oculus_dtw-1", "1fe637bc5d03eaf9"],
  ]);
});
