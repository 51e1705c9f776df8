/**
 * Prometheus' query API, so that Grafana and whoever else asks a Prometheus can ask Kale.
 *
 *     /api/v1/query, /api/v1/query_range              PromQL at one time, over steps
 *     /api/v1/labels, /api/v1/label/N/values          what there is: prometheus-names.ts
 *     /api/v1/series, /api/v1/metadata
 *     /api/v1/rules, /api/v1/alerts                   no rules; active anomalies: prometheus-alerts.ts
 *     /api/v1/query_exemplars                         none are kept
 *     /api/v1/format_query, /api/v1/status/buildinfo
 *     /-/healthy, /-/ready
 *
 * Those that take a query take it as GET or as a form by POST. Errors are Prometheus' own:
 * `{"status":"error","errorType","error"}`. Unknown parameters are passed over, as there.
 *
 * Source: prometheus.io, "HTTP API"; the answers of 2.42.
 */
import type { Hono } from "hono";
import { Duplex } from "node:stream";
import type { ReadableWritablePair } from "node:stream/web";
import { setImmediate } from "node:timers/promises";
import { createGzip } from "node:zlib";
import {
  answerInstant,
  answerRange,
  type AnswerOptions,
  type AnswerText,
  defaultQueryLimits,
  parseQuery,
  printPretty,
  PromqlError,
  stepCountOf,
  typeNames,
  typeOf,
} from "../query/promql/index.ts";
import { SelectorError } from "../query/select/index.ts";
import { DeadlineError, readerInTime, withDeadline } from "./deadline.ts";
import type { WebappContext, WebappEnv } from "./fault.ts";
import { readForm } from "./form-body.ts";
import type { WebappFacts } from "./parts.ts";
import { alertsOf, withAlertSeries } from "./prometheus-alerts.ts";
import { addPrometheusNames } from "./prometheus-names.ts";
import {
  type Ask,
  type ErrorType,
  type PrometheusApiParts,
  type PrometheusData,
  PrometheusRefusal,
  PrometheusRequest,
} from "./prometheus-request.ts";

/** The version whose behaviour is copied; Grafana looks at it to know what it may ask. */
const copiedVersion = "2.42.0";
/** Points a series may have in one answer. */
const stepCountMax = 11_000;

export function addPrometheusApi(app: Hono<WebappEnv>, api: PrometheusApiParts): void {
  const queries = new Queries(api);

  const ask: Ask = (path, answer) => {
    const handle = (context: WebappContext): Promise<Response> => answerAs(context, api, answer);
    app.get(path, handle);
    if (postPaths.has(path)) app.post(path, handle);
  };

  ask("/api/v1/query", (request) => queries.instant(request));
  ask("/api/v1/query_range", (request) => queries.range(request));
  ask("/api/v1/format_query", (request) =>
    Promise.resolve({ data: printPretty(parsed(request.text("query"))) }),
  );
  ask("/api/v1/query_exemplars", () => Promise.resolve({ data: [] }));
  ask("/api/v1/rules", () => Promise.resolve({ data: { groups: [] } }));
  ask("/api/v1/alerts", () => Promise.resolve({ data: { alerts: alertsOf(api.parts.episodes) } }));
  ask("/api/v1/status/buildinfo", () => Promise.resolve({ data: buildInfo(api.facts) }));
  addPrometheusNames(ask, api);

  app.get("/-/healthy", (context) => context.text("Kale is healthy.\n"));
  app.get("/-/ready", (context) => context.text("Kale is ready.\n"));
}

const postPaths: ReadonlySet<string> = new Set([
  "/api/v1/query",
  "/api/v1/query_range",
  "/api/v1/query_exemplars",
  "/api/v1/format_query",
  "/api/v1/labels",
  "/api/v1/series",
]);

const statuses: Readonly<Record<ErrorType, 400 | 404 | 422 | 503>> = {
  bad_data: 400,
  not_found: 404,
  execution: 422,
  timeout: 503,
  unavailable: 503,
};

async function answerAs(
  context: WebappContext,
  api: PrometheusApiParts,
  answer: Parameters<Ask>[1],
): Promise<Response> {
  context.header("Cache-Control", "no-store");
  const form = await readForm(context);
  try {
    if (!form.ok) throw new PrometheusRefusal("bad_data", form.failure.message);
    const request = new PrometheusRequest(form.parameters, api.parts.clock.nowMs());
    const { data, warnings = [] } = await answer(request, context);
    if (data instanceof Pieces) return streamed(context, data.pieces);
    const told = warnings.length === 0 ? {} : { warnings };
    return context.json({ status: "success", data, ...told });
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    const { errorType, message } = refusal;
    return context.json({ status: "error", errorType, error: message }, statuses[errorType]);
  }
}

function refusalOf(error: unknown): PrometheusRefusal | undefined {
  if (error instanceof PrometheusRefusal) return error;
  if (error instanceof PromqlError) {
    return new PrometheusRefusal(
      error.code === "bad-query" ? "bad_data" : error.code,
      error.message,
    );
  }
  if (error instanceof SelectorError) return new PrometheusRefusal("bad_data", error.message);
  if (error instanceof DeadlineError) return new PrometheusRefusal("timeout", `${error.message}.`);
  return undefined;
}

/** An answer as text in pieces, to be sent as they are. */
class Pieces {
  readonly pieces: AnswerText;

  constructor(pieces: AnswerText) {
    this.pieces = pieces;
  }
}

/**
 * Pieces are made when there is room for them, so that a slow reader costs no memory. They are packed here, and
 * lightly: an answer may be tens of MB, and all else that a query costs is less than packing them well.
 */
function streamed(context: WebappContext, data: AnswerText): Response {
  const encoder = new TextEncoder();
  const pieces = enveloped(data);
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      let text = "";
      while (text.length < chunkChars) {
        const { done, value } = pieces.next();
        if (done === true) {
          if (text !== "") controller.enqueue(encoder.encode(text));
          controller.close();
          return;
        }
        text += value;
      }
      controller.enqueue(encoder.encode(text));
    },
  });
  const type = { "Content-Type": "application/json" };
  const accepted = context.req.header("Accept-Encoding") ?? "";
  if (!/\bgzip\b(?!\s*;\s*q=0)/i.test(accepted)) return context.body(stream, 200, type);
  const packer = Duplex.toWeb(createGzip({ level: 1 })) as ReadableWritablePair<
    Uint8Array,
    Uint8Array
  >;
  const headers = { ...type, "Content-Encoding": "gzip", Vary: "Accept-Encoding" };
  return context.body(stream.pipeThrough(packer), 200, headers);
}

const chunkChars = 65_536;

function* enveloped(data: AnswerText): Generator<string, undefined> {
  yield '{"status":"success","data":';
  yield* data;
  yield "}";
  return undefined;
}

/** The queries under way: at most so many, since each may hold its share of memory. */
class Queries {
  readonly #api: PrometheusApiParts;
  #count = 0;

  constructor(api: PrometheusApiParts) {
    this.#api = api;
  }

  async instant(request: PrometheusRequest): Promise<PrometheusData> {
    const timeMs = request.time("time", this.#api.parts.clock.nowMs());
    const options = this.#optionsOf(request);
    const node = parsed(request.text("query"));
    return this.#counted(() => answerInstant(node, timeMs, options));
  }

  async range(request: PrometheusRequest): Promise<PrometheusData> {
    const startMs = request.time("start");
    const endMs = request.time("end");
    if (endMs < startMs) {
      const message = 'invalid parameter "end": end timestamp must not be before start time';
      throw new PrometheusRefusal("bad_data", message);
    }
    const stepMs = request.duration("step");
    if (stepMs <= 0) {
      const message =
        'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer';
      throw new PrometheusRefusal("bad_data", message);
    }
    const query = { startMs, endMs, stepMs };
    if (stepCountOf(query) > stepCountMax + 1) {
      const message =
        "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)";
      throw new PrometheusRefusal("bad_data", message);
    }
    const options = this.#optionsOf(request);
    const node = parsed(request.text("query"));
    const type = typeOf(node);
    if (type !== "scalar" && type !== "vector") {
      const message = `invalid parameter "query": invalid expression type "${typeNames[type]}" for range query, must be Scalar or instant Vector`;
      throw new PrometheusRefusal("bad_data", message);
    }
    return this.#counted(() => answerRange(node, query, options));
  }

  #optionsOf(request: PrometheusRequest): AnswerOptions {
    const { parts, limits } = this.#api;
    const { timeoutMs: mostMs } = defaultQueryLimits;
    const timeoutMs = Math.min(mostMs, request.duration("timeout", mostMs));
    return {
      limits: { ...defaultQueryLimits, timeoutMs },
      elapsedMs: () => parts.clock.elapsedMs(),
      pause: () => setImmediate(),
      source: withAlertSeries(
        {
          select: (selector) =>
            withDeadline(parts.index.select(selector), "the shards", limits.answerWaitMs),
          ...readerInTime(parts.series, "the store", limits.answerWaitMs),
        },
        { episodes: parts.episodes, nowMs: parts.clock.nowMs() },
      ),
    };
  }

  async #counted(answer: () => Promise<AnswerText>): Promise<PrometheusData> {
    const most = this.#api.limits.searchCountMax;
    if (this.#count >= most) {
      const message = `${most} queries are under way, which is the most at a time; ask again later`;
      throw new PrometheusRefusal("unavailable", message);
    }
    this.#count += 1;
    try {
      return { data: new Pieces(await answer()) };
    } finally {
      this.#count -= 1;
    }
  }
}

function parsed(query: string): ReturnType<typeof parseQuery> {
  try {
    return parseQuery(query);
  } catch (error) {
    if (!(error instanceof PromqlError)) throw error;
    throw new PrometheusRefusal("bad_data", `invalid parameter "query": ${error.message}`);
  }
}

function buildInfo({ version }: WebappFacts): Record<string, string> {
  return {
    version: copiedVersion,
    revision: `kale-${version}`,
    branch: "kale",
    buildUser: "",
    buildDate: "",
    goVersion: "",
  };
}
