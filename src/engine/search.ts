/**
 * Searches: one page, or all that matches by a scroll.
 *
 * Scrolls are used for reading everything, since they alone are the same from Elasticsearch 7 to 9 and
 * OpenSearch 1 to 3 (points in time came later and differ), and in index order they cost least.
 * One that is not read to its end is closed; one whose reader died expires by itself.
 */
import { type EngineClient, pathOf } from "./client.ts";
import { EngineError } from "./errors.ts";

const scrollKeptFor = "2m";
const pageSizeUsual = 1000;

export interface SearchHit<Source> {
  readonly id: string;
  readonly index: string;
  /** Null where the search sorts by something else. */
  readonly score: number | null;
  readonly source: Source;
  /** Values asked for by `docvalue_fields`, `fields` or `script_fields`. */
  readonly fields: Readonly<Record<string, readonly unknown[]>>;
  readonly sort: readonly unknown[];
}

export interface SearchResult<Source> {
  readonly hits: readonly SearchHit<Source>[];
  readonly totalCount: number;
  /** As the engine answers; undefined where none were asked for. */
  readonly aggregations: Readonly<Record<string, unknown>> | undefined;
  readonly tookMs: number;
}

export interface SearchOptions {
  readonly timeoutMs?: number | undefined;
  /** No error where an index of that name is missing: there is just nothing found. */
  readonly isMissingIndexEmpty?: boolean | undefined;
}

/**
 * @param body  the engine's own query language
 * Rejects where any shard failed: half an answer must not pass for a whole one.
 */
export async function search<Source>(
  client: EngineClient,
  index: string,
  body: Readonly<Record<string, unknown>>,
  options: SearchOptions = {},
): Promise<SearchResult<Source>> {
  const { json } = await client.send({
    method: "POST",
    path: pathOf(index, "_search"),
    query: missingQuery(options),
    json: { track_total_hits: true, ...body },
    timeoutMs: options.timeoutMs,
  });
  return readResult<Source>(json);
}

export interface ScanOptions extends SearchOptions {
  readonly pageSize?: number;
  /** Told before the first page. */
  readonly onTotal?: (totalCount: number) => void;
}

/** All that matches, page by page, in no particular order unless the body sorts. */
export async function* scanPages<Source>(
  client: EngineClient,
  index: string,
  body: Readonly<Record<string, unknown>>,
  options: ScanOptions = {},
): AsyncGenerator<readonly SearchHit<Source>[]> {
  const { pageSize = pageSizeUsual, timeoutMs } = options;
  let { json } = await client.send({
    method: "POST",
    path: pathOf(index, "_search"),
    query: { ...missingQuery(options), scroll: scrollKeptFor },
    json: { sort: ["_doc"], track_total_hits: true, ...body, size: pageSize },
    timeoutMs,
  });
  let scrollId: string | undefined;
  try {
    for (let isFirst = true; ; isFirst = false) {
      const result = readResult<Source>(json);
      scrollId = (json as { _scroll_id?: string })._scroll_id;
      if (isFirst) options.onTotal?.(result.totalCount);
      if (result.hits.length === 0 || scrollId === undefined) return;
      yield result.hits;
      ({ json } = await client.send({
        method: "POST",
        path: "/_search/scroll",
        json: { scroll: scrollKeptFor, scroll_id: scrollId },
        timeoutMs,
      }));
    }
  } finally {
    if (scrollId !== undefined) await closeScroll(client, scrollId);
  }
}

export async function count(
  client: EngineClient,
  index: string,
  query: Readonly<Record<string, unknown>> = { match_all: {} },
): Promise<number> {
  const path = pathOf(index, "_count");
  const { json } = await client.send({ method: "POST", path, json: { query } });
  return (json as { count: number }).count;
}

/** @returns how many documents were deleted; those that somebody changes meanwhile stay */
export async function deleteByQuery(
  client: EngineClient,
  index: string,
  query: Readonly<Record<string, unknown>>,
): Promise<number> {
  const { json } = await client.send({
    method: "POST",
    path: pathOf(index, "_delete_by_query"),
    query: { conflicts: "proceed" },
    json: { query },
    timeoutMs: 120_000,
  });
  return (json as { deleted: number }).deleted;
}

/** One that cannot be closed expires by itself, and the reader has what it wanted. */
async function closeScroll(client: EngineClient, scrollId: string): Promise<void> {
  const path = "/_search/scroll";
  const request = {
    method: "DELETE",
    path,
    json: { scroll_id: [scrollId] },
    accept: [404],
  } as const;
  await client.send(request).catch((error: unknown) => {
    if (!(error instanceof EngineError)) throw error;
  });
}

function missingQuery(options: SearchOptions): Record<string, boolean> {
  return options.isMissingIndexEmpty === true
    ? { ignore_unavailable: true, allow_no_indices: true }
    : {};
}

interface RawHit {
  readonly _id: string;
  readonly _index: string;
  readonly _score?: number | null;
  readonly _source?: unknown;
  readonly fields?: Readonly<Record<string, readonly unknown[]>>;
  readonly sort?: readonly unknown[];
}

function readResult<Source>(json: unknown): SearchResult<Source> {
  const raw = json as {
    took?: number;
    timed_out?: boolean;
    _shards?: { failed?: number; failures?: readonly { reason?: { reason?: string } }[] };
    hits?: { total?: number | { value: number }; hits?: readonly RawHit[] };
    aggregations?: Readonly<Record<string, unknown>>;
  };
  if (raw.hits?.hits === undefined) {
    throw new EngineError("ENGINE_CORRUPT", "the answer to a search has no hits");
  }
  const failedCount = raw._shards?.failed ?? 0;
  if (failedCount > 0 || raw.timed_out === true) {
    const reason = raw._shards?.failures?.[0]?.reason?.reason ?? "it ran out of time";
    const message = `a search was answered in part only, ${failedCount} shards failed: ${reason}`;
    throw new EngineError("ENGINE_UNREACHABLE", message);
  }
  const { total } = raw.hits;
  return {
    hits: raw.hits.hits.map((hit) => ({
      id: hit._id,
      index: hit._index,
      score: hit._score ?? null,
      source: hit._source as Source,
      fields: hit.fields ?? {},
      sort: hit.sort ?? [],
    })),
    totalCount: typeof total === "number" ? total : (total?.value ?? 0),
    aggregations: raw.aggregations,
    tookMs: raw.took ?? 0,
  };
}
