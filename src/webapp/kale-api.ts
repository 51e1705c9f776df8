/**
 * /kale/…: the API of our own pages, and of anybody else's. docs/http-api.md tells it to users.
 *
 * Times are Unix seconds; every parameter is checked and has a limit; errors are
 * `{"error":{"code","message"}}`.
 */
import type { Hono } from "hono";
import { statfs } from "node:fs/promises";
import { searchWindowOf, type EpisodeQuery } from "../model/index.ts";
import type {
  ActivityJson,
  BandJson,
  SeriesPageJson,
  SourcesJson,
  StatusJson,
} from "./contract.ts";
import { withDeadline } from "./deadline.ts";
import type { EventHub } from "./event-hub.ts";
import { answerFault, quoted, unknownSeries, type WebappContext, type WebappEnv } from "./fault.ts";
import type { WebappFacts, WebappLimits, WebappParts } from "./parts.ts";
import { addPointsApi } from "./points-api.ts";
import { Query, rangeLengthMaxMs } from "./query.ts";
import { pointCountMin } from "./reduce-points.ts";
import { remoteStoreJson } from "./remote-store-json.ts";
import { roomJson } from "./room-json.ts";
import { seenBeforeJson } from "./seen-before.ts";
import {
  anomalyJson,
  canaryJson,
  shardJson,
  searchEngineJson,
  shareJson,
  sourceJson,
  verdictJson,
} from "./shapes.ts";
import type { SummaryReader } from "./summary.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export const listCountMax = 10_000;
const bandPointCountMax = 5_000;
const queryBytesMax = 512;

export interface KaleApiParts {
  readonly parts: WebappParts;
  readonly facts: WebappFacts;
  readonly limits: WebappLimits;
  readonly summaries: SummaryReader;
  readonly events: EventHub;
}

export function addKaleApi(app: Hono<WebappEnv>, api: KaleApiParts): void {
  app.use("/kale/*", async (context, next) => {
    await next();
    const { headers } = context.res;
    if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  });
  addAnomalyRoutes(app, api);
  addSeriesRoutes(app, api);
  addPointsApi(app, api);
  addStateRoutes(app, api);
  app.get("/kale/events", (context) => openEvents(context, api));
}

function addAnomalyRoutes(app: Hono<WebappEnv>, { parts, limits }: KaleApiParts): void {
  app.get("/kale/anomalies", (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const state = query.choice("state", ["active", "ended", "all"], "active");
    const limit = query.integer("limit", { fallback: 1_000, min: 1, max: listCountMax });
    const name = query.seriesName();
    const fromMs = query.time("from");
    const untilMs = query.time("until");
    if (fromMs !== undefined && untilMs !== undefined && fromMs >= untilMs) {
      query.refuse("from", "must be earlier than until.");
    }
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);

    const isWhole = fromMs === undefined && untilMs === undefined;
    const asked: EpisodeQuery = {
      state,
      limit,
      ...(name === undefined ? {} : { name }),
      ...(isWhole
        ? {}
        : { range: { fromMs: fromMs ?? 0, untilMs: untilMs ?? query.nowMs + dayMs } }),
    };
    return context.json(
      parts.episodes.find(asked).map((episode) => anomalyJson(episode, query.nowMs)),
    );
  });

  app.get("/kale/anomalies/:id", async (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const id = context.req.param("id");
    const episode = parts.episodes.get(id);
    if (episode !== undefined) {
      const nowMs = parts.clock.nowMs();
      const window = searchWindowOf(episode, nowMs);
      const seen = await seenBeforeJson(parts, limits, episode.name, window);
      return context.json({
        ...anomalyJson(episode, nowMs),
        ...(seen === undefined ? {} : { seenBefore: seen }),
      });
    }
    const message = `No anomaly has the id ${quoted(id)}; old ones are forgotten.`;
    return answerFault(context, { code: "unknown-anomaly", message });
  });

  app.get("/kale/activity", (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const range = query.range({ fallbackMs: dayMs, lengthMaxMs: rangeLengthMaxMs });
    const lengthSeconds = (range.untilMs - range.fromMs) / 1000;
    const fallback = Math.max(60, Math.ceil(lengthSeconds / 288 / 60) * 60);
    const stepMs = query.integer("step", { fallback, min: 1, max: dayMs / 1000 }) * 1000;
    const fromMs = Math.floor(range.fromMs / stepMs) * stepMs;
    const countOfSteps = Math.ceil((range.untilMs - fromMs) / stepMs);
    if (countOfSteps > listCountMax) {
      query.refuse(
        "step",
        `${countOfSteps} steps lie in the range; at most ${listCountMax} are given.`,
      );
    }
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);

    const untilMs = fromMs + countOfSteps * stepMs;
    const counts = parts.episodes.countOverTime({ fromMs, untilMs }, stepMs);
    return context.json<ActivityJson>({ from: fromMs / 1000, step: stepMs / 1000, counts });
  });
}

function addSeriesRoutes(app: Hono<WebappEnv>, { parts, limits }: KaleApiParts): void {
  app.get("/kale/series", async (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const text = query.text("query", { fallback: "", bytesMax: queryBytesMax });
    const limit = query.integer("limit", { fallback: 100, min: 1, max: listCountMax });
    const hasDetails = query.flag("details");
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);

    const asked = parts.series.findNames({ query: text, limit });
    const page = await withDeadline(asked, "the search for names", limits.answerWaitMs);
    if (!hasDetails) return context.json(page.names);
    return context.json<SeriesPageJson>({ names: [...page.names], total: page.totalCount });
  });

  app.get("/kale/band", async (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const name = query.requiredSeriesName();
    const range = query.range({ fallbackMs: hourMs, lengthMaxMs: rangeLengthMaxMs });
    const reduced = { fallback: 500, min: pointCountMin, max: bandPointCountMax };
    const pointCount = query.integer("maxPoints", reduced);
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);

    const asked = parts.bands?.band({ name, range, pointCountMax: pointCount });
    const band =
      asked === undefined
        ? { timesMs: [], lower: [], upper: [] }
        : await withDeadline(asked, "the analyzer", limits.answerWaitMs);
    if (band === undefined) return answerFault(context, unknownSeries(name));
    return context.json<BandJson>({
      name,
      from: range.fromMs / 1000,
      until: range.untilMs / 1000,
      times: Array.from(band.timesMs, (timeMs) => timeMs / 1000),
      lower: Array.from(band.lower),
      upper: Array.from(band.upper),
    });
  });

  app.get("/kale/verdict", async (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const name = query.requiredSeriesName();
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);

    const series = name.split(";", 1)[0];
    const [verdict, metadata] = await withDeadline(
      Promise.all([
        parts.series.judge(name),
        parts.metadata?.metadata({ series, limit: 1 }).catch(() => []),
      ]),
      "the analyzer",
      limits.answerWaitMs,
    );
    if (verdict === undefined) return answerFault(context, unknownSeries(name));
    return context.json(verdictJson(name, verdict, metadata?.[0]));
  });
}

function addStateRoutes(app: Hono<WebappEnv>, api: KaleApiParts): void {
  const { parts, facts, limits, summaries } = api;

  app.get("/kale/summary", async (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    return fault === undefined ? context.json(await summaries.read()) : answerFault(context, fault);
  });

  app.get("/kale/sources", async (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const sources = await withDeadline(parts.sources(), "the listeners", limits.answerWaitMs);
    return context.json<SourcesJson>({ sources: sources.map(sourceJson) });
  });

  app.get("/kale/status", async (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const shards = await withDeadline(parts.shards(), "the shards", limits.answerWaitMs);
    const cpu = process.cpuUsage();
    const memory = process.memoryUsage();
    return context.json<StatusJson>({
      version: facts.version,
      started: facts.startedMs / 1000,
      now: parts.clock.nowMs() / 1000,
      dataFolder: facts.dataFolder,
      store: facts.store,
      process: {
        cpuSeconds: (cpu.user + cpu.system) / 1e6,
        residentBytes: memory.rss,
        heapBytes: memory.heapUsed,
      },
      disk: await diskSpace(facts.dataFolder),
      room: roomJson(shards),
      remote: remoteStoreJson(shards),
      share: shareJson(parts.share?.()),
      shards: shards.map(shardJson),
      canary: canaryJson(parts.canary()),
      settings: parts.settings().map(({ key, value, source }) => ({ key, value, source })),
      searchEngine: searchEngineJson(parts.searchEngine?.report()),
    });
  });
}

function openEvents(context: WebappContext, { parts, events }: KaleApiParts): Response {
  const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
  if (fault !== undefined) return answerFault(context, fault);
  const { outgoing } = context.env;
  const stream = events.open(context.req.header("Last-Event-ID"), () => outgoing.destroy());
  if (stream === undefined) {
    context.header("Retry-After", "10");
    const message = "As many event streams are open as are allowed; try again in 10 s.";
    return answerFault(context, { code: "too-many-clients", message });
  }
  return context.body(stream, 200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    // nginx would otherwise hold events back until its buffer is full.
    "X-Accel-Buffering": "no",
  });
}

/** Of the disk that holds the data; nulls where the system does not tell. */
async function diskSpace(folder: string): Promise<StatusJson["disk"]> {
  try {
    const disk = await statfs(folder);
    return { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize };
  } catch {
    return { freeBytes: null, totalBytes: null };
  }
}
