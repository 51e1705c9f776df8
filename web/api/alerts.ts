/** What was said to whom, and who asked for quiet. */
import type {
  AlertsJson,
  AlertTestJson,
  AnomalyAlertsJson,
  SilenceJson,
} from "../../src/webapp/contract.ts";
import { fetchJson, sendJson, type FetchResult } from "./fetch-json.ts";

export function fetchAlerts(signal?: AbortSignal): Promise<FetchResult<AlertsJson>> {
  return fetchJson("/kale/alerts", signal);
}

export function fetchAlertsOf(
  anomalyId: string,
  signal?: AbortSignal,
): Promise<FetchResult<AnomalyAlertsJson>> {
  return fetchJson(`/kale/anomalies/${encodeURIComponent(anomalyId)}/alerts`, signal);
}

export function sendAlertTest(channel: string): Promise<FetchResult<AlertTestJson>> {
  return sendJson("POST", "/kale/alerts/test", { channel });
}

export function fetchSilences(signal?: AbortSignal): Promise<FetchResult<SilenceJson[]>> {
  return fetchJson("/kale/silences", signal);
}

/** Those that hold for a metric, the last to end last. */
export function fetchSilencesOf(
  name: string,
  signal?: AbortSignal,
): Promise<FetchResult<SilenceJson[]>> {
  return fetchJson(`/kale/silences?name=${encodeURIComponent(name)}`, signal);
}

export function addSilence(silence: {
  readonly metric: string;
  readonly note: string;
  readonly until: number;
}): Promise<FetchResult<SilenceJson>> {
  return sendJson("POST", "/kale/silences", silence);
}

export function removeSilence(id: string): Promise<FetchResult<unknown>> {
  return sendJson("DELETE", `/kale/silences/${encodeURIComponent(id)}`);
}
