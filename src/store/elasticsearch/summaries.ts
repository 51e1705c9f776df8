/**
 * Sums, counts, least and greatest of whole hours, asked of the engine, which has them beside the points:
 * what OpenTSDB calls a rollup, without a rollup to keep. Longer steps are put together here: only hour
 * by hour does the engine tell at no cost whether it is sure.
 *
 * It is exact for steps of whole hours, as long as every hour of a series is one document. Where it is
 * more (samples that came late, several writers, an hour that is just being sealed) points may stand
 * in two of them; such steps are named as doubtful, and are added up from their points instead. A sum
 * over several hours is one of sums, and may differ in its last digits from one that goes from point
 * to point.
 */
import { assert } from "../../base/assert.ts";
import { type EngineClient, search } from "../../engine/index.ts";
import type { TimeRange } from "../../model/index.ts";
import type { StepSummary } from "../remote/step-summaries.ts";
import { hourMs } from "./open-hours.ts";
import type { IndexNames } from "./options.ts";

export interface SummaryRequest {
  readonly names: readonly string[];
  /** Begins and ends at whole steps since 1970. */
  readonly range: TimeRange;
  /** Whole hours. */
  readonly stepMs: number;
}

/** By name. */
export interface EngineSummaries {
  readonly steps: ReadonlyMap<string, readonly StepSummary[]>;
  /** Where steps begin that are not what the engine says. */
  readonly doubtful: ReadonlyMap<string, ReadonlySet<number>>;
}

/** Doubtful steps that are so many steps apart are read as one. */
const spanGapSteps = 24;
/** Names of one request. */
const nameCountMax = 1024;
const bucketsPerPage = 5000;

interface Bucket {
  readonly key: { readonly name: string; readonly hour: number };
  readonly doc_count: number;
  readonly count: { readonly value: number };
  readonly sum: { readonly value: number };
  readonly min: { readonly value: number };
  readonly max: { readonly value: number };
}

export function canSummarize(stepMs: number): boolean {
  return stepMs > 0 && stepMs % hourMs === 0;
}

export function assertWholeSteps({ range, stepMs }: SummaryRequest): void {
  assert(canSummarize(stepMs), "a step is of whole hours");
  assert(range.fromMs % stepMs === 0 && range.untilMs % stepMs === 0, "a range is of whole steps");
}

export async function summarizeInEngine(
  client: EngineClient,
  indexes: IndexNames,
  request: SummaryRequest,
): Promise<EngineSummaries> {
  const steps = new Map<string, StepSummary[]>();
  const doubtful = new Map<string, Set<number>>();
  for (let from = 0; from < request.names.length; from += nameCountMax) {
    const names = request.names.slice(from, from + nameCountMax);
    for await (const { key, ...bucket } of bucketsOf(client, indexes, { ...request, names })) {
      const fromMs = Math.floor(key.hour / request.stepMs) * request.stepMs;
      if (isDoubtful(bucket)) {
        const begins = doubtful.get(key.name) ?? new Set();
        doubtful.set(key.name, begins.add(fromMs));
      }
      const summaries = steps.get(key.name) ?? [];
      steps.set(key.name, summaries);
      addHour(summaries, fromMs, bucket);
    }
  }
  return { steps, doubtful };
}

/** Hours come in the order of time. */
function addHour(
  summaries: StepSummary[],
  fromMs: number,
  { count, sum, min, max }: Omit<Bucket, "key">,
): void {
  const last = summaries.at(-1);
  if (last?.fromMs !== fromMs) {
    const hour = { count: count.value, sum: sum.value, min: min.value, max: max.value };
    summaries.push({ fromMs, ...hour });
    return;
  }
  summaries[summaries.length - 1] = {
    fromMs,
    count: last.count + count.value,
    sum: last.sum + sum.value,
    min: Math.min(last.min, min.value),
    max: Math.max(last.max, max.value),
  };
}

/** Points may stand in two documents of an hour. A sum beyond all numbers is none in a document, and would count as nothing. */
function isDoubtful({ doc_count: documentCount, count, min, max }: Omit<Bucket, "key">) {
  const sumMax = count.value * Math.max(Math.abs(min.value), Math.abs(max.value));
  return documentCount !== 1 || !Number.isFinite(sumMax);
}

/** Few ranges, each of whole steps and in order, that hold all steps that begin at these times. */
export function spansOf(begins: Iterable<number>, stepMs: number): TimeRange[] {
  const spans: { fromMs: number; untilMs: number }[] = [];
  for (const fromMs of [...begins].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    if (last !== undefined && fromMs - last.untilMs <= spanGapSteps * stepMs)
      last.untilMs = fromMs + stepMs;
    else spans.push({ fromMs, untilMs: fromMs + stepMs });
  }
  return spans;
}

async function* bucketsOf(
  client: EngineClient,
  indexes: IndexNames,
  { names, range }: SummaryRequest,
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
                hour: { date_histogram: { field: "@timestamp", fixed_interval: `${hourMs}ms` } },
              },
            ],
            ...(after === undefined ? {} : { after }),
          },
          aggs: {
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
