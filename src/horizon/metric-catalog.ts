/**
 * What senders said of their metrics: type, help, unit; the last word counts.
 *
 * Metrics beyond the limit are passed over, and counted: they are judged as all others. It is kept in a file
 * of the data folder, see catalog-file.ts.
 */
import {
  type MetadataQuery,
  type MetricMetadata,
  type MetricType,
  metricTypes,
  statedOfType,
} from "../model/index.ts";
import type { ExpositionMetadata } from "../wire/index.ts";

const metricCountMax = 50_000;
const nameCharsMax = 1024;
const textCharsMax = 500;
/** Answers kept for names of series, which a histogram has several of. */
const answerCountMax = 4 * metricCountMax;

type MetadataField = "type" | "help" | "unit";

export class MetricCatalog {
  readonly #metrics = new Map<string, MetricMetadata>();
  readonly #answers = new Map<string, number>();
  #refusedCount = 0;
  #revision = 0;

  /** Metrics that there was no room for, each time they were told. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  /** Grows with each change. */
  get revision(): number {
    return this.#revision;
  }

  /** The same as `note`, for readers. */
  readonly hear = ({ metric, field, text }: ExpositionMetadata): void => {
    this.note(metric, field, text);
  };

  note(metric: string, field: MetadataField, said: string): void {
    const known = this.#metrics.get(metric);
    const text = field === "type" ? typeOf(said) : said.slice(0, textCharsMax);
    if (known?.[field] === text) return;
    if (metric.length > nameCharsMax || (known === undefined && !this.#hasRoom)) {
      this.#refusedCount += 1;
      return;
    }
    const before = known ?? { metric, type: "unknown", help: "", unit: "" };
    this.#metrics.set(metric, { ...before, [field]: text });
    this.#revision += 1;
    if (field === "type") this.#answers.clear();
  }

  find({ metric, series, limit }: MetadataQuery): MetricMetadata[] {
    if (metric !== undefined || series !== undefined) {
      const known = this.#metrics.get(metric ?? "") ?? this.#metricOf(series ?? "")?.metric;
      return known === undefined ? [] : [known];
    }
    return [...this.#metrics.values()]
      .sort((a, b) => (a.metric < b.metric ? -1 : 1))
      .slice(0, limit);
  }

  /**
   * What is stated of the series with this name, tags left away: by the metric of the name, or else by the one
   * that has it as a part, as `latency` has `latency_bucket`. See `statedOfType`.
   */
  statedOf(series: string): number {
    const before = this.#answers.get(series);
    if (before !== undefined) return before;
    const stated = this.#lookUp(series);
    if (this.#answers.size >= answerCountMax) this.#answers.clear();
    this.#answers.set(series, stated);
    return stated;
  }

  get #hasRoom(): boolean {
    return this.#metrics.size < metricCountMax;
  }

  #lookUp(series: string): number {
    const found = this.#metricOf(series);
    return found === undefined ? 0 : statedOfType(found.metric.type, found.suffix);
  }

  /** Version 2 of remote write tells a type on each series of a histogram, by the name of that series. */
  #metricOf(
    series: string,
  ): { readonly metric: MetricMetadata; readonly suffix: string } | undefined {
    const suffix = suffixOf(series);
    const metric =
      this.#metrics.get(series) ??
      (suffix === "" ? undefined : this.#metrics.get(series.slice(0, -suffix.length)));
    return metric && { metric, suffix };
  }
}

/** OpenMetrics names a counter without its `_total`. */
const suffixes = ["_bucket", "_sum", "_count", "_total", "_created"];

function suffixOf(series: string): string {
  return suffixes.find((suffix) => series.endsWith(suffix)) ?? "";
}

/** "untyped" is how the older text format says that it does not know. */
function typeOf(said: string): MetricType {
  return metricTypes.find((type) => type === said.toLowerCase()) ?? "unknown";
}
