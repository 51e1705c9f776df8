/**
 * Series of different steps side by side: each is consolidated to the least common multiple of all
 * steps. Values then meet by their position, counted from each series' own start, as in graphite-web.
 */
import { consolidated } from "../consolidate.ts";
import type { Series } from "../series.ts";

export interface Rows {
  /** Values of each series, in the order of the series; some may be shorter. */
  readonly columns: readonly Float64Array[];
  readonly length: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** @returns undefined where there is no series */
export function normalize(list: readonly Series[]): Rows | undefined {
  if (list.length === 0) return undefined;
  let step = 1;
  let start = Infinity;
  let end = -Infinity;
  for (const [i, series] of list.entries()) {
    step = i === 0 ? series.step : leastCommonMultiple(step, series.step);
    start = Math.min(start, series.start);
    end = Math.max(end, series.end);
  }
  const columns = list.map((series) =>
    consolidated(series, Math.max(1, Math.trunc(step / series.step))),
  );
  let length = 0;
  for (const column of columns) length = Math.max(length, column.length);
  return { columns, length, start, end: end - ((end - start) % step), step };
}

function leastCommonMultiple(a: number, b: number): number {
  return a === b ? a : (a / greatestCommonDivisor(a, b)) * b;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/**
 * One value from each row.
 * @param combine  given a buffer that is used again for the next row
 */
export function combineRows(rows: Rows, combine: (row: Float64Array) => number): Float64Array {
  const { columns, length } = rows;
  const row = new Float64Array(columns.length);
  const result = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    for (let j = 0; j < columns.length; j++) row[j] = columns[j]![i] ?? NaN;
    result[i] = combine(row);
  }
  return result;
}

/** Null where the divisor is 0 or there is none. */
export function divide(dividend: number, divisor: number): number {
  return divisor === 0 ? NaN : dividend / divisor;
}

/** The paths that series were asked for by, each once. */
export function pathExpressions(list: readonly Series[]): string {
  return [...new Set(list.map(({ pathExpression }) => pathExpression))].join(",");
}
