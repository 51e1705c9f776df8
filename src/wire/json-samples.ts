/**
 * Samples in JSON lines, one series or one sample each:
 *
 *     {"name": "web.load", "points": [[1700000000, 4.2], [1700000010, null], …]}
 *     {"name": "web.load", "time": 1700000000, "value": 4.2}
 *     {"metric": {"__name__": "up", "job": "a"}, "values": [1, 1], "timestamps": [1700000000000, …]}
 *
 * The first is what `kale detect` reads, the last what VictoriaMetrics exports. Instead of "name" there
 * may be "metric" with a text, instead of "time" "timestamp"; times are numbers or texts as in
 * sample-text.ts. Where labels are given the series is named as remote write names it. A null is a gap.
 */
import { LabelledName } from "./labelled-name.ts";
import { parseTimeText, timeOfNumber } from "./sample-text.ts";

export type JsonSampleFault =
  | "bad-json"
  | "missing-name"
  | "missing-points"
  /** Of the points some are no pair of time and number; the others are taken. */
  | "bad-point";

const labelled = new LabelledName();

/**
 * @param take  is given each sample of the line; gaps are not among them
 * @returns the first thing that was wrong
 */
export function readJsonSamples(
  line: string,
  take: (name: string, timeMs: number, value: number) => void,
): JsonSampleFault | undefined {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return "bad-json";
  }
  if (!isRecord(said)) return "bad-json";
  const name = nameOf(said["name"] ?? said["metric"]);
  if (name === undefined) return "missing-name";
  const points = pointsOf(said);
  if (points === undefined) return "missing-points";
  let fault: JsonSampleFault | undefined;
  for (const point of points) {
    const [time, value] = Array.isArray(point) ? (point as unknown[]) : [];
    const timeMs = timeOf(time);
    if (timeMs === undefined || !(value === null || isNumber(value))) fault ??= "bad-point";
    else if (value !== null) take(name, timeMs, value);
  }
  return fault;
}

function nameOf(name: unknown): string | undefined {
  if (typeof name === "string") return name === "" ? undefined : name;
  return isRecord(name) ? labelled.of(name) : undefined;
}

function pointsOf(said: Readonly<Record<string, unknown>>): Iterable<unknown> | undefined {
  const { points, values, timestamps, time, timestamp, value } = said;
  if (Array.isArray(points)) return points as readonly unknown[];
  if (Array.isArray(values) && Array.isArray(timestamps)) {
    if (values.length !== timestamps.length) return undefined;
    const known: readonly unknown[] = values;
    return (timestamps as readonly unknown[]).map((at, i) => [at, known[i]]);
  }
  const single = time ?? timestamp;
  return single === undefined || value === undefined ? undefined : [[single, value]];
}

function timeOf(time: unknown): number | undefined {
  if (typeof time === "number") return timeOfNumber(time);
  return typeof time === "string" ? parseTimeText(time) : undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
