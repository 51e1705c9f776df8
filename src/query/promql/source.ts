/** Where a query's samples come from: the series that pass a selector's conditions, one by one. */
import {
  type ManyReader,
  readMany,
  type SampleColumns,
  type SeriesMatcher,
  type SeriesSelector,
  type TimeRange,
} from "../../model/index.ts";
import { compileSelector } from "../select/index.ts";
import type { LabelMatcher } from "./ast.ts";
import type { Budget } from "./budget.ts";
import { executionError, PromqlError } from "./error.ts";
import { LabelSet, metricNameLabel } from "./label-set.ts";

/** What a query asks; the shards answer it, and tests from a table. */
export interface PromqlSource extends ManyReader {
  select(selector: SeriesSelector): Promise<{
    readonly names: readonly string[];
    readonly totalCount: number;
  }>;
}

export interface LabelledColumns {
  readonly labels: LabelSet;
  readonly columns: SampleColumns;
}

/** Sorted by name; series without samples in the range are left out. */
export async function* readSelected(
  source: PromqlSource,
  matchers: readonly LabelMatcher[],
  range: TimeRange,
  budget: Budget,
): AsyncGenerator<LabelledColumns> {
  const names = await selectNames(source, matchers, budget.limits.seriesCountMax);
  let i = 0;
  for await (const list of readMany(source, names, range)) {
    for (const columns of list) {
      const name = names[i]!;
      i += 1;
      await budget.breathe();
      if (columns === undefined || columns.timesMs.length === 0) continue;
      budget.claim(columns.timesMs.length);
      yield { labels: LabelSet.ofSeriesName(name), columns };
    }
  }
}

/** @throws PromqlError where more series pass than may */
export async function selectNames(
  source: Pick<PromqlSource, "select">,
  matchers: readonly LabelMatcher[],
  limit: number,
): Promise<readonly string[]> {
  const { known, nameLabel } = splitMatchers(matchers);
  const test = compileSelector(toSeriesMatchers(known));
  if (!test.ok) throw new PromqlError("bad-query", test.fault.message);
  const page = await source.select({ matchers: toSeriesMatchers(known), limit });
  if (page.totalCount > page.names.length) {
    throw executionError(`a selector gives ${page.totalCount} series; at most ${limit} are taken`);
  }
  if (nameLabel.length === 0) return page.names;
  const passes = compileSelector(
    nameLabel.map(({ test, value }) => ({ key: standIn, test, value })),
  );
  if (!passes.ok) throw new PromqlError("bad-query", passes.fault.message);
  return page.names.filter((name) => {
    const value = LabelSet.ofSeriesName(name).get("name");
    return passes.test(value === "" ? "" : `;${standIn}=${value}`);
  });
}

/** Of the index "name" means the path, so a label of that name is tested here. */
const ambiguousLabel = "name";
const standIn = "x";

function splitMatchers(matchers: readonly LabelMatcher[]): {
  readonly known: readonly LabelMatcher[];
  readonly nameLabel: readonly LabelMatcher[];
} {
  return {
    known: matchers.filter(({ label }) => label !== ambiguousLabel),
    nameLabel: matchers.filter(({ label }) => label === ambiguousLabel),
  };
}

function toSeriesMatchers(matchers: readonly LabelMatcher[]): SeriesMatcher[] {
  return matchers.map(({ label, test, value }) => ({
    key: label === metricNameLabel ? "name" : label,
    test,
    value,
  }));
}
