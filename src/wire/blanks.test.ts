import { expect, test } from "vitest";
import { isBlank, skipBlanks, skipField } from "./blanks.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

test("isBlank() takes space and 0x09 to 0x0d of all bytes", () => {
  const blanks = Array.from({ length: 256 }, (slot, byte) => byte).filter(isBlank);
  expect(blanks).toEqual([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20]);
});

test.each([
  { text: "", start: 0, end: 0, blanksEnd: 0, fieldEnd: 0 },
  { text: "ab cd", start: 0, end: 5, blanksEnd: 0, fieldEnd: 2 },
  { text: " \t\v\r ab", start: 0, end: 7, blanksEnd: 5, fieldEnd: 7 },
  { text: "ab   cd", start: 2, end: 4, blanksEnd: 4, fieldEnd: 4 },
  { text: "abcdef", start: 1, end: 3, blanksEnd: 1, fieldEnd: 3 },
])(
  "skipBlanks() and skipField() stay within [$start, $end) of '$text'",
  ({ text, start, end, blanksEnd, fieldEnd }) => {
    const bytes = bytesOf(text);
    expect(skipBlanks(bytes, start, end)).toBe(blanksEnd);
    expect(skipField(bytes, blanksEnd, end)).toBe(fieldEnd);
  },
);
