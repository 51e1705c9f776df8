import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalName } from "../model/index.ts";
import { TaggedNameWriter, tagCountMax } from "./tagged-name-writer.ts";

function composed(writer: TaggedNameWriter): string {
  return Buffer.from(writer.bytes.subarray(0, writer.compose())).toString();
}

function write(head: string, tags: readonly (readonly [string, string])[]): TaggedNameWriter {
  const writer = new TaggedNameWriter();
  writer.headText(head);
  for (const [key, value] of tags) writer.tagText(key, value);
  return writer;
}

test.each([
  [
    "sorts tags by key",
    [
      ["b", "2"],
      ["a", "1"],
    ],
    "m;a=1;b=2",
  ],
  [
    "keeps the last of equal keys",
    [
      ["a", "1"],
      ["b", "2"],
      ["a", "3"],
    ],
    "m;a=3;b=2",
  ],
  [
    "leaves out empty keys and values",
    [
      ["", "1"],
      ["b", ""],
    ],
    "m",
  ],
  [
    "cleans what would mean something",
    [
      ["a=b!", "x;y=z\n"],
      ["c", "~d~"],
    ],
    "m;a_b_=x_y=z_;c=_d~",
  ],
  [
    "puts a short key before a longer one",
    [
      ["ab", "1"],
      ["a", "2"],
    ],
    "m;a=2;ab=1",
  ],
] as const)("TaggedNameWriter %s", (ignored, tags, expected) => {
  expect(composed(write("m", tags))).toBe(expected);
});

test("TaggedNameWriter cuts head and tags back to what rows share", () => {
  const writer = write("m", [["b", "1"]]);
  writer.headText(".x");
  writer.tagText("a", "2");
  writer.tagText("b", "3");
  expect(composed(writer)).toBe("m.x;a=2;b=3");
  writer.cutHead(1);
  writer.cutTags(1);
  expect(composed(writer)).toBe("m;b=1");
});

test("TaggedNameWriter gives no name where one does not fit, and is sound after a cut", () => {
  const writer = write("m", [["a", "1"]]);
  writer.headText("x".repeat(5000));
  expect(writer.compose()).toBe(0);
  writer.cutHead(1);
  writer.tagText("b", "x".repeat(5000));
  expect(writer.compose()).toBe(0);
  writer.cutTags(1);
  for (let i = 0; i < tagCountMax; i++) writer.tagText(`k${i}`, "v");
  expect(writer.compose()).toBe(0);
  writer.cutTags(1);
  expect(composed(writer)).toBe("m;a=1");
  expect(write("", [["a", "1"]]).compose()).toBe(0);
});

test("TaggedNameWriter agrees with canonicalName()", () => {
  const text = fc.string({
    minLength: 1,
    maxLength: 5,
    unit: fc.constantFrom("a", "b", "c", "é", "."),
  });
  fc.assert(
    fc.property(text, fc.array(fc.tuple(text, text), { maxLength: 8 }), (head, tags) => {
      const plain = head + tags.map(([key, value]) => `;${key}=${value}`).join("");
      const expected = canonicalName(plain).split(";").sort();
      expect(composed(write(head, tags)).split(";").sort()).toEqual(expected);
    }),
  );
});
