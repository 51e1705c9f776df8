/** Which series there are, asked of the index that has one document for each. */
import { type EngineClient, getDocument, scanPages, search } from "../../engine/index.ts";
import {
  type NamePage,
  type NameQuery,
  nameMatcher,
  type SeriesMatcher,
  type SeriesSelector,
  sortNames,
} from "../../model/index.ts";
import { compileSelector, pathKey } from "../../query/select/index.ts";
import { assert } from "../../base/assert.ts";
import { seriesId } from "./open-hours.ts";
import type { IndexNames } from "./options.ts";

/** More hits than this an engine gives only page by page. */
const hitCountMax = 10_000;

type Query = Readonly<Record<string, unknown>>;

export class NameIndex {
  readonly #client: EngineClient;
  readonly #index: string;

  constructor(client: EngineClient, indexes: IndexNames) {
    this.#client = client;
    this.#index = indexes.names;
  }

  async has(name: string): Promise<boolean> {
    return (await getDocument(this.#client, this.#index, seriesId(name))) !== undefined;
  }

  /**
   * A text is looked for by the engine, in one search: the name itself, then names that begin with it,
   * then the rest. A glob is narrowed by the engine to names that begin like it, and tested here.
   */
  async find({ query, limit }: NameQuery): Promise<NamePage> {
    if (/[*?[{]/.test(query) || limit > hitCountMax) return await this.#findByTest(query, limit);
    const lower = query.toLowerCase();
    const ranked = (filter: Query, boost: number): Query => ({ constant_score: { filter, boost } });
    const { hits, totalCount } = await search<{ name: string }>(this.#client, this.#index, {
      query: {
        bool: {
          filter: lower === "" ? [] : [{ wildcard: { lower: `*${escaped(lower)}*` } }],
          should: [ranked({ term: { name: query } }, 2), ranked({ prefix: { lower } }, 1)],
        },
      },
      size: limit,
      sort: [{ _score: "desc" }, { name: "asc" }],
      _source: ["name"],
    });
    return { names: hits.map(({ source }) => source.name), totalCount };
  }

  async select({ matchers, limit }: SeriesSelector): Promise<NamePage> {
    const compiled = compileSelector(matchers);
    assert(compiled.ok, "only conditions that can be tested are asked for");
    const names: string[] = [];
    for await (const name of this.#names(selectorQuery(matchers))) {
      if (compiled.test(name)) names.push(name);
    }
    return { names: sortNames(names, "").slice(0, limit), totalCount: names.length };
  }

  /** Of these partitions. */
  async *inPartitions(partitions: readonly number[]): AsyncGenerator<string> {
    yield* this.#names({ terms: { partition: partitions } });
  }

  async #findByTest(query: string, limit: number): Promise<NamePage> {
    const matches = nameMatcher(query);
    const start = /^[^*?[{]*/.exec(query)?.[0] ?? "";
    const isGlob = start.length < query.length;
    const narrowed: Query =
      isGlob && start !== "" ? { prefix: { name: start } } : { match_all: {} };
    const names: string[] = [];
    for await (const name of this.#names(narrowed)) if (matches(name)) names.push(name);
    return { names: sortNames(names, query).slice(0, limit), totalCount: names.length };
  }

  async *#names(query: Query): AsyncGenerator<string> {
    const body = { query, _source: ["name"] };
    const pages = scanPages<{ name: string }>(this.#client, this.#index, body, {
      pageSize: hitCountMax,
    });
    for await (const page of pages) for (const hit of page) yield hit.source.name;
  }
}

/** The conditions that the engine can test exactly or more widely; the rest is tested here. */
function selectorQuery(matchers: readonly SeriesMatcher[]): Query {
  const must: Query[] = [];
  const mustNot: Query[] = [];
  for (const { key, test, value } of matchers) {
    const isPath = key === pathKey;
    if (test === "equal" && value === "") {
      if (!isPath) mustNot.push({ term: { tagKeys: key } });
    } else if (test === "equal") {
      must.push({ term: isPath ? { metric: value } : { tags: `${key}=${value}` } });
    } else if (test === "unequal" && value !== "") {
      mustNot.push({ term: isPath ? { metric: value } : { tags: `${key}=${value}` } });
    } else if (test === "unequal" && !isPath) {
      must.push({ term: { tagKeys: key } });
    } else if (test === "wildcard" && value !== "" && value !== "*") {
      const pattern = value.split("*").map(escaped).join("*");
      // A tag that is missing counts as "", which a pattern of stars alone would match.
      if (/[^*]/.test(value)) {
        must.push({
          wildcard: isPath ? { metric: pattern } : { tags: `${escaped(key)}=${pattern}` },
        });
      }
    }
  }
  return { bool: { filter: must, must_not: mustNot } };
}

/** The text itself in a wildcard of the engine's. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*?]/g, "\\$&");
}
