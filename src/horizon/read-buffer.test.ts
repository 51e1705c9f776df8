import { expect, test } from "vitest";
import { giveBack } from "./read-buffer.ts";

test("giveBack() empties a buffer of its own", () => {
  const bytes = Buffer.from(new ArrayBuffer(1024)).fill(7);
  giveBack(bytes);
  expect(bytes.length).toBe(0);
  expect(bytes.buffer.byteLength).toBe(0);
});

test("giveBack() leaves a part of something larger, and memory that is shared", () => {
  const whole = new ArrayBuffer(1024);
  const part = Buffer.from(whole, 8, 16).fill(7);
  giveBack(part);
  expect([...part]).toEqual(Array<number>(16).fill(7));
  expect(whole.byteLength).toBe(1024);

  const shared = Buffer.from(new SharedArrayBuffer(16) as unknown as ArrayBuffer).fill(7);
  giveBack(shared);
  expect([...shared]).toEqual(Array<number>(16).fill(7));
});
