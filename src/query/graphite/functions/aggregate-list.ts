/** Several series become one, value by value: what sumSeries() and its like have in common. */
import { aggregateOf, count, hasEnough } from "../aggregates.ts";
import { makeSeries, type Series } from "../series.ts";
import { combineRows, normalize, pathExpressions } from "./normalize.ts";

/**
 * @param aggregateName  e.g. "sum", or its old spelling "sumSeries"
 * @returns undefined where there is no series
 */
export function aggregateList(
  list: readonly Series[],
  aggregateName: string,
  xFilesFactor: number,
): Series | undefined {
  const short = aggregateName.replace(/Series$/, "");
  const aggregate = aggregateOf(short);
  const rows = normalize(list);
  if (rows === undefined) return undefined;
  const name = `${short}Series(${pathExpressions(list)})`;
  const values = combineRows(rows, (row) =>
    hasEnough(count(row), row.length, xFilesFactor) ? aggregate(row) : NaN,
  );
  const tags = commonTags(list);
  if (!tags.has("name")) tags.set("name", name);
  tags.set("aggregatedBy", short);
  const { start, end, step } = rows;
  return makeSeries({ name, start, end, step, values, xFilesFactor, tags });
}

function commonTags(list: readonly Series[]): Map<string, string> {
  const common = new Map(list[0]?.tags);
  for (const { tags } of list) {
    for (const [tag, value] of common) if (tags.get(tag) !== value) common.delete(tag);
  }
  return common;
}
