/**
 * OpenTSDB's HTTP API over whatever keeps the series: what Grafana's OpenTSDB source and other
 * clients of a TSD ask. docs/query-apis.md tells it to users, with what is left out.
 *
 * Source: opentsdb.net, "HTTP API" (2.4). Reading needs no token, by POST neither; a query may not
 * delete. `/api/put` is in intake-opentsdb.ts. Answers to errors are in OpenTSDB's own form.
 */
import type { Hono } from "hono";
import {
  answerPieces,
  isSet,
  type ParsedQuery,
  parseQueryJson,
  parseQueryUrl,
  type TsdbQuery,
} from "../query/opentsdb/index.ts";
import type { WebappContext, WebappEnv } from "./fault.ts";
import { answeringErrors, TsdbError } from "./opentsdb-error.ts";
import { addOpenTsdbFacts } from "./opentsdb-facts.ts";
import { addOpenTsdbNames } from "./opentsdb-names.ts";
import { defaultTsdbLimits, type TsdbAnswer, TsdbReader } from "./opentsdb-reader.ts";
import { type OpenTsdbApiParts, parametersOf, readTsdbJson } from "./opentsdb-request.ts";
import { Turnstile } from "./turnstile.ts";

/** Each may hold some ten megabytes; a dashboard sends dozens at once. */
const runningMax = 4;
const waitingMax = 128;
const retryAfterSeconds = 5;

export function addOpenTsdbApi(app: Hono<WebappEnv>, api: OpenTsdbApiParts): void {
  const { parts, limits } = api;
  const reader = new TsdbReader(parts, { ...defaultTsdbLimits, ...limits });
  const turnstile = new Turnstile({ runningMax, waitingMax });

  const answerQuery = (
    context: WebappContext,
    parse: () => ParsedQuery | Promise<ParsedQuery>,
  ): Promise<Response> =>
    answeringErrors(context, async () => {
      const parsed = await parse();
      if (!parsed.ok) throw new TsdbError(400, parsed.fault.message);
      if (turnstile.isFull) {
        context.header("Retry-After", String(retryAfterSeconds));
        throw new TsdbError(503, "As many queries wait as are allowed; try again later.");
      }
      const { signal } = context.req.raw;
      const answer = await turnstile.run(() => reader.answer(parsed.query, signal));
      return bodyOf(context, parsed.query, answer);
    });

  app.get("/api/query", (context) =>
    answerQuery(context, () => parseQueryUrl(parametersOf(context), parts.clock.nowMs())),
  );
  app.post("/api/query", (context) =>
    answerQuery(context, async () => {
      const body = await readTsdbJson(context);
      const asArrays = isSet(parametersOf(context), "arrays");
      return parseQueryJson(body, { nowMs: parts.clock.nowMs(), asArrays });
    }),
  );
  addOpenTsdbNames(app, api);
  addOpenTsdbFacts(app, api);
}

const jsonHeaders = {
  "Content-Type": "application/json; charset=UTF-8",
  "Cache-Control": "no-store",
};

/** Long answers are made as they are taken. */
function bodyOf(context: WebappContext, query: TsdbQuery, answer: TsdbAnswer): Response {
  const pieces = answerPieces(query, answer.results, answer.globals);
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
  });
  return context.body(stream, 200, jsonHeaders);
}
