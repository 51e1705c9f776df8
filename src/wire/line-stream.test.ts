import fc from "fast-check";
import { expect, test } from "vitest";
import { LineStream } from "./line-stream.ts";
import { cutAt, pushAll } from "./recording-sink.fixture.ts";

function read(pieces: readonly Uint8Array[], lineBytesMax: number): string[] {
  const seen: string[] = [];
  const stream = new LineStream(
    {
      line: (bytes, start, end) => seen.push(Buffer.from(bytes.subarray(start, end)).toString()),
      fault: (reason) => seen.push(`<${reason}>`),
    },
    lineBytesMax,
  );
  pushAll(stream, pieces);
  stream.end();
  return seen;
}

test("LineStream refuses a long line once, and a line that the end cut", () => {
  expect(read([Buffer.from("a\n123456\nb\n12")], 5)).toEqual([
    "a",
    "<long-line>",
    "b",
    "<cut-line>",
  ]);
});

test("LineStream gives the same lines wherever they are cut", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 60 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (text, places) => {
        const bytes = Buffer.from(text);
        const expected = text.split("\n").map((line) => (line.length > 8 ? "<long-line>" : line));
        const last = expected.pop();
        if (last !== "") expected.push(last === "<long-line>" ? last : "<cut-line>");
        expect(read(cutAt(bytes, places), 8)).toEqual(expected);
      },
    ),
    { numRuns: 500 },
  );
});
