/**
 * The routes of the original Skyline's webapp, so that its page, and scripts written for it, go on.
 *
 * Source: the behaviour of etsy/skyline's webapp: routes, answers and content types (JSON as
 * text/html in two of them) are as there. Deviations:
 *
 * - numbers and names in the anomalies file are JSON, where the original wrote Python literals;
 * - "<" is written as \u003c, since what is served as text/html must never become markup;
 * - "full" keys give the last 24 h and "mini" keys the last hour; the original gave whatever Redis held;
 * - the anomalies file says no-store, where the original let it be cached for 12 h and its page worked
 *   around that.
 */
import type { Hono } from "hono";
import type { Episode, SampleColumns } from "../model/index.ts";
import { canonicalName } from "../model/index.ts";
import { withDeadline } from "./deadline.ts";
import type { WebappContext, WebappEnv } from "./fault.ts";
import { listCountMax } from "./kale-api.ts";
import type { SkylineSettings, WebappLimits, WebappParts } from "./parts.ts";

const htmlType = "text/html; charset=utf-8";

export interface SkylineApiParts {
  readonly parts: WebappParts;
  readonly settings: SkylineSettings;
  readonly limits: WebappLimits;
}

export function addSkylineApi(app: Hono<WebappEnv>, api: SkylineApiParts): void {
  app.get("/app_settings", (context) => {
    const { graphUrl, oculusHost, fullNamespace } = api.settings;
    return answerText(context, 200, htmlType, {
      GRAPH_URL: graphUrl,
      OCULUS_HOST: oculusHost,
      FULL_NAMESPACE: fullNamespace,
    });
  });

  app.get("/api", async (context) => {
    const samples = await readKey(context.req.query("metric") ?? "", api);
    if (samples === undefined) {
      return answerText(context, 404, htmlType, { results: "Error: No metric by that name" });
    }
    const results = Array.from(samples.timesMs, (timeMs, i) => [timeMs / 1000, samples.values[i]]);
    return answerText(context, 200, htmlType, { results });
  });

  app.get("/static/dump/anomalies.json", (context) => {
    const active = api.parts.episodes.find({ state: "active", limit: listCountMax });
    context.header("Cache-Control", "no-store");
    return context.body(`handle_data(${safeJson(dumpRows(active))})`, 200, {
      "Content-Type": "application/json",
    });
  });
}

/** @param key  a name behind the namespace of the whole day or of the last hour */
async function readKey(key: string, api: SkylineApiParts): Promise<SampleColumns | undefined> {
  const { fullNamespace, miniNamespace, fullDurationMs, miniDurationMs } = api.settings;
  const isFull = key.startsWith(fullNamespace);
  if (!isFull && !key.startsWith(miniNamespace)) return undefined;
  const name = canonicalName(key.slice((isFull ? fullNamespace : miniNamespace).length));
  const nowMs = api.parts.clock.nowMs();
  const range = {
    fromMs: nowMs - (isFull ? fullDurationMs : miniDurationMs),
    // A little of the future too: the original gave what it held, from clocks that run ahead as well.
    untilMs: nowMs + miniDurationMs,
  };
  return await withDeadline(
    api.parts.series.read(name, range),
    "the store",
    api.limits.answerWaitMs,
  );
}

/** One row per name, sorted by name; of two episodes of one name the newer. */
function dumpRows(newestFirst: readonly Episode[]): [value: number, name: string][] {
  const observed = new Map<string, number>();
  for (const { name, observed: value } of newestFirst) {
    if (!observed.has(name)) observed.set(name, value);
  }
  const rows = Array.from(observed, ([name, value]): [number, string] => [value, name]);
  return rows.sort(([, a], [, b]) => (a < b ? -1 : 1));
}

function answerText(
  context: WebappContext,
  status: 200 | 404,
  type: string,
  value: unknown,
): Response {
  return context.body(safeJson(value), status, {
    "Content-Type": type,
    "Cache-Control": "no-store",
  });
}

/** JSON that is also safe as a script and as markup. */
function safeJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}
