/** What OpenTSDB's routes are given, and how they read what they are asked. */
import type { WebappContext } from "./fault.ts";
import { readSenderBody } from "./intake-body.ts";
import { TsdbError } from "./opentsdb-error.ts";
import type { WebappFacts, WebappLimits, WebappParts } from "./parts.ts";

export interface OpenTsdbApiParts {
  readonly parts: WebappParts;
  readonly facts: WebappFacts;
  readonly limits: WebappLimits;
}

/** One query's body, read up to what the table of rules allows. Rejects with a TsdbError. */
export async function readTsdbJson(context: WebappContext): Promise<unknown> {
  const encoding = context.req.header("Content-Encoding") ?? "identity";
  if (encoding !== "identity") {
    throw new TsdbError(415, "The body of a query is taken without a Content-Encoding.");
  }
  const read = await readSenderBody(context);
  if (!read.ok) throw new TsdbError(read.failure.status === 413 ? 413 : 400, read.failure.message);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(read.bytes);
    return JSON.parse(text) as unknown;
  } catch (error) {
    const details = error instanceof Error ? error.message : String(error);
    throw new TsdbError(400, "Unable to parse the given JSON.", details);
  }
}

export function parametersOf(context: WebappContext): URLSearchParams {
  return new URL(context.req.url).searchParams;
}
