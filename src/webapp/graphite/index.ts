/** Graphite's HTTP API, so that what speaks to graphite-web can speak to Kale. */
import type { Hono } from "hono";
import type { WebappEnv } from "../fault.ts";
import type { WebappLimits, WebappParts } from "../parts.ts";
import { addEvents } from "./events.ts";
import { addFunctions } from "./functions.ts";
import { addMetrics } from "./metrics.ts";
import { addRender } from "./render.ts";
import { addTags } from "./tags.ts";

export interface GraphiteApiParts {
  readonly parts: WebappParts;
  readonly limits: WebappLimits;
}

export function addGraphiteApi(app: Hono<WebappEnv>, api: GraphiteApiParts): void {
  addRender(app, api);
  addMetrics(app, api);
  addTags(app, api);
  addFunctions(app);
  addEvents(app, api);
}
