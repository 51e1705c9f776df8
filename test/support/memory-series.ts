/** Series in memory, as the query languages ask for them. */
import {
  canonicalName,
  type NamePage,
  type SampleColumns,
  type SeriesSelector,
  type TimeRange,
} from "../../src/model/index.ts";
import { checkSelector, finish, selectNames } from "../../src/query/select/index.ts";
import type { OracleSeries } from "./graphite-web.ts";

export class MemorySeries {
  readonly #byName: ReadonlyMap<string, OracleSeries>;

  constructor(series: readonly OracleSeries[]) {
    this.#byName = new Map(series.map((one) => [canonicalName(one.name), one]));
  }

  read(name: string, range: TimeRange): Promise<SampleColumns | undefined> {
    const series = this.#byName.get(name);
    if (series === undefined) return Promise.resolve(undefined);
    const timesMs: number[] = [];
    const values: number[] = [];
    for (const [i, value] of series.values.entries()) {
      const timeMs = (series.start + i * series.step) * 1000;
      if (value === null || timeMs < range.fromMs || timeMs >= range.untilMs) continue;
      timesMs.push(timeMs);
      values.push(value);
    }
    return Promise.resolve({
      timesMs: Float64Array.from(timesMs),
      values: Float64Array.from(values),
    });
  }

  select(selector: SeriesSelector): Promise<NamePage> {
    checkSelector(selector.matchers);
    return Promise.resolve(finish(selectNames(this.#byName.keys(), selector)));
  }
}
