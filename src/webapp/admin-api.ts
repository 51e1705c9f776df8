/** /kale/admin: what the page for whoever runs the program shows, and what can be done there. */
import type { Hono } from "hono";
import type { AttemptLimiter } from "./attempt-limiter.ts";
import type { AdminStateJson, ImportBegunJson, WipedJson } from "./contract.ts";
import { withDeadline } from "./deadline.ts";
import { answerFault, type WebappEnv } from "./fault.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { Query } from "./query.ts";
import { searchEngineJson, shardJson } from "./shapes.ts";

/** What has to be set for a search engine to be used. */
const searchEngineSetting = "oculus.engine";

export interface AdminApiParts {
  readonly parts: WebappParts;
  readonly limits: WebappLimits;
  readonly limiter: AttemptLimiter;
}

export function addAdminApi(app: Hono<WebappEnv>, { parts, limits, limiter }: AdminApiParts): void {
  app.get("/kale/admin/state", async (context) => {
    const fault = new Query(context.req.url, parts.clock.nowMs()).fault();
    if (fault !== undefined) return answerFault(context, fault);
    const shards = await withDeadline(parts.shards(), "the shards", limits.answerWaitMs);
    const journal = parts.journal();
    const collections = parts.collections.state();
    const accounts = parts.keeper.state();
    return context.json<AdminStateJson>({
      shards: shards.map(shardJson),
      shapeTables: shards.map(({ shard, comparableCount, shapeTableBytes }) => {
        return { shard, series: comparableCount, memoryBytes: shapeTableBytes };
      }),
      journal: {
        fileBytes: journal.fileBytes,
        episodes: journal.episodeCount,
        unsaved: journal.unsavedCount,
        lost: journal.lostCount,
      },
      collections: {
        collections: collections.collectionCount,
        items: collections.itemCount,
      },
      accounts: { users: accounts.userCount, sessions: accounts.sessionCount },
      signIns: { failed: limiter.failedCount, refused: limiter.refusedCount },
      searchEngine: {
        configured: parts.searchEngine !== undefined,
        setting: searchEngineSetting,
        state: searchEngineJson(parts.searchEngine?.report()),
      },
    });
  });

  app.post("/kale/admin/wipe-collections", (context) => {
    return context.json<WipedJson>({ wiped: parts.collections.wipe() });
  });

  app.post("/kale/admin/import", (context) => {
    if (parts.searchEngine === undefined) {
      const message =
        `No search engine is configured (setting ${searchEngineSetting}), so there is nothing to ` +
        "import into. Searches need none: the shards search what they hold.";
      return answerFault(context, { code: "not-configured", message });
    }
    if (!parts.searchEngine.startImport()) {
      const message = "An import is under way; the status page tells how far it is.";
      return answerFault(context, { code: "import-running", message });
    }
    return context.json<ImportBegunJson>({ begun: true }, 202);
  });
}
