/** What people say of anomalies, told to the server. */
import type { FeedbackFileJson, FeedbackJson, NewFeedbackJson } from "../../src/webapp/contract.ts";
import { fetchJson, sendJson, type FetchResult } from "./fetch-json.ts";

/** All of it, with the shapes. */
export function fetchFeedback(signal?: AbortSignal): Promise<FetchResult<FeedbackFileJson>> {
  return fetchJson("/kale/feedback/export", signal);
}

export function sayOf(id: string, said: NewFeedbackJson): Promise<FetchResult<FeedbackJson>> {
  return sendJson("POST", `/kale/anomalies/${encodeURIComponent(id)}/feedback`, said);
}

export function takeBack(id: string): Promise<FetchResult<unknown>> {
  return sendJson("DELETE", `/kale/feedback/${encodeURIComponent(id)}`);
}
