/** One way to ask the server: JSON or a failure with words for the reader, never an exception. */
import type { ErrorJson } from "../../src/webapp/contract.ts";

export interface FetchFailure {
  /** "unreachable" where there was no answer, else the server's own code. */
  readonly code: string;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  readonly message: string;
}

export type FetchResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: FetchFailure };

const timeoutMs = 20_000;

export async function fetchJson<T>(path: string, signal?: AbortSignal): Promise<FetchResult<T>> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const both = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const response = await fetch(path, { signal: both, headers: { Accept: "application/json" } });
    if (!response.ok) return { ok: false, failure: await failureOf(response) };
    return { ok: true, value: (await response.json()) as T };
  } catch (error) {
    const isSlow = timeout.aborted;
    const message = isSlow
      ? `Kale did not answer within ${timeoutMs / 1000} s.`
      : error instanceof SyntaxError
        ? "The answer is not JSON. Is something else on this port?"
        : "Kale cannot be reached. Is it still running?";
    return { ok: false, failure: { code: "unreachable", status: 0, message } };
  }
}

async function failureOf(response: Response): Promise<FetchFailure> {
  const status = response.status;
  try {
    const { error } = (await response.json()) as ErrorJson;
    return { code: error.code, status, message: error.message };
  } catch {
    return { code: "http", status, message: `The server answered ${status}.` };
  }
}
