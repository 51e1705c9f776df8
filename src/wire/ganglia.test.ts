import fc from "fast-check";
import { expect, test } from "vitest";
import { capture, spoiled } from "../../test/support/captures.ts";
import { statedCounter } from "../model/index.ts";
import { GangliaXdrReader } from "./ganglia-xdr.ts";
import { GangliaXmlReader } from "./ganglia-xml.ts";
import { cutAt, pushAll, RecordingSink } from "./recording-sink.fixture.ts";
import { RepeatFilter } from "./repeat-filter.ts";

function readXml(xml: string | Uint8Array, places: readonly number[] = []) {
  const sink = new RecordingSink();
  const reader = new GangliaXmlReader(sink);
  pushAll(reader, cutAt(Buffer.from(xml), places));
  reader.end();
  return { sink, counts: reader.counts };
}

function inHost(...metrics: string[]): string {
  return `<GANGLIA_XML VERSION="3"><CLUSTER NAME="c" LOCALTIME="1000"><HOST NAME="h.x" TN="1">${metrics.join("\n")}</HOST></CLUSTER></GANGLIA_XML>`;
}

const good = '<METRIC NAME="load_one" VAL="1.5" TYPE="float" TN="2" TMAX="60" SLOPE="both"/>';
const goodRow = { name: "ganglia.c.h_x.load_one", timeMs: 998_000, value: 1.5 };

test("GangliaXmlReader takes what gmond sent", () => {
  const { sink, counts } = readXml(capture("gmond.xml"));
  expect(sink.faults).toEqual([]);
  expect(sink.rows).toEqual([
    { name: "ganglia.ctest.gtest.my_metric", timeMs: 1795397415000, value: 12.5 },
  ]);
  expect(counts).toEqual({ sampleCount: 1, textMetricCount: 0, staleMetricCount: 0 });
});

test("GangliaXmlReader goes into grids in grids and out of them, and passes summaries over", () => {
  const cluster = (name: string): string =>
    `<CLUSTER NAME='${name}' LOCALTIME='1000'><HOST NAME='a'>${good}</HOST><HOST NAME='b'/><HOST NAME='b'>${good}</HOST></CLUSTER>`;
  const { sink } = readXml(
    `<GRID NAME="all sites" LOCALTIME="9"><HOSTS UP="1" DOWN="0"/><METRICS NAME="load" SUM="5" NUM="1"/><GRID NAME="eu.west">${cluster("x")}</GRID>${cluster("y")}</GRID>${cluster("z")}`,
  );
  expect(sink.faults).toEqual([]);
  expect(sink.names).toEqual([
    "ganglia.all_sites.eu_west.x.a.load_one",
    "ganglia.all_sites.eu_west.x.b.load_one",
    "ganglia.all_sites.y.a.load_one",
    "ganglia.all_sites.y.b.load_one",
    "ganglia.z.a.load_one",
    "ganglia.z.b.load_one",
  ]);
});

test.each([
  ["entities", '<METRIC NAME="a&amp;b&#46;c&unknown;" VAL="1" TYPE="int8"/>', "a&b.c&unknown_"],
  ["angle brackets in values", '<METRIC NAME="a>b" VAL="1" TYPE="int8"/>', "a>b"],
  ["apostrophes in comments", `<!-- don't --><METRIC NAME="a" VAL="1" TYPE="int8"/>`, "a"],
  ["blanks around '='", '<METRIC  NAME = "a"\n VAL\t= "1" TYPE="int8" >', "a"],
])("GangliaXmlReader takes %s", (ignored, metric, name) => {
  const { sink } = readXml(inHost(metric));
  expect(sink.rows).toEqual([{ name: `ganglia.c.h_x.${name}`, timeMs: 1_000_000, value: 1 }]);
  expect(sink.faults).toEqual([]);
});

test("GangliaXmlReader reads ISO-8859-1, and UTF-8 where the prolog says so", () => {
  const metric = inHost('<METRIC NAME="température" VAL="1" TYPE="int8"/>');
  expect(readXml(Buffer.from(metric, "latin1")).sink.names).toEqual(["ganglia.c.h_x.température"]);
  const utf8 = `<?xml version="1.0" encoding="UTF-8"?>${metric}`;
  expect(readXml(utf8).sink.names).toEqual(["ganglia.c.h_x.température"]);
});

test("GangliaXmlReader counts texts and what is long gone, and makes no zero of nothing", () => {
  const { sink, counts } = readXml(
    inHost(
      '<METRIC NAME="os" VAL="5.10" TYPE="string"/>',
      '<METRIC NAME="old" VAL="1" TYPE="float" TN="241" TMAX="60"/>',
      '<METRIC NAME="none" VAL="" TYPE="float"/>',
      '<METRIC NAME="nan" VAL="nan" TYPE="float"/>',
      good,
    ),
  );
  expect(sink.rows).toEqual([goodRow]);
  expect(sink.reasons).toEqual(["bad-value", "bad-value"]);
  expect(counts).toEqual({ sampleCount: 1, textMetricCount: 1, staleMetricCount: 1 });
});

test.each([
  ["a metric outside of a host", good, "missing-name"],
  ["a metric without a name", inHost('<METRIC VAL="1"/>'), "missing-name"],
  ["a long name", inHost(`<METRIC NAME="${"x".repeat(5000)}" VAL="1"/>`), "long-name"],
  [
    "a cluster without time",
    '<CLUSTER NAME="c"><HOST NAME="h"><METRIC NAME="a" VAL="1"/>',
    "bad-time",
  ],
  ["a document that ends in a tag", `${inHost(good)}<CLUSTER NAME="`, "cut-short"],
  ["a tag without end", `<a ${"x".repeat(70_000)}`, "bad-xml"],
  ["grids in grids without end", '<GRID NAME="g">'.repeat(40), "bad-xml"],
])("GangliaXmlReader refuses %s", (ignored, xml, reason) => {
  expect(readXml(xml).sink.reasons).toEqual([reason]);
});

test("GangliaXmlReader gives the same rows wherever the document is cut", () => {
  const xml = `${capture("gmond.xml").toString()}${inHost(good, '<METRIC NAME="bad" VAL=""/>', good)}`;
  const whole = readXml(xml).sink;
  fc.assert(
    fc.property(fc.array(fc.nat(), { maxLength: 20 }), (places) => {
      const { sink } = readXml(xml, places);
      expect(sink.rows).toEqual(whole.rows);
      expect(sink.faults).toEqual(whole.faults);
    }),
    { numRuns: 300 },
  );
});

test("GangliaXmlReader takes any bytes without a throw, and the next document", () => {
  const sound = Buffer.from(inHost(good, '<METRIC NAME="a&#66;" VAL="1" TYPE="int8"/>'));
  fc.assert(
    fc.property(spoiled(sound), fc.array(fc.nat(), { maxLength: 4 }), (bytes, places) => {
      const sink = new RecordingSink();
      const reader = new GangliaXmlReader(sink);
      pushAll(reader, cutAt(bytes, places));
      reader.end();
      reader.push(Buffer.from(inHost(good)));
      expect(sink.rows.at(-1)).toEqual(goodRow);
    }),
    { numRuns: 1500 },
  );
});

function word(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number >>> 0);
  return bytes;
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value, "latin1");
  return Buffer.concat([word(bytes.length), bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

function packet(
  id: number,
  host: string,
  metric: string,
  isSpoofed: boolean,
  ...rest: Uint8Array[]
) {
  return Buffer.concat([word(id), text(host), text(metric), word(isSpoofed ? 1 : 0), ...rest]);
}

function metadata(host: string, metric: string, type: string, slope = 3): Uint8Array {
  const facts = [
    text(type),
    text(metric),
    text("widgets"),
    word(slope),
    word(60),
    word(0),
    word(0),
  ];
  return packet(128, host, metric, host.includes(":"), ...facts);
}

function readXdr(...packets: Uint8Array[]) {
  const sink = new RecordingSink();
  const reader = new GangliaXdrReader(sink, { metricCountMax: 2 });
  for (const one of packets) reader.read(one);
  return { sink, reader };
}

test.each([
  [129, "%hu", word(7), 7],
  [130, "%hi", word(-7), -7],
  [131, "%i", word(-8), -8],
  [132, "%u", word(4_000_000_000), 4_000_000_000],
  [134, "%.2f", Uint8Array.of(0x3f, 0xc0, 0, 0), 1.5],
  [135, "%.2f", Uint8Array.of(0x3f, 0xf8, 0, 0, 0, 0, 0, 0), 1.5],
])("GangliaXdrReader reads a value of id %i", (id, format, bytes, value) => {
  const { sink } = readXdr(packet(id, "web.example", "my metric", false, text(format), bytes));
  expect(sink.rows).toEqual([{ name: "ganglia.web_example.my_metric", timeMs: NaN, value }]);
  expect(sink.faults).toEqual([]);
});

test("GangliaXdrReader takes a text for a number where the metadata says so, as gmetric sends it", () => {
  const value = (name: string, content: string): Uint8Array =>
    packet(133, "10.0.0.1:web", name, true, text("%s"), text(content));
  const { sink, reader } = readXdr(
    value("temperature", "20"),
    metadata("10.0.0.1:web", "temperature", "double"),
    value("temperature", "21.5"),
    metadata("10.0.0.1:web", "os_release", "string"),
    value("os_release", "5.10"),
    packet(136, "web", "temperature", false),
  );
  expect(sink.rows).toEqual([{ name: "ganglia.web.temperature", timeMs: NaN, value: 21.5 }]);
  expect(sink.faults).toEqual([]);
  expect([reader.unknownTypeCount, reader.textMetricCount, reader.sampleCount]).toEqual([1, 1, 1]);
});

test("the readers of Ganglia state a counter where the slope is positive, and nothing else", () => {
  const value = packet(132, "web", "packets", false, text("%u"), word(7));
  const { sink } = readXdr(
    value,
    metadata("web", "packets", "uint32", 1),
    value,
    metadata("web", "packets", "uint32", 3),
    value,
  );
  expect(sink.types).toEqual([0, statedCounter, 0]);

  const xml = new RecordingSink();
  const metric = (slope: string): string =>
    `<METRIC NAME="${slope}" VAL="1" TYPE="uint32" TN="1" TMAX="60" SLOPE="${slope}"/>`;
  new GangliaXmlReader(xml).push(Buffer.from(inHost(metric("positive") + metric("both"))));
  expect(xml.types).toEqual([statedCounter, 0]);
});

test("GangliaXdrReader refuses what is no packet, and more metrics than it keeps in mind", () => {
  const { sink } = readXdr(
    word(128),
    packet(127, "h", "m", false, text("%s"), word(1)),
    packet(135, "h", "m", false, text("%f"), word(1)),
    Buffer.concat([word(133), word(0xffffffff)]),
    packet(131, "", "m", false, text("%i"), word(1)),
    metadata("h", "a", "double"),
    metadata("h", "b", "double"),
    metadata("h", "c", "double"),
    packet(133, "h", "a", false, text("%s"), text("abc")),
  );
  expect(sink.reasons).toEqual([
    ...["bad-packet", "bad-packet", "bad-packet", "bad-packet"],
    ...["missing-name", "too-many-metrics", "bad-value"],
  ]);
});

test("GangliaXdrReader takes any bytes without a throw", () => {
  const sound = [metadata("h", "a", "double"), packet(133, "h", "a", false, text("%s"), text("1"))];
  fc.assert(
    fc.property(spoiled(...sound), (bytes) => void readXdr(...sound, bytes)),
    { numRuns: 1500 },
  );
});

test("RepeatFilter lets a measurement through once, and forgets when it is full", () => {
  const sink = new RecordingSink();
  const filter = new RepeatFilter(sink, { slackMs: 1000, nameCountMax: 2 });
  const row = (name: string, timeMs: number): void => {
    const bytes = Buffer.from(name);
    filter.row(bytes, 0, bytes.length, timeMs, 1);
  };
  row("a", 1000);
  row("a", 2000);
  row("a", 500);
  row("b", 1000);
  row("a", 16_000);
  expect(sink.rows.map(({ name, timeMs }) => `${name} ${timeMs}`)).toEqual([
    "a 1000",
    "b 1000",
    "a 16000",
  ]);
  expect(filter.repeatCount).toBe(2);
  row("c", 1000);
  row("b", 1000);
  expect(sink.names).toEqual(["a", "b", "a", "c", "b"]);
});
