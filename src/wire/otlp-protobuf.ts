/**
 * OTLP metrics as protobuf: an unpacked body in, rows out. What becomes of them: otlp-rows.ts.
 *
 *     ExportMetricsServiceRequest { resource_metrics = 1 }
 *     ResourceMetrics { resource = 1 { attributes = 1 }, scope_metrics = 2 }
 *     ScopeMetrics    { metrics = 2 }
 *     Metric          { name = 1, gauge = 5, sum = 7, histogram = 9, exponential_histogram = 10,
 *                       summary = 11, description = 2, unit = 3 }, each kind with { data_points = 1,
 *                       aggregation_temporality = 2, is_monotonic = 3 }
 *     KeyValue        { key = 1, value = 2 { string = 1, bool = 2, int = 3, double = 4, ... } }
 *
 * Fields may come in any order: what a row needs of a message is read in a first walk over it, its
 * points in a second one.
 *
 * Source: opentelemetry-proto 1.9, metrics.proto and common.proto.
 */
import { bucketCountMax, OtlpRows } from "./otlp-rows.ts";
import type { OtlpCounts, OtlpData, OtlpFault, OtlpOptions, OtlpTemporality } from "./otlp-rows.ts";
import { ProtobufReader } from "./protobuf.ts";
import type { RowSink } from "./row-sink.ts";

export function readOtlpProtobuf(
  body: Uint8Array,
  sink: RowSink<OtlpFault>,
  options: OtlpOptions = {},
): OtlpCounts {
  return new OtlpProtobufReader(body, sink, options).read();
}

/** Fields of a data point, by the kind of metric. */
interface PointFields {
  readonly attributes: number;
  readonly flags: number;
}

const kinds: ReadonlyMap<number, PointFields> = new Map([
  [5, { attributes: 7, flags: 8 }],
  [7, { attributes: 7, flags: 8 }],
  [9, { attributes: 9, flags: 10 }],
  [10, { attributes: 1, flags: 10 }],
  [11, { attributes: 7, flags: 8 }],
]);

const gauge = 5;
const sum = 7;
const histogram = 9;
const exponentialHistogram = 10;

const kindNames: Readonly<Record<number, OtlpData["kind"]>> = {
  [gauge]: "gauge",
  [sum]: "sum",
  [histogram]: "histogram",
  [exponentialHistogram]: "histogram",
  11: "summary",
};

class OtlpProtobufReader {
  readonly #body: Uint8Array;
  readonly #view: DataView;
  readonly #rows: OtlpRows;
  readonly #request = new ProtobufReader();
  readonly #resource = new ProtobufReader();
  readonly #scope = new ProtobufReader();
  readonly #metric = new ProtobufReader();
  readonly #data = new ProtobufReader();
  readonly #point = new ProtobufReader();
  readonly #attribute = new ProtobufReader();
  readonly #value = new ProtobufReader();
  readonly #decoder = new TextDecoder();
  /** Room that the first histogram makes. */
  #bounds = new Float64Array(0);
  #buckets = new Float64Array(0);

  constructor(body: Uint8Array, sink: RowSink<OtlpFault>, options: OtlpOptions) {
    this.#body = body;
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    this.#rows = new OtlpRows(sink, options);
  }

  read(): OtlpCounts {
    this.#request.open(this.#body, 0, this.#body.length);
    while (this.#request.next()) {
      if (this.#request.field === 1 && this.#request.hasBytes) this.#readResource();
    }
    if (this.#request.isBroken) this.#rows.broken("bad-protobuf", this.#body, 0, this.#body.length);
    return this.#rows.counts();
  }

  #readResource(): void {
    this.#rows.beginResource();
    this.#resource.openField(this.#request);
    while (this.#resource.next()) {
      if (this.#resource.field !== 1 || !this.#resource.hasBytes) continue;
      this.#scope.openField(this.#resource);
      while (this.#scope.next())
        if (this.#scope.field === 1) this.#readAttribute(this.#scope, true);
    }
    this.#resource.openField(this.#request);
    while (this.#resource.next()) {
      if (this.#resource.field !== 2 || !this.#resource.hasBytes) continue;
      this.#scope.openField(this.#resource);
      while (this.#scope.next()) {
        if (this.#scope.field === 2 && this.#scope.hasBytes) this.#readMetric();
      }
      if (this.#scope.isBroken) this.#break(this.#resource);
    }
    if (this.#resource.isBroken) this.#break(this.#request);
  }

  #readMetric(): void {
    const metric = this.#metric;
    let name = "";
    let help = "";
    let unit = "";
    metric.openField(this.#scope);
    while (metric.next()) {
      if (!metric.hasBytes) continue;
      if (metric.field === 1) name = this.#text(metric.start, metric.end);
      else if (!this.#rows.isHeard) continue;
      else if (metric.field === 2) help = this.#text(metric.start, metric.end);
      else if (metric.field === 3) unit = this.#text(metric.start, metric.end);
    }
    if (metric.isBroken) {
      this.#break(this.#scope);
      return;
    }
    this.#rows.beginMetric(name, help, unit);
    metric.openField(this.#scope);
    while (metric.next()) {
      const fields = kinds.get(metric.field);
      if (fields !== undefined && metric.hasBytes) this.#readData(metric.field, fields);
    }
  }

  #readData(kind: number, fields: PointFields): void {
    const data = this.#data;
    let temporality: OtlpTemporality = 0;
    let isMonotonic = false;
    data.openField(this.#metric);
    while (data.next()) {
      if (data.hasBytes || kind === gauge) continue;
      if (data.field === 2) temporality = temporalityOf(data.unsigned);
      else if (data.field === 3 && kind === sum) isMonotonic = data.unsigned === 1;
    }
    if (data.isBroken) {
      this.#break(this.#metric);
      return;
    }
    this.#rows.beginData({ kind: kindNames[kind] ?? "gauge", temporality, isMonotonic });
    data.openField(this.#metric);
    while (data.next()) {
      if (data.field !== 1 || !data.hasBytes) continue;
      this.#rows.beginPoint();
      if (!this.#readPointHead(fields)) {
        this.#rows.reject("bad-protobuf", this.#body, data.start, data.end);
      } else if (this.#isEmpty) this.#rows.emptyPoint();
      else if (kind === gauge || kind === sum) this.#readNumber();
      else if (kind === histogram) this.#readHistogram();
      else if (kind === exponentialHistogram) this.#readExponentialHistogram();
      else this.#readSummary();
    }
  }

  #timeMs = 0;
  #isEmpty = false;

  /** Attributes, time and flags, of whichever kind of point. */
  #readPointHead(fields: PointFields): boolean {
    const point = this.#point;
    this.#timeMs = 0;
    this.#isEmpty = false;
    point.openField(this.#data);
    while (point.next()) {
      if (point.field === 3 && !point.hasBytes) this.#timeMs = point.millisecondsOfNanoseconds;
      else if (point.field === fields.flags && !point.hasBytes)
        this.#isEmpty = (point.low32 & 1) === 1;
      else if (point.field === fields.attributes) this.#readAttribute(point, false);
    }
    return !point.isBroken;
  }

  #readNumber(): void {
    const point = this.#point;
    let value = NaN;
    point.openField(this.#data);
    while (point.next()) {
      if (point.field === 4) value = point.double;
      else if (point.field === 6) value = point.signed;
    }
    if (Number.isNaN(value)) {
      this.#rows.reject("bad-point", this.#body, this.#data.start, this.#data.end);
      return;
    }
    this.#rows.row("", this.#timeMs, value);
    this.#endPoint();
  }

  #readHistogram(): void {
    const point = this.#point;
    let boundCount = 0;
    let bucketCount = 0;
    if (this.#bounds.length === 0) {
      this.#bounds = new Float64Array(bucketCountMax);
      this.#buckets = new Float64Array(bucketCountMax);
    }
    point.openField(this.#data);
    while (point.next()) {
      if (point.field === 4) this.#rows.row("_count", this.#timeMs, point.unsigned);
      else if (point.field === 5) this.#rows.row("_sum", this.#timeMs, point.double);
      else if (point.field === 6) bucketCount = this.#addFixed64(this.#buckets, bucketCount, false);
      else if (point.field === 7) boundCount = this.#addFixed64(this.#bounds, boundCount, true);
      else if (point.field === 11) this.#rows.row("_min", this.#timeMs, point.double);
      else if (point.field === 12) this.#rows.row("_max", this.#timeMs, point.double);
    }
    if (bucketCount === boundCount + 1 && bucketCount <= bucketCountMax) {
      this.#rows.bucketQuantiles(this.#timeMs, this.#bounds, this.#buckets, bucketCount);
    }
    this.#endPoint();
  }

  #readExponentialHistogram(): void {
    const point = this.#point;
    point.openField(this.#data);
    while (point.next()) {
      if (point.field === 4) this.#rows.row("_count", this.#timeMs, point.unsigned);
      else if (point.field === 5) this.#rows.row("_sum", this.#timeMs, point.double);
      else if (point.field === 12) this.#rows.row("_min", this.#timeMs, point.double);
      else if (point.field === 13) this.#rows.row("_max", this.#timeMs, point.double);
    }
    this.#endPoint();
  }

  #readSummary(): void {
    const point = this.#point;
    point.openField(this.#data);
    while (point.next()) {
      if (point.field === 4) this.#rows.row("_count", this.#timeMs, point.unsigned);
      else if (point.field === 5) this.#rows.row("_sum", this.#timeMs, point.double);
      else if (point.field === 6 && point.hasBytes) {
        let quantile = 0;
        let value = 0;
        this.#value.openField(point);
        while (this.#value.next()) {
          if (this.#value.field === 1) quantile = this.#value.double;
          else if (this.#value.field === 2) value = this.#value.double;
        }
        // A summary without values in its window has NaN quantiles: they say nothing.
        if (!Number.isNaN(value)) this.#rows.quantile(quantile, this.#timeMs, value);
      }
    }
    this.#endPoint();
  }

  /** Numbers of 8 bytes, packed or one by one; `count` goes one beyond the room where they do not fit. */
  #addFixed64(into: Float64Array, count: number, isDouble: boolean): number {
    const point = this.#point;
    let to = count;
    if (!point.hasBytes) {
      if (to < bucketCountMax) into[to] = isDouble ? point.double : point.unsigned;
      return Math.min(to + 1, bucketCountMax + 1);
    }
    const view = this.#view;
    for (let at = point.start; at + 8 <= point.end; at += 8) {
      if (to >= bucketCountMax) return bucketCountMax + 1;
      into[to++] = isDouble
        ? view.getFloat64(at, true)
        : view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);
    }
    return to;
  }

  #readAttribute(holder: ProtobufReader, isResource: boolean): void {
    const attribute = this.#attribute;
    let keyStart = 0;
    let keyEnd = 0;
    let valueStart = 0;
    let valueEnd = 0;
    attribute.openField(holder);
    while (attribute.next()) {
      if (attribute.field === 1) {
        keyStart = attribute.start;
        keyEnd = attribute.end;
      } else if (attribute.field === 2) {
        valueStart = attribute.start;
        valueEnd = attribute.end;
      }
    }
    this.#value.open(this.#body, valueStart, valueEnd);
    if (isResource) this.#rows.resourceAttribute(this.#text(keyStart, keyEnd), this.#valueText());
    else if (!this.#value.next()) return;
    else if (this.#value.field === 1) {
      const { start, end } = this.#value;
      this.#rows.pointAttributeBytes(this.#body, keyStart, keyEnd, start, end);
    } else {
      this.#value.open(this.#body, valueStart, valueEnd);
      this.#rows.pointAttribute(this.#text(keyStart, keyEnd), this.#valueText());
    }
  }

  /** @returns "" for arrays, maps and bytes, which are no tags */
  #valueText(): string {
    const value = this.#value;
    let text = "";
    while (value.next()) {
      if (value.field === 1) text = this.#text(value.start, value.end);
      else if (value.field === 2) text = value.low32 === 0 ? "false" : "true";
      else if (value.field === 3) text = String(value.signed);
      else if (value.field === 4) text = String(value.double);
    }
    return text;
  }

  #text(start: number, end: number): string {
    return this.#decoder.decode(this.#body.subarray(start, end));
  }

  #endPoint(): void {
    const fault = this.#rows.endPoint();
    if (fault === undefined) return;
    this.#rows.reject(fault, this.#body, this.#data.start, this.#data.end);
  }

  #break(holder: ProtobufReader): void {
    this.#rows.broken("bad-protobuf", this.#body, holder.start, holder.end);
  }
}

function temporalityOf(number: number): OtlpTemporality {
  return number === 1 || number === 2 ? number : 0;
}
