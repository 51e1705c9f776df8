/** The routes in the order they are asked, and what happens when one fails. */
import { Hono } from "hono";
import { compress } from "hono/compress";
import { routePath } from "hono/route";
import { addAdminApi } from "./admin-api.ts";
import { addAlertsApi } from "./alerts-api.ts";
import type { Admission } from "./admission.ts";
import type { AttemptLimiter } from "./attempt-limiter.ts";
import { addCardinalityApi } from "./cardinality-api.ts";
import { addCollectionsApi } from "./collections-api.ts";
import type { EventHub } from "./event-hub.ts";
import { failureOf } from "./failure.ts";
import { answerRefusal, type WebappEnv } from "./fault.ts";
import { addFeedbackApi } from "./feedback-api.ts";
import { addIncidentsApi } from "./incidents-api.ts";
import { guard, type GuardOptions } from "./guard.ts";
import { addGraphiteApi } from "./graphite/index.ts";
import type { HttpCounters } from "./http-counters.ts";
import { addIntakeApi } from "./intake-api.ts";
import { addKaleApi } from "./kale-api.ts";
import { addOpenTsdbApi } from "./opentsdb-api.ts";
import { addNotesApi } from "./notes-api.ts";
import { addOperatorRoutes } from "./operator-routes.ts";
import { addPages, type Pages } from "./pages.ts";
import type { SkylineSettings, WebappFacts, WebappLimits, WebappParts } from "./parts.ts";
import { addPrometheusApi } from "./prometheus-api.ts";
import { addRulesApi } from "./rules-api.ts";
import { addSessionApi } from "./session-api.ts";
import { addSimilarApi } from "./similar-api.ts";
import { addSkylineApi } from "./skyline-api.ts";
import type { SummaryReader } from "./summary.ts";
import { addViewsApi } from "./views-api.ts";

export interface AppParts {
  readonly parts: WebappParts;
  readonly facts: WebappFacts;
  readonly limits: WebappLimits;
  readonly guard: GuardOptions;
  readonly admission: Admission;
  readonly limiter: AttemptLimiter;
  readonly skyline: SkylineSettings;
  readonly pages: Pages;
  readonly summaries: SummaryReader;
  readonly events: EventHub;
  readonly counters: HttpCounters;
  readonly isClosing: () => boolean;
  readonly onPageView: () => void;
}

export function createApp(app: AppParts): Hono<WebappEnv> {
  const { parts, counters } = app;
  const hono = new Hono<WebappEnv>();
  hono.use(async (context, next) => {
    const startedMs = parts.clock.elapsedMs();
    await next();
    // The last route that was entered; those in front of it only looked.
    const path = routePath(context);
    const route = path === "*" || path === "/*" ? "other" : path;
    counters.add(route, context.res.status, parts.clock.elapsedMs() - startedMs);
  });
  hono.use(guard(app.guard));
  hono.use(compress());
  hono.use(app.admission.handler());
  addKaleApi(hono, app);
  addCardinalityApi(hono, app);
  addSimilarApi(hono, app);
  addCollectionsApi(hono, app);
  addAlertsApi(hono, app);
  addIncidentsApi(hono, app);
  addFeedbackApi(hono, app);
  addRulesApi(hono, app);
  addNotesApi(hono, app);
  addViewsApi(hono, app);
  addSessionApi(hono, app);
  addAdminApi(hono, app);
  addSkylineApi(hono, { parts, settings: app.skyline, limits: app.limits });
  addIntakeApi(hono, app);
  addGraphiteApi(hono, app);
  addOpenTsdbApi(hono, app);
  addPrometheusApi(hono, app);
  addOperatorRoutes(hono, app);
  addPages(hono, app.pages, app.onPageView);
  hono.onError((error, context) =>
    answerRefusal(context, failureOf(error, context.req.path, parts.logger)),
  );
  return hono;
}
