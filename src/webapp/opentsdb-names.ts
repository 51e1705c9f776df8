/**
 * What OpenTSDB tells of its series: /api/suggest, /api/search/lookup, /api/query/last.
 *
 * Source: opentsdb.net, "/api/suggest", "/api/search/lookup", "/api/query/last" (2.4). Series have no
 * UIDs here: a tsuid is the name's bytes. Deviations: a lookup takes a tag's key with any filter of its
 * value (`host=*`, `host=web01`), not a value under any key; the last point is looked for an hour back,
 * then a day, then `back_scan` hours or as long as series are kept at most.
 */
import type { Hono } from "hono";
import type { SampleColumns, SeriesMatcher } from "../model/index.ts";
import {
  FaultKeeper,
  matchersOf,
  parseFilter,
  parseMetric,
  type TagFilter,
  tsuidOf,
} from "../query/opentsdb/index.ts";
import { anyTagKey, pathKey, pathOf, tagsOf } from "../query/select/index.ts";
import { withDeadline } from "./deadline.ts";
import { quoted, type WebappContext, type WebappEnv } from "./fault.ts";
import { answeringErrors, TsdbError } from "./opentsdb-error.ts";
import { type OpenTsdbApiParts, parametersOf, readTsdbJson } from "./opentsdb-request.ts";

const suggestionCountMax = 10_000;
const lookupCountMax = 10_000;
const lastCountMax = 1_000;
const defaultCount = 25;
const readsAtOnce = 32;
const hourMs = 3_600_000;
const lookBackMs = 400 * 24 * hourMs;

type Fields = Readonly<Record<string, unknown>>;

export function addOpenTsdbNames(app: Hono<WebappEnv>, api: OpenTsdbApiParts): void {
  app.get("/api/suggest", (context) =>
    answeringErrors(context, () =>
      suggest(context, api, Object.fromEntries(parametersOf(context))),
    ),
  );
  app.post("/api/suggest", (context) =>
    answeringErrors(context, async () => suggest(context, api, await readFields(context))),
  );
  app.get("/api/search/lookup", (context) =>
    answeringErrors(context, () => {
      const given = parametersOf(context);
      const faults = new FaultKeeper();
      const { metric, filters } = parseMetric(given.get("m") ?? "", faults);
      refuseFaults(faults);
      return lookup(context, api, { metric, filters, given: Object.fromEntries(given) });
    }),
  );
  app.post("/api/search/lookup", (context) =>
    answeringErrors(context, async () => {
      const given = await readFields(context);
      const filters = tagListOf(given["tags"]);
      return lookup(context, api, { metric: textOf(given["metric"]), filters, given });
    }),
  );
  app.get("/api/query/last", (context) =>
    answeringErrors(context, () => {
      const given = parametersOf(context);
      if (given.has("tsuids")) throw new TsdbError(400, "Series have no tsuids here.");
      const faults = new FaultKeeper();
      const queries = given.getAll("timeseries").map((text) => parseMetric(text, faults));
      refuseFaults(faults);
      return last(context, api, queries, given.get("back_scan"));
    }),
  );
  app.post("/api/query/last", (context) =>
    answeringErrors(context, async () => {
      const given = await readFields(context);
      const list = Array.isArray(given["queries"]) ? (given["queries"] as unknown[]) : [];
      const queries = list.map((each) => {
        const fields = fieldsOf(each);
        const faults = new FaultKeeper();
        const filters = Object.entries(fieldsOf(fields["tags"])).map(([key, value]) =>
          parseFilter(key, textOf(value), false, faults),
        );
        refuseFaults(faults);
        return { metric: textOf(fields["metric"]), filters };
      });
      return last(context, api, queries, given["backScan"]);
    }),
  );
}

async function suggest(
  context: WebappContext,
  { parts, limits }: OpenTsdbApiParts,
  given: Fields,
): Promise<Response> {
  const type = textOf(given["type"]);
  const tags = { metrics: pathKey, tagk: undefined, tagv: anyTagKey };
  if (!Object.hasOwn(tags, type)) {
    throw new TsdbError(400, `Invalid type: ${quoted(type)}; there are metrics, tagk, tagv.`);
  }
  const limit = countOf(given["max"], "max", suggestionCountMax);
  const tag = tags[type as keyof typeof tags];
  const asked = parts.index.countTags({ tag, matchers: [], prefix: textOf(given["q"]), limit });
  const counts = await withDeadline(asked, "the search for names", limits.answerWaitMs);
  return context.json(counts.map(({ text }) => text));
}

interface Lookup {
  readonly metric: string;
  readonly filters: readonly TagFilter[];
  readonly given: Fields;
}

async function lookup(
  context: WebappContext,
  { parts, limits }: OpenTsdbApiParts,
  { metric, filters, given }: Lookup,
): Promise<Response> {
  const startedMs = parts.clock.elapsedMs();
  if (metric === "" && filters.length === 0) throw new TsdbError(400, "Missing metric and tags.");
  const limit = countOf(given["limit"], "limit", lookupCountMax);
  const startIndex = numberOf(given["startIndex"], 0, "startIndex", lookupCountMax);
  const asked = parts.index.select({
    matchers: lookupMatchers(metric, filters),
    limit: startIndex + limit,
  });
  const page = await withDeadline(asked, "the search for names", limits.answerWaitMs);
  const results = page.names.slice(startIndex).map((name) => ({
    metric: pathOf(name),
    tags: tagMapOf(name),
    tsuid: tsuidOf(name),
  }));
  return context.json({
    type: "LOOKUP",
    metric: metric === "" ? "*" : metric,
    tags: filters.map(({ tagKey, text }) => ({ key: tagKey, value: text })),
    limit,
    time: Math.round(parts.clock.elapsedMs() - startedMs),
    results,
    startIndex,
    totalResults: page.totalCount,
  });
}

function lookupMatchers(metric: string, filters: readonly TagFilter[]): readonly SeriesMatcher[] {
  const [ofMetric, ...ofTags] = matchersOf(metric, filters);
  const isAny = metric === "" || metric === "*" || ofMetric === undefined;
  return isAny ? ofTags : [ofMetric, ...ofTags];
}

/** `[{ key, value }]`; a value that is missing or "*" is any. */
function tagListOf(value: unknown): TagFilter[] {
  const faults = new FaultKeeper();
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const filters = list.map((each) => {
    const fields = fieldsOf(each);
    const text = textOf(fields["value"]);
    return parseFilter(textOf(fields["key"]), text === "" ? "*" : text, false, faults);
  });
  refuseFaults(faults);
  return filters;
}

interface LastPoint {
  readonly metric: string;
  readonly timestamp: number;
  readonly value: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly tsuid: string;
}

async function last(
  context: WebappContext,
  api: OpenTsdbApiParts,
  queries: readonly { readonly metric: string; readonly filters: readonly TagFilter[] }[],
  backScan: unknown,
): Promise<Response> {
  const { parts, limits } = api;
  if (queries.length === 0) throw new TsdbError(400, "Missing queries: at least one metric.");
  const backHours = numberOf(backScan, 0, "back_scan", lookBackMs / hourMs);
  const points: LastPoint[] = [];
  for (const { metric, filters } of queries) {
    if (metric === "") throw new TsdbError(400, "Missing the metric.");
    const selector = { matchers: matchersOf(metric, filters), limit: lastCountMax };
    const asked = parts.index.select(selector);
    const page = await withDeadline(asked, "the search for names", limits.answerWaitMs);
    if (page.totalCount + points.length > lastCountMax) {
      const message = `The last points of more than ${lastCountMax} series are asked for.`;
      throw new TsdbError(413, message, "Name more tags.");
    }
    for (let from = 0; from < page.names.length; from += readsAtOnce) {
      const names = page.names.slice(from, from + readsAtOnce);
      const found = await Promise.all(names.map((name) => lastPoint(api, name, backHours)));
      points.push(...found.filter((point) => point !== undefined));
    }
  }
  return context.json(points);
}

async function lastPoint(
  { parts, limits }: OpenTsdbApiParts,
  name: string,
  backHours: number,
): Promise<LastPoint | undefined> {
  const nowMs = parts.clock.nowMs();
  const backMs = backHours === 0 ? lookBackMs : backHours * hourMs;
  for (const lengthMs of [hourMs, 24 * hourMs, backMs]) {
    // Senders' clocks may be ahead of ours.
    const range = { fromMs: nowMs - Math.min(lengthMs, backMs), untilMs: nowMs + hourMs };
    const asked = parts.series.read(name, range);
    const columns = await withDeadline(asked, "the store", limits.answerWaitMs);
    if (columns === undefined) return undefined;
    const newest = newestOf(columns);
    if (newest !== undefined) {
      const { timeMs, value } = newest;
      return {
        metric: pathOf(name),
        timestamp: timeMs,
        value: String(value),
        tags: tagMapOf(name),
        tsuid: tsuidOf(name),
      };
    }
    if (lengthMs >= backMs) return undefined;
  }
  return undefined;
}

function newestOf({ timesMs, values }: SampleColumns) {
  const timeMs = timesMs.at(-1);
  const value = values.at(-1);
  return timeMs === undefined || value === undefined ? undefined : { timeMs, value };
}

function tagMapOf(name: string): Record<string, string> {
  return Object.fromEntries(tagsOf(name).map(({ key, value }) => [key, value]));
}

async function readFields(context: WebappContext): Promise<Fields> {
  const body = await readTsdbJson(context);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new TsdbError(400, "The body is no JSON object.");
  }
  return body as Fields;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.toWellFormed() : "";
}

function countOf(value: unknown, name: string, max: number): number {
  return Math.max(1, numberOf(value, defaultCount, name, max));
}

/** More than the most is the most: clients ask for "all" by a large number. */
function numberOf(value: unknown, fallback: number, name: string, max: number): number {
  if (value === undefined || value === null || value === "") return fallback;
  const number = typeof value === "string" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 0) {
    throw new TsdbError(400, `${name} is no whole number from 0 on.`);
  }
  return Math.min(number, max);
}

function refuseFaults({ first }: FaultKeeper): void {
  if (first !== undefined) throw new TsdbError(400, first.message);
}
