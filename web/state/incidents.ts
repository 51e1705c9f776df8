/** Which of the anomalies shown began together: asked of the server whenever the list has changed. */
import type { AnomalyJson, IncidentJson } from "../../src/webapp/contract.ts";
import { fetchIncidents } from "../api/kale.ts";
import { useQuery } from "./query.ts";

export interface ShownIncident {
  readonly incident: IncidentJson;
  /** Of those shown; the earliest first. */
  readonly rows: readonly AnomalyJson[];
}

/** The rows as incidents, in the order of the rows; one that is in none is one of its own. */
export function useIncidents(
  rows: readonly AnomalyJson[],
): readonly (ShownIncident | AnomalyJson)[] {
  const key = rows.map(({ id, known }) => `${id}${known?.feedback ?? ""}`).join(" ");
  const { value } = useQuery(rows.length < 2 ? null : `incidents ${key}`, fetchIncidents, {
    keepsFormer: true,
  });
  const incidentOf = new Map<string, IncidentJson>();
  for (const incident of value ?? []) {
    for (const { id } of incident.members) incidentOf.set(id, incident);
  }
  const shown: (ShownIncident | AnomalyJson)[] = [];
  const done = new Set<IncidentJson>();
  for (const row of rows) {
    const incident = incidentOf.get(row.id);
    const together = rows.filter(({ id }) => incidentOf.get(id) === incident);
    if (incident === undefined || together.length < 2) shown.push(row);
    else if (!done.has(incident)) {
      done.add(incident);
      shown.push({ incident, rows: together.toSorted((a, b) => a.started - b.started) });
    }
  }
  return shown;
}
