import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { capture, spoiled } from "../../test/support/captures.ts";
import { OpenTsdbLineReader, readOpenTsdbJson } from "./opentsdb-put.ts";
import { OpenTsdbStream } from "./opentsdb-stream.ts";
import { cutAt, pushAll, RecordingSink } from "./recording-sink.fixture.ts";

function readLine(line: string | Uint8Array): { sink: RecordingSink; command: string } {
  const sink = new RecordingSink();
  const bytes = Buffer.from(line);
  return { sink, command: new OpenTsdbLineReader(sink).readLine(bytes, 0, bytes.length) };
}

test.each([
  ["seconds", "put a.b 1700000000 1.5 host=x", 1700000000000],
  ["milliseconds", "put a.b 1700000000123 1.5 host=x", 1700000000123],
  ["fractions", "put a.b 1700000000.123 1.5 host=x", 1700000000123],
  ["words of any case and CR", "PUT a.b 1700000000 +1.5e0 host=x\r", 1700000000000],
])("OpenTsdbLineReader takes %s", (ignored, line, timeMs) => {
  const { sink, command } = readLine(line);
  expect(sink.rows).toEqual([{ name: "a.b;host=x", timeMs, value: 1.5 }]);
  expect(command).toBe("put");
});

test("OpenTsdbLineReader takes collectd's two blanks between tags", () => {
  const { sink } = readLine(
    "put load.load.shortterm 1795397410 10.77 fqdn=testhost  status=production",
  );
  expect(sink.names).toEqual(["load.load.shortterm;fqdn=testhost;status=production"]);
});

test.each([
  ["of another protocol", "GET / HTTP/1.1", "unknown-command"],
  ["without tags", "put a 1 2", "missing-argument"],
  ["of a word only", "put", "missing-argument"],
  ["with no time", "put a x 2 b=c", "bad-time"],
  ["with no value", "put a 1 nan b=c", "bad-value"],
  ["with half a tag", "put a 1 2 b=", "bad-tag"],
  ["with a tag without '='", "put a 1 2 b c=d", "bad-tag"],
  ["beyond the limit", `put ${"a".repeat(5000)} 1 2 b=c`, "long-line"],
])("OpenTsdbLineReader refuses a line %s", (ignored, line, reason) => {
  const { sink, command } = readLine(line);
  expect(sink.reasons).toEqual([reason]);
  expect(sink.rows).toEqual([]);
  expect(command).toBe("refused");
});

test.each(["version", "stats", "help", "exit"])("OpenTsdbLineReader tells of %s", (word) => {
  expect(readLine(` ${word.toUpperCase()} x`).command).toBe(word);
});

test("readOpenTsdbJson() takes what telegraf sent", () => {
  const sink = new RecordingSink();
  const counts = readOpenTsdbJson(gunzipSync(capture("telegraf-opentsdb-put.body")), sink);
  expect(counts).toEqual({ sampleCount: sink.rows.length, refusedCount: 0, isIntact: true });
  expect(sink.rows[0]).toEqual({
    name: "tg.mem_available;host=tgh",
    timeMs: 1795398182000,
    value: 22793060352,
  });
  expect(sink.rows.length).toBe(50);
});

const good = { metric: "m", timestamp: 1700000000, value: "2.5", tags: { b: "1", a: 2 } };

test("readOpenTsdbJson() takes one point without an array", () => {
  const sink = new RecordingSink();
  readOpenTsdbJson(Buffer.from(JSON.stringify(good)), sink);
  expect(sink.rows).toEqual([{ name: "m;a=2;b=1", timeMs: 1700000000000, value: 2.5 }]);
});

test.each([
  ["no object", 1, "bad-point"],
  ["without metric", { ...good, metric: "" }, "bad-point"],
  ["without tags", { ...good, tags: undefined }, "bad-point"],
  ["of no tags", { ...good, tags: {} }, "missing-argument"],
  ["of a tag that is none", { ...good, tags: { a: {} } }, "bad-tag"],
  ["without time", { ...good, timestamp: null }, "bad-time"],
  ["without value", { ...good, value: "" }, "bad-value"],
  ["of a long name", { ...good, metric: "x".repeat(5000) }, "long-name"],
])("readOpenTsdbJson() refuses a point %s and keeps its neighbours", (ignored, bad, reason) => {
  const sink = new RecordingSink();
  const counts = readOpenTsdbJson(Buffer.from(JSON.stringify([good, bad, good])), sink);
  expect(counts).toEqual({ sampleCount: 2, refusedCount: 1, isIntact: true });
  expect(sink.reasons).toEqual([reason]);
  expect(sink.rows.length).toBe(2);
});

test("readOpenTsdbJson() refuses what is no JSON", () => {
  const sink = new RecordingSink();
  expect(readOpenTsdbJson(Buffer.from("put a 1 2 b=c"), sink).isIntact).toBe(false);
  expect(sink.reasons).toEqual(["bad-json"]);
});

test("the OpenTSDB readers take anything without a throw", () => {
  const bytes = spoiled(
    Buffer.from("put a.b 1700000000 1.5 host=x  c=d"),
    Buffer.from(JSON.stringify([good, good])),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      readLine(input);
      readOpenTsdbJson(input, new RecordingSink());
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom("metric", "timestamp", "value", "tags"), fc.jsonValue()),
      (point) => {
        readOpenTsdbJson(Buffer.from(JSON.stringify([point])), new RecordingSink());
      },
    ),
    { numRuns: 500 },
  );
});

test("OpenTsdbStream answers what asks for it, and bad puts, and leaves on exit", () => {
  const sink = new RecordingSink();
  const said: string[] = [];
  const stream = new OpenTsdbStream(sink, (text) => said.push(text));
  expect(stream.push(Buffer.from("version\nput a 1 2 b=c\nput a 1 x b=c\nfoo\n"))).toBe(true);
  expect(stream.push(Buffer.from("put a 3 4 b=c\nexit\nput a 5 6 b=c\nput"))).toBe(false);
  stream.end();
  expect(said).toEqual([
    "net.opentsdb.tools 2.4.0 as spoken by Kale\n",
    "put: invalid value: not a number\n",
    "unknown command.  Try `help'.\n",
  ]);
  expect(sink.reasons).toEqual(["bad-value", "unknown-command"]);
  expect(sink.rows.map(({ value }) => value)).toEqual([2, 4]);
});

test("OpenTsdbStream gives the same rows and answers wherever lines are cut", () => {
  const bytes = Buffer.from(
    `put a 1 2 b=c\r\nhelp\nput a\n${"x".repeat(5000)}\nput a 3 4 b=c\nput a`,
  );
  const read = (pieces: readonly Uint8Array[]): unknown => {
    const sink = new RecordingSink();
    const said: string[] = [];
    const stream = new OpenTsdbStream(sink, (text) => said.push(text));
    pushAll(stream, pieces);
    stream.end();
    return { rows: sink.rows, reasons: sink.reasons, said };
  };
  const whole = read([Buffer.from(bytes)]);
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 12 }), (places) => {
      expect(read(cutAt(bytes, places))).toEqual(whole);
    }),
  );
});
