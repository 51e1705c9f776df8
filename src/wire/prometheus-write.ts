/**
 * Prometheus remote write, versions 1 and 2: an unpacked protobuf body in, rows out.
 *
 *     version 1   WriteRequest { timeseries = 1, metadata = 3 }
 *                 TimeSeries { labels = 1 { name = 1, value = 2 }, samples = 2, exemplars = 3,
 *                              histograms = 4 }
 *     version 2   Request { symbols = 4, timeseries = 5 }
 *                 TimeSeries { labels_refs = 1, samples = 2, histograms = 3, exemplars = 4 }
 *     Metadata    { type = 1, metric_family_name = 2, help = 4, unit = 5 }      of version 1
 *     Metadata    { type = 1, help_ref = 3, unit_ref = 4 }                      field 5 of a series of 2
 *     Sample      { value = 1, timestamp = 2 }                          milliseconds
 *     Histogram   { count_int = 1, count_float = 2, sum = 3, ..., timestamp = 15 }
 *
 * A series is named `metric;label=value;...`, labels sorted. A native histogram gives `metric_count`
 * and `metric_sum`; its buckets are not kept. The staleness marker says "no more of this series",
 * another NaN that there is no value, as a summary's quantile without observations: both are counted
 * and no row, since their sender has done nothing wrong.
 *
 * The two versions share no field number, so that one read as the other is empty: the caller looks
 * at the content type. Fields may come in any order, hence labels and samples are walked separately.
 *
 * Source: prometheus.io, "Remote-Write 1.0" and "2.0 [experimental]" (rc.4); prompb/types.proto.
 */
import { metricTypes } from "../model/index.ts";
import type { ExpositionMetadata } from "./exposition.ts";
import { ProtobufReader } from "./protobuf.ts";
import type { RowSink } from "./row-sink.ts";
import { TaggedNameWriter } from "./tagged-name-writer.ts";

export type PrometheusWriteFault =
  /** The body, or a message in it, is no protobuf; what came before is taken. */
  | "bad-protobuf"
  /** A series without `__name__`. */
  | "missing-name"
  /** A label refers to a symbol that is not there. */
  | "bad-symbol"
  | "long-name";

/** What was handed on. A sink may refuse rows by age or value: count there what it took. */
export interface PrometheusWriteCounts {
  readonly seriesCount: number;
  readonly sampleCount: number;
  readonly histogramCount: number;
  /** Seen and passed over. */
  readonly exemplarCount: number;
  readonly staleMarkerCount: number;
  /** Samples that were NaN. */
  readonly unmeasuredCount: number;
  /** Samples and histograms of series that were refused. */
  readonly refusedCount: number;
  readonly isIntact: boolean;
}

type OnMetadata = (said: ExpositionMetadata) => void;

/** @param onMetadata  takes what the sender says of its metrics, where it says something */
export function readPrometheusWriteV1(
  body: Uint8Array,
  sink: RowSink<PrometheusWriteFault>,
  onMetadata?: OnMetadata,
): PrometheusWriteCounts {
  return new PrometheusWriteReader(body, sink, onMetadata).readV1();
}

/** @param onMetadata  the same; of a histogram it hears by the name of each of its series */
export function readPrometheusWriteV2(
  body: Uint8Array,
  sink: RowSink<PrometheusWriteFault>,
  onMetadata?: OnMetadata,
): PrometheusWriteCounts {
  return new PrometheusWriteReader(body, sink, onMetadata).readV2();
}

/** Of a help text no more than this is kept. */
const textBytesMax = 2048;
const decoder = new TextDecoder();
const metricLabel = new TextEncoder().encode("__name__");
const countSuffix = new TextEncoder().encode("_count");
const sumSuffix = new TextEncoder().encode("_sum");

/** Fields of a series in one version. */
interface SeriesFields {
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
  /** 0 where a series has none. */
  readonly metadata: number;
}

const fieldsV1: SeriesFields = { samples: 2, histograms: 4, exemplars: 3, metadata: 0 };
const fieldsV2: SeriesFields = { samples: 2, histograms: 3, exemplars: 4, metadata: 5 };

class PrometheusWriteReader {
  readonly #body: Uint8Array;
  readonly #sink: RowSink<PrometheusWriteFault>;
  readonly #onMetadata: OnMetadata | undefined;
  readonly #request = new ProtobufReader();
  readonly #series = new ProtobufReader();
  readonly #inner = new ProtobufReader();
  readonly #name = new TaggedNameWriter();
  /** Starts and ends of symbols in the body. */
  #symbols = new Uint32Array(0);
  #symbolCount = 0;
  #seriesCount = 0;
  #sampleCount = 0;
  #histogramCount = 0;
  #exemplarCount = 0;
  #staleMarkerCount = 0;
  #unmeasuredCount = 0;
  #refusedCount = 0;
  #isIntact = true;

  constructor(
    body: Uint8Array,
    sink: RowSink<PrometheusWriteFault>,
    onMetadata: OnMetadata | undefined,
  ) {
    this.#body = body;
    this.#sink = sink;
    this.#onMetadata = onMetadata;
  }

  readV1(): PrometheusWriteCounts {
    this.#request.open(this.#body, 0, this.#body.length);
    while (this.#request.next()) {
      if (!this.#request.hasBytes) continue;
      if (this.#request.field === 3) this.#readMetadataV1();
      if (this.#request.field === 1) this.#readSeries(this.#readLabels(), fieldsV1);
    }
    return this.#finish();
  }

  readV2(): PrometheusWriteCounts {
    this.#request.open(this.#body, 0, this.#body.length);
    while (this.#request.next()) {
      if (this.#request.field === 4 && this.#request.hasBytes) this.#addSymbol();
    }
    if (this.#request.isBroken) return this.#finish();
    this.#request.open(this.#body, 0, this.#body.length);
    while (this.#request.next()) {
      if (this.#request.field !== 5 || !this.#request.hasBytes) continue;
      this.#readSeries(this.#readLabelRefs(), fieldsV2);
    }
    return this.#finish();
  }

  #readMetadataV1(): void {
    const inner = this.#inner;
    inner.openField(this.#request);
    let type = 0;
    let metric = "";
    let help = "";
    let unit = "";
    while (inner.next()) {
      if (inner.field === 1) type = inner.unsigned;
      else if (!inner.hasBytes) continue;
      else if (inner.field === 2) metric = this.#textOf(inner.start, inner.end);
      else if (inner.field === 4) help = this.#textOf(inner.start, inner.end);
      else if (inner.field === 5) unit = this.#textOf(inner.start, inner.end);
    }
    if (!inner.isBroken && metric !== "") this.#tell(metric, type, help, unit);
  }

  /** A metadata message stands on every series; where its type is 0 it says nothing. */
  #readMetadataV2(): void {
    const inner = this.#inner;
    inner.openField(this.#series);
    let type = 0;
    let helpRef = 0;
    let unitRef = 0;
    while (inner.next()) {
      if (inner.field === 1) type = inner.unsigned;
      else if (inner.field === 3) helpRef = inner.unsigned;
      else if (inner.field === 4) unitRef = inner.unsigned;
    }
    if (inner.isBroken || type === 0) return;
    const metric = this.#textOf(0, this.#name.headLength, this.#name.bytes);
    this.#tell(metric, type, this.#symbolText(helpRef), this.#symbolText(unitRef));
  }

  #tell(metric: string, type: number, help: string, unit: string): void {
    this.#onMetadata?.({ metric, field: "type", text: metricTypes[type] ?? "unknown" });
    if (help !== "") this.#onMetadata?.({ metric, field: "help", text: help });
    if (unit !== "") this.#onMetadata?.({ metric, field: "unit", text: unit });
  }

  #symbolText(reference: number): string {
    if (reference >= this.#symbolCount) return "";
    return this.#textOf(this.#symbols[2 * reference]!, this.#symbols[2 * reference + 1]!);
  }

  #textOf(start: number, end: number, bytes: Uint8Array = this.#body): string {
    return decoder.decode(bytes.subarray(start, Math.min(end, start + textBytesMax)));
  }

  #finish(): PrometheusWriteCounts {
    if (this.#request.isBroken) this.#faultAll();
    return {
      seriesCount: this.#seriesCount,
      sampleCount: this.#sampleCount,
      histogramCount: this.#histogramCount,
      exemplarCount: this.#exemplarCount,
      staleMarkerCount: this.#staleMarkerCount,
      unmeasuredCount: this.#unmeasuredCount,
      refusedCount: this.#refusedCount,
      isIntact: this.#isIntact,
    };
  }

  /** Grows with the symbols that are there: two bytes of the body each at least. */
  #addSymbol(): void {
    const at = 2 * this.#symbolCount++;
    if (at + 2 > this.#symbols.length) {
      const grown = new Uint32Array(Math.max(1024, 2 * this.#symbols.length));
      grown.set(this.#symbols);
      this.#symbols = grown;
    }
    this.#symbols[at] = this.#request.start;
    this.#symbols[at + 1] = this.#request.end;
  }

  #readLabels(): PrometheusWriteFault | undefined {
    this.#name.clear();
    const label = this.#inner;
    this.#series.openField(this.#request);
    while (this.#series.next()) {
      if (this.#series.field !== 1 || !this.#series.hasBytes) continue;
      label.openField(this.#series);
      let keyStart = 0;
      let keyEnd = 0;
      let valueStart = 0;
      let valueEnd = 0;
      while (label.next()) {
        if (label.field === 1) [keyStart, keyEnd] = [label.start, label.end];
        else if (label.field === 2) [valueStart, valueEnd] = [label.start, label.end];
      }
      if (label.isBroken) return "bad-protobuf";
      this.#addLabel(keyStart, keyEnd, valueStart, valueEnd);
    }
    return this.#series.isBroken ? "bad-protobuf" : undefined;
  }

  /** References come packed, or one by one. */
  #readLabelRefs(): PrometheusWriteFault | undefined {
    this.#name.clear();
    let key = -1;
    this.#series.openField(this.#request);
    while (this.#series.next()) {
      if (this.#series.field !== 1) continue;
      if (!this.#series.hasBytes) {
        key = this.#addReference(key, this.#series.unsigned);
        if (key === noSymbol) return "bad-symbol";
        continue;
      }
      let at = this.#series.start;
      while (at < this.#series.end) {
        let reference = 0;
        let scale = 1;
        let byte = 0x80;
        for (; byte >= 0x80 && at < this.#series.end && scale <= 2 ** 63; scale *= 128) {
          byte = this.#body[at++]!;
          reference += (byte & 0x7f) * scale;
        }
        if (byte >= 0x80) return "bad-protobuf";
        key = this.#addReference(key, reference);
        if (key === noSymbol) return "bad-symbol";
      }
    }
    if (this.#series.isBroken) return "bad-protobuf";
    return key < 0 ? undefined : "bad-symbol";
  }

  /** @returns the key that waits for its value, -1 for none, `noSymbol` for a bad reference */
  #addReference(key: number, reference: number): number {
    if (reference >= this.#symbolCount) return noSymbol;
    if (key < 0) return reference;
    const symbols = this.#symbols;
    this.#addLabel(
      symbols[2 * key]!,
      symbols[2 * key + 1]!,
      symbols[2 * reference]!,
      symbols[2 * reference + 1]!,
    );
    return -1;
  }

  #addLabel(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    if (this.#isMetricLabel(keyStart, keyEnd)) {
      this.#name.cutHead(0);
      this.#name.head(this.#body, valueStart, valueEnd);
    } else this.#name.tag(this.#body, keyStart, keyEnd, this.#body, valueStart, valueEnd);
  }

  #isMetricLabel(start: number, end: number): boolean {
    if (end - start !== metricLabel.length) return false;
    for (let i = 0; i < metricLabel.length; i++) {
      if (this.#body[start + i] !== metricLabel[i]) return false;
    }
    return true;
  }

  #readSeries(labelFault: PrometheusWriteFault | undefined, fields: SeriesFields): void {
    let fault = labelFault;
    if (fault === undefined && this.#name.headLength === 0) fault = "missing-name";
    const nameLength = fault === undefined ? this.#name.compose() : 0;
    if (fault === undefined && nameLength === 0) fault = "long-name";
    if (fault === undefined) this.#seriesCount += 1;
    else this.#sink.fault(fault, this.#body, this.#request.start, this.#request.end);
    if (fault === "bad-protobuf") this.#isIntact = false;

    this.#series.openField(this.#request);
    while (this.#series.next()) {
      const { field } = this.#series;
      if (!this.#series.hasBytes) continue;
      if (field === fields.exemplars) this.#exemplarCount += 1;
      else if (field === fields.metadata && fault === undefined) this.#readMetadataV2();
      else if (field !== fields.samples && field !== fields.histograms) continue;
      else if (fault !== undefined) this.#refusedCount += 1;
      else if (field === fields.samples) this.#readSample(nameLength);
      else this.#readHistogram();
    }
    // A break among the labels is counted already; the same break is met here again.
    if (this.#series.isBroken && fault !== "bad-protobuf") this.#faultSeries();
  }

  #readSample(nameLength: number): void {
    const sample = this.#inner;
    sample.openField(this.#series);
    let value = 0;
    let timeMs = 0;
    let isStaleMarker = false;
    while (sample.next()) {
      if (sample.field === 1) {
        value = sample.double;
        isStaleMarker = isStale(sample);
      } else if (sample.field === 2) timeMs = sample.signed;
    }
    if (sample.isBroken) this.#faultSeries();
    else if (isStaleMarker) this.#staleMarkerCount += 1;
    else if (Number.isNaN(value)) this.#unmeasuredCount += 1;
    else {
      this.#sampleCount += 1;
      this.#sink.row(this.#name.bytes, 0, nameLength, timeMs, value);
    }
  }

  #readHistogram(): void {
    const histogram = this.#inner;
    histogram.openField(this.#series);
    let count = 0;
    let sum = 0;
    let timeMs = 0;
    let isStaleMarker = false;
    while (histogram.next()) {
      if (histogram.field === 1) count = histogram.unsigned;
      else if (histogram.field === 2) count = histogram.double;
      else if (histogram.field === 3) {
        sum = histogram.double;
        isStaleMarker = isStale(histogram);
      } else if (histogram.field === 15) timeMs = histogram.signed;
    }
    if (histogram.isBroken) this.#faultSeries();
    else if (isStaleMarker) this.#staleMarkerCount += 1;
    else if (this.#suffixedRow(countSuffix, timeMs, count)) {
      this.#suffixedRow(sumSuffix, timeMs, sum);
      this.#histogramCount += 1;
    }
    // Samples of the same series find the plain name again.
    this.#name.compose();
  }

  #suffixedRow(suffix: Uint8Array, timeMs: number, value: number): boolean {
    const { headLength } = this.#name;
    this.#name.head(suffix, 0, suffix.length);
    const length = this.#name.compose();
    this.#name.cutHead(headLength);
    if (length > 0) this.#sink.row(this.#name.bytes, 0, length, timeMs, value);
    else {
      this.#refusedCount += 1;
      this.#sink.fault("long-name", this.#body, this.#request.start, this.#request.end);
    }
    return length > 0;
  }

  #faultSeries(): void {
    this.#isIntact = false;
    this.#refusedCount += 1;
    this.#sink.fault("bad-protobuf", this.#body, this.#request.start, this.#request.end);
  }

  #faultAll(): void {
    this.#isIntact = false;
    this.#sink.fault("bad-protobuf", this.#body, 0, this.#body.length);
  }
}

const noSymbol = -2;

/** One NaN of many; its bits would be lost in a double. */
function isStale(reader: ProtobufReader): boolean {
  return reader.high32 === 0x7ff00000 && reader.low32 === 2;
}
