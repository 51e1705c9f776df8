/**
 * The body of POST /api/query: `{start, end, queries: [{metric, aggregator, …}], …}`.
 *
 * Source: opentsdb.net, "/api/query" (2.4). Fields that are unknown are passed over, as OpenTSDB does:
 * dashboards send more than they need. What would change the answer and is not done here is refused:
 * tsuids, percentiles of histograms, deletion, rollups that were stored.
 */
import { type Aggregator, aggregatorOf } from "./aggregators.ts";
import { parseDownsample } from "./downsample.ts";
import { FaultKeeper, type QueryFault, quoted } from "./fault-keeper.ts";
import { filterOf, parseFilter, type TagFilter } from "./filters.ts";
import { TimeZone } from "./local-time.ts";
import { type SubQuery, subQueryCountMax, type TsdbQuery } from "./query.ts";
import { defaultRateOptions, type RateOptions } from "./rate.ts";
import { parseTime } from "./times.ts";

export type ParsedQuery =
  | { readonly ok: true; readonly query: TsdbQuery }
  | { readonly ok: false; readonly fault: QueryFault };

/** Each becomes at most two conditions of the index, which takes 64. */
export const filterCountMax = 31;
export const metricLengthMax = 1_024;

type Fields = Readonly<Record<string, unknown>>;

/** @param asArrays  from the URL; the body may also say so */
export function parseQueryJson(
  body: unknown,
  { nowMs, asArrays }: { readonly nowMs: number; readonly asArrays: boolean },
): ParsedQuery {
  const faults = new FaultKeeper();
  const fields = fieldsOf(body);
  if (fields === undefined) faults.keep("The body is no JSON object.");
  const given = fields ?? {};
  const timeZone = zoneOf(textOf(given["timezone"]) ?? textOf(given["tz"]) ?? "UTC", faults);
  if (isTrue(given["delete"])) faults.keep(deletionRefusal);
  const usesCalendar = isTrue(given["useCalendar"]);
  const query: TsdbQuery = {
    ...rangeOf(given["start"], given["end"], { nowMs, timeZone }, faults),
    timeZone,
    queries: listOf(given["queries"], faults).map((each, index) =>
      subQueryOf(each, index, usesCalendar, faults),
    ),
    hasMsResolution: isTrue(given["msResolution"]) || isTrue(given["ms"]),
    asArrays: asArrays || isTrue(given["arrays"]),
    showsQuery: isTrue(given["showQuery"]),
    showsTsuids: isTrue(given["showTSUIDs"]),
    hasAnnotations: !isTrue(given["noAnnotations"]),
    hasGlobalAnnotations: isTrue(given["globalAnnotations"]),
  };
  return faults.first === undefined ? { ok: true, query } : { ok: false, fault: faults.first };
}

export const deletionRefusal = "Nothing can be deleted by a query here.";

export function zoneOf(name: string, faults: FaultKeeper): TimeZone {
  const zone = TimeZone.find(name);
  if (zone === undefined) faults.keep(`Invalid timezone name: ${quoted(name)}.`);
  return zone ?? TimeZone.utc;
}

export function rangeOf(
  start: unknown,
  end: unknown,
  context: { readonly nowMs: number; readonly timeZone: TimeZone },
  faults: FaultKeeper,
): { readonly startMs: number; readonly endMs: number } {
  if (isMissing(start)) faults.keep("Missing start time.");
  const startMs = timeOf("start", start, context, faults);
  const endMs = isMissing(end) ? context.nowMs : timeOf("end", end, context, faults);
  if (endMs <= startMs) {
    faults.keep(
      `End time [${Math.floor(endMs / 1000)}] must be greater than the start time [${Math.floor(startMs / 1000)}].`,
    );
  }
  return { startMs, endMs };
}

function timeOf(
  name: string,
  value: unknown,
  context: { readonly nowMs: number; readonly timeZone: TimeZone },
  faults: FaultKeeper,
): number {
  const text = typeof value === "number" ? String(value) : (textOf(value) ?? "");
  const timeMs = parseTime(text, context);
  if (timeMs === undefined && !isMissing(value)) {
    faults.keep(
      `Invalid ${name} time: ${quoted(text)}; e.g. 1h-ago, 1764000000, 2026/11/23-08:00:00.`,
    );
  }
  return timeMs ?? context.nowMs;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

function listOf(value: unknown, faults: FaultKeeper): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) {
    faults.keep("Missing queries: a list of at least one.");
    return [];
  }
  if (value.length > subQueryCountMax) {
    faults.keep(`${value.length} queries are asked for; at most ${subQueryCountMax} are taken.`);
  }
  return value.slice(0, subQueryCountMax);
}

function subQueryOf(
  value: unknown,
  index: number,
  usesCalendar: boolean,
  faults: FaultKeeper,
): SubQuery {
  const fields = fieldsOf(value);
  if (fields === undefined) faults.keep(`Query ${index} is no JSON object.`);
  const given = fields ?? {};
  if (!isEmptyList(given["tsuids"])) faults.keep(tsuidRefusal);
  if (!isEmptyList(given["percentiles"])) faults.keep(percentileRefusal);
  const downsample = textOf(given["downsample"]) ?? "";
  return {
    index,
    metric: metricOf(textOf(given["metric"]) ?? "", faults),
    aggregator: namedAggregator(textOf(given["aggregator"]) ?? "", faults),
    downsample: downsample === "" ? undefined : parseDownsample(downsample, usesCalendar, faults),
    rate: isTrue(given["rate"]) ? rateOptionsOf(given["rateOptions"], faults) : undefined,
    filters: filtersOf(given, faults),
    hasExplicitTags: isTrue(given["explicitTags"]),
  };
}

export const tsuidRefusal = "Series have no tsuids here; ask for a metric and tags.";
export const percentileRefusal =
  "There are no histograms here; percentiles of many series are aggregators, e.g. p99.";

export function metricOf(metric: string, faults: FaultKeeper): string {
  if (metric === "") faults.keep("Missing the metric.");
  if (metric.length > metricLengthMax) {
    faults.keep(
      `The metric has ${metric.length} characters; at most ${metricLengthMax} are taken.`,
    );
  }
  return metric;
}

export function namedAggregator(name: string, faults: FaultKeeper): Aggregator {
  const found = aggregatorOf(name);
  if (found !== undefined) return found;
  faults.keep(
    name === ""
      ? "Missing the aggregation function."
      : `No such aggregation function: ${quoted(name)}; /api/aggregators lists them.`,
  );
  return { name, interpolation: "line", run: () => NaN };
}

function rateOptionsOf(value: unknown, faults: FaultKeeper): RateOptions {
  if (isMissing(value)) return defaultRateOptions;
  const fields = fieldsOf(value);
  if (fields === undefined) faults.keep("rateOptions is no JSON object.");
  const given = fields ?? {};
  const { counterMax, resetValue } = defaultRateOptions;
  return {
    isCounter: isTrue(given["counter"]),
    counterMax: numberOf(given["counterMax"], counterMax, "counterMax", faults),
    resetValue: numberOf(given["resetValue"], resetValue, "resetValue", faults),
    dropsResets: isTrue(given["dropResets"]),
  };
}

function numberOf(value: unknown, fallback: number, name: string, faults: FaultKeeper): number {
  if (isMissing(value)) return fallback;
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number === "number" && number >= 0 && number < Infinity) return number;
  faults.keep(`${name} is no number from 0 on.`);
  return fallback;
}

/** Those of the list, and those of the map "tags", which group too. */
function filtersOf(given: Fields, faults: FaultKeeper): TagFilter[] {
  const filters: TagFilter[] = [];
  const list = given["filters"];
  if (!isMissing(list) && !Array.isArray(list)) faults.keep("filters is no list.");
  for (const value of Array.isArray(list) ? (list as unknown[]).slice(0, filterCountMax + 1) : []) {
    const fields = fieldsOf(value);
    if (fields === undefined) faults.keep("A filter is no JSON object.");
    const text = textOf(fields?.["filter"]) ?? "";
    const type = (textOf(fields?.["type"]) ?? "").toLowerCase();
    const tagKey = textOf(fields?.["tagk"]) ?? "";
    const isGroupBy = isTrue(fields?.["groupBy"]) || isTrue(fields?.["group_by"]);
    filters.push(filterOf({ tagKey, type, text, isGroupBy }, faults));
  }
  const tags = given["tags"];
  if (!isMissing(tags) && fieldsOf(tags) === undefined) faults.keep("tags is no JSON object.");
  for (const [tagKey, value] of Object.entries(fieldsOf(tags) ?? {}).slice(0, filterCountMax + 1)) {
    filters.push(parseFilter(tagKey, textOf(value) ?? "", true, faults));
  }
  return limited(filters, faults);
}

export function limited(filters: TagFilter[], faults: FaultKeeper): TagFilter[] {
  if (filters.length > filterCountMax)
    faults.keep(`More than ${filterCountMax} filters are given.`);
  return filters;
}

function fieldsOf(value: unknown): Fields | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Fields) : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value.toWellFormed() : undefined;
}

/** Jackson takes the text "true" for the truth too. */
function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

function isEmptyList(value: unknown): boolean {
  return isMissing(value) || (Array.isArray(value) && value.length === 0);
}
