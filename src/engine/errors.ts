/** Failures of a search engine that a sound program can meet; each says what was asked of which node. */

export type EngineErrorCode =
  /** No node answers, or none in time, or the cluster is not ready: try again later. */
  | "ENGINE_UNREACHABLE"
  /** 429: it asks for fewer or smaller requests. */
  | "ENGINE_BUSY"
  /** Password, key, certificate, permission. */
  | "ENGINE_DENIED"
  /** It refuses this request for good: malformed, full disk, read-only index, wrong version. */
  | "ENGINE_REFUSED"
  /** The answer is not what a search engine gives. */
  | "ENGINE_CORRUPT";

export interface EngineErrorFacts {
  /** HTTP status; undefined where there was no answer. */
  readonly status?: number | undefined;
  /** The engine's own word for it, e.g. "index_not_found_exception"; "" where it gave none. */
  readonly type?: string;
  /** How long it asks to be left alone. */
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;
  readonly status: number | undefined;
  readonly type: string;
  readonly retryAfterMs: number | undefined;

  /** @param message  what was tried on what, and the remedy where there is one */
  constructor(code: EngineErrorCode, message: string, facts: EngineErrorFacts = {}) {
    super(message, { cause: facts.cause });
    this.code = code;
    this.status = facts.status;
    this.type = facts.type ?? "";
    this.retryAfterMs = facts.retryAfterMs;
  }
}
