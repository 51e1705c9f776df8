/**
 * Series as JSON, in three forms: Graphite's own, Dygraph's and Rickshaw's.
 *
 *     [{"target": name, "tags": {...}, "datapoints": [[value or null, seconds], ...]}, ...]
 *
 * Infinity is written as 1e9999, which reads as Infinity.
 */
import { pointsWithin } from "../consolidate.ts";
import type { Series } from "../series.ts";

export interface JsonOptions {
  readonly maxDataPoints: number | undefined;
  readonly isWithoutNulls: boolean;
  readonly isPretty: boolean;
}

/** The pieces of the text, a series each, so that others may have their turn in between. */
export function* graphiteJson(list: readonly Series[], options: JsonOptions): Generator<string> {
  let isFirst = true;
  if (list.every(({ values }) => values.length === 0)) {
    yield "[]";
    return;
  }
  let start = Infinity;
  let end = -Infinity;
  for (const series of list) {
    start = Math.min(start, series.start);
    end = Math.max(end, series.end);
  }
  const space = options.isPretty ? "\n  " : "";
  yield "[";
  for (const series of list) {
    const points = pointsWithin(series, options.maxDataPoints, end - start);
    const text = pointsText(points.values, points.start, points.step, options.isWithoutNulls);
    if (options.isWithoutNulls && text === "") continue;
    const target = JSON.stringify(series.name);
    const tags = JSON.stringify(Object.fromEntries(series.tags));
    yield `${isFirst ? "" : ", "}${space}{"target": ${target}, "tags": ${tags}, "datapoints": [${text}]}`;
    isFirst = false;
  }
  yield options.isPretty ? "\n]" : "]";
}

function pointsText(
  values: Float64Array,
  start: number,
  step: number,
  isWithoutNulls: boolean,
): string {
  let text = "";
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (isWithoutNulls && Number.isNaN(value)) continue;
    text += `${text === "" ? "" : ", "}[${numberText(value)}, ${start + i * step}]`;
  }
  return text;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return "null";
  return value > 0 ? "1e9999" : "-1e9999";
}

/** Rows of one time and a value of each series, on the grid of the first one. */
export function* dygraphJson(list: readonly Series[]): Generator<string> {
  const [first] = list;
  if (first === undefined) {
    yield "{}";
    return;
  }
  const labels = ["Time", ...list.map(({ name }) => name)];
  yield `{"labels" : ${JSON.stringify(labels)}, "data" : [`;
  const length = Math.max(0, Math.ceil((first.end - first.start) / first.step));
  const rows: string[] = [];
  for (let i = 0; i < length; i++) {
    const cells = list.map(({ values }) => numberText(values[i] ?? NaN));
    rows.push(`[${[(first.start + i * first.step) * 1000, ...cells].join(", ")}]`);
  }
  yield rows.join(", ");
  yield "]}";
}

export function* rickshawJson(list: readonly Series[]): Generator<string> {
  let isFirst = true;
  yield "[";
  for (const { name, values, start, end, step } of list) {
    const length = Math.min(values.length, Math.max(0, Math.ceil((end - start) / step)));
    const points = Array.from(
      values.subarray(0, length),
      (value, i) => `{"x": ${start + i * step}, "y": ${numberText(value)}}`,
    );
    yield `${isFirst ? "" : ", "}{"target": ${JSON.stringify(name)}, "datapoints": [${points.join(", ")}]}`;
    isFirst = false;
  }
  yield "]";
}
