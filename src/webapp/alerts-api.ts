/** /kale/alerts: what was said to whom. /kale/silences: who asked for quiet about what. */
import type { Hono } from "hono";
import {
  wholeNameMatcher,
  silenceLimits,
  type AlertDelivery,
  type AlertSilence,
} from "../model/index.ts";
import type {
  AlertDeliveryJson,
  AlertsJson,
  AlertTestJson,
  AnomalyAlertsJson,
  SilenceJson,
} from "./contract.ts";
import { answerFault, quoted, type WebappContext, type WebappEnv } from "./fault.ts";
import { readJsonBody } from "./json-body.ts";
import { JsonFields } from "./json-fields.ts";
import type { WebappParts } from "./parts.ts";
import { Query } from "./query.ts";
import { ruleFor } from "./route-rules.ts";

const { metricLengthMax, noteLengthMax, countMax } = silenceLimits;
const deliveryCountMax = 1_000;
const silenceLengthMaxMs = 366 * 86_400_000;
const channelLengthMax = 4_096;

export function addAlertsApi(
  app: Hono<WebappEnv>,
  { parts }: { readonly parts: WebappParts },
): void {
  const { alerts, clock } = parts;

  app.get("/kale/alerts", (context) => {
    const query = new Query(context.req.url, clock.nowMs());
    const limit = query.integer("limit", { fallback: 100, min: 0, max: deliveryCountMax });
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);
    const report = alerts.report();
    return context.json<AlertsJson>({
      routes: report.routes.map(({ name, match, channels, repeatMs, expireMs }) => ({
        name,
        match,
        channels: [...channels],
        repeatSeconds: repeatMs / 1000,
        expireSeconds: expireMs / 1000,
      })),
      channels: report.channels.map(({ name, type, problem, lastSentMs }) => ({
        name,
        type,
        problem,
        lastSent: secondsOf(lastSentMs),
      })),
      waiting: report.waitingCount,
      sent: report.sentCount,
      failed: report.failedCount,
      dropped: report.droppedCount,
      deliveries: alerts.deliveries({ limit }).map(deliveryJson),
    });
  });

  app.get("/kale/anomalies/:id/alerts", (context) => {
    const fault = new Query(context.req.url, clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const episodeId = context.req.param("id");
    return context.json<AnomalyAlertsJson>({
      deliveries: alerts.deliveries({ episodeId, limit: deliveryCountMax }).map(deliveryJson),
      skips: alerts
        .skipsOf(episodeId)
        .map(({ route, reason, atMs }) => ({ route, reason, time: atMs / 1000 })),
    });
  });

  app.post("/kale/alerts/test", async (context) => {
    const fields = await readFields(context, parts);
    if (fields instanceof Response) return fields;
    const channel = fields.has("channel")
      ? fields.text("channel", { lengthMax: channelLengthMax })
      : undefined;
    const bad = fields.fault();
    if (bad !== undefined) return answerFault(context, bad);
    const names = alerts.report().channels.map(({ name }) => name);
    if (channel !== undefined && !names.includes(channel)) {
      const message = `There is no channel ${quoted(channel)}; there are: ${names.join(", ")}.`;
      return answerFault(context, { code: "bad-field", message });
    }
    const results = await alerts.sendTest(channel);
    return context.json<AlertTestJson>({ results: results.map((result) => ({ ...result })) });
  });

  addSilenceRoutes(app, parts);
}

function addSilenceRoutes(app: Hono<WebappEnv>, parts: WebappParts): void {
  const { alerts, clock } = parts;

  app.get("/kale/silences", (context) => {
    const query = new Query(context.req.url, clock.nowMs());
    const name = query.seriesName();
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);
    const holding = alerts
      .silences()
      .filter(({ metric }) => name === undefined || wholeNameMatcher(metric)(name));
    return context.json(holding.map(silenceJson));
  });

  app.post("/kale/silences", async (context) => {
    const fields = await readFields(context, parts);
    if (fields instanceof Response) return fields;
    const nowMs = clock.nowMs();
    const metric = fields.text("metric", { lengthMax: metricLengthMax }).trim();
    if (metric === "") fields.refuse("metric", "a name, a part of one, or a pattern");
    const note = fields.has("note") ? fields.text("note", { lengthMax: noteLengthMax }) : "";
    const untilMs = Math.round(fields.timeMs("until"));
    if (!(untilMs > nowMs && untilMs <= nowMs + silenceLengthMaxMs)) {
      fields.refuse("until", "a time in the future, at most a year away");
    }
    const bad = fields.fault();
    if (bad !== undefined) return answerFault(context, bad);
    const silence = alerts.addSilence({ metric, note, untilMs });
    if (silence !== undefined) return context.json(silenceJson(silence), 201);
    const message = `There are at most ${countMax} silences; remove one first.`;
    return answerFault(context, { code: "too-many-silences", message });
  });

  app.delete("/kale/silences/:id", (context) => {
    const fault = new Query(context.req.url, clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    if (alerts.removeSilence(context.req.param("id"))) return context.body(null, 204);
    return answerFault(context, {
      code: "unknown-silence",
      message: "There is no such silence; it may have ended.",
    });
  });
}

async function readFields(
  context: WebappContext,
  parts: WebappParts,
): Promise<JsonFields | Response> {
  const bytesMax = ruleFor(context.req.method, context.req.path)?.bodyBytesMax ?? 0;
  const body = await readJsonBody(context, bytesMax);
  return body.ok
    ? new JsonFields(body.value, parts.clock.nowMs())
    : answerFault(context, body.fault);
}

function deliveryJson(delivery: AlertDelivery): AlertDeliveryJson {
  const { madeMs, sentMs, nextTryMs, tryCount, ...rest } = delivery;
  return {
    ...rest,
    tries: tryCount,
    made: madeMs / 1000,
    sent: secondsOf(sentMs),
    nextTry: secondsOf(nextTryMs),
  };
}

function silenceJson({ id, metric, note, createdMs, untilMs }: AlertSilence): SilenceJson {
  return { id, metric, note, created: createdMs / 1000, until: untilMs / 1000 };
}

function secondsOf(timeMs: number | null): number | null {
  return timeMs === null ? null : timeMs / 1000;
}
