import fc from "fast-check";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { carbonLineBytesMax, readCarbonDatagram } from "./carbon-line.ts";
import { CarbonStream } from "./carbon-stream.ts";
import { cutAt, pushAll, RecordingSink } from "./recording-sink.fixture.ts";

const capture = readFileSync(new URL("../../test/data/captures/plain.bin", import.meta.url));

function readDatagram(bytes: Uint8Array | string): RecordingSink {
  const sink = new RecordingSink();
  const input = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  readCarbonDatagram(input, 0, input.length, sink);
  return sink;
}

function readStream(pieces: readonly Uint8Array[]): RecordingSink {
  const sink = new RecordingSink();
  const stream = new CarbonStream(sink);
  pushAll(stream, pieces);
  stream.end();
  return sink;
}

test.each([
  ["a.b 1.5 1795398182", "a.b", 1795398182000, 1.5],
  ["a.b 1.5 1795398182\r", "a.b", 1795398182000, 1.5],
  ["  a.b \t 1.5  1795398182 \t", "a.b", 1795398182000, 1.5],
  ["a.b 1.5 1795398182.217", "a.b", 1795398182217, 1.5],
  ["a.b 1.5 1795398182.2179", "a.b", 1795398182217, 1.5],
  ["a.b 1.5 -1", "a.b", NaN, 1.5],
  ["a.b 1.5 -1.0", "a.b", NaN, 1.5],
  ["a.b 1.5", "a.b", NaN, 1.5],
  ["a.b 1.5 -2", "a.b", -2000, 1.5],
  ["a.b 1.5 1.795398182e9", "a.b", 1795398182000, 1.5],
  ["a.b -0.0 0", "a.b", 0, -0],
  ["a.b 12345678901234567890 1", "a.b", 1000, 12345678901234567000],
  ["a.b nan 1", "a.b", 1000, NaN],
  ["a.b -inf 1", "a.b", 1000, -Infinity],
  ["a.b Infinity 1", "a.b", 1000, Infinity],
  ["disk.used;dc=eu;host=fe1 7 1", "disk.used;dc=eu;host=fe1", 1000, 7],
  ["café.☃ 7 1", "café.☃", 1000, 7],
])("readCarbonDatagram() takes %j", (line, name, timeMs, value) => {
  const sink = readDatagram(line);
  expect(sink.rows).toEqual([{ name, timeMs, value }]);
  expect(sink.faults).toEqual([]);
});

test.each([
  ["a.b", "missing-value"],
  ["a.b ", "missing-value"],
  ["a.b x 1", "bad-value"],
  ["a.b 1,5 1", "bad-value"],
  ["a.b 1 now", "bad-time"],
  ["a.b 1 nan", "bad-time"],
  ["a.b 1 1e999", "bad-time"],
  ["a.b 1 1 1", "extra-field"],
  [`${"a".repeat(carbonLineBytesMax)} 1 1`, "long-line"],
])("readCarbonDatagram() refuses %.20j and only it", (line, reason) => {
  const sink = readDatagram(`good.1 1 1\n${line}\ngood.2 2 2\n`);
  expect(sink.names).toEqual(["good.1", "good.2"]);
  expect(sink.faults).toEqual([{ reason, example: line }]);
});

test("readCarbonDatagram() passes over empty lines", () => {
  const sink = readDatagram("\n\r\n  \na 1 1\n\n");
  expect(sink.names).toEqual(["a"]);
  expect(sink.faults).toEqual([]);
});

test("CarbonStream reads what telegraf sent, wherever it is cut", () => {
  const whole = readStream([Uint8Array.from(capture)]);
  expect(whole.rows).toHaveLength(320);
  expect(whole.faults).toEqual([]);
  expect(whole.rows[1]).toEqual({
    name: "mem.available_percent;host=tgh",
    timeMs: 1795398182000,
    value: 90.17489974511511,
  });
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 40 }), (places) => {
      expect(readStream(cutAt(capture, places)).rows).toEqual(whole.rows);
    }),
    { numRuns: 50 },
  );
});

test("CarbonStream reads byte by byte", () => {
  const bytes = Buffer.from("a 1 1\nb 2\r\n\nc 3 -1\n");
  const sink = readStream(cutAt(bytes, [...bytes.keys()]));
  expect(sink.rows.map(({ name, value }) => `${name}=${value}`)).toEqual(["a=1", "b=2", "c=3"]);
});

test("CarbonStream refuses a line that the connection's end cut", () => {
  const sink = readStream([Buffer.from("a 1 1\nb 12")]);
  expect(sink.names).toEqual(["a"]);
  expect(sink.faults).toEqual([{ reason: "cut-line", example: "b 12" }]);
});

test.each([1, 100, 4096, 1_000_000])(
  "CarbonStream refuses an endless line once and goes on behind its LF, in pieces of %d",
  (pieceBytes) => {
    const bytes = Buffer.from(`a 1 1\n${"x".repeat(20_000)}\nb 2 2\n`);
    const places = Array.from(
      { length: Math.floor(bytes.length / pieceBytes) },
      (ignored, i) => i * pieceBytes,
    );
    const sink = readStream(cutAt(bytes, places));
    expect(sink.names).toEqual(["a", "b"]);
    expect(sink.reasons).toEqual(["long-line"]);
  },
);

test("CarbonStream gives the same rows and faults wherever lines good and bad are cut", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "a.b 1 1",
      "a.b x 1",
      "a",
      "",
      " ",
      "b 2 -1\r",
      "c 1 2 3",
      "nan nan nan",
      "é 1e3 1.5",
    ),
    fc.string({ maxLength: 20 }).filter((text) => !text.includes("\n")),
    fc.constantFrom(4080, 4095, 4096, 4097, 5000).map((length) => "y".repeat(length)),
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (lines, places) => {
        const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(""));
        const cut = readStream(cutAt(bytes, places));
        const whole = readDatagram(bytes);
        expect(cut.rows).toEqual(whole.rows);
        expect(cut.reasons).toEqual(whole.reasons);
      },
    ),
    { numRuns: 300 },
  );
});

test("the Carbon readers take any bytes without a throw", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.nat(), { maxLength: 4 }),
      (bytes, places) => {
        readDatagram(bytes);
        readStream(cutAt(bytes, places));
      },
    ),
    { numRuns: 1000 },
  );
});
