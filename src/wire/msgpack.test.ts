import fc from "fast-check";
import { expect, test } from "vitest";
import { floatTime, integerValue } from "../model/index.ts";
import { MsgpackDatagrams, MsgpackStream } from "./msgpack-stream.ts";
import { cutAt, pushAll, RecordingSink } from "./recording-sink.fixture.ts";

/** Bytes of hex, blanks ignored. */
function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  if (bytes.length < 32) return join(Buffer.of(0xa0 | bytes.length), bytes);
  return join(Buffer.of(0xda, bytes.length >> 8, bytes.length & 0xff), bytes);
}

function double(value: number): Uint8Array {
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return Uint8Array.from(bytes);
}

const array2 = Uint8Array.of(0x92);

function item(name: string, seconds: number, value: number): Uint8Array {
  return join(array2, text(name), array2, double(seconds), double(value));
}

function read(...datagrams: readonly Uint8Array[]): RecordingSink {
  const sink = new RecordingSink();
  const reader = new MsgpackDatagrams(sink);
  for (const bytes of datagrams) reader.read(bytes, 0, bytes.length);
  return sink;
}

const good = item("good", 1795398182.5, 7);
const goodRow = { name: "good", timeMs: 1795398182500, value: 7 };

test.each([
  ["positive fixint", "07", 7],
  ["negative fixint", "e0", -32],
  ["uint 8", "cc ff", 255],
  ["uint 16", "cd ff fe", 65534],
  ["uint 32", "ce ff ff ff ff", 4294967295],
  ["uint 64", "cf 00 20 00 00 00 00 00 00", 2 ** 53],
  ["uint 64, rounded to even", "cf 00 20 00 00 00 00 00 01", 2 ** 53],
  ["uint 64, the largest", "cf ff ff ff ff ff ff ff ff", 2 ** 64],
  ["int 8", "d0 80", -128],
  ["int 16", "d1 80 00", -32768],
  ["int 32", "d2 80 00 00 00", -2147483648],
  ["int 64", "d3 ff ff ff ff ff ff ff fe", -2],
  ["int 64, the smallest", "d3 80 00 00 00 00 00 00 00", -(2 ** 63)],
  ["float 32", "ca 3f c0 00 00", 1.5],
  ["float 64", "cb 3f f8 00 00 00 00 00 00", 1.5],
  ["float 64, minus zero", "cb 80 00 00 00 00 00 00 00", -0],
  ["float 64, infinite", "cb 7f f0 00 00 00 00 00 00", Infinity],
])("MsgpackDatagrams reads a value as %s", (ignored, valueHex, value) => {
  const sink = read(hex(`92 a1 61 92 ce 6b039766 ${valueHex}`));
  expect(sink.rows).toEqual([{ name: "a", timeMs: 1795397478000, value }]);
  expect(sink.faults).toEqual([]);
});

test.each([
  ["fixstr", "a3 612e62"],
  ["str 8", "d9 03 612e62"],
  ["str 16", "da 0003 612e62"],
  ["str 32", "db 00000003 612e62"],
  ["bin 8", "c4 03 612e62"],
  ["bin 16", "c5 0003 612e62"],
  ["bin 32", "c6 00000003 612e62"],
])("MsgpackDatagrams reads a name as %s", (ignored, nameHex) => {
  expect(read(hex(`92 ${nameHex} 92 ff 01`)).rows).toEqual([
    { name: "a.b", timeMs: NaN, value: 1 },
  ]);
});

test("MsgpackDatagrams reads one item, several on end, a list, and lists on end", () => {
  const two = item("two", 2, 2);
  expect(read(good).rows).toEqual([goodRow]);
  expect(read(join(good, two)).names).toEqual(["good", "two"]);
  expect(read(join(array2, good, two)).names).toEqual(["good", "two"]);
  expect(read(join(hex("dc 0002"), good, two, hex("dd 00000001"), two, good)).names).toEqual([
    "good",
    "two",
    "two",
    "good",
  ]);
  expect(read(hex("90")).faults).toEqual([]);
});

test("MsgpackDatagrams takes the first two elements of a longer point", () => {
  const sink = read(join(hex("92 a1 61 94 01 02"), hex("92 03 04"), hex("81 a1 61 c0"), good));
  expect(sink.rows).toEqual([{ name: "a", timeMs: 1000, value: 2 }, goodRow]);
  expect(sink.faults).toEqual([]);
});

test.each([
  ["nil", "c0", "bad-item"],
  ["a number", "05", "bad-item"],
  ["a text", "a3 616263", "bad-item"],
  ["a map, as Telegraf sends", "82 a1 61 92 01 02 a1 62 d6 ff 00000000", "bad-item"],
  ["an extension", "c7 05 01 92a1619201", "bad-item"],
  ["a name alone", "91 a1 61", "bad-item"],
  ["an item of three", "93 a1 61 92 01 02 03", "bad-item"],
  ["a flat item", "92 a1 61 05", "bad-item"],
  ["a point of one", "92 a1 61 91 05", "bad-item"],
  ["a point that is a map", "92 a1 61 81 01 02", "bad-item"],
  ["a time of text", "92 a1 61 92 a1 31 02", "bad-time"],
  ["a time of nil", "92 a1 61 92 c0 02", "bad-time"],
  ["a time that is no number", "92 a1 61 92 cb 7ff8000000000000 02", "bad-time"],
  ["a value of text", "92 a1 61 92 01 a1 32", "bad-value"],
  ["a value of true", "92 a1 61 92 01 c3", "bad-value"],
  ["a value of nested arrays", "92 a1 61 92 01 93 91 91 91 c0 90 a1 61", "bad-value"],
])("MsgpackDatagrams refuses %s and keeps its neighbours", (ignored, badHex, reason) => {
  const bad = hex(badHex);
  for (const sink of [read(join(good, bad, good)), read(join(hex("93"), good, bad, good))]) {
    expect(sink.rows).toEqual([goodRow, goodRow]);
    expect(sink.reasons).toEqual([reason]);
  }
});

test("MsgpackDatagrams refuses a name beyond its limit and keeps its neighbours", () => {
  const sink = read(join(good, item("x".repeat(5000), 1, 1), good));
  expect(sink.rows).toEqual([goodRow, goodRow]);
  expect(sink.reasons).toEqual(["long-name"]);
});

test.each([
  ["announces 4 G of items", "dd ffffffff"],
  ["announces 4 GiB of name", "92 db ffffffff 61"],
  ["announces 4 GiB of extension", "c9 ffffffff 01"],
  ["announces 4 G of map", "df ffffffff"],
  ["is no MessagePack", "c1"],
  ["nests a thousand deep", "91".repeat(1000)],
])("MsgpackDatagrams survives a datagram that %s, and reads the next", (ignored, badHex) => {
  const sink = read(join(good, hex(badHex)), good);
  expect(sink.rows).toEqual([goodRow, goodRow]);
  expect(sink.faults.length).toBeGreaterThan(0);
});

test("MsgpackStream closes on a byte that is no MessagePack, after what came before", () => {
  const sink = new RecordingSink();
  const stream = new MsgpackStream(sink);
  expect(stream.push(join(good, hex("c1"), good))).toBe(false);
  expect(sink.rows).toEqual([goodRow]);
  expect(sink.reasons).toEqual(["bad-byte"]);
});

test("MsgpackStream counts what the connection's end cut", () => {
  const sink = new RecordingSink();
  const stream = new MsgpackStream(sink);
  expect(stream.push(join(good, good.subarray(0, 9)))).toBe(true);
  stream.end();
  expect(sink.rows).toEqual([goodRow]);
  expect(sink.reasons).toEqual(["cut-short"]);
});

const anyPiece = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.string({ maxLength: 40 }), fc.double(), fc.double())
      .map(([name, seconds, value]) => item(name, seconds, value)),
  },
  fc.constantFrom(
    hex("c0"),
    hex("a3616263"),
    hex("82a1619201 02a162d6ff00000000"),
    hex("92a16105"),
    join(hex("c5 1000"), new Uint8Array(4096)),
    item("x".repeat(5000), 1, 1),
    join(array2, good, good),
    hex("90"),
  ),
);

test("MsgpackStream gives the same rows and faults wherever messages are cut", () => {
  fc.assert(
    fc.property(
      fc.array(anyPiece, { maxLength: 10 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      (pieces, places) => {
        const bytes = join(...pieces);
        const whole = read(bytes);
        const cut = new RecordingSink();
        expect(pushAll(new MsgpackStream(cut), cutAt(bytes, places))).toBe(true);
        expect(cut.rows).toEqual(whole.rows);
        expect(cut.reasons).toEqual(whole.reasons);
      },
    ),
    { numRuns: 400 },
  );
});

test("the MessagePack readers take any bytes, flipped or cut, without a throw", () => {
  const flipped = fc
    .tuple(
      fc.array(anyPiece, { maxLength: 4 }),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }),
      fc.nat(),
    )
    .map(([pieces, flips, length]) => {
      const bytes = join(...pieces);
      for (const [place, mask] of flips) if (bytes.length > 0) bytes[place % bytes.length]! ^= mask;
      return bytes.subarray(0, length % (bytes.length + 1));
    });
  fc.assert(
    fc.property(
      fc.oneof(fc.uint8Array({ maxLength: 200 }), flipped),
      fc.array(fc.nat(), { maxLength: 4 }),
      (bytes, places) => {
        const sink = read(bytes, good);
        expect(sink.rows.at(-1)).toEqual(goodRow);
        const stream = new MsgpackStream(new RecordingSink());
        pushAll(stream, cutAt(bytes, places));
        stream.end();
      },
    ),
    { numRuns: 1500 },
  );
});

test.each([
  ["integers", "92a16192 ce6b03a4d6 07", integerValue],
  ["a float value", "92a16192 ce6b03a4d6 cb401c000000000000", 0],
  ["a float time", "92a16192 cb41dac0e935800000 d0f9", integerValue | floatTime],
  ["single precision", "92a16192 ca4eb00000 ca40e00000", floatTime],
])("MsgpackDatagrams tells %s for what they are", (unused, hex, types) => {
  const sink = new RecordingSink();
  const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
  new MsgpackDatagrams(sink).read(bytes, 0, bytes.length);
  expect(sink.faults).toEqual([]);
  expect(sink.types).toEqual([types]);
});
