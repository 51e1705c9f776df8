/**
 * Samples in the answers of other programs' HTTP APIs, parsed JSON in, columns out.
 *
 *     Graphite     [{"target": name, "datapoints": [[value or null, seconds], …]}, …]
 *     Prometheus   {"data": {"resultType": "matrix", "result": [{"metric": labels,
 *                   "values": [[seconds, "value"], …]}, …]}}
 *
 * Nulls are gaps, never zero. What is no number, as Prometheus' NaN and infinities, is counted and left
 * out; so are native histograms. Sources: Graphite manual, "The Render URL API"; prometheus.io, "HTTP API".
 */
import type { SampleColumns, TimeRange } from "../model/index.ts";
import { LabelledName } from "./labelled-name.ts";

export interface AnsweredSeries {
  readonly name: string;
  /** Those in the range that was asked for, in the order of the answer. */
  readonly columns: SampleColumns;
}

export interface SeriesAnswer {
  readonly series: readonly AnsweredSeries[];
  /** Values that are no finite number. */
  readonly unmeasuredCount: number;
  /** Series without a name, or whose name does not fit. */
  readonly namelessCount: number;
}

const labelled = new LabelledName();

/** @returns undefined where it is no answer of /render?format=json */
export function readGraphiteAnswer(answer: unknown, range: TimeRange): SeriesAnswer | undefined {
  if (!Array.isArray(answer)) return undefined;
  const series: AnsweredSeries[] = [];
  let unmeasuredCount = 0;
  for (const item of answer as readonly unknown[]) {
    if (!isRecord(item)) return undefined;
    const { target, datapoints } = item;
    if (typeof target !== "string" || !Array.isArray(datapoints)) return undefined;
    const read = columnsOf(datapoints, range, (point) => [point[1], point[0]]);
    unmeasuredCount += read.unmeasuredCount;
    series.push({ name: target, columns: read.columns });
  }
  return { series, unmeasuredCount, namelessCount: 0 };
}

/** @returns undefined where it is no answer with a matrix */
export function readPrometheusMatrix(answer: unknown, range: TimeRange): SeriesAnswer | undefined {
  const data = isRecord(answer) ? answer["data"] : undefined;
  if (!isRecord(data) || data["resultType"] !== "matrix") return undefined;
  const result = data["result"];
  if (!Array.isArray(result)) return undefined;
  const series: AnsweredSeries[] = [];
  let unmeasuredCount = 0;
  let namelessCount = 0;
  for (const item of result as readonly unknown[]) {
    if (!isRecord(item)) return undefined;
    const { metric, values, histograms } = item;
    if (Array.isArray(histograms)) unmeasuredCount += histograms.length;
    if (!isRecord(metric) || !Array.isArray(values)) continue;
    const name = labelled.of(metric);
    if (name === undefined) {
      namelessCount += 1;
      continue;
    }
    const read = columnsOf(values, range, ([time, value]) => [
      time,
      typeof value === "string" ? Number(value) : value,
    ]);
    unmeasuredCount += read.unmeasuredCount;
    series.push({ name, columns: read.columns });
  }
  return { series, unmeasuredCount, namelessCount };
}

function columnsOf(
  points: readonly unknown[],
  { fromMs, untilMs }: TimeRange,
  timeAndValue: (point: readonly unknown[]) => readonly [time: unknown, value: unknown],
): { readonly columns: SampleColumns; readonly unmeasuredCount: number } {
  const timesMs = new Float64Array(points.length);
  const values = new Float64Array(points.length);
  let count = 0;
  let unmeasuredCount = 0;
  for (const point of points) {
    if (!Array.isArray(point)) continue;
    const [time, value] = timeAndValue(point);
    if (value === null || typeof time !== "number") continue;
    const timeMs = Math.round(time * 1000);
    if (!(timeMs >= fromMs && timeMs < untilMs)) continue;
    if (typeof value !== "number" || !Number.isFinite(value)) {
      unmeasuredCount += 1;
      continue;
    }
    timesMs[count] = timeMs;
    values[count] = value;
    count += 1;
  }
  const columns = { timesMs: timesMs.slice(0, count), values: values.slice(0, count) };
  return { columns, unmeasuredCount };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
