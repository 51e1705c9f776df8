/**
 * "What moved like this?", answered by the search engine where it can, else by the shards.
 *
 * The engine answers for the newest window, as the last import wrote it, by Euclidean distance, DTW,
 * FastDTW (with Kale's plugin) and the original's search. What it cannot, and whatever it is asked
 * while it is away, the shards answer; the answer says who did, and why. Only the original's search
 * has nobody else to do it.
 *
 * The original's search ("classic"): those whose fingerprint holds the words of the query's in about
 * their order, a phrase with slop, are ranked by FastDTW. Its phrases are as they were; its scoring
 * is not:
 *
 * - rows are z-normalised, and what is flat is left out: it divided by a range of zero
 * - all points of the window count: it compared by index from the oldest one, over the shorter of two,
 *   and its FastDTW lost the first point
 * - slop and radius hold for every search; the metric itself is not its own first match
 */
import { assert } from "../../base/assert.ts";
import type { Clock } from "../../base/clock.ts";
import {
  type ShapeReader,
  type SimilarityAnswer,
  type SimilarityQuery,
  type SimilarityReader,
  SimilarityRefusal,
} from "../../model/index.ts";
import { bandOf, fingerprint, planSearch, zNormalise } from "../../oculus/index.ts";
import type { EngineClient } from "../client.ts";
import { EngineError } from "../errors.ts";
import { type EngineQuestion, searchEngine } from "./engine-search.ts";
import { exclusionClauses, filterClauses, type NameClause } from "./name-clauses.ts";
import type { ServingIndex } from "./serving-choice.ts";

const slopDefault = 20;
const missingIndexStatus = 404;

/** What the searches need to know of the engine; asked anew for each. */
export interface EngineState {
  /** Before each search, so that what other processes imported is known. @returns why it is not */
  update(): Promise<string | undefined>;
  /** Undefined while nothing was imported, or not by all processes. */
  serving(): ServingIndex | undefined;
  scorer(): "plugin" | "painless";
  /** Why searches should not be given to the engine now, for a person. */
  problem(): string | undefined;
  /** The index or the plugin was not as it was known: resolves when it is known anew. */
  lookAgain(): Promise<void>;
  /** @param problem  why the engine did not answer; undefined where it did */
  count(problem: string | undefined): void;
}

type SearchOptions = Parameters<SimilarityReader["search"]>[1];

type Choice =
  | { readonly by: "engine"; readonly question: Omit<EngineQuestion, "shape"> }
  | { readonly by: "shards"; readonly why: string };

export class EngineSimilarity implements SimilarityReader {
  readonly #client: EngineClient;
  readonly #state: EngineState;
  readonly #shards: SimilarityReader;
  readonly #shapes: ShapeReader;
  readonly #clock: Clock;
  readonly #searchOfPage = new Map<string, AbortController>();

  constructor(parts: {
    readonly client: EngineClient;
    readonly state: EngineState;
    readonly shards: SimilarityReader;
    readonly shapes: ShapeReader;
    readonly clock: Clock;
  }) {
    this.#client = parts.client;
    this.#state = parts.state;
    this.#shards = parts.shards;
    this.#shapes = parts.shapes;
    this.#clock = parts.clock;
  }

  async search(query: SimilarityQuery, options: SearchOptions): Promise<SimilarityAnswer> {
    const replaced = new AbortController();
    const { page } = options;
    if (page !== undefined) {
      this.#searchOfPage.get(page)?.abort();
      this.#searchOfPage.set(page, replaced);
    }
    const signals = [replaced.signal, ...(options.signal === undefined ? [] : [options.signal])];
    const signal = AbortSignal.any(signals);
    try {
      return await this.#search(query, signal, options.onProgress);
    } finally {
      if (page !== undefined && this.#searchOfPage.get(page) === replaced) {
        this.#searchOfPage.delete(page);
      }
    }
  }

  async #search(
    query: SimilarityQuery,
    signal: AbortSignal,
    onProgress: SearchOptions["onProgress"],
  ): Promise<SimilarityAnswer> {
    const unknown = await this.#state.update();
    let why = unknown === undefined ? "" : noAnswer(unknown);
    if (unknown !== undefined) this.#state.count(why);
    // A second time where the index was replaced between looking and asking, or the plugin is gone.
    for (let attempt = 0; attempt < 2 && unknown === undefined; attempt++) {
      const choice = this.#choose(query);
      if (choice.by === "shards") {
        why = choice.why;
        break;
      }
      try {
        const answer = await this.#askEngine(query, choice.question);
        if (signal.aborted) throw cancelled();
        this.#state.count(undefined);
        return answer;
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        why = noAnswer(error.message);
        this.#state.count(why);
        if (error.code !== "ENGINE_REFUSED") break;
        await this.#state.lookAgain();
        if (error.status !== missingIndexStatus && attempt > 0) break;
      }
    }
    if (signal.aborted) throw cancelled();
    if (query.method === "classic") throw new SimilarityRefusal("no-search-engine", why);
    const answer = await this.#shards.search(query, {
      signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    return { ...answer, searchedBy: "shards", whyShards: why };
  }

  /** Who answers, and how. @throws SimilarityRefusal  where nobody could */
  #choose(query: SimilarityQuery): Choice {
    const problem = this.#state.problem();
    if (problem !== undefined) return byShards(problem);
    const serving = this.#state.serving();
    if (serving === undefined) return byShards("Nothing was imported into the search engine yet.");
    const { method } = query;
    const scorer = this.#state.scorer();
    if (method === "change" || method === "best" || method === "correlation") {
      return byShards(`The search engine knows no method ${method}; the shards do.`);
    }
    if (method === "fastdtw" && scorer !== "plugin") {
      return byShards("FastDTW inside the search engine needs Kale's plugin on all its nodes.");
    }
    if (query.lagMaxMs !== undefined && query.lagMaxMs > 0) {
      return byShards("The search engine looks at no lags; the shards do.");
    }
    if (!this.#shapes.isNewest(query.range)) {
      return byShards(
        "The search engine holds the newest window only; the shards hold the others.",
      );
    }
    if (query.pointCount !== undefined && query.pointCount !== serving.pointCount) {
      return byShards(`The search engine holds shapes of ${serving.pointCount} points only.`);
    }
    const filter = filterClauses(query.filter);
    const exclude = exclusionClauses(query.exclude);
    if (filter === undefined || exclude === undefined) {
      return byShards("The filter is too long for the search engine.");
    }
    const { bandShare, radius, inverse, limit, offset } = query;
    const planned = planSearch(
      {
        method: method === "classic" ? "fastdtw" : method,
        ...{ bandShare, radius, inverse, limit, offset },
      },
      serving.pointCount,
    );
    if (!planned.ok) throw new SimilarityRefusal(planned.fault, `${planned.message}.`);
    const { plan } = planned;
    return {
      by: "engine",
      question: {
        serving,
        plan,
        band: bandOf(plan.bandShare, serving.pointCount),
        scorer: method === "classic" && scorer !== "plugin" ? "none" : scorer,
        filter,
        exclude: [...exclude, ...ownName(query)],
      },
    };
  }

  async #askEngine(
    query: SimilarityQuery,
    question: Omit<EngineQuestion, "shape">,
  ): Promise<SimilarityAnswer> {
    const startedMs = this.#clock.elapsedMs();
    const { serving, scorer } = question;
    const { range, comparableCount, faultCounts } = serving;
    const queryValues = await this.#shapes.queryValues(query.target, serving, query.method);
    const shape = Float64Array.from(queryValues);
    assert(zNormalise(shape), "a query that does not move was refused");
    const filter =
      query.method === "classic"
        ? [...question.filter, phraseClause(shape, query.slop ?? slopDefault)]
        : question.filter;
    const found = await searchEngine(this.#client, this.#clock, { ...question, shape, filter });
    return {
      range,
      queryValues,
      matches: found.matches,
      isFinal: true,
      isExact: found.isExact,
      comparedCount: comparableCount,
      totalCount: comparableCount,
      unmatchedCounts: faultCounts,
      tookMs: this.#clock.elapsedMs() - startedMs,
      searchedBy: scorer === "none" ? "painless" : scorer,
    };
  }
}

function noAnswer(reason: string): string {
  return `The search engine did not answer: ${reason}.`;
}

function byShards(why: string): Choice {
  return { by: "shards", why };
}

function ownName({ target }: SimilarityQuery): readonly NameClause[] {
  return target.kind === "series" ? [{ term: { name: target.name } }] : [];
}

/** @throws SimilarityRefusal  where the shape has no words */
function phraseClause(shape: Float64Array, slop: number): NameClause {
  const words = fingerprint(shape);
  if (words === "") {
    const message = "The shape has no steps large enough for the original's fingerprint.";
    throw new SimilarityRefusal("no-fingerprint", message);
  }
  return { match_phrase: { fingerprint: { query: words, slop } } };
}

function cancelled(): SimilarityRefusal {
  return new SimilarityRefusal("cancelled", "A newer search took its place.");
}
