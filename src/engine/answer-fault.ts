/** What an error of a socket or of an engine means for who asked. Pure. */
import { EngineError } from "./errors.ts";
import type { ErrorWithCode, NodeAnswer } from "./transport.ts";

const reasonLengthMax = 500;

/** Of Node's and OpenSSL's codes, those that say the certificate is not accepted. */
const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME/;

export function socketFault(what: string, error: unknown): EngineError {
  const { code = "", message } = error as ErrorWithCode;
  if (certificateCode.test(code)) {
    const remedy = "name the file of its authority's certificate in the settings";
    return new EngineError(
      "ENGINE_DENIED",
      `${what}: the certificate is refused: ${message}; ${remedy}`,
      {
        cause: error,
      },
    );
  }
  // A connection to several addresses of one name fails with an empty message.
  return new EngineError("ENGINE_UNREACHABLE", `${what}: ${message === "" ? code : message}`, {
    cause: error,
  });
}

/** @param answer  of a status from 400 on */
export function answerFault(what: string, answer: NodeAnswer): EngineError {
  const { status } = answer;
  const { type, reason } = readFault(answer.body);
  const message = `${what}: ${status}${type === "" ? "" : ` ${type}`}${reason === "" ? "" : `: ${reason}`}`;
  const facts = { status, type, retryAfterMs: retryAfterMs(answer) };
  if (isWriteBlock(type, reason)) {
    return new EngineError(
      "ENGINE_REFUSED",
      `${message}; the index takes no writes, mostly because a disk of the cluster is full`,
      facts,
    );
  }
  switch (status) {
    case 401:
    case 403:
      return new EngineError("ENGINE_DENIED", `${message}; check user, password or key`, facts);
    case 429:
      return new EngineError("ENGINE_BUSY", message, facts);
    case 408:
    case 502:
    case 503:
    case 504:
      return new EngineError("ENGINE_UNREACHABLE", message, facts);
    default:
      return new EngineError("ENGINE_REFUSED", message, facts);
  }
}

/**
 * Whether the index is closed for writing, as it becomes where disks are full. Elasticsearch 7 answers
 * this with 429, OpenSearch and others with 403; a 503 of the same type is a cluster not ready.
 */
function isWriteBlock(type: string, reason: string): boolean {
  return type === "cluster_block_exception" && /read-only|flood|disk/i.test(reason);
}

function readFault(body: Buffer): { type: string; reason: string } {
  try {
    const { error } = JSON.parse(body.toString("utf8")) as { error?: unknown };
    if (typeof error === "string") return { type: "", reason: cut(error) };
    const { type, reason, root_cause: roots } = (error ?? {}) as Record<string, unknown>;
    const root = Array.isArray(roots)
      ? (roots[0] as Record<string, unknown> | undefined)
      : undefined;
    const rootReason = root?.["reason"];
    const text = typeof reason === "string" ? reason : "";
    // "all shards failed" alone helps nobody; the root cause says why.
    const more = typeof rootReason === "string" && rootReason !== text ? ` (${rootReason})` : "";
    return { type: typeof type === "string" ? type : "", reason: cut(text + more) };
  } catch {
    return { type: "", reason: cut(body.toString("utf8").trim()) };
  }
}

function cut(text: string): string {
  return text.length <= reasonLengthMax ? text : `${text.slice(0, reasonLengthMax)}…`;
}

/** Seconds only; a date is no use without agreeing on the time. */
function retryAfterMs(answer: NodeAnswer): number | undefined {
  const seconds = Number(answer.headers["retry-after"]);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
