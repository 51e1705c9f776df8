/**
 * `histogram_quantile` of classic histograms: series of cumulative counts with the label `le`.
 *
 * Within a bucket observations are taken to be spread evenly; the lowest one begins at 0 where its
 * bound is above 0. A quantile in the highest bucket is the bound below it.
 *
 * Source: prometheus.io, "Query functions", histogram_quantile(), 2.42.
 */
import { LabelSet, metricNameLabel } from "./label-set.ts";
import { parseNumber } from "./number-text.ts";
import { emptySeries, type StepSeries } from "./step-series.ts";

export const bucketLabel = "le";

interface BucketSeries {
  readonly bound: number;
  readonly series: StepSeries;
}

/** Series without a bound that is a number are passed over. */
export function histogramQuantiles(
  phi: Float64Array,
  buckets: readonly StepSeries[],
): StepSeries[] {
  const histograms = new Map<string, BucketSeries[]>();
  for (const series of buckets) {
    const bound = parseNumber(series.labels.get(bucketLabel));
    if (bound === undefined) continue;
    const { key } = series.labels.without([bucketLabel]);
    const histogram = histograms.get(key);
    if (histogram === undefined) histograms.set(key, [{ bound, series }]);
    else histogram.push({ bound, series });
  }
  return Array.from(histograms.values(), (histogram) => quantilesOf(phi, histogram));
}

function quantilesOf(phi: Float64Array, histogram: readonly BucketSeries[]): StepSeries {
  const labels = histogram[0]?.series.labels ?? LabelSet.empty;
  const result = emptySeries(labels.without([bucketLabel, metricNameLabel]), phi.length);
  const sorted = histogram.toSorted((a, b) => a.bound - b.bound);
  const bounds: number[] = [];
  const counts: number[] = [];
  for (let step = 0; step < phi.length; step++) {
    bounds.length = 0;
    counts.length = 0;
    for (const { bound, series } of sorted) {
      if (series.has[step] === 0) continue;
      const count = series.values[step]!;
      if (bounds.at(-1) === bound) counts[counts.length - 1]! += count;
      else {
        bounds.push(bound);
        counts.push(count);
      }
    }
    if (bounds.length === 0) continue;
    result.has[step] = 1;
    result.values[step] = bucketQuantile(phi[step]!, bounds, counts);
  }
  return result;
}

/**
 * @param bounds  ascending, each once
 * @param counts  cumulative; made to never fall, in place, since they were not taken at one moment
 */
export function bucketQuantile(phi: number, bounds: readonly number[], counts: number[]): number {
  if (Number.isNaN(phi)) return NaN;
  if (phi < 0) return -Infinity;
  if (phi > 1) return Infinity;
  const last = bounds.length - 1;
  if (bounds[last] !== Infinity) return NaN;
  for (let i = 1; i <= last; i++) if (counts[i]! < counts[i - 1]!) counts[i] = counts[i - 1]!;
  if (last < 1) return NaN;
  const observationCount = counts[last]!;
  if (observationCount === 0) return NaN;
  let rank = phi * observationCount;
  let bucket = 0;
  while (bucket < last && !(counts[bucket]! >= rank)) bucket += 1;
  if (bucket === last) return bounds[last - 1]!;
  const end = bounds[bucket]!;
  if (bucket === 0 && end <= 0) return end;
  let start = 0;
  let count = counts[bucket]!;
  if (bucket > 0) {
    start = bounds[bucket - 1]!;
    count -= counts[bucket - 1]!;
    rank -= counts[bucket - 1]!;
  }
  return start + (end - start) * (rank / count);
}
