import fc from "fast-check";
import { expect, test } from "vitest";
import { exampleCharsMax, printableText } from "./printable.ts";

function shown(input: string | Uint8Array): string {
  const bytes = Buffer.from(input as string);
  return printableText(bytes, 0, bytes.length);
}

test.each([
  ["plain text", "a.b 1 2", "a.b 1 2"],
  ["letters and pictures", "café ☃ 🐍", "café ☃ 🐍"],
  ["line ends and tabs", "a\tb\r\n", "a\\x09b\\x0d\\x0a"],
  ["a terminal's escape", "\u001b[2J", "\\x1b[2J"],
  ["a backslash", "a\\x41", "a\\\\x41"],
  ["marks that turn the text around", "a\u202eb", "a\\xe2\\x80\\xaeb"],
  ["a byte order mark", "\ufeffa", "\\xef\\xbb\\xbfa"],
  ["bytes that are no UTF-8", Uint8Array.of(0x41, 0xff, 0xc3), "A\\xff\\xc3"],
  ["markup as it is", "<script>", "<script>"],
])("printableText() shows %s", (ignored, input, expected) => {
  expect(shown(input)).toBe(expected);
});

test("printableText() cuts at 200 characters and says so", () => {
  expect(shown("a".repeat(200))).toBe("a".repeat(200));
  expect(shown("a".repeat(201))).toBe(`${"a".repeat(199)}…`);
  expect(shown(new Uint8Array(300))).toHaveLength(49 * 4 + 1);
});

test("printableText() never gives a control character nor more than 200 characters", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const text = shown(bytes);
      expect(text.length).toBeLessThanOrEqual(exampleCharsMax);
      expect(text).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
    }),
    { numRuns: 500 },
  );
});
