/**
 * Why a request was not answered as asked: one closed list of reasons, each with its status.
 * A fault is `{"error":{"code","message"}}`; the copied APIs have their own forms.
 */
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { Account } from "../model/index.ts";
import type { ErrorJson } from "./contract.ts";

/** @see openListener in listener.ts, which fills `landing` */
export interface WebappEnv {
  Bindings: HttpBindings & {
    /** Where "/" leads on the port that the request came in on. */
    readonly landing: string;
  };
  Variables: {
    /** Who asks; only on routes that want to know, see admission.ts. */
    account?: Account;
  };
}

export type WebappContext = Context<WebappEnv>;

const statuses = {
  "bad-body": 400,
  "bad-field": 400,
  "bad-parameter": 400,
  "bad-request": 400,
  "missing-parameter": 400,
  "repeated-parameter": 400,
  "unknown-parameter": 400,
  "not-signed-in": 401,
  "wrong-credentials": 401,
  "forbidden-host": 403,
  "forbidden-origin": 403,
  "not-found": 404,
  "unknown-anomaly": 404,
  "unknown-collection": 404,
  "unknown-feedback": 404,
  "unknown-note": 404,
  "unknown-series": 404,
  "unknown-silence": 404,
  "unknown-user": 404,
  "unknown-view": 404,
  "method-not-allowed": 405,
  cancelled: 409,
  "changed-meanwhile": 409,
  "import-running": 409,
  "name-taken": 409,
  "body-too-large": 413,
  "no-body-taken": 413,
  "not-json": 415,
  "empty-window": 422,
  "too-many-collections": 422,
  "too-many-feedbacks": 422,
  "too-many-items": 422,
  "too-many-silences": 422,
  "too-many-users": 422,
  "too-many-views": 422,
  "too-many-attempts": 429,
  internal: 500,
  "not-configured": 501,
  "no-search-engine": 501,
  "not-ready": 503,
  "pages-not-built": 503,
  starting: 503,
  "too-many-clients": 503,
  "too-many-searches": 503,
  unavailable: 503,
  "no-answer": 504,
} as const;

export type FaultCode = keyof typeof statuses;

export interface Fault {
  readonly code: FaultCode;
  /** Whole sentence for a person: what was found where, and what is allowed. */
  readonly message: string;
}

/** A fault whose answer has headers of its own. */
export interface Refusal {
  readonly fault: Fault;
  readonly headers: Readonly<Record<string, string>>;
}

export function faultStatus(code: FaultCode): (typeof statuses)[FaultCode] {
  return statuses[code];
}

export function isFaultCode(code: string): code is FaultCode {
  return Object.hasOwn(statuses, code);
}

export function unknownSeries(name: string): Fault {
  return { code: "unknown-series", message: `No series has the name ${quoted(name)}.` };
}

export function faultJson({ code, message }: Fault): ErrorJson {
  return { error: { code, message } };
}

export function answerFault(context: WebappContext, fault: Fault): Response {
  return context.json(faultJson(fault), faultStatus(fault.code), { "Cache-Control": "no-store" });
}

export function answerRefusal(context: WebappContext, { fault, headers }: Refusal): Response {
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  return answerFault(context, fault);
}

/** Text from outside as it may stand in a message: on one line, quoted, and not too long. */
export function quoted(text: string): string {
  const cut = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(cut);
}
