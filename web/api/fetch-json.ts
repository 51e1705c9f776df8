/** One way to ask the server: its answer or a failure with words for the reader, never an exception. */
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

/** A form of answer, and how to read it; throws a SyntaxError where it has another. */
export interface AnswerForm<T> {
  readonly type: string;
  readonly read: (response: Response) => Promise<T>;
}

const timeoutMs = 20_000;

export function fetchJson<T>(path: string, signal?: AbortSignal): Promise<FetchResult<T>> {
  return request<T>(path, { signal, form: json() });
}

export function fetchAs<T>(
  form: AnswerForm<T>,
  path: string,
  signal?: AbortSignal,
): Promise<FetchResult<T>> {
  return request(path, { signal, form });
}

/** A request that changes something; an answer without content is `undefined`. */
export function sendJson<T>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
): Promise<FetchResult<T>> {
  return request<T>(path, { method, body, form: json() });
}

function json<T>(): AnswerForm<T> {
  return {
    type: "application/json",
    async read(response) {
      const text = await response.text();
      return (text === "" ? undefined : JSON.parse(text)) as T;
    },
  };
}

async function request<T>(
  path: string,
  {
    method = "GET",
    body,
    signal,
    form,
  }: {
    readonly method?: string;
    readonly body?: unknown;
    readonly signal?: AbortSignal | undefined;
    readonly form: AnswerForm<T>;
  },
): Promise<FetchResult<T>> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const both = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  try {
    const headers: Record<string, string> = { Accept: form.type };
    const init: RequestInit = { method, headers, signal: both };
    if (body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(body);
    }
    const response = await fetch(path, init);
    if (!response.ok) return { ok: false, failure: await failureOf(response) };
    return { ok: true, value: await form.read(response) };
  } catch (error) {
    return { ok: false, failure: unreachable(error, timeout.aborted ? timeoutMs : undefined) };
  }
}

/** @param slowMs  how long was waited, if that is why */
export function unreachable(error: unknown, slowMs: number | undefined): FetchFailure {
  const message =
    slowMs !== undefined
      ? `Kale did not answer within ${slowMs / 1000} s.`
      : error instanceof SyntaxError
        ? "The answer is not one of Kale's. Is something else on this port?"
        : "Kale cannot be reached. Is it still running?";
  return { code: "unreachable", status: 0, message };
}

export async function failureOf(response: Response): Promise<FetchFailure> {
  const status = response.status;
  try {
    const { error } = (await response.json()) as ErrorJson;
    return { code: error.code, status, message: error.message };
  } catch {
    return { code: "http", status, message: `The server answered ${status}.` };
  }
}
