/**
 * A query in a URL, GET /api/query?start=1h-ago&m=…, with one `m` for each of its queries:
 *
 *     m        aggregator ":" ( part ":" )* metric [ "{" filters "}" [ "{" filters "}" ] ]
 *     part     downsampling | "rate" [ "{" counter [ "," max [ "," reset ] ] "}" ] | "explicit_tags"
 *     filters  [ tag "=" filter ( "," tag "=" filter )* ]     those of the first braces group
 *
 * `counter` is "counter" or "dropcounter". Source: opentsdb.net, "/api/query" (2.4).
 */
import { parseDownsample } from "./downsample.ts";
import { FaultKeeper, quoted } from "./fault-keeper.ts";
import { parseFilter, type TagFilter } from "./filters.ts";
import {
  deletionRefusal,
  limited,
  metricOf,
  namedAggregator,
  type ParsedQuery,
  percentileRefusal,
  rangeOf,
  tsuidRefusal,
  zoneOf,
} from "./parse-json.ts";
import { type SubQuery, subQueryCountMax, type TsdbQuery } from "./query.ts";
import { defaultRateOptions, type RateOptions } from "./rate.ts";

export const metricQueryLengthMax = 16_384;

/** Parameters that are unknown are passed over, as OpenTSDB does. */
export function parseQueryUrl(given: URLSearchParams, nowMs: number): ParsedQuery {
  const faults = new FaultKeeper();
  const timeZone = zoneOf(given.get("tz") ?? "UTC", faults);
  if (isSet(given, "delete")) faults.keep(deletionRefusal);
  if (given.has("tsuid") || given.has("tsuids")) faults.keep(tsuidRefusal);
  const range = rangeOf(given.get("start"), given.get("end"), { nowMs, timeZone }, faults);
  const texts = given.getAll("m");
  if (texts.length === 0) faults.keep("Missing queries: at least one parameter m.");
  if (texts.length > subQueryCountMax) {
    faults.keep(`${texts.length} queries are asked for; at most ${subQueryCountMax} are taken.`);
  }
  const usesCalendar = isSet(given, "use_calendar");
  const query: TsdbQuery = {
    ...range,
    timeZone,
    queries: texts
      .slice(0, subQueryCountMax)
      .map((text, index) => parseMetricQuery(text, index, usesCalendar, faults)),
    hasMsResolution: isSet(given, "ms") || isSet(given, "ms_resolution"),
    asArrays: isSet(given, "arrays"),
    showsQuery: isSet(given, "show_query"),
    showsTsuids: isSet(given, "show_tsuids"),
    hasAnnotations: !isSet(given, "no_annotations"),
    hasGlobalAnnotations: isSet(given, "global_annotations"),
  };
  return faults.first === undefined ? { ok: true, query } : { ok: false, fault: faults.first };
}

/** Given without a value it is set too. */
export function isSet(given: URLSearchParams, name: string): boolean {
  const value = given.get(name);
  return value !== null && value.toLowerCase() !== "false";
}

function parseMetricQuery(
  text: string,
  index: number,
  usesCalendar: boolean,
  faults: FaultKeeper,
): SubQuery {
  if (text.length > metricQueryLengthMax) {
    faults.keep(`A query of ${text.length} characters; at most ${metricQueryLengthMax} are taken.`);
  }
  const parts = splitOutside(text.slice(0, metricQueryLengthMax), ":");
  if (parts.length < 2) {
    faults.keep(
      `Invalid query ${quoted(text)}: it has the form aggregator:metric, e.g. sum:1m-avg:cpu{host=*}.`,
    );
  }
  let downsample: SubQuery["downsample"];
  let rate: RateOptions | undefined;
  let hasExplicitTags = false;
  for (const part of parts.slice(1, -1)) {
    if (/^\d/.test(part)) downsample = parseDownsample(part, usesCalendar, faults);
    else if (/^rate/i.test(part)) rate = parseRate(part, faults);
    else if (part.toLowerCase() === "explicit_tags") hasExplicitTags = true;
    else if (/^percentiles?\[/i.test(part)) faults.keep(percentileRefusal);
    else faults.keep(`Unknown part ${quoted(part)} of query ${quoted(text)}.`);
  }
  const { metric, filters } = parseMetric(parts.at(-1) ?? "", faults);
  return {
    index,
    metric: metricOf(metric, faults),
    aggregator: namedAggregator(parts[0] ?? "", faults),
    downsample,
    rate,
    filters: limited(filters, faults),
    hasExplicitTags,
  };
}

function parseRate(part: string, faults: FaultKeeper): RateOptions | undefined {
  const found = /^rate(?:\{([^{}]*)\})?$/i.exec(part);
  if (found === null) {
    faults.keep(`Invalid rate ${quoted(part)}; e.g. rate or rate{counter,65535,1000}.`);
    return undefined;
  }
  const inside = found[1] ?? "";
  if (inside === "") return defaultRateOptions;
  const [kind = "", max = "", reset = "", ...rest] = inside.split(",").map((text) => text.trim());
  const counterMax = max === "" ? defaultRateOptions.counterMax : Number(max);
  const resetValue = reset === "" ? 0 : Number(reset);
  const isCounter = kind === "counter" || kind === "dropcounter";
  if (!isCounter || rest.length > 0 || !(counterMax >= 0) || !(resetValue >= 0)) {
    faults.keep(`Invalid options of rate: ${quoted(inside)}; e.g. counter,65535,1000.`);
  }
  return { isCounter, counterMax, resetValue, dropsResets: kind === "dropcounter" };
}

/** `metric{filters}{filters}`; also what /api/search/lookup is asked for. */
export function parseMetric(
  text: string,
  faults: FaultKeeper,
): { readonly metric: string; readonly filters: TagFilter[] } {
  const open = text.indexOf("{");
  if (open < 0) return { metric: text, filters: [] };
  const groups = bracesOf(text.slice(open));
  if (groups === undefined || groups.length > 2) {
    faults.keep(`Invalid tags in ${quoted(text)}: they have the form {host=*,dc=lga}.`);
    return { metric: text.slice(0, open), filters: [] };
  }
  const filters = groups.flatMap((group, i) =>
    splitOutside(group, ",")
      .filter((each) => each !== "")
      .map((each) => {
        const equals = each.indexOf("=");
        if (equals < 1) faults.keep(`Invalid tag ${quoted(each)}: it has the form host=web01.`);
        const tagKey = each.slice(0, Math.max(0, equals)).trim();
        return parseFilter(tagKey, each.slice(equals + 1).trim(), i === 0, faults);
      }),
  );
  return { metric: text.slice(0, open), filters };
}

/** What stands in `{…}{…}`; undefined where it is something else. */
function bracesOf(text: string): string[] | undefined {
  const groups: string[] = [];
  for (let at = 0; at < text.length;) {
    if (text.charAt(at) !== "{") return undefined;
    const close = closingBrace(text, at);
    if (close < 0) return undefined;
    groups.push(text.slice(at + 1, close));
    at = close + 1;
  }
  return groups;
}

/** Braces in the round brackets of a filter are its own. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open + 1; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === "\\") i += 1;
    else if (char === "(") depth += 1;
    else if (char === ")") depth = Math.max(0, depth - 1);
    else if (char === "}" && depth === 0) return i;
  }
  return -1;
}

/** Splits where no bracket of any kind is open. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === "\\") i += 1;
    else if ("({[".includes(char)) depth += 1;
    else if (")}]".includes(char)) depth = Math.max(0, depth - 1);
    else if (char === separator && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
