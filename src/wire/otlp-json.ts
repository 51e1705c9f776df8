/**
 * OTLP metrics as JSON: the same messages as in otlp-protobuf.ts with names in lowerCamelCase.
 *
 * Integers of 64 bits come as text or as numbers, doubles may be the texts "NaN" and "Infinity",
 * and unknown members are passed over, as proto3's JSON mapping has it.
 *
 * Source: "OTLP Specification 1.9", JSON Protobuf Encoding; protobuf.dev, "ProtoJSON Format".
 */
import { exampleOf, itemsOf, memberOf, numberOf, parseJson, textOf } from "./json-body.ts";
import { bucketCountMax, OtlpRows } from "./otlp-rows.ts";
import type { OtlpCounts, OtlpData, OtlpFault, OtlpOptions, OtlpTemporality } from "./otlp-rows.ts";
import type { RowSink } from "./row-sink.ts";

export function readOtlpJson(
  body: Uint8Array,
  sink: RowSink<OtlpFault>,
  options: OtlpOptions = {},
): OtlpCounts {
  const rows = new OtlpRows(sink, options);
  const request = parseJson(body);
  if (typeof request !== "object" || request === null) {
    rows.broken("bad-json", body, 0, body.length);
    return rows.counts();
  }
  for (const resource of itemsOf(memberOf(request, "resourceMetrics"))) {
    rows.beginResource();
    for (const attribute of itemsOf(memberOf(memberOf(resource, "resource"), "attributes"))) {
      rows.resourceAttribute(textOf(memberOf(attribute, "key")), attributeText(attribute));
    }
    for (const scope of itemsOf(memberOf(resource, "scopeMetrics"))) {
      for (const metric of itemsOf(memberOf(scope, "metrics"))) readMetric(metric, rows);
    }
  }
  return rows.counts();
}

type PointReader = (point: unknown, timeMs: number, rows: OtlpRows) => boolean;

const kinds: readonly (readonly [string, OtlpData["kind"], PointReader])[] = [
  ["gauge", "gauge", readNumber],
  ["sum", "sum", readNumber],
  ["histogram", "histogram", readHistogram],
  ["exponentialHistogram", "histogram", readTotals],
  ["summary", "summary", readSummary],
];

function readMetric(metric: unknown, rows: OtlpRows): void {
  const [name, help, unit] = ["name", "description", "unit"].map((key) =>
    textOf(memberOf(metric, key)),
  );
  rows.beginMetric(name!, help!, unit!);
  for (const [member, kind, readPoint] of kinds) {
    const data = memberOf(metric, member);
    if (data === undefined) continue;
    const temporality = temporalityOf(memberOf(data, "aggregationTemporality"));
    rows.beginData({ kind, temporality, isMonotonic: memberOf(data, "isMonotonic") === true });
    for (const point of itemsOf(memberOf(data, "dataPoints"))) {
      rows.beginPoint();
      if ((numberOf(memberOf(point, "flags")) & 1) === 1) {
        rows.emptyPoint();
        continue;
      }
      for (const attribute of itemsOf(memberOf(point, "attributes"))) {
        rows.pointAttribute(textOf(memberOf(attribute, "key")), attributeText(attribute));
      }
      const timeMs = millisecondsOf(memberOf(point, "timeUnixNano"));
      const isSound = !Number.isNaN(timeMs) && readPoint(point, timeMs, rows);
      const fault = isSound ? rows.endPoint() : "bad-point";
      if (fault === undefined) continue;
      const example = exampleOf(point);
      rows.reject(fault, example, 0, example.length);
    }
  }
}

function readNumber(point: unknown, timeMs: number, rows: OtlpRows): boolean {
  const integer = numberOf(memberOf(point, "asInt"));
  const value = Number.isNaN(integer) ? doubleOf(memberOf(point, "asDouble")) : integer;
  if (Number.isNaN(value)) return false;
  rows.row("", timeMs, value);
  return true;
}

/** `count`, and what may be missing: `sum`, `min`, `max`. */
function readTotals(point: unknown, timeMs: number, rows: OtlpRows): boolean {
  const count = memberOf(point, "count");
  const number = count === undefined ? 0 : numberOf(count);
  if (Number.isNaN(number)) return false;
  rows.row("_count", timeMs, number);
  for (const key of ["sum", "min", "max"]) {
    const value = doubleOf(memberOf(point, key));
    if (!Number.isNaN(value)) rows.row(`_${key}`, timeMs, value);
  }
  return true;
}

function readHistogram(point: unknown, timeMs: number, rows: OtlpRows): boolean {
  if (!readTotals(point, timeMs, rows)) return false;
  const counts = Float64Array.from(itemsOf(memberOf(point, "bucketCounts")), numberOf);
  const bounds = Float64Array.from(itemsOf(memberOf(point, "explicitBounds")), doubleOf);
  if (counts.length === bounds.length + 1 && counts.length <= bucketCountMax) {
    rows.bucketQuantiles(timeMs, bounds, counts, counts.length);
  }
  return true;
}

function readSummary(point: unknown, timeMs: number, rows: OtlpRows): boolean {
  if (!readTotals(point, timeMs, rows)) return false;
  for (const item of itemsOf(memberOf(point, "quantileValues"))) {
    const quantile = memberOf(item, "quantile");
    const value = memberOf(item, "value");
    // proto3 leaves out a 0.
    const number = value === undefined ? 0 : doubleOf(value);
    if (Number.isNaN(number)) continue;
    rows.quantile(quantile === undefined ? 0 : doubleOf(quantile), timeMs, number);
  }
  return true;
}

function attributeText(attribute: unknown): string {
  const value = memberOf(attribute, "value");
  for (const key of ["stringValue", "intValue", "boolValue", "doubleValue"]) {
    const inner = memberOf(value, key);
    if (typeof inner === "string") return inner;
    if (typeof inner === "number" || typeof inner === "boolean") return String(inner);
  }
  return "";
}

/** Nanoseconds as text lie beyond the exact integers: what is below milliseconds is cut as text. */
function millisecondsOf(nanoseconds: unknown): number {
  if (nanoseconds === undefined) return 0;
  if (typeof nanoseconds === "string" && /^\d{7,20}$/.test(nanoseconds)) {
    return Number(nanoseconds.slice(0, -6));
  }
  return Math.floor(numberOf(nanoseconds) / 1e6);
}

/** NaN also where the sender says so: a point of no number says nothing. */
function doubleOf(value: unknown): number {
  if (value === "Infinity") return Infinity;
  return value === "-Infinity" ? -Infinity : numberOf(value);
}

function temporalityOf(value: unknown): OtlpTemporality {
  if (value === 1 || value === "AGGREGATION_TEMPORALITY_DELTA") return 1;
  return value === 2 || value === "AGGREGATION_TEMPORALITY_CUMULATIVE" ? 2 : 0;
}
