/**
 * Parameters of Prometheus' API: times as Unix seconds or RFC 3339, lengths of time as seconds or as
 * in `5m`. What is wrong is thrown as a refusal in Prometheus' words.
 */
import { parseDuration } from "../query/promql/index.ts";
import type { WebappContext } from "./fault.ts";
import type { WebappFacts, WebappLimits, WebappParts } from "./parts.ts";
import { parseTimeText } from "./time-text.ts";

/** What Prometheus answers with; each has a status of its own. */
export type ErrorType = "bad_data" | "execution" | "timeout" | "unavailable" | "not_found";

export class PrometheusRefusal extends Error {
  override readonly name = "PrometheusRefusal";
  readonly errorType: ErrorType;

  constructor(errorType: ErrorType, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

export interface PrometheusApiParts {
  readonly parts: WebappParts;
  readonly facts: WebappFacts;
  readonly limits: WebappLimits;
}

/** What a route gives, to be put in the envelope. */
export interface PrometheusData {
  readonly data: unknown;
  readonly warnings?: readonly string[];
}

/** Adds a route; its refusals are told as Prometheus tells them. */
export type Ask = (
  path: string,
  answer: (request: PrometheusRequest, context: WebappContext) => Promise<PrometheusData>,
) => void;

export class PrometheusRequest {
  readonly #given: URLSearchParams;
  readonly #nowMs: number;

  constructor(given: URLSearchParams, nowMs: number) {
    this.#given = given;
    this.#nowMs = nowMs;
  }

  text(name: string): string {
    return this.#given.get(name) ?? "";
  }

  all(name: string): string[] {
    return this.#given.getAll(name);
  }

  /** @throws PrometheusRefusal also where it is missing and has no fallback */
  time(name: string, fallbackMs?: number): number {
    const text = this.text(name);
    if (text === "" && fallbackMs !== undefined) return fallbackMs;
    const timeMs = readTime(text, this.#nowMs);
    if (timeMs !== undefined) return timeMs;
    throw this.#invalid(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  }

  /** @throws PrometheusRefusal also where it is missing and has no fallback */
  duration(name: string, fallbackMs?: number): number {
    const text = this.text(name);
    if (text === "" && fallbackMs !== undefined) return fallbackMs;
    const lengthMs = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)
      ? Math.round(Number(text) * 1000)
      : parseDuration(text);
    if (lengthMs !== undefined && Number.isSafeInteger(lengthMs)) return lengthMs;
    throw this.#invalid(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
  }

  /** How many are wanted; `most` where nothing, 0 or more is said. */
  limit(most: number): number {
    const text = this.text("limit");
    if (text === "") return most;
    if (!/^\d{1,15}$/.test(text)) throw this.#invalid("limit", "limit must be a number");
    const wanted = Number(text);
    return wanted === 0 ? most : Math.min(wanted, most);
  }

  #invalid(name: string, message: string): PrometheusRefusal {
    return new PrometheusRefusal(
      "bad_data",
      `invalid parameter ${JSON.stringify(name)}: ${message}`,
    );
  }
}

function readTime(text: string, nowMs: number): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) {
    const timeMs = Math.round(Number(text) * 1000);
    return Number.isSafeInteger(timeMs) ? timeMs : undefined;
  }
  return /^\d{4}-\d{2}-\d{2}T/i.test(text) ? parseTimeText(text, nowMs) : undefined;
}
