/** Series from a list of points, for tests of the query APIs; an index over their names. */
import {
  canonicalName,
  type NamePage,
  type SampleColumns,
  type SeriesIndex,
  type SeriesReader,
  type SeriesSelector,
  type TagCount,
  type TagQuery,
  type TimeRange,
  type TreeNode,
  type TreeQuery,
} from "../model/index.ts";
import {
  browseTree,
  checkSelector,
  checkTree,
  countTagsOf,
  finish,
  selectNames,
} from "../query/select/index.ts";

export type Points = readonly (readonly [seconds: number, value: number])[];

export class MemorySeries implements SeriesReader, SeriesIndex {
  readonly #series = new Map<string, Points>();
  readCount = 0;

  /** Points ascend in time. */
  constructor(series: Readonly<Record<string, Points>>) {
    for (const [name, points] of Object.entries(series)) {
      this.#series.set(canonicalName(name), points);
    }
  }

  read(name: string, { fromMs, untilMs }: TimeRange): Promise<SampleColumns | undefined> {
    this.readCount += 1;
    const points = this.#series
      .get(name)
      ?.filter(([seconds]) => seconds * 1000 >= fromMs && seconds * 1000 < untilMs);
    if (points === undefined) return Promise.resolve(undefined);
    return Promise.resolve({
      timesMs: Float64Array.from(points, ([seconds]) => seconds * 1000),
      values: Float64Array.from(points, ([, value]) => value),
    });
  }

  findNames(): Promise<NamePage> {
    return Promise.resolve({ names: [...this.#series.keys()], totalCount: this.#series.size });
  }

  judge(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  select(selector: SeriesSelector): Promise<NamePage> {
    return answered(() => {
      checkSelector(selector.matchers);
      return finish(selectNames(this.#series.keys(), selector));
    });
  }

  browse(query: TreeQuery): Promise<readonly TreeNode[]> {
    return answered(() => {
      checkTree(query);
      return finish(browseTree(this.#series.keys(), query));
    });
  }

  countTags(query: TagQuery): Promise<readonly TagCount[]> {
    return answered(() => {
      checkSelector(query.matchers);
      return finish(countTagsOf(this.#series.keys(), query));
    });
  }
}

/** Rejects with what the work throws, as the shards do. */
function answered<Answer>(work: () => Answer): Promise<Answer> {
  return new Promise((resolve) => {
    resolve(work());
  });
}
