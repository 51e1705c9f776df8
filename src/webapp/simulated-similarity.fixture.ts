/**
 * A search over the simulated series: Pearson's correlation on a grid of means, at a few lags. Not
 * the program's own search, but answers of the same shape, and honest about these series.
 */
import type { Clock } from "../base/clock.ts";
import {
  nameMatcher,
  SimilarityRefusal,
  type CollectionJournal,
  type SampleColumns,
  type SeenBefore,
  type SeenBeforeReader,
  type SeriesReader,
  type SimilarityAnswer,
  type SimilarityMatch,
  type SimilarityQuery,
  type SimilarityReader,
  type TimeRange,
} from "../model/index.ts";

const lagShare = 0.05;
const seenLikenessMin = 80;
/** So that pages see a search go on. */
const pauseMs = 30;

export class SimulatedSimilarity implements SimilarityReader, SeenBeforeReader {
  readonly #series: SeriesReader & { readonly names: readonly string[] };
  readonly #collections: CollectionJournal;
  readonly #clock: Clock;
  readonly #cancelByPage = new Map<string, () => void>();

  constructor(
    series: SeriesReader & { readonly names: readonly string[] },
    collections: CollectionJournal,
    clock: Clock,
  ) {
    this.#series = series;
    this.#collections = collections;
    this.#clock = clock;
  }

  async search(
    query: SimilarityQuery,
    options: Parameters<SimilarityReader["search"]>[1],
  ): Promise<SimilarityAnswer> {
    const startedMs = this.#clock.elapsedMs();
    const elapsedMs = (): number => this.#clock.elapsedMs() - startedMs;
    const { page = "" } = options;
    const cancelling = new AbortController();
    const cancel = (): void => cancelling.abort();
    if (page !== "") {
      this.#cancelByPage.get(page)?.();
      this.#cancelByPage.set(page, cancel);
    }
    const pointCount = query.pointCount ?? 60;
    const wanted = await this.#targetValues(query, pointCount);
    const names = this.#series.names.filter((name) => isAsked(name, query));
    const found: SimilarityMatch[] = [];
    const unmatchedCounts: Record<string, number> = {};
    for (const [i, name] of names.entries()) {
      if (i % 16 === 15) {
        options.onProgress?.(answerOf(i, false));
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      if (cancelling.signal.aborted || options.signal?.aborted === true) {
        throw new SimilarityRefusal("cancelled", "A newer search of the same page took its place.");
      }
      const samples = await this.#series.read(name, query.range);
      const values = samples === undefined ? undefined : gridOf(samples, query.range, pointCount);
      if (values === undefined) unmatchedCounts["empty"] = (unmatchedCounts["empty"] ?? 0) + 1;
      else found.push(matchOf(name, wanted, values, query));
    }
    if (this.#cancelByPage.get(page) === cancel) this.#cancelByPage.delete(page);
    return answerOf(names.length, true);

    function answerOf(comparedCount: number, isFinal: boolean): SimilarityAnswer {
      const sorted = found
        .filter(({ sign }) => query.inverse !== false || sign === 1)
        .sort((a, b) => b.likeness - a.likeness);
      return {
        queryValues: wanted,
        range: query.range,
        matches: sorted.slice(query.offset, query.offset + query.limit),
        isFinal,
        isExact: isFinal,
        comparedCount,
        totalCount: names.length,
        unmatchedCounts: { ...unmatchedCounts },
        tookMs: elapsedMs(),
      };
    }
  }

  async seenBefore(name: string, range: TimeRange): Promise<readonly SeenBefore[]> {
    const samples = await this.#series.read(name, range);
    return this.#seen(samples === undefined ? undefined : gridOf(samples, range, 60));
  }

  shapeSeenBefore(values: Float64Array): Promise<readonly SeenBefore[]> {
    const timesMs = Float64Array.from(values, (value, i) => i);
    const range = { fromMs: 0, untilMs: values.length };
    return Promise.resolve(
      this.#seen(gridOf({ timesMs, values: Float64Array.from(values) }, range, 60)),
    );
  }

  #seen(wanted: ReturnType<typeof gridOf>): readonly SeenBefore[] {
    if (wanted === undefined) return [];
    const best = new Map<string, SeenBefore>();
    for (const { collectionId, collectionName, item } of this.#collections.items()) {
      const { timesMs, values } = item;
      const columns = { timesMs: Float64Array.from(timesMs), values: Float64Array.from(values) };
      const saved = gridOf(columns, item.range, 60);
      if (saved === undefined) continue;
      const likeness = 100 * Math.max(0, correlation(wanted, saved, 0));
      if (likeness < Math.max(seenLikenessMin, best.get(collectionId)?.likeness ?? 0)) continue;
      const itemName = item.name;
      best.set(collectionId, {
        collectionId,
        collectionName,
        itemName,
        likeness,
        range: item.range,
      });
    }
    return [...best.values()].sort((a, b) => b.likeness - a.likeness).slice(0, 3);
  }

  async #targetValues(
    { target, range }: SimilarityQuery,
    pointCount: number,
  ): Promise<Float64Array<ArrayBuffer>> {
    if (target.kind === "shape") {
      return Float64Array.from({ length: pointCount }, (none, i) => {
        const at = Math.round((i * (target.values.length - 1)) / (pointCount - 1));
        return target.values[at] as number;
      });
    }
    const samples = await this.#series.read(target.name, range);
    if (samples === undefined) {
      throw new SimilarityRefusal("unknown-series", `No series has the name ${target.name}.`);
    }
    const values = gridOf(samples, range, pointCount);
    if (values === undefined) {
      throw new SimilarityRefusal("empty", "The series has too few samples in this window.");
    }
    return values;
  }
}

function isAsked(name: string, { target, filter, exclude }: SimilarityQuery): boolean {
  if (target.kind === "series" && target.name === name) return false;
  const isExcluded = exclude.some((part) =>
    /[*?[{]/.test(part) ? nameMatcher(part)(name) : name.split(/[.;]/).includes(part),
  );
  return !isExcluded && nameMatcher(filter)(name);
}

function matchOf(
  name: string,
  wanted: Float64Array,
  values: Float64Array,
  query: SimilarityQuery,
): SimilarityMatch {
  const cellMs = (query.range.untilMs - query.range.fromMs) / wanted.length;
  const looksAtLags = query.method === "best" || query.method === "correlation";
  const lagMax = looksAtLags
    ? Math.floor(Math.min((query.lagMaxMs ?? Infinity) / cellMs, wanted.length * lagShare))
    : 0;
  let best = 0;
  let bestLag = 0;
  for (let lag = -lagMax; lag <= lagMax; lag++) {
    const r = correlation(wanted, values, lag);
    if (Math.abs(r) > Math.abs(best)) [best, bestLag] = [r, lag];
  }
  const likeness = 100 * Math.abs(best);
  const distance = Math.sqrt(2 * wanted.length * (1 - Math.abs(best)));
  return { name, distance, likeness, lagMs: bestLag * cellMs, sign: best < 0 ? -1 : 1 };
}

/** Pearson's r of what overlaps when `b` is taken `lag` points later. */
function correlation(a: Float64Array, b: Float64Array, lag: number): number {
  const first = Math.max(0, -lag);
  const end = Math.min(a.length, b.length - lag);
  const count = end - first;
  let sumA = 0;
  let sumB = 0;
  for (let i = first; i < end; i++) {
    sumA += a[i] as number;
    sumB += b[i + lag] as number;
  }
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = first; i < end; i++) {
    const x = (a[i] as number) - sumA / count;
    const y = (b[i + lag] as number) - sumB / count;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** Means of the cells, an empty one like the one before; undefined where there is next to nothing. */
function gridOf(
  { timesMs, values }: SampleColumns,
  range: TimeRange,
  pointCount: number,
): Float64Array<ArrayBuffer> | undefined {
  if (timesMs.length < 4) return undefined;
  const sums = new Float64Array(pointCount);
  const counts = new Float64Array(pointCount);
  for (let i = 0; i < timesMs.length; i++) {
    const share = ((timesMs[i] as number) - range.fromMs) / (range.untilMs - range.fromMs);
    const cell = Math.min(pointCount - 1, Math.max(0, Math.floor(share * pointCount)));
    sums[cell] = (sums[cell] as number) + (values[i] as number);
    counts[cell] = (counts[cell] as number) + 1;
  }
  const grid = new Float64Array(pointCount);
  let last = values[0] as number;
  for (let i = 0; i < pointCount; i++) {
    if (counts[i] !== 0) last = (sums[i] as number) / (counts[i] as number);
    grid[i] = last;
  }
  return grid;
}
