import fc from "fast-check";
import { expect, test } from "vitest";
import { capture, spoiled } from "../../test/support/captures.ts";
import type { ExpositionMetadata } from "./exposition.ts";
import { readOtlpJson } from "./otlp-json.ts";
import { readOtlpProtobuf } from "./otlp-protobuf.ts";
import type { OtlpCounts } from "./otlp-rows.ts";
import { statedCounter, statedGauge } from "../model/index.ts";
import { bytesField, doubleField, fixed64Field, integerField } from "./protobuf.fixture.ts";
import { RecordingSink } from "./recording-sink.fixture.ts";

const timeMs = 1_700_000_000_123;
const time = fixed64Field(3, 1_700_000_000_123_456_789n);

function attribute(field: number, key: string, ...value: Uint8Array[]): Uint8Array {
  return bytesField(field, bytesField(1, key), bytesField(2, ...value));
}

/** A request of one resource with the given metrics. */
function request(...metrics: Uint8Array[]): Uint8Array {
  const resource = bytesField(
    1,
    attribute(1, "service.name", bytesField(1, "shop")),
    attribute(1, "telemetry.sdk.version", bytesField(1, "1.2.3")),
  );
  return bytesField(1, resource, bytesField(2, ...metrics));
}

function metric(name: string, kind: number, ...data: Uint8Array[]): Uint8Array {
  return bytesField(2, bytesField(1, name), bytesField(kind, ...data));
}

function doubles(...values: number[]): Uint8Array {
  return new Uint8Array(Float64Array.from(values).buffer);
}

function integers(...values: number[]): Uint8Array {
  return new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
}

/** The same two ways. */
const bothWays: readonly (readonly [string, Uint8Array, object])[] = [
  [
    "a gauge with attributes of all kinds",
    metric(
      "g",
      5,
      bytesField(
        1,
        time,
        doubleField(4, 1.5),
        attribute(7, "text", bytesField(1, "x")),
        attribute(7, "flag", integerField(2, 1)),
        attribute(7, "int", integerField(3, -7)),
        attribute(7, "real", doubleField(4, 0.25)),
        attribute(7, "list", bytesField(5, "")),
      ),
    ),
    {
      gauge: {
        dataPoints: [
          {
            timeUnixNano: "1700000000123456789",
            asDouble: 1.5,
            attributes: [
              { key: "text", value: { stringValue: "x" } },
              { key: "flag", value: { boolValue: true } },
              { key: "int", value: { intValue: "-7" } },
              { key: "real", value: { doubleValue: 0.25 } },
              { key: "list", value: { arrayValue: { values: [] } } },
            ],
          },
        ],
      },
    },
  ],
  [
    "sums of both kinds",
    Buffer.concat([
      metric(
        "g",
        7,
        bytesField(1, time, fixed64Field(6, -3n)),
        integerField(2, 1),
        integerField(3, 1),
      ),
    ]),
    {
      sum: {
        aggregationTemporality: 1,
        isMonotonic: true,
        dataPoints: [{ timeUnixNano: "1700000000123456789", asInt: "-3" }],
      },
    },
  ],
  [
    "a histogram",
    metric(
      "g",
      9,
      bytesField(
        1,
        time,
        fixed64Field(4, 10n),
        doubleField(5, 55),
        bytesField(6, integers(0, 5, 5, 0)),
        bytesField(7, doubles(1, 2, 4)),
        doubleField(11, 1.5),
        doubleField(12, 4),
      ),
      integerField(2, 2),
    ),
    {
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [
          {
            timeUnixNano: "1700000000123456789",
            count: "10",
            sum: 55,
            bucketCounts: ["0", "5", "5", "0"],
            explicitBounds: [1, 2, 4],
            min: 1.5,
            max: 4,
          },
        ],
      },
    },
  ],
  [
    "an exponential histogram",
    metric(
      "g",
      10,
      bytesField(1, time, fixed64Field(4, 3n), doubleField(5, 6), integerField(6, 1)),
      integerField(2, 1),
    ),
    {
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [{ timeUnixNano: "1700000000123456789", count: 3, sum: 6, scale: 1 }],
      },
    },
  ],
  [
    "a summary",
    metric(
      "g",
      11,
      bytesField(
        1,
        time,
        fixed64Field(4, 3n),
        doubleField(5, 6),
        bytesField(6, doubleField(1, 0.5), doubleField(2, 2)),
        bytesField(6, doubleField(1, 0.9), doubleField(2, NaN)),
      ),
    ),
    {
      summary: {
        dataPoints: [
          {
            timeUnixNano: "1700000000123456789",
            count: 3,
            sum: 6,
            quantileValues: [
              { quantile: 0.5, value: 2 },
              { quantile: 0.9, value: "NaN" },
            ],
          },
        ],
      },
    },
  ],
];

function viaProtobuf(body: Uint8Array): { sink: RecordingSink; counts: OtlpCounts } {
  const sink = new RecordingSink();
  return { sink, counts: readOtlpProtobuf(body, sink) };
}

function viaJson(body: unknown): { sink: RecordingSink; counts: OtlpCounts } {
  const sink = new RecordingSink();
  return { sink, counts: readOtlpJson(Buffer.from(JSON.stringify(body)), sink) };
}

const expectedRows: readonly (readonly string[])[] = [
  ["g;flag=true;int=-7;real=0.25;service.name=shop;text=x 1.5 gauge"],
  ["g;service.name=shop;temporality=delta -3 gauge"],
  [
    "g_count;service.name=shop 10 counter",
    "g_max;service.name=shop 4 gauge",
    "g_min;service.name=shop 1.5 gauge",
    "g_sum;service.name=shop 55 counter",
    "g;quantile=0.5;service.name=shop 2 gauge",
    "g;quantile=0.9;service.name=shop 3.6 gauge",
    "g;quantile=0.99;service.name=shop 3.96 gauge",
  ],
  [
    "g_count;service.name=shop;temporality=delta 3 gauge",
    "g_sum;service.name=shop;temporality=delta 6 gauge",
  ],
  [
    "g_count;service.name=shop 3 counter",
    "g_sum;service.name=shop 6 counter",
    "g;quantile=0.5;service.name=shop 2 gauge",
  ],
];

test.each(bothWays.map((way, i) => [...way, expectedRows[i]!] as const))(
  "readOtlpProtobuf() and readOtlpJson() take %s alike",
  (ignored, protobuf, json, expected) => {
    const resource = {
      attributes: [
        { key: "service.name", value: { stringValue: "shop" } },
        { key: "telemetry.sdk.version", value: { stringValue: "1.2.3" } },
      ],
    };
    const body = {
      resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: "g", ...json }] }] }],
    };
    for (const { sink, counts } of [viaProtobuf(request(protobuf)), viaJson(body)]) {
      expect(sink.faults).toEqual([]);
      const stated = (i: number): string => (sink.types[i] === statedCounter ? "counter" : "gauge");
      expect(sink.rows.map(({ name, value }, i) => `${name} ${value} ${stated(i)}`).sort()).toEqual(
        [...expected].sort(),
      );
      for (const row of sink.rows) expect(row.timeMs).toBe(timeMs);
      expect(counts).toMatchObject({ pointCount: 1, rowCount: expected.length, isIntact: true });
    }
    expect(viaProtobuf(request(protobuf)).counts).toEqual(viaJson(body).counts);
  },
);

test.each([
  [2, 1, "counter", statedCounter],
  [2, 0, "gauge", statedGauge],
  [1, 1, "gauge", statedGauge],
  [0, 1, "gauge", 0],
])(
  "a sum of temporality %i, monotonic %i, is told to be a %s",
  (temporality, isMonotonic, type, stated) => {
    const said: string[] = [];
    const onMetadata = ({ metric, field, text }: ExpositionMetadata): unknown =>
      said.push(`${metric} ${field} ${text}`);
    const ways = [
      () => {
        const sink = new RecordingSink();
        const body = bytesField(
          2,
          ...[bytesField(1, "g"), bytesField(2, "how many"), bytesField(3, "By")],
          bytesField(
            7,
            bytesField(1, time, doubleField(4, 1)),
            ...[integerField(2, temporality), integerField(3, isMonotonic)],
          ),
        );
        readOtlpProtobuf(request(body), sink, { onMetadata });
        return sink;
      },
      () => {
        const sink = new RecordingSink();
        const sum = {
          aggregationTemporality: temporality,
          isMonotonic: isMonotonic === 1,
          dataPoints: [{ asDouble: 1 }],
        };
        const metrics = [{ name: "g", description: "how many", unit: "By", sum }];
        const body = { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
        readOtlpJson(Buffer.from(JSON.stringify(body)), sink, { onMetadata });
        return sink;
      },
    ];
    for (const read of ways) {
      expect(read().types).toEqual([stated]);
      expect(said.splice(0)).toEqual([`g type ${type}`, "g help how many", "g unit By"]);
    }
  },
);

test("readOtlpProtobuf() takes what Go's telemetrygen sent", () => {
  const { sink, counts } = viaProtobuf(capture("otlp-go-protobuf.body"));
  expect(counts).toMatchObject({ pointCount: 7, rejectedPointCount: 0, isIntact: true });
  expect(sink.names).toEqual(Array.from({ length: 7 }, () => "gen;service.name=telemetrygen"));
  expect(sink.rows.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test("readOtlpJson() takes what the JavaScript exporter sent", () => {
  const sink = new RecordingSink();
  const counts = readOtlpJson(capture("otlp-javascript-json.body"), sink);
  expect(counts).toMatchObject({ pointCount: 3, cumulativePointCount: 2, isIntact: true });
  const service = "service.name=unknown_service:node";
  expect(sink.rows).toContainEqual({ name: `c;a=b;${service}`, timeMs: 1795398909306, value: 2 });
  expect(sink.rows).toContainEqual({ name: `g;${service}`, timeMs: 1795398909306, value: 1.5 });
  expect(sink.rows).toContainEqual({ name: `h_sum;${service}`, timeMs: 1795398909306, value: 12 });
  expect(sink.faults).toEqual([]);
});

test("the OTLP readers count points without a recording, and reject those without a number or a name", () => {
  const empty = bytesField(1, time, integerField(8, 1));
  const noNumber = bytesField(1, time);
  const sound = bytesField(1, time, doubleField(4, 1));
  const protobuf = viaProtobuf(
    request(metric("g", 5, empty, noNumber, sound), metric("", 5, sound), metric("h", 5, sound)),
  );
  const point = { timeUnixNano: "1700000000123456789", asDouble: 1 };
  const json = viaJson({
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              { name: "g", gauge: { dataPoints: [{ flags: 1 }, { asDouble: "NaN" }, point] } },
              { gauge: { dataPoints: [point] } },
              { name: "h", gauge: { dataPoints: [point] } },
            ],
          },
        ],
      },
    ],
  });
  for (const { sink, counts } of [protobuf, json]) {
    expect(counts).toMatchObject({ pointCount: 2, emptyPointCount: 1, rejectedPointCount: 2 });
    expect(sink.reasons).toEqual(["bad-point", "missing-name"]);
    expect(sink.names.map((name) => name.slice(0, 1))).toEqual(["g", "h"]);
  }
});

test("readOtlpJson() refuses what is no JSON, and takes an empty request", () => {
  const sink = new RecordingSink();
  expect(readOtlpJson(Buffer.from("{"), sink).isIntact).toBe(false);
  expect(sink.reasons).toEqual(["bad-json"]);
  expect(viaJson({}).counts).toMatchObject({ pointCount: 0, isIntact: true });
});

test("readOtlpJson() takes a point that is nested too deep to be shown", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const point = `{"attributes":${deep}}`;
  const body = `{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"gauge":{"dataPoints":[${point}]}}]}]}]}`;
  const sink = new RecordingSink();
  readOtlpJson(Buffer.from(body), sink);
  expect(sink.reasons).toEqual(["bad-point"]);
});

test("readOtlpProtobuf() takes any bytes without a throw", () => {
  const sound = request(...bothWays.map(([, protobuf]) => protobuf));
  fc.assert(
    fc.property(spoiled(sound, capture("otlp-go-protobuf.body")), (bytes) => {
      const good = request(metric("last", 5, bytesField(1, time, doubleField(4, 1))));
      expect(viaProtobuf(Buffer.concat([good, bytes])).sink.names[0]).toBe(
        "last;service.name=shop",
      );
    }),
    { numRuns: 1500 },
  );
});

test("readOtlpJson() takes JSON of any shape without a throw", () => {
  const key = fc.constantFrom(
    "resourceMetrics",
    "resource",
    "scopeMetrics",
    "metrics",
    "name",
    "gauge",
    "sum",
    "histogram",
    "summary",
    "dataPoints",
    "attributes",
    "key",
    "value",
    "asInt",
    "count",
    "quantileValues",
    "bucketCounts",
    "explicitBounds",
    "timeUnixNano",
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: "medium" },
      fc.constantFrom(null, 1, "1", "x", true, -0, 1e300),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(key, tie("tree"), { maxKeys: 6 }),
    ),
  }));
  const metrics = fc
    .dictionary(key, tree)
    .map((inner) => ({ resourceMetrics: [{ scopeMetrics: [{ metrics: [inner] }] }] }));
  fc.assert(
    fc.property(fc.oneof(tree, metrics), (body) => void viaJson(body)),
    { numRuns: 500 },
  );
});
