/**
 * Which series a path or tag expression stands for, and their values on Graphite's grid.
 *
 * Names, samples and steps are kept for the length of one request, so that a series has one step in all
 * of it, and functions that read again do not read twice. The values are shared: nobody writes to them.
 */
import {
  canonicalName,
  type ManyReader,
  readMany,
  type SampleColumns,
  type SeriesIndex,
  type SeriesMatcher,
  type TimeRange,
} from "../../model/index.ts";
import { checkSelector, SelectorError } from "../select/index.ts";
import type { Budget } from "./budget.ts";
import { GraphiteError, quoted } from "./errors.ts";
import { fallbackStep, fillGrid, type GridRange, gridOf, inferStep, slotCount } from "./grid.ts";
import { makeSeries, type Series } from "./series.ts";
import { parseTagExpressions } from "./tag-expression.ts";

export interface GraphiteSource {
  readonly series: ManyReader;
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
    const first = await this.#readMany(names, range);
    const read: ReadSeries[] = [];
    for (let i = 0; i < names.length; i += readsAtOnce) {
      const batch = names
        .slice(i, i + readsAtOnce)
        .map((name, k) => this.#withStep(name, first[i + k], range));
      for (const one of await Promise.all(batch)) {
        if (one !== undefined) read.push(one);
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

  /** By place in `names`, undefined where there is no such series; those of one range with one question. */
  async #readMany(
    names: readonly string[],
    range: GridRangeOf,
  ): Promise<readonly (SampleColumns | undefined)[]> {
    const places = new Map<string, { readonly range: TimeRange; readonly of: number[] }>();
    for (let i = 0; i < names.length; i++) {
      const asked = this.#firstRange(names[i]!, range);
      const key = `${asked.fromMs} ${asked.untilMs}`;
      const same = places.get(key);
      if (same === undefined) places.set(key, { range: asked, of: [i] });
      else same.of.push(i);
    }
    const found: (SampleColumns | undefined)[] = names.map(() => undefined);
    for (const { range: asked, of } of places.values()) {
      const wanted = of.map((i) => names[i]!);
      let next = 0;
      for await (const list of readMany(this.#source.series, wanted, asked)) {
        for (const columns of list) {
          this.#budget.takePoints(columns?.timesMs.length ?? 0);
          found[of[next]!] = columns;
          next += 1;
        }
        await this.#budget.breathe();
      }
    }
    return found;
  }

  /** Somewhat more than the range, since a slot may begin before it and end behind it. */
  #firstRange(name: string, range: GridRangeOf): TimeRange {
    const { fromSeconds } = range;
    const until = this.#readUntil(range);
    const step = this.#steps.get(name);
    const from = step === undefined ? Math.min(fromSeconds, until - hourSeconds) : fromSeconds;
    return rangeOf(from, until + Math.max(step ?? 0, hourSeconds));
  }

  #readUntil({ untilSeconds }: GridRangeOf): number {
    return Math.min(untilSeconds, this.#nowSeconds);
  }

  /** @param first  what was read of `#firstRange`; more is read where that does not show the step */
  async #withStep(
    name: string,
    first: SampleColumns | undefined,
    range: GridRangeOf,
  ): Promise<ReadSeries | undefined> {
    if (first === undefined) return undefined;
    let columns = first;
    let step = this.#steps.get(name);
    if (step === undefined) {
      const until = this.#readUntil(range);
      step = inferStep(columns.timesMs);
      if (columns.timesMs.length < samplesWanted) {
        const longer = await this.#samples(name, until - lookBackSeconds, until + hourSeconds);
        step = inferStep(longer?.timesMs ?? columns.timesMs);
      }
      if (step !== undefined) this.#steps.set(name, step);
      if (step !== undefined && step > hourSeconds) {
        const from = Math.min(range.fromSeconds, until - hourSeconds);
        columns = (await this.#samples(name, from, until + step)) ?? columns;
        this.#budget.takePoints(columns.timesMs.length);
      }
    }
    return { name, columns, step };
  }

  #samples(name: string, from: number, until: number): Promise<SampleColumns | undefined> {
    return this.#source.series.read(name, rangeOf(from, until));
  }
}

function rangeOf(fromSeconds: number, untilSeconds: number): TimeRange {
  return { fromMs: Math.max(0, fromSeconds) * 1000, untilMs: untilSeconds * 1000 };
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
