import fc from "fast-check";
import { expect, test } from "vitest";
import { capture, spoiled } from "../../test/support/captures.ts";
import { varint } from "./protobuf.fixture.ts";
import { decodeSnappy } from "./snappy.ts";

const limitBytes = 1 << 20;

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

test.each([
  ["nothing", "00", ""],
  ["a literal", "03 08 616263", "abc"],
  ["a literal of a long head", "03 f0 02 616263", "abc"],
  ["a literal of a four-byte head", "03 fc 02000000 616263", "abc"],
  ["a copy that repeats itself", "07 00 61 09 01", "aaaaaaa"],
  ["a two-byte copy", "06 08 616263 0a 0300", "abcabc"],
  ["a four-byte copy", "06 08 616263 0b 03000000", "abcabc"],
])("decodeSnappy() unpacks %s", (ignored, block, expected) => {
  const result = decodeSnappy(hex(block), limitBytes);
  expect(result.ok && Buffer.from(result.bytes).toString()).toBe(expected);
});

test.each([
  ["nothing at all", ""],
  ["a length without end", "ffffffffff"],
  ["a literal beyond the block", "03 08 6162"],
  ["a literal beyond the announced length", "02 08 616263"],
  ["a copy from before the start", "06 08 616263 0a 0400"],
  ["a copy from nowhere", "06 08 616263 0a 0000"],
  ["a copy beyond the announced length", "05 08 616263 0a 0300"],
  ["a cut copy", "06 08 616263 0a 03"],
  ["less than it announced", "04 08 616263"],
  ["more than so few bytes can unpack to", "ffff3f 08 616263"],
])("decodeSnappy() refuses %s", (ignored, block) => {
  expect(decodeSnappy(hex(block), limitBytes)).toEqual({ ok: false, fault: "bad-snappy" });
});

test("decodeSnappy() refuses what is over its limit before it makes room", () => {
  expect(decodeSnappy(hex("ffffffff0f 00"), limitBytes)).toEqual({ ok: false, fault: "long-body" });
});

test("decodeSnappy() gives back what a packer of literals and copies packed", () => {
  const piece = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }),
    fc.record({ back: fc.nat(), count: fc.integer({ min: 4, max: 64 }) }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const plain: number[] = [];
      const packed: number[] = [];
      for (const part of pieces) {
        if (part instanceof Uint8Array) {
          packed.push((61 << 2) | 0, (part.length - 1) & 0xff, (part.length - 1) >> 8, ...part);
          plain.push(...part);
        } else if (plain.length > 0) {
          const distance = (part.back % plain.length) + 1;
          packed.push(((part.count - 1) << 2) | 2, distance & 0xff, distance >> 8);
          for (let i = 0; i < part.count; i++) plain.push(plain.at(-distance)!);
        }
      }
      const block = Buffer.concat([varint(BigInt(plain.length)), Uint8Array.from(packed)]);
      expect(decodeSnappy(block, limitBytes)).toEqual({ ok: true, bytes: Uint8Array.from(plain) });
    }),
  );
});

test("decodeSnappy() takes any bytes without a throw", () => {
  const sound = capture("remote-write-v1-telegraf.body");
  fc.assert(
    fc.property(spoiled(sound), (block) => {
      const result = decodeSnappy(block, 1 << 16);
      if (result.ok) expect(result.bytes.length).toBeLessThanOrEqual(1 << 16);
    }),
    { numRuns: 1500 },
  );
});
