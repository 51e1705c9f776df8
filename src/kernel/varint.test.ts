import { expect, test } from "vitest";
import { readSigned, readUnsigned, varintEnd, writeSigned, writeUnsigned } from "./varint.ts";

const sizes = [0, 1, 63, 64, 127, 128, 8191, 8192, 2 ** 31, 2 ** 32, 2 ** 52 + 1, 2 ** 53];

test.each(sizes)("varints carry %d exactly, with both signs", (size) => {
  const bytes = new Uint8Array(10);
  const end = writeUnsigned(size, bytes, 1);
  expect(varintEnd(bytes, 1, 10)).toBe(end);
  expect(readUnsigned(bytes, 1)).toBe(size);
  for (const n of size === 0 ? [0] : [size, -size]) {
    const signedEnd = writeSigned(n, bytes, 1);
    expect(varintEnd(bytes, 1, signedEnd)).toBe(signedEnd);
    expect(varintEnd(bytes, 1, signedEnd - 1)).toBe(-1);
    expect(readSigned(bytes, 1)).toBe(n);
  }
});

test("varintEnd() gives up on a number that never ends", () => {
  expect(varintEnd(new Uint8Array(20).fill(255), 0, 20)).toBe(-1);
});
