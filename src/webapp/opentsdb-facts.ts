/**
 * What a TSD tells of itself: /api/aggregators, /api/config, /api/config/filters, /api/version,
 * /api/stats. Source: opentsdb.net, "HTTP API" (2.4).
 */
import type { Hono } from "hono";
import { aggregatorNames, filterTypes } from "../query/opentsdb/index.ts";
import { withDeadline } from "./deadline.ts";
import type { WebappEnv } from "./fault.ts";
import { answeringErrors } from "./opentsdb-error.ts";
import type { OpenTsdbApiParts } from "./opentsdb-request.ts";

/** The one whose API this is: clients choose by it what they may ask. */
const apiVersion = "2.4.0";

const configuration = {
  "tsd.core.auto_create_metrics": "true",
  "tsd.core.auto_create_tagks": "true",
  "tsd.core.auto_create_tagvs": "true",
  "tsd.http.query.allow_delete": "false",
  "tsd.http.request.enable_chunked": "true",
  "tsd.mode": "rw",
  "tsd.storage.fix_duplicates": "true",
} as const;

export function addOpenTsdbFacts(
  app: Hono<WebappEnv>,
  { parts, facts, limits }: OpenTsdbApiParts,
): void {
  app.get("/api/aggregators", (context) => context.json(aggregatorNames));
  app.get("/api/config", (context) => context.json(configuration));
  app.get("/api/config/filters", (context) => context.json(filterTypes));
  app.get("/api/version", (context) =>
    context.json({
      version: apiVersion,
      repo: `kale ${facts.version}`,
      repo_status: "MINT",
      short_revision: "",
      full_revision: "",
      timestamp: String(Math.floor(facts.startedMs / 1000)),
      user: "",
      host: "",
    }),
  );
  app.get("/api/stats", (context) =>
    answeringErrors(context, async () => {
      const asked = Promise.all([parts.shards(), parts.sources()]);
      const [shards, sources] = await withDeadline(asked, "the shards", limits.answerWaitMs);
      const timestamp = Math.floor(parts.clock.nowMs() / 1000);
      const figure = (metric: string, value: number, tags: Record<string, string>) => {
        return { metric, timestamp, value: String(value), tags };
      };
      return context.json([
        ...shards.flatMap(({ shard, store }) => [
          figure("kale.series", store.seriesCount, { shard: String(shard) }),
          figure("kale.samples", store.sampleCount, { shard: String(shard) }),
        ]),
        ...sources.map(({ protocol, acceptedCount }) =>
          figure("kale.accepted", acceptedCount, { protocol }),
        ),
      ]);
    }),
  );
}
