/** The server's own routes, typed by the contract. */
import type {
  ActivityJson,
  AnomalyJson,
  BandJson,
  CardinalityJson,
  IncidentJson,
  PointsJson,
  SeriesPageJson,
  SourcesJson,
  StatusJson,
  VerdictJson,
  NoteJson,
} from "../../src/webapp/contract.ts";
import { decodePointColumns, pointColumnsType } from "../lib/point-columns.ts";
import { withQuery } from "../lib/route.ts";
import { fetchAs, fetchJson, type AnswerForm, type FetchResult } from "./fetch-json.ts";

export interface AnomalyQuery {
  readonly state: "active" | "ended" | "all";
  readonly name?: string | undefined;
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  readonly limit: number;
}

export function fetchAnomalies(
  query: AnomalyQuery,
  signal?: AbortSignal,
): Promise<FetchResult<AnomalyJson[]>> {
  return fetchJson(withQuery("/kale/anomalies", { ...query }), signal);
}

export function fetchIncidents(signal?: AbortSignal): Promise<FetchResult<IncidentJson[]>> {
  return fetchJson("/kale/incidents", signal);
}

export function fetchCardinality(signal?: AbortSignal): Promise<FetchResult<CardinalityJson>> {
  return fetchJson("/kale/cardinality", signal);
}

export function fetchAnomaly(id: string, signal?: AbortSignal): Promise<FetchResult<AnomalyJson>> {
  return fetchJson(`/kale/anomalies/${encodeURIComponent(id)}`, signal);
}

export interface PointsQuery {
  readonly name: string;
  readonly from: number;
  readonly until: number;
  readonly maxPoints?: number;
}

export function pointsPath({ name, from, until, maxPoints }: PointsQuery): string {
  return withQuery("/kale/points", { name, from, until, maxPoints });
}

export function fetchPoints(
  query: PointsQuery,
  signal?: AbortSignal,
): Promise<FetchResult<PointsJson>> {
  return fetchAs(pointsOf(query.name), pointsPath(query), signal);
}

function pointsOf(name: string): AnswerForm<PointsJson> {
  return {
    type: pointColumnsType,
    read: async (response) => ({ name, ...decodePointColumns(await response.arrayBuffer()) }),
  };
}

export function fetchBand(
  query: PointsQuery,
  signal?: AbortSignal,
): Promise<FetchResult<BandJson>> {
  return fetchJson(withQuery("/kale/band", { ...query }), signal);
}

export function fetchNames(
  query: string,
  limit: number,
  signal?: AbortSignal,
): Promise<FetchResult<SeriesPageJson>> {
  return fetchJson(withQuery("/kale/series", { query, limit, details: 1 }), signal);
}

export function fetchVerdict(
  name: string,
  signal?: AbortSignal,
): Promise<FetchResult<VerdictJson>> {
  return fetchJson(withQuery("/kale/verdict", { name }), signal);
}

export function fetchActivity(
  query: { readonly from: number; readonly until: number; readonly step: number },
  signal?: AbortSignal,
): Promise<FetchResult<ActivityJson>> {
  return fetchJson(withQuery("/kale/activity", query), signal);
}

export function fetchSources(signal?: AbortSignal): Promise<FetchResult<SourcesJson>> {
  return fetchJson("/kale/sources", signal);
}

export function fetchStatus(signal?: AbortSignal): Promise<FetchResult<StatusJson>> {
  return fetchJson("/kale/status", signal);
}

export function fetchNotes(
  range: { readonly from: number; readonly until: number },
  signal?: AbortSignal,
): Promise<FetchResult<NoteJson[]>> {
  return fetchJson(withQuery("/kale/notes", range), signal);
}
