import { zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { capture, spoiled } from "../../test/support/captures.ts";
import { readPrometheusWriteV1, readPrometheusWriteV2 } from "./prometheus-write.ts";
import { bytesField, doubleField, fixed64Field, integerField } from "./protobuf.fixture.ts";
import { RecordingSink } from "./recording-sink.fixture.ts";
import { decodeSnappy } from "./snappy.ts";

function unpacked(file: string): Uint8Array {
  const result = decodeSnappy(capture(file), 1 << 20);
  if (!result.ok) throw new Error(result.fault);
  return result.bytes;
}

function label(name: string, value: string): Uint8Array {
  return bytesField(1, bytesField(1, name), bytesField(2, value));
}

function sample(value: number, timeMs: number): Uint8Array {
  return bytesField(2, doubleField(1, value), integerField(2, timeMs));
}

const staleMarker = bytesField(2, fixed64Field(1, 0x7ff0000000000002n), integerField(2, 5));

const histogram = [integerField(1, 7), doubleField(3, 12.5), integerField(15, 1000)];

const good = bytesField(1, label("__name__", "good"), label("a", "b"), sample(1, 1000));
const goodRow = { name: "good;a=b", timeMs: 1000, value: 1 };

test.each([
  ["remote-write-v1-prometheus-2.42.body", 500, "node_load1;instance=127.0.0.1:19100;job=node"],
  ["remote-write-v1-vmagent.body", 539, "up;instance=127.0.0.1:19100;job=node"],
  ["remote-write-v1-telegraf.body", 40, "mem_vmalloc_chunk;host=tgh"],
])("readPrometheusWriteV1() reads %s", (file, sampleCount, name) => {
  const sink = new RecordingSink();
  const counts = readPrometheusWriteV1(unpacked(file), sink);
  expect(counts).toMatchObject({ isIntact: true, sampleCount, refusedCount: 0 });
  expect(sink.rows.length).toBe(sampleCount);
  expect(sink.faults).toEqual([]);
  expect(sink.names).toContain(name);
  for (const { timeMs } of sink.rows) expect(Math.abs(timeMs - 1795398000000)).toBeLessThan(3.6e6);
});

test("readPrometheusWriteV1() reads what vmagent packs with zstd", () => {
  const sink = new RecordingSink();
  const body = zstdDecompressSync(capture("remote-write-vmagent-zstd.body"));
  expect(readPrometheusWriteV1(body, sink).isIntact).toBe(true);
  expect(sink.names).toContain("node_load1;instance=127.0.0.1:19100;job=node");
});

test("readPrometheusWriteV2() reads what Prometheus 3 sent, and version 1 finds nothing in it", () => {
  const body = unpacked("remote-write-v2-prometheus-3.body");
  const sink = new RecordingSink();
  const counts = readPrometheusWriteV2(body, sink);
  expect(counts).toMatchObject({ isIntact: true, refusedCount: 0, seriesCount: 1611 });
  expect(counts.sampleCount).toBe(sink.rows.length);
  expect(sink.faults).toEqual([]);
  expect(readPrometheusWriteV1(body, new RecordingSink())).toMatchObject({
    seriesCount: 0,
    isIntact: true,
  });
});

test("readPrometheusWriteV1() counts staleness markers and other NaN, and makes no row of them", () => {
  const sink = new RecordingSink();
  const body = bytesField(1, label("__name__", "m"), staleMarker, sample(NaN, 6), sample(1, 7));
  expect(readPrometheusWriteV1(body, sink)).toMatchObject({
    staleMarkerCount: 1,
    unmeasuredCount: 1,
    sampleCount: 1,
    isIntact: true,
  });
  expect(sink.rows).toEqual([{ name: "m", timeMs: 7, value: 1 }]);
});

test("readPrometheusWriteV1() takes labels that come last and times before 1970", () => {
  const sink = new RecordingSink();
  const body = bytesField(
    1,
    sample(1, -5),
    label("b", "2"),
    label("a", "1"),
    label("__name__", "m"),
  );
  readPrometheusWriteV1(body, sink);
  expect(sink.rows).toEqual([{ name: "m;a=1;b=2", timeMs: -5, value: 1 }]);
});

test("both versions give count and sum of native histograms", () => {
  const labels = [label("__name__", "h"), label("a", "b")];
  const rows = [
    { name: "h_count;a=b", timeMs: 1000, value: 7 },
    { name: "h_sum;a=b", timeMs: 1000, value: 12.5 },
    { name: "h;a=b", timeMs: 5, value: 1 },
  ];
  const first = new RecordingSink();
  const body = bytesField(1, ...labels, bytesField(4, ...histogram), sample(1, 5));
  expect(readPrometheusWriteV1(body, first)).toMatchObject({ histogramCount: 1, sampleCount: 1 });
  expect(first.rows).toEqual(rows.toSorted((a, b) => b.timeMs - a.timeMs));

  const second = new RecordingSink();
  const symbols = ["", "__name__", "h", "a", "b"].map((text) => bytesField(4, text));
  const references = bytesField(1, Uint8Array.of(1, 2, 3, 4));
  const series = bytesField(5, references, sample(1, 5), bytesField(3, ...histogram));
  const bodyV2 = Buffer.concat([series, ...symbols]);
  expect(readPrometheusWriteV2(bodyV2, second)).toMatchObject({ histogramCount: 1 });
  expect(second.rows).toEqual([rows[2], rows[0], rows[1]]);
});

test.each([
  ["without a name", bytesField(1, label("a", "b"), sample(1, 1)), "missing-name"],
  ["with a name beyond the room", bytesField(1, label("__name__", "x".repeat(5000))), "long-name"],
  ["with a broken label", bytesField(1, bytesField(1, Uint8Array.of(0x0a, 9))), "bad-protobuf"],
  [
    "with a broken sample",
    bytesField(1, label("__name__", "m"), bytesField(2, "\x09")),
    "bad-protobuf",
  ],
])(
  "readPrometheusWriteV1() refuses a series %s and keeps its neighbours",
  (ignored, bad, reason) => {
    const sink = new RecordingSink();
    const counts = readPrometheusWriteV1(Buffer.concat([good, bad, good]), sink);
    expect(sink.rows).toEqual([goodRow, goodRow]);
    expect(sink.reasons).toEqual([reason]);
    expect(counts.isIntact).toBe(reason !== "bad-protobuf");
  },
);

test.each([
  ["beyond the symbols", [1, 9]],
  ["without its value", [1, 2, 1]],
])("readPrometheusWriteV2() refuses a series with a reference %s", (ignored, references) => {
  const sink = new RecordingSink();
  const symbols = ["", "__name__", "m"].map((text) => bytesField(4, text));
  const bad = bytesField(5, bytesField(1, Uint8Array.from(references)), sample(1, 1));
  const counts = readPrometheusWriteV2(Buffer.concat([...symbols, bad]), sink);
  expect(sink.reasons).toEqual(["bad-symbol"]);
  expect(counts).toMatchObject({ sampleCount: 0, refusedCount: 1 });
});

test("the remote-write readers take any bytes without a throw, and what came before a break", () => {
  const body = Buffer.concat([
    good,
    bytesField(1, label("__name__", "h"), bytesField(4, ...histogram)),
  ]);
  const v2 = unpacked("remote-write-v2-prometheus-3.body").subarray(0, 4000);
  fc.assert(
    fc.property(spoiled(body, v2, unpacked("remote-write-v1-telegraf.body")), (bytes) => {
      const sink = new RecordingSink();
      readPrometheusWriteV1(Buffer.concat([good, bytes]), sink);
      expect(sink.rows[0]).toEqual(goodRow);
      readPrometheusWriteV2(bytes, sink);
    }),
    { numRuns: 1500 },
  );
});

test("both versions tell what their sender says of its metrics", () => {
  const said: string[] = [];
  const note = ({ metric, field, text }: { metric: string; field: string; text: string }): void =>
    void said.push(`${metric} ${field} ${text}`);
  const v1 = bytesField(
    3,
    integerField(1, 1),
    bytesField(2, "hits"),
    bytesField(4, "Hits."),
    bytesField(5, "bytes"),
  );
  expect(readPrometheusWriteV1(v1, new RecordingSink(), note).isIntact).toBe(true);
  const symbols = ["", "__name__", "up", "Up."].map((symbol) => bytesField(4, symbol));
  const series = bytesField(
    5,
    bytesField(1, Uint8Array.of(1, 2)),
    bytesField(5, integerField(1, 2), integerField(3, 3), integerField(4, 9)),
  );
  const v2 = Buffer.concat([...symbols, series]);
  expect(readPrometheusWriteV2(v2, new RecordingSink(), note).isIntact).toBe(true);
  expect(said).toEqual([
    "hits type counter",
    "hits help Hits.",
    "hits unit bytes",
    "up type gauge",
    "up help Up.",
  ]);
});
