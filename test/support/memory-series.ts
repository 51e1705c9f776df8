/** Series in memory, as the webapp asks for them. */
import {
  canonicalName,
  type NamePage,
  type NameQuery,
  nameMatcher,
  type SampleColumns,
  type SeriesIndex,
  type SeriesReader,
  type SeriesSelector,
  type TagCount,
  type TagQuery,
  type TimeRange,
  type TreeNode,
  type TreeQuery,
} from "../../src/model/index.ts";
import { browseTree, countTagsOf, finish, selectNames } from "../../src/query/select/index.ts";
import type { OracleSeries } from "./graphite-web.ts";

export class MemorySeries implements SeriesReader, SeriesIndex {
  readonly #byName: ReadonlyMap<string, SampleColumns>;

  constructor(series: readonly OracleSeries[]) {
    this.#byName = new Map(series.map((one) => [canonicalName(one.name), columnsOf(one)]));
  }

  read(name: string, { fromMs, untilMs }: TimeRange): Promise<SampleColumns | undefined> {
    const columns = this.#byName.get(name);
    if (columns === undefined) return Promise.resolve(undefined);
    const { timesMs, values } = columns;
    let from = 0;
    while (from < timesMs.length && timesMs[from]! < fromMs) from += 1;
    let until = timesMs.length;
    while (until > from && timesMs[until - 1]! >= untilMs) until -= 1;
    return Promise.resolve({
      timesMs: timesMs.slice(from, until),
      values: values.slice(from, until),
    });
  }

  findNames({ query, limit }: NameQuery): Promise<NamePage> {
    const names = [...this.#byName.keys()].filter(nameMatcher(query));
    return Promise.resolve({ names: names.slice(0, limit), totalCount: names.length });
  }

  judge(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  select(selector: SeriesSelector): Promise<NamePage> {
    return Promise.resolve(finish(selectNames(this.#byName.keys(), selector)));
  }

  browse(query: TreeQuery): Promise<readonly TreeNode[]> {
    return Promise.resolve(finish(browseTree(this.#byName.keys(), query)));
  }

  countTags(query: TagQuery): Promise<readonly TagCount[]> {
    return Promise.resolve(finish(countTagsOf(this.#byName.keys(), query)));
  }
}

function columnsOf({ step, start, values }: OracleSeries): SampleColumns {
  const there = values.flatMap((value, i) =>
    value === null ? [] : [[start + i * step, value] as const],
  );
  return {
    timesMs: Float64Array.from(there, ([time]) => time * 1000),
    values: Float64Array.from(there, ([, value]) => value),
  };
}
