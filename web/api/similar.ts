/**
 * The search, asked so that better answers come as they are found: a line of JSON for each, the last
 * one final. A drawn shape is posted, a metric is named in the address.
 */
import type { ErrorJson, SimilarJson } from "../../src/webapp/contract.ts";
import { filledLevels } from "../lib/drawing.ts";
import { LineSplitter } from "../lib/line-splitter.ts";
import { similarRequestPath, type SimilarAsk, type SimilarPart } from "../lib/similar-ask.ts";
import { failureOf, unreachable, type FetchResult } from "./fetch-json.ts";

/** The server gives up after 30 s and says so. */
const timeoutMs = 40_000;

/** @param onAnswer  hears of every answer, the final one too */
export async function searchSimilar(
  ask: SimilarAsk,
  part: SimilarPart,
  {
    signal,
    onAnswer,
  }: {
    readonly signal: AbortSignal;
    readonly onAnswer?: (answer: SimilarJson) => void;
  },
): Promise<FetchResult<SimilarJson>> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const { target } = ask;
  const headers: Record<string, string> = { Accept: "application/x-ndjson" };
  const init: RequestInit = { headers, signal: AbortSignal.any([signal, timeout]) };
  if (target.kind === "shape") {
    init.method = "POST";
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify({ values: filledLevels(target.drawing) });
  }
  try {
    const response = await fetch(similarRequestPath(ask, part), init);
    if (!response.ok) return { ok: false, failure: await failureOf(response) };
    let last: SimilarJson | undefined;
    for await (const line of linesOf(response)) {
      const answer = JSON.parse(line) as SimilarJson | ErrorJson;
      if ("error" in answer) {
        return { ok: false, failure: { ...answer.error, status: response.status } };
      }
      last = answer;
      onAnswer?.(answer);
    }
    if (last?.final === true) return { ok: true, value: last };
    const message = "The answer broke off before it was whole. Is Kale still running?";
    return { ok: false, failure: { code: "unreachable", status: 0, message } };
  } catch (error) {
    return { ok: false, failure: unreachable(error, timeout.aborted ? timeoutMs : undefined) };
  }
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const splitter = new LineSplitter();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    yield* splitter.push(value);
  }
  yield* splitter.end();
}
