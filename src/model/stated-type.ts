/**
 * What a sender states of the kind of its numbers: two bits of a row's `types`, and of a series all that
 * was ever stated of it, joined.
 *
 *     0               nothing: whoever judges finds out by the values
 *     statedGauge     each value speaks for itself
 *     statedCounter   a total that only rises, or begins anew: its rate is what matters
 *     both            senders contradict one another, which counts as nothing stated
 *
 * Joined, and not the last word: collectd's write_http calls a rate "derive" when it is told to store rates, and
 * whether it is one shows only in some of its values.
 */
import type { MetricType } from "./metric-metadata.ts";

export const statedGauge = 4;
export const statedCounter = 8;
export const statedBits = statedGauge | statedCounter;

/**
 * What the type of a metric says of one of its series, as Prometheus names them: a histogram's and a summary's
 * `_sum` and `_count` are counters, and so are a histogram's buckets; quantiles are gauges.
 *
 * @param suffix  "_bucket", "_sum", "_count", "_created" or "" behind the metric's name
 */
export function statedOfType(type: MetricType, suffix: string): number {
  if (type === "unknown") return 0;
  const isAggregate = type === "histogram" || type === "summary";
  if (type !== "counter" && !isAggregate) return statedGauge;
  const isGauge = suffix === "_created" || (isAggregate && suffix === "");
  return isGauge ? statedGauge : statedCounter;
}
