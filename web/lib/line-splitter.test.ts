import { expect, test } from "vitest";
import { LineSplitter } from "./line-splitter.ts";

test.each([[["a\nb\n"]], [["a", "\nb", "\n"]], [["a\n", "\n", "b"]], [["", "a\r\n", "b\n"]]])(
  "LineSplitter gives the same lines however the text was cut: %j",
  (chunks) => {
    const splitter = new LineSplitter();
    const lines = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
    expect(lines.map((line) => line.trim())).toEqual(["a", "b"]);
    expect(splitter.end()).toEqual([]);
  },
);
