/**
 * What /api/query answers, as text in pieces, so that a long answer is not made at once.
 *
 *     [ { metric, tags, aggregateTags, [query], [tsuids], [annotations], [globalAnnotations], dps } ]
 *
 * `dps` is a map of times to values, or with `arrays` pairs of them. Source: opentsdb.net, "/api/query"
 * (2.4): times are seconds unless milliseconds are asked for, and of several points in one second the
 * last one stays in a map; a filled step is null by `fill=null` and else the text "NaN".
 */
import type { SampleColumns } from "../../model/index.ts";
import { queryJson, type SubQuery, type TsdbQuery } from "./query.ts";
import type { SeriesGroup } from "./group.ts";

export interface TsdbAnnotation {
  readonly tsuid?: string;
  readonly description: string;
  readonly notes: string;
  readonly custom: Readonly<Record<string, string>> | null;
  /** Unix seconds; 0 while it goes on. */
  readonly endTime: number;
  readonly startTime: number;
}

export interface QueryResult {
  readonly query: SubQuery;
  readonly group: SeriesGroup;
  readonly columns: SampleColumns;
  readonly annotations: readonly TsdbAnnotation[];
}

/** Points to a piece. */
const pieceLength = 4_096;

export function* answerPieces(
  query: TsdbQuery,
  results: readonly QueryResult[],
  globals: readonly TsdbAnnotation[],
): Generator<string, undefined> {
  let text = "[";
  for (const [i, result] of results.entries()) {
    text += `${i === 0 ? "" : ","}${headOf(query, result, globals)}`;
    const [open, close] = query.asArrays ? ["[", "]"] : ["{", "}"];
    text += open;
    const { timesMs } = result.columns;
    for (let from = 0; from < timesMs.length; from += pieceLength) {
      yield text + pointsText(query, result, from);
      text = "";
    }
    text += `${close}}`;
  }
  yield `${text}]`;
  return undefined;
}

/** Up to the points. */
function headOf(
  query: TsdbQuery,
  { query: subQuery, group, annotations }: QueryResult,
  globals: readonly TsdbAnnotation[],
): string {
  const head = {
    metric: subQuery.metric,
    tags: group.tags,
    aggregateTags: group.aggregateTags,
    ...(query.showsQuery ? { query: queryJson(subQuery) } : {}),
    ...(query.showsTsuids ? { tsuids: group.names.map(tsuidOf) } : {}),
    ...(annotations.length > 0 ? { annotations } : {}),
    ...(globals.length > 0 ? { globalAnnotations: globals } : {}),
  };
  return `${JSON.stringify(head).slice(0, -1)},"dps":`;
}

/** Series have no numbers that stay; the name itself, as hexadecimal bytes, tells them apart. */
export function tsuidOf(name: string): string {
  return Array.from(new TextEncoder().encode(name), (byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
}

function pointsText(
  query: TsdbQuery,
  { query: subQuery, columns }: QueryResult,
  from: number,
): string {
  const { timesMs, values } = columns;
  const nanText = subQuery.downsample?.fill === "null" ? "null" : '"NaN"';
  const until = Math.min(from + pieceLength, timesMs.length);
  let text = "";
  for (let i = from; i < until; i++) {
    const time = timeOf(query, timesMs[i] ?? 0);
    const isRepeated =
      !query.asArrays && i + 1 < timesMs.length && timeOf(query, timesMs[i + 1] ?? 0) === time;
    if (isRepeated) continue;
    const value = values[i] ?? NaN;
    const shown = Number.isFinite(value) ? String(value) : Number.isNaN(value) ? nanText : "null";
    const comma = i < timesMs.length - 1 ? "," : "";
    text += query.asArrays ? `[${time},${shown}]${comma}` : `"${time}":${shown}${comma}`;
  }
  return text;
}

function timeOf({ hasMsResolution }: TsdbQuery, timeMs: number): number {
  return hasMsResolution ? timeMs : Math.floor(timeMs / 1000);
}
