/** Why one of OpenTSDB's routes does not answer as asked, in the form that its clients know. */
import { SelectorError } from "../query/select/index.ts";
import { DeadlineError } from "./deadline.ts";
import type { WebappContext } from "./fault.ts";

export type TsdbErrorStatus = 400 | 404 | 413 | 415 | 503 | 504;

export class TsdbError extends Error {
  override readonly name = "TsdbError";
  readonly status: TsdbErrorStatus;
  /** What to do about it. */
  readonly details: string | undefined;

  constructor(status: TsdbErrorStatus, message: string, details?: string) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

/** `{"error":{"code","message","details"}}`. Source: opentsdb.net, "HTTP API: errors" (2.4). */
export function answerTsdbError(context: WebappContext, error: TsdbError): Response {
  const { status, message, details } = error;
  const body = { code: status, message, ...(details === undefined ? {} : { details }) };
  return context.json({ error: body }, status);
}

/** Answers what is the caller's doing or the time's; everything else is thrown on. */
export async function answeringErrors(
  context: WebappContext,
  work: () => Promise<Response>,
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TsdbError) return answerTsdbError(context, error);
    if (error instanceof SelectorError) {
      return answerTsdbError(context, new TsdbError(400, error.message));
    }
    if (error instanceof DeadlineError) {
      return answerTsdbError(context, new TsdbError(504, `${error.message}.`));
    }
    throw error;
  }
}
