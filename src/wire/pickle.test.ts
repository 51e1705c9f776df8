import fc from "fast-check";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { nextInteger, seededRandom } from "../base/random.ts";
import { floatTime, integerValue } from "../model/index.ts";
import { HeldBytes, PickleFrames } from "./pickle-frames.ts";
import { PickleReader } from "./pickle.ts";
import { cutAt, pushAll, RecordingSink } from "./recording-sink.fixture.ts";

const captures = new URL("../../test/data/captures/", import.meta.url);
const relayCapture = readFileSync(new URL("pickle.bin", captures));
const python = JSON.parse(readFileSync(new URL("python-pickles.json", captures), "utf8")) as {
  rows: [name: string, timeMs: number | null, value: string][];
  pickles: { by: string; hex: string }[];
};
const pythonRows = python.rows.map(([name, timeMs, value]) => ({
  name,
  timeMs: timeMs ?? NaN,
  value: Number(value),
}));

function read(pickle: Uint8Array | string): RecordingSink {
  const sink = new RecordingSink();
  // Among other bytes, so that a reader that leaves its range is seen.
  const body = typeof pickle === "string" ? Buffer.from(pickle, "latin1") : pickle;
  const bytes = Buffer.concat([Buffer.from("(("), body, Buffer.from("..")]);
  new PickleReader(sink).read(bytes, 2, 2 + body.length);
  return sink;
}

function framesOf(
  sink: RecordingSink,
  frameBytesMax = 1 << 20,
  heldBytesMax = 1 << 22,
): PickleFrames {
  return new PickleFrames(new PickleReader(sink), sink, {
    frameBytesMax,
    held: new HeldBytes(heldBytesMax),
  });
}

function frame(pickle: string): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(pickle.length);
  return Buffer.concat([header, Buffer.from(pickle, "latin1")]);
}

test.each(python.pickles)("PickleReader reads what $by wrote", ({ hex }) => {
  const sink = read(Buffer.from(hex, "hex"));
  expect(sink.rows).toEqual(pythonRows);
  expect(sink.faults).toEqual([]);
});

test("PickleFrames reads what carbon-relay sent, wherever it is cut", () => {
  const whole = new RecordingSink();
  expect(framesOf(whole).push(relayCapture)).toBe(true);
  expect(whole.rows).toHaveLength(78);
  expect(whole.rows[0]).toEqual({
    name: "carbon.relays.vm-a.activeConnections",
    timeMs: 1795397544217,
    value: 0,
  });
  expect(whole.rows.find(({ name }) => name === "a.b.c1")).toEqual({
    name: "a.b.c1",
    timeMs: 1795397547000,
    value: 1.5,
  });
  expect(whole.faults).toEqual([]);
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 30 }), (places) => {
      const cut = new RecordingSink();
      expect(pushAll(framesOf(cut), cutAt(relayCapture, places))).toBe(true);
      expect(cut.rows).toEqual(whole.rows);
      expect(cut.faults).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

// Text opcodes of protocol 0, so that the cases can be read: ( mark, S string, I int, F float,
// t tuple, l list, a append, p put, g get, . stop.
const goodItem = "(S'good'\n(I1\nI2\ntt";
const goodRow = { name: "good", timeMs: 1000, value: 2 };

test.each([
  ["an item alone", `${goodItem}.`],
  ["a tuple with one item", `(${goodItem}t.`],
  ["a list with one item", `(${goodItem}l.`],
  ["lists in place of tuples", "((S'good'\n(I1\nI2\nlll."],
  ["a point of three", "(S'good'\n(I1\nI2\nI3\ntt."],
  ["a bytes name", "(C\x04good(I1\nI2\ntt."],
  ["a double-quoted name", '(S"good"\n(I1\nI2\ntt.'],
  ["hex, octal and plain escapes in a name", "(S'g\\x6f\\157d'\n(I1\nI2\ntt."],
  ["a name by its memo", "S'good'\np7\n0(g7\n(I1\nI2\ntt."],
  ["a doubled and dropped value", "(S'good'\n(I1\n2I9\n00I2\ntt."],
  ["a dropped mark", "(S'good'\n(I1\nI2\n((NI5\n10tt."],
  ["long integers", "(S'good'\n(L1L\n\x8b\x01\x00\x00\x00\x02tt."],
])("PickleReader takes %s", (ignored, pickle) => {
  const sink = read(pickle);
  expect(sink.rows).toEqual([goodRow]);
  expect(sink.faults).toEqual([]);
});

test("PickleReader takes an empty list in silence", () => {
  expect(read("].")).toEqual(new RecordingSink());
});

test("PickleReader reads long integers of any width, rounded once", () => {
  const random = seededRandom(7);
  for (let i = 0; i < 5000; i++) {
    const width = 1 + nextInteger(random, 64);
    const bytes = Buffer.from(Array.from({ length: width }, () => nextInteger(random, 256)));
    // Often ones or zeros below the top, so that ties of rounding occur.
    if (i % 3 > 0) bytes.fill(i % 3 === 1 ? 0 : 0xff, 0, nextInteger(random, width));
    const unsigned = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
    const expected = Number(BigInt.asIntN(width * 8, unsigned));
    const sink = read(
      Buffer.concat([
        Buffer.from("(S'a'\n(I1\n"),
        Buffer.of(0x8a, width),
        bytes,
        Buffer.from("tt."),
      ]),
    );
    if (!Object.is(sink.rows[0]?.value, expected)) expect.fail(`${bytes.toString("hex")} at ${i}`);
  }
});

test("PickleReader passes what is no number in float's words on to the sink", () => {
  const rows = read("((S'a'\n(I1\nFnan\ntt(S'b'\n(I-1\nF-inf\nttl.").rows;
  expect(rows.map(({ value, timeMs }) => [value, timeMs])).toEqual([
    [NaN, 1000],
    [-Infinity, NaN],
  ]);
});

test("PickleReader takes True and False as Carbon does, as 1 and 0, in every protocol", () => {
  const { rows, reasons } = read(
    "((S'a'\n(I1\n\x88tt(S'b'\n(I1\n\x89tt(S'c'\n(I1\nI01\ntt(S'd'\n(I1\nI00\nttl.",
  );
  expect(rows.map(({ value }) => value)).toEqual([1, 0, 1, 0]);
  expect(reasons).toEqual([]);
});

test("PickleReader takes numbers in words as Carbon does: graphitesend pickles values so", () => {
  const { rows, reasons } = read("((S'a'\n(S'1.5'\nS'13.500000'\nttl.");
  expect(rows).toEqual([{ name: "a", timeMs: 1500, value: 13.5 }]);
  expect(reasons).toEqual([]);
});

test.each([
  ["None", "N", "bad-item"],
  ["a number", "I5\n", "bad-item"],
  ["a name alone", "(S'bad'\nt", "bad-item"],
  ["an item of three", "(S'bad'\n(I1\nI2\ntI3\nt", "bad-item"],
  ["a flat item", "(S'bad'\nI1\nt", "bad-item"],
  ["a point of one", "(S'bad'\n(I1\ntt", "bad-item"],
  ["a dict", "(S'bad'\nI1\nd", "bad-item"],
  ["a number as name", "(I5\n(I1\nI2\ntt", "bad-name"],
  ["an unquoted name", "(Sbad\n(I1\nI2\ntt", "bad-name"],
  ["a name of 5,000 bytes", `(S'${"x".repeat(5000)}'\n(I1\nI2\ntt`, "long-text"],
  ["a time that is a word", "(S'bad'\n(S'now'\nI2\ntt", "bad-time"],
  ["a time that is no number", "(S'bad'\n(Fnan\nI2\ntt", "bad-time"],
  ["a value that is a word", "(S'bad'\n(I1\nS'two'\ntt", "bad-value"],
  ["a value of None", "(S'bad'\n(I1\nNtt", "bad-value"],
  ["an integer that is none", "(S'bad'\n(I1\nI2x\ntt", "bad-value"],
  [
    "a long of 600 bytes",
    `(S'bad'\n(I1\n\x8b\x58\x02\x00\x00${"\x01".repeat(600)}tt`,
    "wide-number",
  ],
  ["a call", "cos\nsystem\n(S'id'\ntR", "object"],
  ["a called value", "(S'bad'\n(I1\ncnumpy\nfloat64\n(I2\ntRtt", "object"],
  [
    "a called value of protocol 4",
    "(S'bad'\n(I1\n\x8c\x05numpy\x8c\x07float64\x93I2\n\x85Rtt",
    "object",
  ],
  ["an instance", "(ios\nsystem\n", "object"],
  ["an instance on the stack", "(cos\nsystem\nS'id'\no", "object"],
  ["a new object", "cos\nsystem\n)\x81", "object"],
  ["a new object with keywords", "cos\nsystem\n)}\x92", "object"],
  ["a built object", "cos\nsystem\n}b", "object"],
  ["an extension", "\x82\x01", "object"],
  ["a persistent id", "Pid\n", "object"],
  ["a persistent id on the stack", "I1\nQ", "object"],
])("PickleReader refuses %s and keeps its neighbours", (ignored, item, reason) => {
  const sink = read(`(${goodItem}${item}${goodItem}l.`);
  expect(sink.rows).toEqual([goodRow, goodRow]);
  expect(sink.reasons).toEqual([reason]);
});

test("PickleReader shows what an object would have been made from", () => {
  expect(read(`(${goodItem}cos\nsystem\n(S'id'\ntRl.`).faults).toEqual([
    { reason: "object", example: "os\nsystem\n" },
  ]);
  expect(read(`(${goodItem}\x8c\x02os\x8c\x06system\x93l.`).faults).toEqual([
    { reason: "object", example: "os\x8c\x06system" },
  ]);
});

test("PickleReader counts an object that no item holds", () => {
  const sink = read(`cos\nsystem\n0${goodItem}.`);
  expect(sink.rows).toEqual([goodRow]);
  expect(sink.reasons).toEqual(["object"]);
});

test.each([
  ["nothing", "", "cut-short"],
  ["no end", `(${goodItem}l`, "cut-short"],
  ["a cut text", "X\xff\xff\xff\xffab.", "cut-short"],
  ["a text of 2^63 bytes", "\x8d\xff\xff\xff\xff\xff\xff\xff\x7fab.", "cut-short"],
  ["a long of 2 GiB", "\x8b\xff\xff\xff\x7f.", "cut-short"],
  ["a cut line", "S'good'", "cut-short"],
  ["an end on an empty stack", ".", "bad-stack"],
  ["a tuple without a mark", "I1\nt.", "bad-stack"],
  ["a pair of one", "I1\n\x86.", "bad-stack"],
  ["a pair across a mark", "I1\n(I2\n\x86.", "bad-stack"],
  ["an append to nothing", "(I1\ne.", "bad-stack"],
  ["a call of nothing", "R.", "bad-stack"],
  ["a drop of nothing", "0.", "bad-stack"],
  ["an unknown opcode", "\xff.", "bad-opcode"],
  ["an out-of-band buffer", "\x97.", "bad-opcode"],
  ["protocol 6", "\x80\x06].", "bad-protocol"],
  ["an unknown memo key", "h\x05.", "bad-memo"],
  ["a memo key of 4 G", "I1\nr\xff\xff\xff\xff.", "bad-memo"],
  ["a negative memo key", "I1\np-1\n.", "bad-memo"],
  ["nothing to memoize", "p1\nI1\n.", "bad-memo"],
  ["a thousand marks", `${"(".repeat(1000)}.`, "too-deep"],
  ["a number alone", "I1\n.", "bad-payload"],
  ["a dict", "}.", "bad-payload"],
  ["a call", "cos\nsystem\n(S'rm -rf /'\ntR.", "object"],
])("PickleReader refuses a pickle of %s whole", (ignored, pickle, reason) => {
  const sink = read(pickle);
  expect(sink.rows).toEqual([]);
  expect(sink.reasons).toEqual([reason]);
});

test("PickleReader counts bytes behind the end, and takes what came before", () => {
  const sink = read(`${goodItem}.${goodItem}.`);
  expect(sink.rows).toEqual([goodRow]);
  expect(sink.reasons).toEqual(["trailing-bytes"]);
});

test("PickleReader stands lists that hold themselves and tuples that share their parts", () => {
  // l = []; l.append(l); l.append(good)
  expect(read(`]p1\ng1\na${goodItem}a.`).rows).toEqual([goodRow]);
  // Each level holds the one below twice: 2^60 items when walked to the ground.
  const bomb = `(I1\nl${"p0\n0(g0\ng0\nt".repeat(60)}.`;
  expect(read(bomb).reasons).toEqual(["bad-name", "bad-name"]);
});

test("PickleReader reads 50,000 items of one frame, and small ones after it", () => {
  const sink = new RecordingSink();
  const reader = new PickleReader(sink);
  const large = Buffer.from(`(${goodItem.repeat(50_000)}l.`, "latin1");
  reader.read(large, 0, large.length);
  expect(sink.rows).toHaveLength(50_000);
  reader.read(Buffer.from(`${goodItem}.`), 0, goodItem.length + 1);
  expect(sink.rows).toHaveLength(50_001);
  expect(sink.faults).toEqual([]);
});

test("PickleReader keeps no memo from one pickle to the next", () => {
  const sink = new RecordingSink();
  const reader = new PickleReader(sink);
  for (const text of ["(S'good'\np1\n(I1\nI2\ntt.", "(S'x'\np5\ng1\n(I1\nI2\ntt."]) {
    const pickle = Buffer.from(text);
    reader.read(pickle, 0, pickle.length);
  }
  expect(sink.rows).toEqual([goodRow]);
  expect(sink.reasons).toEqual(["bad-memo"]);
});

test("PickleFrames goes on behind a frame that cannot be read", () => {
  const sink = new RecordingSink();
  const bytes = Buffer.concat([
    frame(`${goodItem}.`),
    frame("\xff"),
    frame(""),
    frame(`${goodItem}.`),
  ]);
  for (let pieceBytes = 1; pieceBytes < 20; pieceBytes++) {
    sink.rows.length = 0;
    sink.faults.length = 0;
    const places = Array.from(
      { length: Math.ceil(bytes.length / pieceBytes) },
      (ignored, i) => i * pieceBytes,
    );
    expect(pushAll(framesOf(sink), cutAt(bytes, places))).toBe(true);
    expect(sink.rows).toEqual([goodRow, goodRow]);
    expect(sink.reasons).toEqual(["bad-opcode", "cut-short"]);
  }
});

test.each([1, 3, 1000])(
  "PickleFrames loses the framing at a length beyond its limit, in pieces of %d",
  (pieceBytes) => {
    const sink = new RecordingSink();
    const bytes = Buffer.concat([frame(`${goodItem}.`), Buffer.from("a.b.c 1 1\n")]);
    const places = Array.from(
      { length: Math.ceil(bytes.length / pieceBytes) },
      (ignored, i) => i * pieceBytes,
    );
    expect(pushAll(framesOf(sink), cutAt(bytes, places))).toBe(false);
    expect(sink.rows).toEqual([goodRow]);
    expect(sink.reasons).toEqual(["long-frame"]);
  },
);

test("PickleFrames holds what arrived, not what was announced, and gives it back", () => {
  const sink = new RecordingSink();
  const held = new HeldBytes(10_000);
  const open = (): PickleFrames =>
    new PickleFrames(new PickleReader(sink), sink, { frameBytesMax: 1 << 20, held });
  const first = open();
  expect(first.push(Buffer.from([0, 0x10, 0, 0, 1, 2, 3]))).toBe(true);
  expect(held.bytes).toBeLessThan(100);
  const second = open();
  expect(second.push(Buffer.concat([Buffer.from([0, 0x10, 0, 0]), Buffer.alloc(20_000)]))).toBe(
    false,
  );
  expect(sink.reasons).toEqual(["no-room"]);
  first.end();
  second.end();
  expect(sink.reasons).toEqual(["no-room", "cut-short"]);
  expect(held.bytes).toBe(0);
});

test("PickleReader takes any bytes, real ones flipped and cut too, without a throw, and reads the next", () => {
  const seeds = [
    ...python.pickles.map(({ hex }) => Buffer.from(hex, "hex")),
    relayCapture.subarray(4, 4 + relayCapture.readUInt32BE(0)),
    Buffer.from(`(${goodItem}cos\nsystem\n(S'id'\ntR}N)]${goodItem}l.`),
  ];
  const flipped = fc
    .tuple(
      fc.nat(seeds.length - 1),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      fc.nat(),
    )
    .map(([seed, changes, length]) => {
      const bytes = Buffer.from(seeds[seed]!);
      for (const [place, byte] of changes) bytes[place % bytes.length] = byte;
      return bytes.subarray(0, 1 + (length % 2 === 0 ? bytes.length : length % bytes.length));
    });
  // Mostly real opcodes, so that the machine gets far.
  const opcodeBytes = Buffer.from(
    "().0122IFLSVNGJKMTUXBC]}lteadsuhjgqrpcRbioPQ'\\1\n\x80\x81\x82\x85\x86\x87\x88\x8a\x8c\x92\x93\x94\x95",
    "latin1",
  );
  const opcodes = fc
    .array(fc.constantFrom(...opcodeBytes), { maxLength: 80 })
    .map((codes) => Buffer.from(codes));
  const sink = new RecordingSink();
  const reader = new PickleReader(sink);
  const good = Buffer.from(`${goodItem}.`);
  const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), flipped, opcodes);
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      reader.read(bytes, 0, bytes.length);
      reader.read(good, 0, good.length);
      expect(sink.rows.at(-1)).toEqual(goodRow);
      sink.rows.length = 0;
      sink.faults.length = 0;
    }),
    { numRuns: 5000 },
  );
});

test("PickleFrames takes any bytes without a throw", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.nat(), { maxLength: 4 }),
      (bytes, places) => {
        for (let at = 0; at + 1 < bytes.length; at += 20) bytes.fill(0, at, at + 3);
        const frames = framesOf(new RecordingSink());
        pushAll(frames, cutAt(bytes, places));
        frames.end();
      },
    ),
    { numRuns: 1000 },
  );
});

test.each([
  ["BININT1 and BININT", "((U\x01a(J\x01\x00\x00\x00K\x07ttt.", integerValue],
  ["BININT2 and BINFLOAT", "((U\x01a(M\x01\x00G@\x1c\x00\x00\x00\x00\x00\x00ttt.", 0],
  ["FLOAT and INT lines", "((U\x01a(F1.0\nI7\nttt.", integerValue | floatTime],
  ["LONG1 and LONG lines", "((U\x01a(\x8a\x01\x07L7L\nttt.", integerValue],
])("PickleReader tells integers from floats: %s", (unused, text, types) => {
  const sink = new RecordingSink();
  const bytes = Buffer.from(text, "latin1");
  new PickleReader(sink).read(bytes, 0, bytes.length);
  expect(sink.faults).toEqual([]);
  expect(sink.types).toEqual([types]);
});
