/**
 * What OTLP's metrics become, whichever way they are encoded: names, suffixes, quantiles, counts.
 *
 *     gauge                  NAME
 *     sum                    NAME; a delta sum has the tag temporality=delta
 *     histogram              NAME_count NAME_sum, NAME_min NAME_max where sent, NAME;quantile=0.5
 *                            0.9 0.99 out of its buckets
 *     exponential histogram  NAME_count NAME_sum NAME_min NAME_max
 *     summary                NAME_count NAME_sum, NAME;quantile=Q as sent
 *
 * Attributes of a point are tags, and so are those of its resource that tell where it comes from
 * (`resourceTags`); the rest, such as the version of the SDK, would make a new series of each
 * release. A delta is what came since the last point and a cumulative sum is what came since the
 * start: to add them up would be wrong, so that their series have different names.
 *
 * A quantile is interpolated within its bucket, as Prometheus' histogram_quantile() does; of a
 * cumulative histogram it is over all that came since the start.
 *
 * Source: opentelemetry-proto 1.9, metrics.proto; "OTLP Specification 1.9", Partial Success.
 * Deviations: buckets themselves and exemplars are not kept.
 */
import { type MetricType, statedCounter, statedGauge } from "../model/index.ts";
import type { ExpositionMetadata } from "./exposition.ts";
import type { RowSink } from "./row-sink.ts";
import { TaggedNameWriter } from "./tagged-name-writer.ts";

export type OtlpFault =
  /** The body, or a message in it, is not what it should be; what came before is taken. */
  "bad-protobuf" | "bad-json" | "bad-point" | "missing-name" | "long-name";

/** What was handed on. A sink may refuse rows by age or value: count there what it took. */
export interface OtlpCounts {
  readonly pointCount: number;
  readonly rowCount: number;
  /** For `rejectedDataPoints`. */
  readonly rejectedPointCount: number;
  /** Points that say that nothing was recorded. */
  readonly emptyPointCount: number;
  readonly deltaPointCount: number;
  readonly cumulativePointCount: number;
  readonly isIntact: boolean;
}

export interface OtlpOptions {
  /** Attributes of the resource that become tags. */
  readonly resourceTags?: readonly string[];
  /** Takes what the sender says of its metrics, by their names here. */
  readonly onMetadata?: ((said: ExpositionMetadata) => void) | undefined;
}

/** What a metric is, as far as it matters for its rows. */
export interface OtlpData {
  readonly kind: "gauge" | "sum" | "histogram" | "summary";
  readonly temporality: OtlpTemporality;
  /** Of a sum: it only rises. */
  readonly isMonotonic: boolean;
}

const defaultResourceTags: readonly string[] = [
  "service.namespace",
  "service.name",
  "service.instance.id",
  "deployment.environment.name",
  "deployment.environment",
  "host.name",
  "k8s.cluster.name",
  "k8s.namespace.name",
  "k8s.pod.name",
  "container.name",
];

/** 0 where the sender does not say, as for gauges. */
export type OtlpTemporality = 0 | 1 | 2;

const histogramQuantiles = [0.5, 0.9, 0.99];

/** More bounds than any histogram has. */
export const bucketCountMax = 1024;

export class OtlpRows {
  readonly #sink: RowSink<OtlpFault>;
  readonly #resourceTags: ReadonlySet<string>;
  readonly #name = new TaggedNameWriter();
  #resourceTagCount = 0;
  readonly #onMetadata: OtlpOptions["onMetadata"];
  #metric: { readonly name: string; readonly help: string; readonly unit: string } = noMetric;
  #temporality: OtlpTemporality = 0;
  /** What the sender states of numbers, and of sums and counts of histograms and summaries. */
  #statedOfNumbers = 0;
  #statedOfTotals = 0;
  #pointCount = 0;
  #rowCount = 0;
  #rejectedPointCount = 0;
  #emptyPointCount = 0;
  #deltaPointCount = 0;
  #cumulativePointCount = 0;
  #isIntact = true;
  #isPointRejected = false;

  constructor(sink: RowSink<OtlpFault>, options: OtlpOptions) {
    this.#sink = sink;
    this.#onMetadata = options.onMetadata;
    this.#resourceTags = new Set(options.resourceTags ?? defaultResourceTags);
  }

  beginResource(): void {
    this.#name.clear();
    this.#resourceTagCount = 0;
  }

  resourceAttribute(key: string, value: string): void {
    if (!this.#resourceTags.has(key)) return;
    this.#name.tagText(key, value);
    this.#resourceTagCount = this.#name.tagCount;
  }

  /** Whether anybody hears of help and unit. */
  get isHeard(): boolean {
    return this.#onMetadata !== undefined;
  }

  beginMetric(name: string, help: string, unit: string): void {
    this.#name.cutHead(0);
    this.#name.headText(name);
    this.#metric = { name, help, unit };
  }

  /** Begins the points of a metric. */
  beginData(data: OtlpData): void {
    const { kind, temporality, isMonotonic } = data;
    this.#temporality = temporality;
    this.#statedOfNumbers = kind === "gauge" ? statedGauge : statedOfSum(temporality, isMonotonic);
    this.#statedOfTotals = kind === "summary" ? statedCounter : statedOfSum(temporality, true);
    this.#tell(data);
  }

  beginPoint(): void {
    this.#name.cutTags(this.#resourceTagCount);
    this.#isPointRejected = false;
    if (this.#temporality === 1) this.#name.tagText("temporality", "delta");
  }

  pointAttribute(key: string, value: string): void {
    this.#name.tagText(key, value);
  }

  /** The same for texts that lie in one body. */
  pointAttributeBytes(
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ): void {
    this.#name.tag(bytes, keyStart, keyEnd, bytes, valueStart, valueEnd);
  }

  /**
   * Ends the point and counts it as taken.
   *
   * @returns why it is not, where one of its rows had no sound name; the caller rejects it
   */
  endPoint(): OtlpFault | undefined {
    if (this.#isPointRejected) return this.#name.headLength === 0 ? "missing-name" : "long-name";
    this.#pointCount += 1;
    if (this.#temporality === 1) this.#deltaPointCount += 1;
    else if (this.#temporality === 2) this.#cumulativePointCount += 1;
    return undefined;
  }

  reject(reason: OtlpFault, example: Uint8Array, start: number, end: number): void {
    this.#rejectedPointCount += 1;
    this.#sink.fault(reason, example, start, end);
  }

  emptyPoint(): void {
    this.#emptyPointCount += 1;
  }

  /** The rest of a message, or of all, cannot be read. */
  broken(reason: OtlpFault, example: Uint8Array, start: number, end: number): void {
    this.#isIntact = false;
    this.#sink.fault(reason, example, start, end);
  }

  row(suffix: string, timeMs: number, value: number): void {
    const { headLength } = this.#name;
    // A metric without name stays without.
    if (suffix !== "" && headLength > 0) this.#name.headText(suffix);
    const length = this.#name.compose();
    this.#name.cutHead(headLength);
    if (length === 0) {
      this.#isPointRejected = true;
      return;
    }
    this.#rowCount += 1;
    this.#sink.row(this.#name.bytes, 0, length, timeMs, value, this.#statedOf(suffix));
  }

  quantile(quantile: number, timeMs: number, value: number): void {
    const { tagCount } = this.#name;
    this.#name.tagText("quantile", String(quantile));
    const stated = this.#statedOfNumbers;
    this.#statedOfNumbers = statedGauge;
    this.row("", timeMs, value);
    this.#statedOfNumbers = stated;
    this.#name.cutTags(tagCount);
  }

  /**
   * @param bounds  upper bounds of all buckets but the last, ascending, in [0, bucketCount - 1)
   * @param counts  of each bucket
   */
  bucketQuantiles(
    timeMs: number,
    bounds: Float64Array,
    counts: Float64Array,
    bucketCount: number,
  ): void {
    for (const quantile of histogramQuantiles) {
      const value = bucketQuantile(quantile, bounds, counts, bucketCount);
      if (Number.isFinite(value)) this.quantile(quantile, timeMs, value);
    }
  }

  #statedOf(suffix: string): number {
    if (suffix === "") return this.#statedOfNumbers;
    return suffix === "_min" || suffix === "_max" ? statedGauge : this.#statedOfTotals;
  }

  #tell({ kind, temporality, isMonotonic }: OtlpData): void {
    const { name: metric, help, unit } = this.#metric;
    if (this.#onMetadata === undefined || metric === "") return;
    const isCounter = kind === "sum" && isMonotonic && temporality === 2;
    const type: MetricType = isCounter ? "counter" : kind === "sum" ? "gauge" : kind;
    this.#onMetadata({ metric, field: "type", text: type });
    if (help !== "") this.#onMetadata({ metric, field: "help", text: help });
    if (unit !== "") this.#onMetadata({ metric, field: "unit", text: unit });
  }

  counts(): OtlpCounts {
    return {
      pointCount: this.#pointCount,
      rowCount: this.#rowCount,
      rejectedPointCount: this.#rejectedPointCount,
      emptyPointCount: this.#emptyPointCount,
      deltaPointCount: this.#deltaPointCount,
      cumulativePointCount: this.#cumulativePointCount,
      isIntact: this.#isIntact,
    };
  }
}

const noMetric = { name: "", help: "", unit: "" };

/** A sum of deltas says what came since the last one; of what temporality 0 is nobody knows. */
function statedOfSum(temporality: OtlpTemporality, isMonotonic: boolean): number {
  if (temporality === 0) return 0;
  return temporality === 2 && isMonotonic ? statedCounter : statedGauge;
}

/** @returns NaN where nothing was counted; the last bound where it lies beyond */
function bucketQuantile(
  quantile: number,
  bounds: Float64Array,
  counts: Float64Array,
  bucketCount: number,
): number {
  let total = 0;
  for (let i = 0; i < bucketCount; i++) total += counts[i]!;
  if (!(total > 0) || bucketCount < 2) return NaN;
  const rank = quantile * total;
  let below = 0;
  for (let i = 0; i < bucketCount - 1; i++) {
    const count = counts[i]!;
    if (count > 0 && below + count >= rank) {
      const upper = bounds[i]!;
      // The first bucket has no lower bound; as Prometheus has it, 0 where that is below.
      if (i === 0 && upper <= 0) return upper;
      const lower = i === 0 ? 0 : bounds[i - 1]!;
      return lower + ((upper - lower) * (rank - below)) / count;
    }
    below += count;
  }
  return bounds[bucketCount - 2]!;
}
