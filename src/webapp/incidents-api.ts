/** /kale/incidents: anomalies that began together, as one row each; see model/incidents.ts. */
import type { Hono } from "hono";
import { type Incident, searchWindowOf } from "../model/index.ts";
import type { IncidentJson } from "./contract.ts";
import { answerFault, type WebappEnv } from "./fault.ts";
import { IncidentBook } from "./incident-book.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { Query } from "./query.ts";
import { seenBeforeJson } from "./seen-before.ts";
import { anomalyJson } from "./shapes.ts";

const dayMs = 86_400_000;
/** Only the newest are matched with collections: each costs a search. */
const seenCountMax = 10;

export function addIncidentsApi(
  app: Hono<WebappEnv>,
  { parts, limits }: { readonly parts: WebappParts; readonly limits: WebappLimits },
): void {
  const book = parts.incidents ?? new IncidentBook(parts);
  app.get("/kale/incidents", async (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const state = query.choice("state", ["active", "all"], "active");
    const limit = query.integer("limit", { fallback: 100, min: 1, max: 1_000 });
    const range = query.range({ fallbackMs: dayMs, lengthMaxMs: 400 * dayMs });
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);

    const found = state === "all" ? await book.within(range) : await book.active();
    const incidents = found.slice(0, limit);
    const answers = incidents.map(async (incident, i): Promise<IncidentJson> => {
      const json = incidentJson(incident, query.nowMs);
      const [first] = incident.members;
      if (i >= seenCountMax || first === undefined) return json;
      const window = searchWindowOf(first, query.nowMs);
      const seen = await seenBeforeJson(parts, limits, first.name, window);
      return { ...json, seenBefore: seen ?? [] };
    });
    return context.json(await Promise.all(answers));
  });
}

function incidentJson(incident: Incident, nowMs: number): IncidentJson {
  return {
    id: incident.id,
    state: incident.endedMs === null ? "active" : "ended",
    started: incident.startedMs / 1000,
    ended: incident.endedMs === null ? null : incident.endedMs / 1000,
    title: incident.title,
    hosts: [...incident.hosts],
    members: incident.members.map((episode) => anomalyJson(episode, nowMs)),
    seenBefore: [],
  };
}
