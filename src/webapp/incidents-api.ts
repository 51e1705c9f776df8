/** /kale/incidents: anomalies that began together, as one row each; see model/incidents.ts. */
import type { Hono } from "hono";
import {
  type Episode,
  groupIncidents,
  type Incident,
  onsetRange,
  type OnsetShape,
  onsetShapeOf,
  searchWindowOf,
} from "../model/index.ts";
import type { IncidentJson } from "./contract.ts";
import { withDeadline } from "./deadline.ts";
import { answerFault, type WebappEnv } from "./fault.ts";
import { listCountMax } from "./kale-api.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { Query } from "./query.ts";
import { seenBeforeJson } from "./seen-before.ts";
import { anomalyJson } from "./shapes.ts";

const dayMs = 86_400_000;
/** An incident that goes on may have members that have ended; they began no longer ago than this before it. */
const reachMs = 900_000;
/** Shapes are read of so many; a storm has more. */
const shapeCountMax = 300;
const shapeWaitMs = 2_000;
/** Only the newest are matched with collections: each costs a search. */
const seenCountMax = 10;

export function addIncidentsApi(
  app: Hono<WebappEnv>,
  { parts, limits }: { readonly parts: WebappParts; readonly limits: WebappLimits },
): void {
  app.get("/kale/incidents", async (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const state = query.choice("state", ["active", "all"], "active");
    const limit = query.integer("limit", { fallback: 100, min: 1, max: 1_000 });
    const range = query.range({ fallbackMs: dayMs, lengthMaxMs: 400 * dayMs });
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);

    const active = parts.episodes.find({ state: "active", limit: listCountMax });
    const fromMs = Math.min(...active.map(({ startedMs }) => startedMs)) - reachMs;
    const recent =
      state === "all"
        ? parts.episodes.find({ state: "all", range, limit: listCountMax })
        : active.length === 0
          ? []
          : parts.episodes.find({
              state: "all",
              range: { fromMs: Math.max(0, fromMs), untilMs: query.nowMs + dayMs },
              limit: listCountMax,
            });
    const shapes = await shapesOf(recent, parts);
    const incidents = groupIncidents(recent, shapes)
      .filter(({ endedMs }) => state === "all" || endedMs === null)
      .slice(0, limit);
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

/** Those of the newest; of others time alone says what belongs together. */
async function shapesOf(
  episodes: readonly Episode[],
  { series, logger }: WebappParts,
): Promise<ReadonlyMap<string, OnsetShape>> {
  const shapes = new Map<string, OnsetShape>();
  const newest = episodes.toSorted((a, b) => b.startedMs - a.startedMs).slice(0, shapeCountMax);
  // One alone has nobody to be like.
  if (newest.length < 2) return shapes;
  const reads = newest.map(async (episode) => {
    const samples = await series.read(episode.name, onsetRange(episode));
    if (samples !== undefined) shapes.set(episode.id, onsetShapeOf(episode, samples));
  });
  try {
    await withDeadline(Promise.all(reads), "the shards", shapeWaitMs);
  } catch (error) {
    logger.warn("incidents are grouped by time alone", { error: String(error) });
    return new Map();
  }
  return shapes;
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
