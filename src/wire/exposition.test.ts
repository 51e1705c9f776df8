import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type ExpositionCounts,
  type ExpositionMetadata,
  type ExpositionOptions,
  readExposition,
} from "./exposition.ts";
import { RecordingSink } from "./recording-sink.fixture.ts";

const nowMs = 1_700_000_000_000;
const own = ";instance=fe1:9100;job=node";

interface Reading {
  readonly sink: RecordingSink;
  readonly counts: ExpositionCounts;
  readonly metadata: readonly ExpositionMetadata[];
}

function read(text: string | Uint8Array, options: Partial<ExpositionOptions> = {}): Reading {
  const sink = new RecordingSink();
  const metadata: ExpositionMetadata[] = [];
  const body = typeof text === "string" ? new TextEncoder().encode(text) : text;
  const counts = readExposition(body, sink, {
    format: "text",
    nowMs,
    labels: [
      ["job", "node"],
      ["instance", "fe1:9100"],
    ],
    sampleCountMax: 100,
    onMetadata: (said) => metadata.push(said),
    ...options,
  });
  return { sink, counts, metadata };
}

test.each([
  ["up 1", `up${own}`, 1, nowMs],
  ["  up\t 1  ", `up${own}`, 1, nowMs],
  ["up 1\r", `up${own}`, 1, nowMs],
  ["up{} 1.5e3", `up${own}`, 1500, nowMs],
  ['a{z="1",b="2"} -0.5 1699999999123', `a;b=2${own};z=1`, -0.5, 1_699_999_999_123],
  ['a { b = "2" , } 1', `a;b=2${own}`, 1, nowMs],
  [String.raw`a{b="x\\y\"z\nw\q"} 1`, String.raw`a;b=x\y"z_w\q` + own, 1, nowMs],
  ['a{job="theirs"} 1', "a;exported_job=theirs" + own, 1, nowMs],
  ['a{b=""} 1', `a${own}`, 1, nowMs],
  ['{"http.requests","host.name"="ü"} 3', `http.requests;host.name=ü${own}`, 3, nowMs],
  ['h_bucket{le="+Inf"} 7', `h_bucket${own};le=+Inf`, 7, nowMs],
  ["a:b:c +Inf", `a:b:c${own}`, Infinity, nowMs],
])("readExposition(%j) gives the row %s", (line, name, value, timeMs) => {
  const { sink, counts } = read(`${line}\n`);
  expect(sink.faults).toEqual([]);
  expect(sink.rows).toEqual([{ name, value, timeMs }]);
  expect(counts).toEqual({ sampleCount: 1, unmeasuredCount: 0, refusedCount: 0 });
});

test("readExposition() reads OpenMetrics: seconds, exemplars, and nothing behind its end", () => {
  const text = [
    "# TYPE foo counter",
    "# UNIT foo seconds",
    "foo_total 17.0 1520879607.789",
    'foo_bucket{le="0.1"} 8 # {trace_id="KOO5S4vxi0o"} 0.67',
    "# EOF",
    "late 1",
  ].join("\n");
  const { sink, metadata } = read(text, { format: "openmetrics" });
  expect(sink.faults).toEqual([]);
  expect(sink.rows).toEqual([
    { name: `foo_total${own}`, value: 17, timeMs: 1_520_879_607_789 },
    { name: `foo_bucket${own};le=0.1`, value: 8, timeMs: nowMs },
  ]);
  expect(metadata).toEqual([
    { metric: "foo", field: "type", text: "counter" },
    { metric: "foo", field: "unit", text: "seconds" },
  ]);
});

test("readExposition() tells types and help, and passes other comments over", () => {
  const { metadata, sink } = read(String.raw`# HELP a What it is, with \\ and \n lines.
# TYPE a  histogram
# just a comment
#
a 1`);
  expect(metadata).toEqual([
    { metric: "a", field: "help", text: "What it is, with \\ and \n lines." },
    { metric: "a", field: "type", text: "histogram" },
  ]);
  expect(sink.rows).toHaveLength(1);
});

test.each([
  ["1up 1", undefined],
  ["up", "bad-value"],
  ["up one", "bad-value"],
  ["up 1 soon", "bad-time"],
  ["up 1 1700000000000 3", "bad-time"],
  ["up 1 17.5", "bad-time"],
  ['up{a="1} 1', "bad-line"],
  ["up{a=1} 1", "bad-line"],
  ['up{="1"} 1', "bad-line"],
  ['up{a="1" b="2"} 1', "bad-line"],
  ['{a="1"} 1', "bad-line"],
  ["= 1", "bad-line"],
  [`${"n".repeat(5000)} 1`, "long-name"],
])("readExposition() refuses %.40j as %s and goes on", (line, reason) => {
  const { sink, counts } = read(`${line}\nnext 2`);
  expect(sink.reasons).toEqual(reason === undefined ? [] : [reason]);
  expect(counts.refusedCount).toBe(reason === undefined ? 0 : 1);
  expect(sink.names.at(-1)).toBe(`next${own}`);
});

test("readExposition() counts NaN apart, and refuses samples beyond its limit", () => {
  const text = 'q{quantile="0.5"} NaN\na 1\nb 2\nc 3\n';
  const { sink, counts } = read(text, { sampleCountMax: 2 });
  expect(counts).toEqual({ sampleCount: 2, unmeasuredCount: 1, refusedCount: 1 });
  expect(sink.reasons).toEqual(["too-many-samples"]);
});

test("readExposition() answers any bytes with rows and faults", () => {
  const piece = fc.constantFrom(
    ...[
      "a",
      "{",
      "}",
      '"',
      "\\",
      ",",
      "=",
      " ",
      "\n",
      "1",
      "# TYPE a counter",
      "NaN",
      "# EOF",
      "é",
    ],
  );
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(piece, { maxLength: 60 }).map((all) => new TextEncoder().encode(all.join(""))),
  );
  fc.assert(
    fc.property(bodies, fc.constantFrom("text", "openmetrics"), (body, format) => {
      const { sink, counts } = read(body, { format });
      expect(sink.rows.length).toBe(counts.sampleCount);
      expect(sink.faults.length).toBe(counts.refusedCount);
    }),
    { numRuns: 3000 },
  );
});
