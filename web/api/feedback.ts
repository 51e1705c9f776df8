/** What people say of anomalies, told to the server. */
import type { FeedbackJson, NewFeedbackJson } from "../../src/webapp/contract.ts";
import { sendJson, type FetchResult } from "./fetch-json.ts";

export function sayOf(id: string, said: NewFeedbackJson): Promise<FetchResult<FeedbackJson>> {
  return sendJson("POST", `/kale/anomalies/${encodeURIComponent(id)}/feedback`, said);
}

export function takeBack(id: string): Promise<FetchResult<unknown>> {
  return sendJson("DELETE", `/kale/feedback/${encodeURIComponent(id)}`);
}
