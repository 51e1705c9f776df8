/**
 * OpenTSDB's POST /api/put: one point as JSON, or an array of them.
 *
 *     204                        all was taken
 *     200 or 400 with ?summary   { success, failed }
 *     200 or 400 with ?details   { success, failed, errors: [ { datapoint, error } ] }
 *     400 else                   { error: { code, message, details } }
 *     405 to GET                 the same
 *
 * With `?sync` the answer comes when the points are on disk, or after `sync_timeout` milliseconds with
 * 400: the points are taken then, and it is not known yet whether they will last.
 *
 * Source: opentsdb.net, "/api/put" (2.4) and "HTTP API: errors". Deviations: `errors` ends after
 * `errorCountMax` points; a point longer than 200 characters is told cut, as text.
 */
import type { Hono } from "hono";
import { canonicalName, type BodyCounts } from "../model/index.ts";
import { isSet } from "../query/opentsdb/index.ts";
import { pathOf, tagsOf } from "../query/select/index.ts";
import { DeadlineError } from "./deadline.ts";
import type { WebappContext, WebappEnv } from "./fault.ts";
import { type IntakeDoor, type IntakeFailure, isAllTaken, refusalText } from "./intake-body.ts";

const errorCountMax = 1_000;

export function addOpenTsdbIntake(app: Hono<WebappEnv>, door: IntakeDoor): void {
  app.get("/api/put", (context) => {
    const message = "Method not allowed";
    const details = "The HTTP method [GET] is not permitted for this endpoint: points are posted.";
    const headers = { Allow: "POST" };
    return context.json({ error: { code: 405, message, details } }, 405, headers);
  });
  app.post("/api/put", async (context) => {
    const asked = new URL(context.req.url).searchParams;
    const wantsDetails = isSet(asked, "details");
    const result = await door.take(context, {
      kind: "opentsdb",
      ...(wantsDetails ? { exampleCountMax: errorCountMax } : {}),
    });
    if (!result.ok) return answerError(context, result.failure);
    const { counts } = result;
    if (!counts.isIntact) {
      return answerError(context, { status: 400, message: "The body is no JSON of points." });
    }
    if (counts.pieceCount === 0) {
      return answerError(context, { status: 400, message: "The body holds no points." });
    }
    const isInTime = !isSet(asked, "sync") || (await syncs(door, asked.get("sync_timeout")));
    const isTaken = isAllTaken(counts) && isInTime;
    if (wantsDetails || isSet(asked, "summary")) {
      const summary = { success: counts.takenPieceCount, failed: counts.refusedPieceCount };
      const details = wantsDetails ? { errors: errorsOf(counts) } : {};
      const timeout = isInTime ? {} : { timeouts: counts.takenPieceCount };
      return context.json({ ...details, ...summary, ...timeout }, isTaken ? 200 : 400);
    }
    if (isTaken) return context.body(null, 204);
    if (!isInTime) {
      const message = `The put call has timed out with ${counts.takenPieceCount} points not yet on disk.`;
      return answerError(context, { status: 400, message });
    }
    const details = "Ask with ?details for the points, or see the page of sources.";
    return answerError(context, { status: 400, message: refusalText(counts), details });
  });
}

/** @returns whether it was done in time */
async function syncs(door: IntakeDoor, timeout: string | null): Promise<boolean> {
  const wantedMs = Number(timeout ?? 0);
  try {
    await door.sync(wantedMs > 0 ? wantedMs : Infinity);
    return true;
  } catch (error) {
    if (error instanceof DeadlineError) return false;
    throw error;
  }
}

function errorsOf({
  examples = [],
}: BodyCounts): { readonly datapoint: unknown; readonly error: string }[] {
  return examples.map(({ reason, example }) => ({ datapoint: pointOf(example), error: reason }));
}

/** Of a point that was refused by name, time or value there is a line: name, value, seconds. */
function pointOf(example: string): unknown {
  try {
    return JSON.parse(example) as unknown;
  } catch {
    const [, written, value = "", time = ""] = /^(.*) (\S+) (\S+)$/s.exec(example) ?? [];
    if (written === undefined || written.endsWith("…")) return example;
    const name = canonicalName(written);
    return {
      metric: pathOf(name),
      timestamp: Number(time),
      value: Number(value),
      tags: Object.fromEntries(tagsOf(name).map((tag) => [tag.key, tag.value])),
    };
  }
}

function answerError(
  context: WebappContext,
  { status, message, details }: IntakeFailure & { readonly details?: string },
): Response {
  const error = { code: status, message, ...(details === undefined ? {} : { details }) };
  return context.json({ error }, status);
}
