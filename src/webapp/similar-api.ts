/**
 * /kale/similar: what moved like this? One answer as JSON; or, with
 * `Accept: application/x-ndjson`, a line for each better answer as the search goes on.
 *
 * Whoever hangs up ends the search. Nothing is queued for a slow reader: of the lines that it has not
 * taken yet only the newest is kept.
 */
import type { Hono } from "hono";
import { SimilarityRefusal, type SimilarityAnswer, type SimilarityQuery } from "../model/index.ts";
import type { ErrorJson, SeenBeforeJson, SimilarJson } from "./contract.ts";
import { DeadlineError, withDeadline } from "./deadline.ts";
import {
  answerFault,
  faultStatus,
  isFaultCode,
  unknownSeries,
  type WebappContext,
  type WebappEnv,
} from "./fault.ts";
import { readJsonBody } from "./json-body.ts";
import { NewestLine } from "./newest-line.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { Query, rangeLengthMaxMs } from "./query.ts";
import { ruleFor } from "./route-rules.ts";
import { seenBeforeJson, targetSeenBeforeJson } from "./seen-before.ts";
import { readShape, readSimilarRequest, type SimilarRequest } from "./similar-request.ts";

const hourMs = 3_600_000;
const linesType = "application/x-ndjson";

export interface SimilarApiParts {
  readonly parts: WebappParts;
  readonly limits: WebappLimits;
}

export function addSimilarApi(app: Hono<WebappEnv>, api: SimilarApiParts): void {
  const searches = new Searches(api);

  app.get("/kale/similar", async (context) => {
    const query = new Query(context.req.url, api.parts.clock.nowMs());
    const read = readSimilarRequest(query, undefined, api.parts.episodes);
    if (!read.ok) return answerFault(context, read.fault);
    return await searches.answer(context, read.request);
  });

  app.post("/kale/similar", async (context) => {
    const bytesMax = ruleFor("POST", "/kale/similar")?.bodyBytesMax ?? 0;
    const body = await readJsonBody(context, bytesMax);
    if (!body.ok) return answerFault(context, body.fault);
    const shape = readShape(body.value, new URL(context.req.url).searchParams);
    if (!shape.ok) return answerFault(context, { code: "bad-field", message: shape.message });
    const query = new Query(shape.parameters, api.parts.clock.nowMs());
    const read = readSimilarRequest(query, shape.values, api.parts.episodes);
    if (!read.ok) return answerFault(context, read.fault);
    return await searches.answer(context, read.request);
  });

  app.get("/kale/seen", async (context) => {
    const query = new Query(context.req.url, api.parts.clock.nowMs());
    const name = query.requiredSeriesName();
    const range = query.range({ fallbackMs: hourMs, lengthMaxMs: rangeLengthMaxMs });
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);
    const newest = { fromMs: range.untilMs - 1, untilMs: range.untilMs };
    const asked = api.parts.series.read(name, newest);
    const samples = await withDeadline(asked, "the store", api.limits.answerWaitMs);
    if (samples === undefined) return answerFault(context, unknownSeries(name));
    const seen = await seenBeforeJson(api.parts, api.limits, name, range);
    if (seen !== undefined) return context.json(seen);
    const message = "The collections could not be matched in time; try again.";
    return answerFault(context, { code: "no-answer", message });
  });
}

/** The searches under way: at most so many, each ended when nobody waits for it any more. */
class Searches {
  readonly #parts: WebappParts;
  readonly #limits: WebappLimits;
  #count = 0;

  constructor({ parts, limits }: SimilarApiParts) {
    this.#parts = parts;
    this.#limits = limits;
  }

  async answer(context: WebappContext, request: SimilarRequest): Promise<Response> {
    if (this.#count >= this.#limits.searchCountMax) {
      context.header("Retry-After", "2");
      const message = "As many searches are under way as are allowed; try again in 2 s.";
      return answerFault(context, { code: "too-many-searches", message });
    }
    context.header("Vary", "Accept");
    const isProgressive = context.req.header("Accept")?.includes(linesType) === true;
    return isProgressive
      ? await this.#answerLines(context, request)
      : await this.#answerOnce(context, request);
  }

  async #answerOnce(context: WebappContext, request: SimilarRequest): Promise<Response> {
    try {
      return context.json(await this.#search(context, request, undefined));
    } catch (error) {
      return answerRefusal(context, error);
    }
  }

  /** Refusals mostly come before there is a first answer, and are then told by the status. */
  async #answerLines(context: WebappContext, request: SimilarRequest): Promise<Response> {
    const line = new NewestLine();
    const search = this.#search(context, request, (answer) => line.offer(lineOf(answer)));
    const ended = search.then(
      (answer) => line.end(lineOf(answer)),
      (error: unknown) => {
        if (!line.isBegun) throw error;
        if (!(error instanceof SimilarityRefusal)) {
          this.#parts.logger.error("a search failed", { error: String(error) });
        }
        line.end(lineOf(errorJson(error)));
      },
    );
    try {
      await Promise.race([line.begun, ended]);
    } catch (error) {
      return answerRefusal(context, error);
    }
    ended.catch(() => undefined);
    return context.body(line.stream(), 200, {
      "Content-Type": `${linesType}; charset=utf-8`,
      "Cache-Control": "no-store, no-transform",
      // nginx would otherwise hold lines back until its buffer is full.
      "X-Accel-Buffering": "no",
    });
  }

  async #search(
    context: WebappContext,
    { query, page }: SimilarRequest,
    onProgress: ((answer: SimilarJson) => void) | undefined,
  ): Promise<SimilarJson> {
    const cancel = new AbortController();
    const { outgoing } = context.env;
    const onClose = (): void => cancel.abort();
    outgoing.once("close", onClose);
    this.#count += 1;
    try {
      const seen = this.#seenBefore(query);
      const search = this.#parts.similarity.search(query, {
        signal: cancel.signal,
        ...(page === undefined ? {} : { page }),
        ...(onProgress === undefined
          ? {}
          : {
              onProgress: (answer: SimilarityAnswer): void => {
                if (!answer.isFinal) onProgress(similarJson(query, answer, []));
              },
            }),
      });
      const answer = await withDeadline(search, "the search", this.#limits.searchWaitMs);
      return similarJson(query, answer, await seen);
    } finally {
      this.#count -= 1;
      outgoing.off("close", onClose);
      // Ends one that was given up; one that has its answer is past hearing it.
      cancel.abort();
    }
  }

  async #seenBefore({ target, range }: SimilarityQuery): Promise<SeenBeforeJson[]> {
    return (await targetSeenBeforeJson(this.#parts, this.#limits, target, range)) ?? [];
  }
}

function similarJson(
  query: SimilarityQuery,
  answer: SimilarityAnswer,
  seenBefore: SeenBeforeJson[],
): SimilarJson {
  return {
    query: {
      name: query.target.kind === "series" ? query.target.name : null,
      from: answer.range.fromMs / 1000,
      until: answer.range.untilMs / 1000,
      method: query.method,
      values: Array.from(answer.queryValues, (value) => (Number.isFinite(value) ? value : null)),
    },
    matches: answer.matches.map((match) => ({
      name: match.name,
      score: match.likeness,
      likeness: match.likeness,
      distance: match.distance,
      lag: match.lagMs / 1000,
      sign: match.sign,
    })),
    final: answer.isFinal,
    exact: answer.isExact,
    compared: answer.comparedCount,
    total: answer.totalCount,
    unmatched: { ...answer.unmatchedCounts },
    tookMs: answer.tookMs,
    searchedBy: answer.searchedBy ?? "shards",
    whyShards: answer.whyShards ?? null,
    limitedTo: answer.limitedTo ?? null,
    seenBefore,
  };
}

function lineOf(value: SimilarJson | ErrorJson): string {
  return `${JSON.stringify(value)}\n`;
}

/** What cannot be searched is told with its own code; anything else is for `onError` in app.ts. */
function answerRefusal(context: WebappContext, error: unknown): Response {
  if (!(error instanceof SimilarityRefusal)) throw error;
  const { code, message } = error;
  const status = isFaultCode(code) ? faultStatus(code) : code.startsWith("bad-") ? 400 : 422;
  return context.json<ErrorJson>({ error: { code, message } }, status);
}

/** Once lines were sent there is no status any more: the last line tells what went wrong. */
function errorJson(error: unknown): ErrorJson {
  if (error instanceof SimilarityRefusal) {
    return { error: { code: error.code, message: error.message } };
  }
  if (error instanceof DeadlineError) {
    return { error: { code: "no-answer", message: `${error.message}.` } };
  }
  return { error: { code: "internal", message: "The search failed; the program's log says why." } };
}
