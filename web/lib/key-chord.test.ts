import { expect, test } from "vitest";
import { ChordReader, type KeyPress } from "./key-chord.ts";

const bound = new Set(["j", "g h", "h", "?", "Ctrl-k"]);

function typed(presses: readonly (readonly [Partial<KeyPress>, number])[]): (string | undefined)[] {
  const reader = new ChordReader();
  return presses.map(([press, atMs]) =>
    reader.press(
      { key: "", ctrlKey: false, metaKey: false, altKey: false, ...press },
      atMs,
      (chord) => bound.has(chord),
    ),
  );
}

test.each([
  ["a key", [[{ key: "j" }, 0]], ["j"]],
  [
    "two in a row",
    [
      [{ key: "g" }, 0],
      [{ key: "h" }, 400],
    ],
    [undefined, "g h"],
  ],
  [
    "two too slowly",
    [
      [{ key: "g" }, 0],
      [{ key: "h" }, 2000],
    ],
    [undefined, "h"],
  ],
  [
    "a pair nobody bound",
    [
      [{ key: "g" }, 0],
      [{ key: "j" }, 10],
    ],
    [undefined, "j"],
  ],
  ["Ctrl and Command alike", [[{ key: "K", metaKey: true }, 0]], ["Ctrl-k"]],
  ["nothing with Alt", [[{ key: "j", altKey: true }, 0]], [undefined]],
] as const)("ChordReader reads %s", (name, presses, expected) => {
  expect(typed(presses)).toEqual(expected);
});
