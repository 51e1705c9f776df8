/**
 * Sums, counts, least and greatest of whole hours, added up inside the engine from what stands beside the
 * points: what OpenTSDB calls a rollup, without a rollup to keep.
 *
 * It is exact for steps of whole hours, as long as every hour of a series is one document. Where it is
 * more (samples that came late, several writers, an hour that is just being sealed) points may stand
 * in two of them; such series are named as doubtful, and are added up from their points instead.
 */
import { assert } from "../../base/assert.ts";
import { type EngineClient, search } from "../../engine/index.ts";
import type { SampleColumns, TimeRange } from "../../model/index.ts";
import { hourMs } from "./open-hours.ts";
import type { IndexNames } from "./options.ts";

export interface SummaryRequest {
  readonly names: readonly string[];
  /** Begins and ends at whole steps since 1970. */
  readonly range: TimeRange;
  /** Whole hours. */
  readonly stepMs: number;
}

/** One step of one series; steps without points are left out. */
export interface StepSummary {
  readonly fromMs: number;
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

export interface EngineSummaries {
  readonly steps: ReadonlyMap<string, StepSummary[]>;
  readonly doubtful: ReadonlySet<string>;
}

/** Names of one request. */
const nameCountMax = 1024;
const bucketsPerPage = 5000;

interface Bucket {
  readonly key: { readonly name: string; readonly step: number };
  readonly doc_count: number;
  readonly hours: { readonly value: number };
  readonly count: { readonly value: number };
  readonly sum: { readonly value: number };
  readonly min: { readonly value: number };
  readonly max: { readonly value: number };
}

export function assertWholeSteps({ range, stepMs }: SummaryRequest): void {
  assert(stepMs > 0 && stepMs % hourMs === 0, "a step is of whole hours");
  assert(range.fromMs % stepMs === 0 && range.untilMs % stepMs === 0, "a range is of whole steps");
}

export async function summarizeInEngine(
  client: EngineClient,
  indexes: IndexNames,
  request: SummaryRequest,
): Promise<EngineSummaries> {
  const steps = new Map<string, StepSummary[]>();
  const doubtful = new Set<string>();
  for (let from = 0; from < request.names.length; from += nameCountMax) {
    const names = request.names.slice(from, from + nameCountMax);
    for await (const { key, ...bucket } of bucketsOf(client, indexes, { ...request, names })) {
      if (bucket.doc_count !== bucket.hours.value) doubtful.add(key.name);
      const summaries = steps.get(key.name) ?? [];
      steps.set(key.name, summaries);
      const { count, sum, min, max } = bucket;
      summaries.push({
        fromMs: key.step,
        count: count.value,
        sum: sum.value,
        min: min.value,
        max: max.value,
      });
    }
  }
  return { steps, doubtful };
}

/** The same from the points themselves. */
export function summarizePoints({ timesMs, values }: SampleColumns, stepMs: number): StepSummary[] {
  const summaries: StepSummary[] = [];
  for (let i = 0; i < timesMs.length;) {
    const fromMs = Math.floor(timesMs[i]! / stepMs) * stepMs;
    const step = { fromMs, count: 0, sum: 0, min: Infinity, max: -Infinity };
    for (; i < timesMs.length && timesMs[i]! < fromMs + stepMs; i++) {
      const value = values[i]!;
      step.count += 1;
      step.sum += value;
      step.min = Math.min(step.min, value);
      step.max = Math.max(step.max, value);
    }
    summaries.push(step);
  }
  return summaries;
}

async function* bucketsOf(
  client: EngineClient,
  indexes: IndexNames,
  { names, range, stepMs }: SummaryRequest,
): AsyncGenerator<Bucket> {
  let after: unknown;
  do {
    const { aggregations } = await search(client, indexes.all, {
      size: 0,
      query: {
        bool: {
          filter: [
            { terms: { name: names } },
            { range: { "@timestamp": { gte: range.fromMs, lt: range.untilMs } } },
          ],
        },
      },
      aggs: {
        steps: {
          composite: {
            size: bucketsPerPage,
            sources: [
              { name: { terms: { field: "name" } } },
              {
                step: { date_histogram: { field: "@timestamp", fixed_interval: `${stepMs}ms` } },
              },
            ],
            ...(after === undefined ? {} : { after }),
          },
          aggs: {
            hours: { cardinality: { field: "@timestamp", precision_threshold: 40_000 } },
            count: { sum: { field: "count" } },
            sum: { sum: { field: "sum" } },
            min: { min: { field: "min" } },
            max: { max: { field: "max" } },
          },
        },
      },
    });
    const { buckets, after_key: afterKey } = aggregations?.["steps"] as {
      buckets: readonly Bucket[];
      after_key?: unknown;
    };
    yield* buckets;
    after = afterKey;
  } while (after !== undefined);
}
