import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8Length } from "./utf8.ts";

function isSound(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    const length = utf8Length(bytes, at, bytes.length);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function decodes(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}

test("utf8Length() agrees with the platform's decoder on every pair that is not plain ASCII", () => {
  for (let first = 0x7f; first < 256; first++) {
    for (let second = 0; second < 256; second++) {
      for (const tail of [[], [0x80], [0x80, 0x80], [0x80, 0xc0], [0xbf, 0xbf, 0x41]]) {
        const bytes = Uint8Array.of(first, second, ...tail);
        if (isSound(bytes) !== decodes(bytes)) expect.fail(Buffer.from(bytes).toString("hex"));
      }
    }
  }
});

test("utf8Length() agrees with the platform's decoder on any bytes", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 12 }),
        fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        expect(isSound(bytes)).toBe(decodes(bytes));
      },
    ),
    { numRuns: 1000 },
  );
});

test("utf8Length() does not look behind the end", () => {
  expect(utf8Length(Buffer.from("é"), 0, 1)).toBe(0);
});
