/** Which of the anomalies shown began together: asked of the server whenever the list has changed. */
import type { AnomalyJson, IncidentJson } from "../../src/webapp/contract.ts";
import { fetchIncidents } from "../api/kale.ts";
import { useQuery } from "./query.ts";

export interface ShownIncident {
  readonly incident: IncidentJson;
  /** Of those shown; the earliest first. */
  readonly rows: readonly AnomalyJson[];
}

/** What is shown as one row: several that began together, or one for itself. */
export type ShownRow = ShownIncident | AnomalyJson;

export interface Incidents {
  readonly shown: readonly ShownRow[];
  /** False until it was answered once who began together. */
  readonly isKnown: boolean;
}

/** The rows as incidents, in the order of the rows; one that is in none is one of its own. */
export function useIncidents(rows: readonly AnomalyJson[]): Incidents {
  const key = rows.map(({ id, known }) => `${id}${known?.feedback ?? ""}`).join(" ");
  const { value, failure } = useQuery(rows.length < 2 ? null : `incidents ${key}`, fetchIncidents, {
    keepsFormer: true,
  });
  const isKnown = rows.length < 2 || value !== undefined || failure !== undefined;
  return { shown: rowsTogether(rows, value ?? []), isKnown };
}

/** The anomalies in the order in which they stand, those of an incident with its earliest first. */
export function anomaliesOf(shown: readonly ShownRow[]): AnomalyJson[] {
  return shown.flatMap((row) => ("incident" in row ? row.rows : [row]));
}

export function rowsTogether(
  rows: readonly AnomalyJson[],
  incidents: readonly IncidentJson[],
): ShownRow[] {
  const incidentOf = new Map<string, IncidentJson>();
  for (const incident of incidents) {
    for (const { id } of incident.members) incidentOf.set(id, incident);
  }
  const together = Map.groupBy(rows, ({ id }) => incidentOf.get(id) ?? id);
  return [...together].flatMap(([of, members]): ShownRow[] =>
    typeof of === "string" || members.length < 2
      ? members
      : [{ incident: of, rows: asMembers(members, of) }],
  );
}

/** In the server's order, which breaks ties by its own rule: the first is who gives the incident its id. */
function asMembers(rows: readonly AnomalyJson[], { members }: IncidentJson): AnomalyJson[] {
  const places = new Map(members.map(({ id }, i) => [id, i]));
  return rows.toSorted((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0));
}
