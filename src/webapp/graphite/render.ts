/**
 * /render: targets evaluated, and their series in the form asked for.
 *
 * Requests are evaluated on this thread, in small pieces, a few at a time; further ones wait for their
 * turn, and beyond a stated number are refused.
 */
import { setImmediate } from "node:timers/promises";
import type { Hono } from "hono";
import {
  csvText,
  dygraphJson,
  evaluateTargets,
  graphiteJson,
  GraphiteError,
  type GraphiteSource,
  msgpackBytes,
  type Pace,
  pickleBytes,
  rawText,
  readRenderRequest,
  type RenderRequest,
  rickshawJson,
  type Series,
} from "../../query/graphite/index.ts";
import { pngOf } from "../../picture/index.ts";
import { readerInTime, withDeadline } from "../deadline.ts";
import type { WebappContext, WebappEnv } from "../fault.ts";
import type { WebappLimits, WebappParts } from "../parts.ts";
import { addRead, answerError } from "./answer.ts";
import { findEvents, hasTags } from "./events.ts";
import { pictureOf } from "./picture.ts";
import { Turns } from "./turns.ts";

/** Values that one answer may hold. */
const answerPointCountMax = 5_000_000;
const atOnceMax = 4;
const waitingMax = 64;

export interface RenderParts {
  readonly parts: Pick<WebappParts, "series" | "index" | "episodes" | "clock">;
  readonly limits: Pick<WebappLimits, "answerWaitMs">;
}

export function addRender(app: Hono<WebappEnv>, { parts, limits }: RenderParts): void {
  const turns = new Turns({ atOnceMax, waitingMax });
  const { clock } = parts;
  const pace: Pace = { elapsedMs: () => clock.elapsedMs(), pause: () => setImmediate() };
  const source = sourceOf(parts, limits);

  addRead(app, ["/render", "/render/"], async (context, given) => {
    const request = readRenderRequest(given, clock.nowMs());
    const release = await turns.take();
    if (release === undefined) {
      context.header("Retry-After", "1");
      return answerError(context, 503, "Too many graphs are asked for at once; try again.");
    }
    try {
      const list = await evaluateTargets(request.query, source, pace);
      return await answerSeries(context, { request, given }, list);
    } finally {
      release();
    }
  });
}

/** Whoever is asked and stays silent is given up after a while. */
function sourceOf(
  { series, index, episodes }: Pick<WebappParts, "series" | "index" | "episodes">,
  { answerWaitMs }: Pick<WebappLimits, "answerWaitMs">,
): GraphiteSource {
  return {
    series: readerInTime(series, "the store", answerWaitMs),
    index: {
      select: (selector) => withDeadline(index.select(selector), "the shards", answerWaitMs),
    },
    eventTimes({ fromSeconds, untilSeconds }, tags) {
      const range = { fromMs: fromSeconds * 1000, untilMs: untilSeconds * 1000 };
      return findEvents(episodes, range)
        .filter((event) => hasTags(event.tags, tags))
        .map(({ when }) => when);
    },
  };
}

async function answerSeries(
  context: WebappContext,
  { request, given }: { readonly request: RenderRequest; readonly given: URLSearchParams },
  list: readonly Series[],
): Promise<Response> {
  context.header("Cache-Control", "no-store");
  checkSize(request, list);
  switch (request.format) {
    case "json":
      return answerText(context, "application/json", graphiteJson(list, request));
    case "dygraph":
      return answerText(context, "application/json", dygraphJson(list));
    case "rickshaw":
      return answerText(context, "application/json", rickshawJson(list));
    case "csv":
      return answerText(context, "text/csv; charset=utf-8", csvText(list, request.query.zone));
    case "raw":
      return answerText(context, "text/plain; charset=utf-8", rawText(list));
    case "pickle":
      return answerBytes(context, "application/pickle", pickleBytes(list));
    case "msgpack":
      return answerBytes(context, "application/x-msgpack", msgpackBytes(list));
    case "svg":
      return context.body(pictureOf(list, request, given), 200, {
        "Content-Type": "image/svg+xml",
      });
    case "png":
      return answerBytes(context, "image/png", await pngOf(pictureOf(list, request, given)));
  }
}

/** Consolidated answers are as small as they were asked to be. */
function checkSize({ format, maxDataPoints }: RenderRequest, list: readonly Series[]): void {
  if (format === "svg" || format === "png") return;
  const perSeriesMax = format === "json" ? (maxDataPoints ?? Infinity) : Infinity;
  let count = 0;
  for (const { values } of list) count += Math.min(values.length, perSeriesMax);
  if (count <= answerPointCountMax) return;
  throw new GraphiteError(
    "too-much",
    `The answer would hold ${count} values; at most ${answerPointCountMax} are sent. Ask for format=json with maxDataPoints.`,
  );
}

/** Sent piece by piece, so that others have their turn while a long answer is written. */
function answerText(context: WebappContext, type: string, pieces: Generator<string>): Response {
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = pieces.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
      await setImmediate();
    },
  });
  return context.body(stream, 200, { "Content-Type": type });
}

function answerBytes(
  context: WebappContext,
  type: string,
  bytes: Uint8Array<ArrayBuffer>,
): Response {
  return context.body(bytes, 200, { "Content-Type": type });
}
