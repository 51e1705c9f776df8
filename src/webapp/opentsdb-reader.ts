/**
 * Answers OpenTSDB's queries from whatever keeps the series: selects, reads, downsamples, aggregates.
 * What the steps mean is in query/opentsdb/; here they are put together within limits.
 *
 * Of a series that is downsampled only its steps are held, so a query over a long time is bounded by
 * what it reads in turn, and one without downsampling by its samples.
 */
import type { Clock } from "../base/clock.ts";
import { runInSlices } from "../base/steps.ts";
import type {
  Episode,
  NamePage,
  SampleColumns,
  SeriesMatcher,
  StepColumns,
  TimeRange,
} from "../model/index.ts";
import {
  aggregate,
  downsample,
  edgesOf,
  FaultKeeper,
  groupSeries,
  matchersOf,
  type QueryResult,
  rateOf,
  type SeriesGroup,
  type StepEdges,
  type SubQuery,
  type TsdbAnnotation,
  type TsdbQuery,
  tsuidOf,
} from "../query/opentsdb/index.ts";
import { withDeadline } from "./deadline.ts";
import { quoted } from "./fault.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { TsdbError } from "./opentsdb-error.ts";

export interface TsdbLimits {
  /** Of all queries of a request together. */
  readonly seriesCountMax: number;
  readonly sampleCountMax: number;
  readonly pointCountMax: number;
  readonly budgetMs: number;
}

export const defaultTsdbLimits: TsdbLimits = {
  seriesCountMax: 10_000,
  sampleCountMax: 20_000_000,
  pointCountMax: 1_000_000,
  budgetMs: 20_000,
};

/** Held of samples at once, where they are not downsampled; 16 bytes each. */
const heldSampleCountMax = 4_000_000;
/** Series asked for at once. */
const readsAtOnce = 32;
const annotationCountMax = 1_000;
const sliceMs = 4;
/** Points after the range's end that series are interpolated with, as far away as in OpenTSDB. */
const marginMs = 3_600_000;

export interface TsdbAnswer {
  readonly results: readonly QueryResult[];
  readonly globals: readonly TsdbAnnotation[];
}

export class TsdbReader {
  readonly #parts: Pick<WebappParts, "series" | "index" | "episodes" | "clock">;
  readonly #limits: TsdbLimits & Pick<WebappLimits, "answerWaitMs">;

  constructor(
    parts: Pick<WebappParts, "series" | "index" | "episodes" | "clock">,
    limits: TsdbLimits & Pick<WebappLimits, "answerWaitMs">,
  ) {
    this.#parts = parts;
    this.#limits = limits;
  }

  /** Rejects with a TsdbError where the query asks for too much or for what is not there. */
  async answer(query: TsdbQuery, signal?: AbortSignal): Promise<TsdbAnswer> {
    const budget = new Budget(this.#parts.clock, this.#limits, signal);
    const episodes = query.hasAnnotations
      ? this.#parts.episodes.find({
          state: "all",
          range: { fromMs: query.startMs, untilMs: query.endMs + 1 },
          limit: annotationCountMax,
        })
      : [];
    const results: QueryResult[] = [];
    for (const subQuery of query.queries) {
      const names = await this.#select(subQuery, budget);
      const edges = stepEdges(query, subQuery);
      for (const group of groupSeries(names, subQuery)) {
        const columns = await this.#columnsOf(group, { query, subQuery, edges, budget });
        if (columns === undefined) continue;
        budget.addPoints(columns.timesMs.length);
        const annotations = annotationsOf(group, episodes);
        results.push({ query: subQuery, group, columns, annotations });
      }
    }
    const globals = query.hasGlobalAnnotations
      ? episodes.map((episode) => annotationOf(episode, `${episode.name}: ${episode.sentence}`))
      : [];
    return { results, globals };
  }

  async #select({ metric, filters }: SubQuery, budget: Budget): Promise<readonly string[]> {
    const limit = budget.seriesRoom;
    const page = await this.#find(matchersOf(metric, filters), limit);
    if (page.totalCount > limit) {
      throw new TsdbError(
        413,
        `The query matches ${page.totalCount} series; at most ${this.#limits.seriesCountMax} are read at once.`,
        "Ask for fewer by filters of tags.",
      );
    }
    if (page.totalCount === 0) {
      const known = await this.#find(matchersOf(metric, []), 1);
      if (known.totalCount === 0) {
        throw new TsdbError(400, `No such name for 'metrics': ${quoted(metric)}`);
      }
    }
    budget.addSeries(page.names.length);
    return page.names;
  }

  #find(matchers: readonly SeriesMatcher[], limit: number): Promise<NamePage> {
    const asked = this.#parts.index.select({ matchers, limit });
    return withDeadline(asked, "the search for names", this.#limits.answerWaitMs);
  }

  /** @returns undefined where none of the group's series has a sample in range */
  async #columnsOf(
    { names }: SeriesGroup,
    { query, subQuery, edges, budget }: GroupWork,
  ): Promise<SampleColumns | undefined> {
    const range = readRange(query, edges);
    const series: SampleColumns[] = [];
    let heldCount = 0;
    for (let from = 0; from < names.length; from += readsAtOnce) {
      const asked = names
        .slice(from, from + readsAtOnce)
        .map((name) => this.#read(name, range, { query, subQuery, edges, budget }));
      for (const columns of await Promise.all(asked)) {
        if (columns === undefined || columns.timesMs.length === 0) continue;
        series.push(columns);
        heldCount += columns.timesMs.length;
      }
      budget.check();
      if (heldCount > heldSampleCountMax) {
        throw new TsdbError(
          413,
          `The query holds more than ${heldSampleCountMax} points at once.`,
          "Ask for a shorter time, for fewer series or for downsampling, e.g. 1m-avg.",
        );
      }
    }
    const { aggregator, rate } = subQuery;
    const options = { aggregator, isRate: rate !== undefined, endMs: query.endMs };
    const columns = await runInSlices(aggregate(series, options), this.#parts.clock, {
      sliceMs,
      check: () => {
        budget.check();
      },
    });
    return columns.timesMs.length === 0 ? undefined : columns;
  }

  async #read(
    name: string,
    range: TimeRange,
    { query, subQuery, edges, budget }: GroupWork,
  ): Promise<SampleColumns | undefined> {
    if (range.fromMs >= range.untilMs) return undefined;
    const { downsample: asked, rate } = subQuery;
    let wanted = asked;
    let columns = await this.#readSteps(name, range, subQuery);
    if (columns !== undefined && wanted !== undefined) {
      wanted = { ...wanted, aggregator: { ...wanted.aggregator, run: onlyOne } };
    } else {
      const read = this.#parts.series.read(name, range);
      columns = await withDeadline(read, "the store", this.#limits.answerWaitMs);
      budget.addSamples(columns?.timesMs.length ?? 0);
    }
    if (columns === undefined || columns.timesMs.length === 0) return undefined;
    if (wanted !== undefined && edges !== undefined) {
      columns = downsample(columns, wanted, edges, query.endMs);
    }
    return rate === undefined ? columns : rateOf(columns, rate);
  }

  /** Where the backend works the steps out by itself: one sample a step. */
  async #readSteps(
    name: string,
    range: TimeRange,
    { downsample: wanted }: SubQuery,
  ): Promise<SampleColumns | undefined> {
    const { series } = this.#parts;
    if (series.readSteps === undefined || wanted?.interval.kind !== "fixed") return undefined;
    const valuesOf = stepValues[wanted.aggregator.name];
    if (valuesOf === undefined) return undefined;
    const asked = series.readSteps({ name, range, stepMs: wanted.interval.stepMs });
    const steps = await withDeadline(asked, "the store", this.#limits.answerWaitMs);
    return steps === undefined ? undefined : { timesMs: steps.timesMs, values: valuesOf(steps) };
  }
}

interface GroupWork {
  readonly query: TsdbQuery;
  readonly subQuery: SubQuery;
  /** undefined without downsampling. */
  readonly edges: StepEdges | undefined;
  readonly budget: Budget;
}

/** Of a step that the backend has worked out. */
function onlyOne(values: Float64Array, from: number): number {
  return values[from] ?? NaN;
}

/** By aggregator. */
const stepValues: Readonly<Record<string, (steps: StepColumns) => Float64Array<ArrayBuffer>>> = {
  sum: ({ sums }) => sums,
  zimsum: ({ sums }) => sums,
  pfsum: ({ sums }) => sums,
  count: ({ counts }) => counts,
  avg: ({ sums, counts }) => sums.map((sum, i) => sum / (counts[i] ?? 1)),
  min: ({ minima }) => minima,
  mimmin: ({ minima }) => minima,
  max: ({ maxima }) => maxima,
  mimmax: ({ maxima }) => maxima,
};

function stepEdges(query: TsdbQuery, { downsample: wanted }: SubQuery): StepEdges | undefined {
  if (wanted === undefined) return undefined;
  const faults = new FaultKeeper();
  const edges = edgesOf(wanted.interval, query, faults);
  if (faults.first !== undefined) throw new TsdbError(400, faults.first.message);
  return edges;
}

function readRange({ startMs, endMs }: TsdbQuery, edges: StepEdges | undefined): TimeRange {
  if (edges === undefined) return { fromMs: startMs, untilMs: endMs + marginMs };
  return { fromMs: edges[0] ?? 0, untilMs: edges.at(-1) ?? 0 };
}

/** What one request may still take. */
class Budget {
  readonly #clock: Clock;
  readonly #limits: TsdbLimits;
  readonly #signal: AbortSignal | undefined;
  readonly #endMs: number;
  #seriesCount = 0;
  #sampleCount = 0;
  #pointCount = 0;

  constructor(clock: Clock, limits: TsdbLimits, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#limits = limits;
    this.#signal = signal;
    this.#endMs = clock.elapsedMs() + limits.budgetMs;
  }

  get seriesRoom(): number {
    return this.#limits.seriesCountMax - this.#seriesCount;
  }

  addSeries(count: number): void {
    this.#seriesCount += count;
  }

  addSamples(count: number): void {
    this.#sampleCount += count;
    this.check();
  }

  addPoints(count: number): void {
    this.#pointCount += count;
    this.check();
  }

  check(): void {
    const { sampleCountMax, pointCountMax, budgetMs } = this.#limits;
    if (this.#sampleCount > sampleCountMax) {
      throw new TsdbError(
        413,
        `The query reads more than ${sampleCountMax} samples.`,
        "Ask for a shorter time or for fewer series.",
      );
    }
    if (this.#pointCount > pointCountMax) {
      throw new TsdbError(
        413,
        `The answer has more than ${pointCountMax} points.`,
        "Ask for a longer step of downsampling, e.g. 5m-avg, or for fewer groups.",
      );
    }
    if (this.#clock.elapsedMs() > this.#endMs) {
      throw new TsdbError(504, `The query took longer than ${budgetMs / 1000} s.`);
    }
    if (this.#signal?.aborted === true) throw new TsdbError(400, "Whoever asked has gone.");
  }
}

function annotationsOf({ names }: SeriesGroup, episodes: readonly Episode[]): TsdbAnnotation[] {
  if (episodes.length === 0) return [];
  const wanted = new Set(names);
  return episodes
    .filter(({ name }) => wanted.has(name))
    .map((episode) => ({
      tsuid: tsuidOf(episode.name),
      ...annotationOf(episode, episode.sentence),
    }))
    .sort((a, b) => a.startTime - b.startTime);
}

function annotationOf(
  { id, name, startedMs, endedMs }: Episode,
  description: string,
): TsdbAnnotation {
  return {
    description,
    notes: "",
    custom: { anomaly: id, series: name },
    endTime: endedMs === null ? 0 : Math.floor(endedMs / 1000),
    startTime: Math.floor(startedMs / 1000),
  };
}
