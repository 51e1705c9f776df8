/**
 * Which series a path or tag expression stands for, and their values on Graphite's grid.
 *
 * Names, samples and steps are kept for the length of one request, so that a series has one step in all
 * of it, and functions that read again do not read twice. The values are shared: nobody writes to them.
 */
import {
  canonicalName,
  type SampleColumns,
  type SeriesIndex,
  type SeriesMatcher,
  type SeriesReader,
} from "../../model/index.ts";
import { checkSelector, SelectorError } from "../select/index.ts";
import type { Budget } from "./budget.ts";
import { GraphiteError, quoted } from "./errors.ts";
import { fallbackStep, fillGrid, type GridRange, gridOf, inferStep, slotCount } from "./grid.ts";
import { makeSeries, type Series } from "./series.ts";
import { parseTagExpressions } from "./tag-expression.ts";

export interface GraphiteSource {
  readonly series: Pick<SeriesReader, "read">;
  readonly index: Pick<SeriesIndex, "select">;
  /** When events with all these tags were, in Unix seconds. */
  readonly eventTimes: (
    range: { readonly fromSeconds: number; readonly untilSeconds: number },
    tags: readonly string[],
  ) => readonly number[];
}

/** How far back is looked for a step where the range itself has too few samples. */
const hourSeconds = 3600;
const lookBackSeconds = 2 * 86_400;
const samplesWanted = 3;
const readsAtOnce = 32;

interface ReadSeries {
  readonly name: string;
  readonly columns: SampleColumns;
  readonly step: number | undefined;
}

export class Fetcher {
  readonly #source: GraphiteSource;
  readonly #budget: Budget;
  readonly #nowSeconds: number;
  readonly #names = new Map<string, Promise<readonly string[]>>();
  readonly #steps = new Map<string, number>();
  readonly #fetched = new Map<string, readonly Series[]>();

  constructor(source: GraphiteSource, budget: Budget, nowSeconds: number) {
    this.#source = source;
    this.#budget = budget;
    this.#nowSeconds = nowSeconds;
  }

  /** @returns series sorted by name; values are shared, not to be written to */
  async byPath(path: string, range: FetchRange): Promise<readonly Series[]> {
    return await this.#fetch(path, () => this.#namesOf(path), range);
  }

  /** @param text  the call of seriesByTag() as it was written */
  async byTags(
    text: string,
    expressions: readonly string[],
    range: FetchRange,
  ): Promise<readonly Series[]> {
    const matchers = parseTagExpressions(expressions);
    return await this.#fetch(text, () => this.#select(text, matchers), range);
  }

  async #fetch(
    expression: string,
    findNames: () => Promise<readonly string[]>,
    range: FetchRange,
  ): Promise<readonly Series[]> {
    const key = `${range.fromSeconds} ${range.untilSeconds} ${expression}`;
    let found = this.#fetched.get(key);
    if (found === undefined) {
      let names = this.#names.get(expression);
      if (names === undefined) {
        names = findNames();
        this.#names.set(expression, names);
      }
      found = await this.#readAll(expression, await names, range);
      this.#fetched.set(key, found);
    }
    return found.map((series) => ({ ...series, xFilesFactor: range.xFilesFactor }));
  }

  async #namesOf(path: string): Promise<readonly string[]> {
    if (path.includes(";")) return [canonicalName(path)];
    const test = /[*?[{]/.test(path) ? "glob" : "equal";
    return await this.#select(path, [{ key: "name", test, value: path }]);
  }

  async #select(text: string, matchers: readonly SeriesMatcher[]): Promise<readonly string[]> {
    checkMatchers(matchers);
    const limit = this.#budget.limits.seriesCountMax;
    const { names, totalCount } = await this.#source.index.select({ matchers, limit });
    if (totalCount > limit) {
      throw new GraphiteError(
        "too-much",
        `${quoted(text)} stands for ${totalCount} series; at most ${limit} are taken.`,
      );
    }
    return [...names].sort();
  }

  async #readAll(
    expression: string,
    names: readonly string[],
    range: FetchRange,
  ): Promise<readonly Series[]> {
    const read: ReadSeries[] = [];
    for (let i = 0; i < names.length; i += readsAtOnce) {
      const batch = names.slice(i, i + readsAtOnce).map((name) => this.#read(name, range));
      for (const one of await Promise.all(batch)) {
        if (one === undefined) continue;
        this.#budget.takePoints(one.columns.timesMs.length);
        read.push(one);
      }
      await this.#budget.breathe();
    }
    const adopted = commonStep(read);
    const series: Series[] = [];
    for (const { name, columns, step = adopted } of read) {
      const grid = gridOf({ ...range, nowSeconds: this.#nowSeconds }, step);
      if (grid === undefined) continue;
      this.#budget.takePoints(slotCount(grid));
      const values = fillGrid(grid, columns);
      series.push(
        makeSeries({ ...grid, name, pathExpression: expression, values, xFilesFactor: 0 }),
      );
      await this.#budget.breathe();
    }
    return series;
  }

  /** Reads somewhat more than the range, since a slot may begin before it and end behind it. */
  async #read(name: string, range: GridRangeOf): Promise<ReadSeries | undefined> {
    const { fromSeconds } = range;
    const until = Math.min(range.untilSeconds, this.#nowSeconds);
    let step = this.#steps.get(name);
    const from = step === undefined ? Math.min(fromSeconds, until - hourSeconds) : fromSeconds;
    let columns = await this.#samples(name, from, until + Math.max(step ?? 0, hourSeconds));
    if (columns === undefined) return undefined;
    if (step === undefined) {
      step = inferStep(columns.timesMs);
      if (columns.timesMs.length < samplesWanted) {
        const longer = await this.#samples(name, until - lookBackSeconds, until + hourSeconds);
        step = inferStep(longer?.timesMs ?? columns.timesMs);
      }
      if (step !== undefined) this.#steps.set(name, step);
      if (step !== undefined && step > hourSeconds) {
        columns = (await this.#samples(name, from, until + step)) ?? columns;
      }
    }
    return { name, columns, step };
  }

  #samples(name: string, from: number, until: number): Promise<SampleColumns | undefined> {
    const range = { fromMs: Math.max(0, from) * 1000, untilMs: until * 1000 };
    return this.#source.series.read(name, range);
  }
}

/** Before the shards are asked, so that what is wrong is told in our words. */
function checkMatchers(matchers: readonly SeriesMatcher[]): void {
  try {
    checkSelector(matchers);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    const fault = error.fault.code === "too-large" ? "too-much" : "bad-argument";
    throw new GraphiteError(fault, error.message, { cause: error });
  }
}

type GridRangeOf = Omit<GridRange, "nowSeconds">;

export interface FetchRange extends GridRangeOf {
  readonly xFilesFactor: number;
}

/** The step that most of the series have; those without one of their own take it. */
function commonStep(read: readonly ReadSeries[]): number {
  const counts = new Map<number, number>();
  let best = fallbackStep;
  for (const { step } of read) {
    if (step === undefined) continue;
    const found = (counts.get(step) ?? 0) + 1;
    counts.set(step, found);
    if (found > (counts.get(best) ?? 0)) best = step;
  }
  return best;
}
