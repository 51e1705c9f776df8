/**
 * Answers OpenTSDB's queries from whatever keeps the series: selects, reads, downsamples, aggregates.
 * What the steps mean is in query/opentsdb/; here they are put together within limits.
 *
 * Of a series that is downsampled only its steps are held, so a query over a long time is bounded by
 * what it reads in turn, and one without downsampling by its samples.
 */
import { setImmediate } from "node:timers/promises";
import type { Clock } from "../base/clock.ts";
import { runInSlices } from "../base/steps.ts";
import {
  type Episode,
  type ManyReader,
  type NamePage,
  readMany,
  type SampleColumns,
  type SeriesMatcher,
  type SeriesReader,
  type StepColumns,
  type TimeRange,
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
import { readerInTime, withDeadline } from "./deadline.ts";
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
      const work = { query, subQuery, edges, budget };
      const groups = groupSeries(names, subQuery);
      const series = this.#seriesOf(
        groups.flatMap((group) => group.names),
        work,
      );
      for (const group of groups) {
        const columns = await this.#columnsOf(group, series, work);
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

  /**
   * @param all  what the query makes of each series, those of this group next
   * @returns undefined where none of the group's series has a sample in range
   */
  async #columnsOf(
    { names }: SeriesGroup,
    all: AsyncGenerator<SampleColumns | undefined, void>,
    { query, subQuery, budget }: SeriesWork,
  ): Promise<SampleColumns | undefined> {
    const series: SampleColumns[] = [];
    let heldCount = 0;
    for (let i = 0; i < names.length; i++) {
      const { value: columns } = await all.next();
      if (columns === undefined || columns.timesMs.length === 0) continue;
      series.push(columns);
      heldCount += columns.timesMs.length;
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

  /** Of each name in turn what the query makes of its samples; undefined where it has none. */
  async *#seriesOf(
    names: readonly string[],
    work: SeriesWork,
  ): AsyncGenerator<SampleColumns | undefined, void> {
    const { query, subQuery, edges, budget } = work;
    const range = readRange(query, edges);
    if (range.fromMs >= range.untilMs) return;
    const { series } = this.#parts;
    const inTime = readerInTime(series, "the store", this.#limits.answerWaitMs);
    if (hasSteps(series, subQuery)) {
      const stepped = (name: string): Promise<SampleColumns | undefined> =>
        this.#readSteps(name, range, work, inTime);
      for await (const list of readMany({ read: stepped }, names, range)) yield* list;
      return;
    }
    for await (const list of readMany(inTime, names, range)) {
      for (const columns of list) {
        budget.addSamples(columns?.timesMs.length ?? 0);
        yield reduced(columns, subQuery.downsample, work);
        await budget.breathe();
      }
    }
  }

  /** One sample a step, where the backend has worked them out by itself. */
  async #readSteps(
    name: string,
    range: TimeRange,
    work: SeriesWork,
    inTime: ManyReader,
  ): Promise<SampleColumns | undefined> {
    const { downsample: wanted } = work.subQuery;
    const valuesOf = stepValues[wanted?.aggregator.name ?? ""];
    if (wanted?.interval.kind === "fixed" && valuesOf !== undefined) {
      const asked = this.#parts.series.readSteps?.({ name, range, stepMs: wanted.interval.stepMs });
      const steps = asked && (await withDeadline(asked, "the store", this.#limits.answerWaitMs));
      if (steps !== undefined) {
        const columns = { timesMs: steps.timesMs, values: valuesOf(steps) };
        const only = { ...wanted, aggregator: { ...wanted.aggregator, run: onlyOne } };
        return reduced(columns, only, work);
      }
    }
    const columns = await inTime.read(name, range);
    work.budget.addSamples(columns?.timesMs.length ?? 0);
    return reduced(columns, wanted, work);
  }
}

interface SeriesWork {
  readonly query: TsdbQuery;
  readonly subQuery: SubQuery;
  /** undefined without downsampling. */
  readonly edges: StepEdges | undefined;
  readonly budget: Budget;
}

/** Whether a backend may have worked out what is asked. */
function hasSteps(series: SeriesReader, { downsample: wanted }: SubQuery): boolean {
  if (series.readSteps === undefined || wanted?.interval.kind !== "fixed") return false;
  return stepValues[wanted.aggregator.name] !== undefined;
}

function reduced(
  columns: SampleColumns | undefined,
  wanted: SubQuery["downsample"],
  { query, subQuery: { rate }, edges }: SeriesWork,
): SampleColumns | undefined {
  if (columns === undefined || columns.timesMs.length === 0) return undefined;
  const steps =
    wanted === undefined || edges === undefined
      ? columns
      : downsample(columns, wanted, edges, query.endMs);
  return rate === undefined ? steps : rateOf(steps, rate);
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
  #sliceStartedMs: number;

  constructor(clock: Clock, limits: TsdbLimits, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#limits = limits;
    this.#signal = signal;
    this.#sliceStartedMs = clock.elapsedMs();
    this.#endMs = this.#sliceStartedMs + limits.budgetMs;
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

  /** Lets others have their turn, where it is theirs. */
  async breathe(): Promise<void> {
    const clock = this.#clock;
    if (clock.elapsedMs() - this.#sliceStartedMs < sliceMs) return;
    this.check();
    await setImmediate();
    this.#sliceStartedMs = clock.elapsedMs();
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
