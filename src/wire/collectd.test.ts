import fc from "fast-check";
import { expect, test } from "vitest";
import { capture, spoiled } from "../../test/support/captures.ts";
import { statedCounter, statedGauge } from "../model/index.ts";
import { headOf, numberPart, part, textPart, valuesPart } from "./collectd.fixture.ts";
import { readCollectdCommands, readCollectdJson, readKairosDbJson } from "./collectd-http.ts";
import { CollectdReader } from "./collectd-packet.ts";
import { parseTypesDb } from "./collectd-types.ts";
import { RecordingSink } from "./recording-sink.fixture.ts";

function read(...parts: Uint8Array[]): RecordingSink {
  const sink = new RecordingSink();
  const count = new CollectdReader(sink).read(Buffer.concat(parts));
  expect(count).toBe(sink.rows.length);
  return sink;
}

const head = headOf("web.example.org", "cpu", "cpu");
const gauge = valuesPart([1, 1.5]);
const timeMs = 1_700_000_000_500;
const goodRow = { name: "web_example_org.cpu.cpu", timeMs, value: 1.5 };

test("CollectdReader takes what collectd sent", () => {
  const sink = new RecordingSink();
  new CollectdReader(sink).read(capture("collectd.000.udp"));
  expect(sink.faults).toEqual([]);
  expect(sink.rows.length).toBe(48);
  expect(sink.rows.slice(0, 4)).toEqual([
    { name: "testhost.load.load.shortterm", timeMs: 1795397409839, value: 10.77978515625 },
    { name: "testhost.load.load.midterm", timeMs: 1795397409839, value: 10.7333984375 },
    { name: "testhost.load.load.longterm", timeMs: 1795397409839, value: 5.8916015625 },
    { name: "testhost.uptime.uptime", timeMs: 1795397409839, value: 1201 },
  ]);
});

test("CollectdReader reads each kind of value, and what a part says until it is said anew", () => {
  const sink = read(
    head,
    textPart(3, "0"),
    textPart(5, "user a"),
    valuesPart([0, 2 ** 53]),
    valuesPart([2, -5]),
    textPart(4, "if_octets"),
    textPart(5, ""),
    valuesPart([3, 7], [2, 8]),
    textPart(4, "of_our_own"),
    numberPart(1, 1_700_000_001n),
    valuesPart([1, 1], [1, NaN]),
  );
  expect(sink.faults).toEqual([]);
  expect(sink.rows).toEqual([
    { name: "web_example_org.cpu-0.cpu-user_a", timeMs, value: 2 ** 53 },
    { name: "web_example_org.cpu-0.cpu-user_a", timeMs, value: -5 },
    { name: "web_example_org.cpu-0.if_octets.rx", timeMs, value: 7 },
    { name: "web_example_org.cpu-0.if_octets.tx", timeMs, value: 8 },
    { name: "web_example_org.cpu-0.of_our_own.value0", timeMs: 1_700_000_001_000, value: 1 },
  ]);
});

test("the readers of collectd state what each value is; a rate that is called derive is none", () => {
  const sink = read(head, valuesPart([0, 1]), valuesPart([1, 1]), valuesPart([2, 1], [3, 1]));
  expect(sink.types).toEqual([statedCounter, statedGauge, statedCounter, statedGauge]);
  const json = new RecordingSink();
  const given = { ...list, values: [1, 1.5, 1, 1], dstypes: ["derive", "derive", "gauge", "x"] };
  readCollectdJson(Buffer.from(JSON.stringify([given])), json);
  expect(json.types).toEqual([statedCounter, statedGauge, statedGauge, 0]);
});

test("CollectdReader skips notifications and parts that it does not know", () => {
  const sink = read(
    head,
    textPart(0x100, "note"),
    numberPart(0x101, 4n),
    part(0x7777, gauge),
    gauge,
  );
  expect(sink.rows).toEqual([goodRow]);
  expect(sink.faults).toEqual([]);
});

test.each([
  ["values of a wrong length", part(6, Uint8Array.of(0, 2, 1, 1, 0)), "bad-values"],
  [
    "values of an unknown kind",
    part(6, Uint8Array.of(0, 1, 9, 0, 0, 0, 0, 0, 0, 0, 0)),
    "bad-values",
  ],
  ["a short time", part(8, Uint8Array.of(1)), "bad-time"],
  ["encryption without a key", part(0x210, new Uint8Array(40)), "bad-encryption"],
])("CollectdReader refuses %s and reads on", (ignored, bad, reason) => {
  const sink = read(head, gauge, bad, head, gauge);
  expect(sink.rows).toEqual([goodRow, goodRow]);
  expect(sink.reasons).toEqual([reason]);
});

test.each([
  ["of no length", Uint8Array.of(0, 2, 0, 0)],
  ["beyond the packet", Uint8Array.of(0, 2, 0, 9, 65)],
  ["cut short", Uint8Array.of(0, 2)],
])("CollectdReader keeps what came before a part %s", (ignored, bad) => {
  const sink = read(head, gauge, bad, gauge);
  expect(sink.rows).toEqual([goodRow]);
  expect(sink.reasons).toEqual(["bad-part"]);
});

test("CollectdReader refuses values before their name", () => {
  expect(read(gauge, textPart(0, "h"), gauge).reasons).toEqual(["missing-name", "missing-name"]);
  expect(read(headOf("h".repeat(2000), "p", "t"), gauge).reasons).toEqual(["long-name"]);
});

test("parseTypesDb() puts a site's types over those of the table", () => {
  const types = parseTypesDb(
    "# types\nload  a:GAUGE:0:U, b:GAUGE:0:U\t# two\nbad\nmine x:GAUGE:U:U,y:DERIVE:0:U\r\n",
  );
  expect(types.get("load")).toEqual(["a", "b"]);
  expect(types.get("mine")).toEqual(["x", "y"]);
  expect(types.has("bad")).toBe(false);
  expect(types.get("if_octets")).toEqual(["rx", "tx"]);
});

test("the three formats of write_http give what the recorded bodies hold", () => {
  const json = new RecordingSink();
  expect(readCollectdJson(capture("collectd-write-http-json.body"), json)).toEqual({
    sampleCount: json.rows.length,
    unmeasuredCount: 0,
    refusedCount: 0,
  });
  expect(json.rows.slice(0, 4)).toEqual([
    { name: "testhost.load.load.shortterm", timeMs: 1795397418831, value: 10.900390625 },
    { name: "testhost.load.load.midterm", timeMs: 1795397418831, value: 10.75927734375 },
    { name: "testhost.load.load.longterm", timeMs: 1795397418831, value: 5.9521484375 },
    { name: "testhost.uptime.uptime", timeMs: 1795397418836, value: 1210 },
  ]);
  const command = new RecordingSink();
  readCollectdCommands(capture("collectd-write-http-command.body"), command);
  expect(command.rows[2]).toEqual({
    name: "testhost.load.load.longterm",
    timeMs: 1795397409839,
    value: 5.8916015625,
  });
  const kairos = new RecordingSink();
  readKairosDbJson(capture("collectd-write-http-kairosdb.body"), kairos);
  expect(kairos.rows[2]).toEqual({
    name: "collectd.load;ds=longterm;host=testhost;type=load",
    timeMs: 1795397409839,
    value: 5.8916015625,
  });
  for (const sink of [json, command, kairos]) expect(sink.faults).toEqual([]);
  expect([json, command, kairos].map(({ rows }) => rows.length)).toEqual([12, 48, 32]);
});

test.each([
  ["no command", "LISTVAL", "bad-command"],
  ["an identifier without type", 'PUTVAL "h/p" 1:2', "missing-name"],
  ["no time", "PUTVAL h/p/t x:2", "bad-time"],
  ["a time alone", "PUTVAL h/p/t 1", "bad-values"],
  ["words for a value", "PUTVAL h/p/t 1:x", "bad-value"],
  ["a command beyond the limit", `PUTVAL h/p/t 1:1${" ".repeat(20_000)}`, "bad-command"],
])("readCollectdCommands() refuses %s and keeps its neighbours", (ignored, bad, reason) => {
  const sink = new RecordingSink();
  const good = 'putval "a b/p-0/t-\\"i" interval=10 N:5 1700000000.5:U:6\n';
  const counts = readCollectdCommands(Buffer.from(`${good}${bad}\n\n${good}`), sink);
  expect(sink.reasons).toEqual([reason]);
  expect(counts).toEqual({ sampleCount: 4, unmeasuredCount: 2, refusedCount: 1 });
  expect(sink.rows.slice(0, 2)).toEqual([
    { name: 'a_b.p-0.t-"i', timeMs: NaN, value: 5 },
    { name: 'a_b.p-0.t-"i.value1', timeMs, value: 6 },
  ]);
});

const list = {
  values: [1, null],
  dsnames: ["rx", "tx"],
  time: 1.5,
  host: "h",
  plugin: "p",
  plugin_instance: "",
  type: "t",
  type_instance: "i",
};

test.each([
  ["no object", 5, "missing-name"],
  ["no host", { ...list, host: null }, "missing-name"],
  ["no time", { ...list, time: "x" }, "bad-time"],
  ["no values", { ...list, values: [] }, "bad-values"],
  ["words for a value", { ...list, values: ["x"] }, "bad-value"],
])("readCollectdJson() refuses %s, and makes no zero of null", (ignored, bad, reason) => {
  const sink = new RecordingSink();
  const counts = readCollectdJson(Buffer.from(JSON.stringify([list, bad, list])), sink);
  expect(sink.rows).toEqual(
    Array.from({ length: 2 }, () => ({ name: "h.p.t-i.rx", timeMs: 1500, value: 1 })),
  );
  expect(sink.reasons).toEqual([reason]);
  expect(counts).toEqual({ sampleCount: 2, unmeasuredCount: 2, refusedCount: 1 });
});

test("the readers of collectd take anything without a throw", () => {
  const packet = Buffer.concat([
    head,
    gauge,
    part(0x200, new Uint8Array(40)),
    part(0x210, new Uint8Array(50)),
    gauge,
  ]);
  fc.assert(
    fc.property(spoiled(packet, capture("collectd.000.udp")), (bytes) => {
      expect(read(head, gauge, bytes).rows[0]).toEqual(goodRow);
    }),
    { numRuns: 1500 },
  );
  const bodies = spoiled(
    Buffer.from(JSON.stringify([list])),
    capture("collectd-write-http-command.body").subarray(0, 300),
    capture("collectd-write-http-kairosdb.body").subarray(0, 300),
  );
  fc.assert(
    fc.property(bodies, (body) => {
      for (const readBody of [readCollectdJson, readCollectdCommands, readKairosDbJson]) {
        readBody(body, new RecordingSink());
      }
    }),
    { numRuns: 1000 },
  );
  const keys = fc.constantFrom(
    ...Object.keys(list),
    "name",
    "datapoints",
    "tags",
    "timestamp",
    "value",
  );
  fc.assert(
    fc.property(fc.array(fc.dictionary(keys, fc.jsonValue())), (items) => {
      const body = Buffer.from(JSON.stringify(items));
      readCollectdJson(body, new RecordingSink());
      readKairosDbJson(body, new RecordingSink());
    }),
  );
});
