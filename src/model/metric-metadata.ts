/** What senders say of a metric, beside its samples: Prometheus' TYPE, HELP and UNIT. */

export const metricTypes = [
  "unknown",
  "counter",
  "gauge",
  "histogram",
  "gaugehistogram",
  "summary",
  "info",
  "stateset",
] as const;

export type MetricType = (typeof metricTypes)[number];

export interface MetricMetadata {
  /** As its sender names it: of a histogram without `_bucket`, `_sum` and `_count`. */
  readonly metric: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
}

export interface MetadataQuery {
  /** One metric; undefined for all. */
  readonly metric?: string | undefined;
  /** The metric that a series of this name, tags left away, is of: `latency` of `latency_bucket`. */
  readonly series?: string | undefined;
  readonly limit: number;
}

/** What is known of metrics by their senders' word, sorted by name. */
export interface MetadataReader {
  metadata(query: MetadataQuery): Promise<readonly MetricMetadata[]>;
}
