/**
 * OpenTSDB's POST /api/put: one point as JSON, or an array of them.
 *
 *     204                        all was taken
 *     200 or 400 with ?summary   { success, failed }
 *     200 or 400 with ?details   { success, failed, errors: [ { datapoint, error } ] }
 *     400 else                   { error: { code, message, details } }
 *
 * Source: opentsdb.net, "/api/put" (2.4) and "HTTP API: errors". Deviations: `errors` holds the last
 * point of each reason and not every point; `sync` and `sync_timeout` are passed over.
 */
import type { Hono } from "hono";
import type { BodyCounts } from "../model/index.ts";
import type { WebappContext, WebappEnv } from "./fault.ts";
import { type IntakeDoor, type IntakeFailure, isAllTaken, refusalText } from "./intake-body.ts";

export function addOpenTsdbIntake(app: Hono<WebappEnv>, door: IntakeDoor): void {
  app.post("/api/put", async (context) => {
    const result = await door.take(context, { kind: "opentsdb" });
    if (!result.ok) return answerError(context, result.failure);
    const { counts } = result;
    if (!counts.isIntact) {
      return answerError(context, { status: 400, message: "The body is no JSON of points." });
    }
    if (counts.pieceCount === 0) {
      return answerError(context, { status: 400, message: "The body holds no points." });
    }
    const wantsDetails = context.req.query("details") !== undefined;
    const isTaken = isAllTaken(counts);
    if (wantsDetails || context.req.query("summary") !== undefined) {
      const summary = { success: counts.takenPieceCount, failed: counts.refusedPieceCount };
      const details = wantsDetails ? { errors: errorsOf(counts) } : {};
      return context.json({ ...details, ...summary }, isTaken ? 200 : 400);
    }
    if (isTaken) return context.body(null, 204);
    const details = "Ask with ?details for the points, or see the page of sources.";
    return answerError(context, { status: 400, message: refusalText(counts), details });
  });
}

function errorsOf({ refusals }: BodyCounts): { datapoint: unknown; error: string }[] {
  return refusals.map(({ reason, count, lastExample }) => ({
    datapoint: pointOf(lastExample),
    error: count === 1 ? reason : `${reason}, the last of ${count}`,
  }));
}

/** Examples are cut, and of a point that was refused later its name: text then. */
function pointOf(example: string): unknown {
  try {
    return JSON.parse(example) as unknown;
  } catch {
    return example;
  }
}

function answerError(
  context: WebappContext,
  { status, message, details }: IntakeFailure & { readonly details?: string },
): Response {
  const error = { code: status, message, ...(details === undefined ? {} : { details }) };
  return context.json({ error }, status);
}
