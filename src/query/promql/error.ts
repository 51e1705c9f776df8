/** What is wrong with a query, or with its evaluation. Thrown inside, and told to whoever asked. */

export type PromqlErrorCode =
  /** The query is none; the message begins with line and column. */
  | "bad-query"
  /** It is one, and these data have no answer to it, or it would take more than is allowed. */
  | "execution"
  | "timeout";

export class PromqlError extends Error {
  override readonly name = "PromqlError";
  readonly code: PromqlErrorCode;

  constructor(code: PromqlErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** @param at  index into the query, where the fault is */
export function badQuery(query: string, at: number, message: string): PromqlError {
  const before = query.slice(0, at).split("\n");
  const column = (before.at(-1)?.length ?? 0) + 1;
  return new PromqlError("bad-query", `${before.length}:${column}: parse error: ${message}`);
}

export function executionError(message: string): PromqlError {
  return new PromqlError("execution", message);
}
