import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { capture, spoiled } from "../../test/support/captures.ts";
import { type InfluxOptions, readInfluxLines } from "./influx-line.ts";
import { RecordingSink } from "./recording-sink.fixture.ts";

function read(text: string | Uint8Array, options?: InfluxOptions): RecordingSink {
  const sink = new RecordingSink();
  const counts = readInfluxLines(Buffer.from(text), sink, options);
  expect(counts.sampleCount).toBe(sink.rows.length);
  expect(counts.refusedLineCount).toBe(sink.faults.length);
  return sink;
}

function lines(sink: RecordingSink): string[] {
  return sink.rows.map(({ name, value, timeMs }) => `${name} ${value} ${timeMs}`);
}

test.each([
  ["a field", "m f=1.5 1700000000123456789", ["m.f 1.5 1700000000123"]],
  ["no time", "m f=1", ["m.f 1 NaN"]],
  [
    "many fields",
    "m a=1,b=2i,c=3u,d=-4.5e2",
    ["m.a 1 NaN", "m.b 2 NaN", "m.c 3 NaN", "m.d -450 NaN"],
  ],
  ["tags", "m,z=1,a=x f=1", ["m.f;a=x;z=1 1 NaN"]],
  ["booleans", "m a=t,b=True,c=F,d=false", ["m.a 1 NaN", "m.b 1 NaN", "m.c 0 NaN", "m.d 0 NaN"]],
  ["escapes", "m\\ x\\,y=z,k\\=1=a\\ b f\\,g=1", ["m x,y=z.f,g;k_1=a b 1 NaN"]],
  ["a backslash that escapes nothing", "m,p=C:\\dir f=1", ["m.f;p=C:\\dir 1 NaN"]],
  ["text between numbers", 'm a=1,t="x, y=\\" 1\nz",b=2', ["m.a 1 NaN", "m.b 2 NaN"]],
  ["comments, CR and empty lines", "# m f=1\r\n\r\nm f=2 1000000000\r\n", ["m.f 2 1000"]],
  ["quotes outside of values", 'm",t="a" f=1', ['m".f;t="a" 1 NaN']],
])("readInfluxLines() takes %s", (ignored, text, expected) => {
  const sink = read(text);
  expect(lines(sink)).toEqual(expected);
  expect(sink.faults).toEqual([]);
});

test.each([
  ["ns", "1700000000123456789", 1700000000123],
  ["us", "1700000000123999", 1700000000123],
  ["u", "5", 0],
  ["ms", "1700000000123", 1700000000123],
  ["s", "1700000000", 1700000000000],
  ["m", "28333333", 1699999980000],
  ["h", "472222", 1699999200000],
] as const)("readInfluxLines() takes times in %s", (precision, time, timeMs) => {
  expect(read(`m f=1 ${time}`, { precision }).rows).toEqual([{ name: "m.f", timeMs, value: 1 }]);
});

test("readInfluxLines() puts '_' before the field on demand", () => {
  expect(read("m,a=b f=1", { separator: "_" }).names).toEqual(["m_f;a=b"]);
});

test.each([
  ["without measurement", ",a=b f=1", "missing-measurement"],
  ["without fields", "m,a=b", "missing-field"],
  ["with a field without name", "m =1", "missing-field"],
  ["with a tag without value", "m,a= f=1", "bad-tag"],
  ["with a tag without key", "m,=a f=1", "bad-tag"],
  ["with an empty value", "m a=1,f=", "bad-value"],
  ["with words", "m a=1,f=abc", "bad-value"],
  ["with half an integer", "m f=1.5i", "bad-value"],
  ["with no number", "m a=1,f=NaN", "bad-value"],
  ["with text without end", 'm a=1,f="abc', "bad-value"],
  ["with letters behind text", 'm f="abc"d', "bad-value"],
  ["with a time that is none", "m f=1 12x", "bad-time"],
  ["with a fraction of time", "m f=1 12.5", "bad-time"],
  ["with a long name", `${"x".repeat(5000)} f=1`, "long-name"],
  ["with a long field", `m a=1,${"x".repeat(4095)}=1`, "long-name"],
  [
    "with 5,000 fields",
    `m ${Array.from({ length: 5000 }, (none, i) => `f${i}=1`).join(",")}`,
    "too-many-fields",
  ],
])("readInfluxLines() refuses a whole line %s and keeps its neighbours", (ignored, bad, reason) => {
  const sink = read(`good f=1\n${bad}\ngood f=2\n`);
  expect(sink.rows.map(({ value }) => value)).toEqual([1, 2]);
  expect(sink.reasons).toEqual([reason]);
  expect(sink.faults[0]?.example).toBe(bad.trim());
});

test.each(["telegraf-influx-v1-write.body", "telegraf-influx-v2-write.body"])(
  "readInfluxLines() takes %s",
  (file) => {
    const sink = new RecordingSink();
    const counts = readInfluxLines(gunzipSync(capture(file)), sink);
    expect(counts).toEqual({
      lineCount: 8,
      refusedLineCount: 0,
      sampleCount: 80,
      textFieldCount: 2,
    });
    expect(sink.rows).toContainEqual({
      name: "system.load1;host=tgh",
      timeMs: 1795398182000,
      value: 8.57,
    });
    expect(sink.rows).toContainEqual({
      name: "mem.total;host=tgh",
      timeMs: 1795398182000,
      value: 25276502016,
    });
  },
);

test("readInfluxLines() takes any bytes without a throw, and the line behind them", () => {
  const text = fc
    .array(fc.constantFrom("m", ",", "=", " ", "\\", "1", "i", "t", "a", "\n", "#", "\r", "é"), {
      maxLength: 30,
    })
    .map((parts) => Buffer.from(parts.join("")));
  const sound = Buffer.from('m,a=b f=1,g=2i,t="x\\"y" 1700000000123456789\nn f=t\n');
  fc.assert(
    fc.property(text, (bytes) => {
      expect(read(Buffer.concat([bytes, Buffer.from("\nlast f=7 9000000")])).rows.at(-1)).toEqual({
        name: "last.f",
        timeMs: 9,
        value: 7,
      });
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(spoiled(sound), (bytes) => void read(bytes)),
    { numRuns: 1000 },
  );
});
