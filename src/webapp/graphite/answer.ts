/** Answers of Graphite's API: errors as plain text, as graphite-web sends them, and never cached. */
import type { Hono } from "hono";
import { GraphiteError } from "../../query/graphite/index.ts";
import type { WebappContext, WebappEnv } from "../fault.ts";
import { readParameters } from "./parameters.ts";

const noStore = { "Cache-Control": "no-store" } as const;

export type GraphiteHandler = (
  context: WebappContext,
  given: URLSearchParams,
) => Response | Promise<Response>;

/** Answers GET and POST of the paths; what is wrong with a request is told with 400. */
export function addRead(
  app: Hono<WebappEnv>,
  paths: readonly string[],
  handle: GraphiteHandler,
): void {
  app.on(["GET", "POST"], [...paths], async (context) => {
    const given = await readParameters(context);
    if (given === undefined) {
      return answerError(
        context,
        400,
        "The body is too long, or no form (application/x-www-form-urlencoded).",
      );
    }
    try {
      return await handle(context, given);
    } catch (error) {
      if (!(error instanceof GraphiteError)) throw error;
      return answerError(context, 400, error.message);
    }
  });
}

export function answerError(
  context: WebappContext,
  status: 400 | 404 | 405 | 503,
  message: string,
): Response {
  return context.text(`${message}\n`, status, noStore);
}

export function answerJson(context: WebappContext, value: unknown): Response {
  return context.json(value, 200, noStore);
}
