/**
 * For whoever runs the program: /healthz says that it answers, /readyz that it works, /metrics how
 * well, in Prometheus' text format; /kale/starting how far it is with reading what it kept.
 */
import type { Hono } from "hono";
import type { AttemptLimiter } from "./attempt-limiter.ts";
import type { StartingJson } from "./contract.ts";
import { withDeadline } from "./deadline.ts";
import type { EventHub } from "./event-hub.ts";
import { answerFault, type WebappEnv } from "./fault.ts";
import type { HttpCounters } from "./http-counters.ts";
import type { WebappFacts, WebappLimits, WebappParts } from "./parts.ts";
import { prometheusTextType } from "./prometheus-text.ts";
import { selfMetricsText } from "./self-metrics.ts";

/** Probes give up after a second or two, so we do before them. */
const probeWaitMs = 1_000;

export interface OperatorRouteParts {
  readonly parts: WebappParts;
  readonly facts: WebappFacts;
  readonly limits: WebappLimits;
  readonly counters: HttpCounters;
  readonly events: EventHub;
  readonly limiter: AttemptLimiter;
  readonly isClosing: () => boolean;
}

export function addOperatorRoutes(app: Hono<WebappEnv>, routes: OperatorRouteParts): void {
  const { parts, limits } = routes;

  app.get("/healthz", (context) => {
    return context.json({ status: "ok" }, 200, { "Cache-Control": "no-store" });
  });

  app.get("/readyz", async (context) => {
    const problem = await readinessProblem(routes);
    if (problem !== undefined) return answerFault(context, { code: "not-ready", message: problem });
    return context.json({ status: "ready" }, 200, { "Cache-Control": "no-store" });
  });

  app.get("/kale/starting", (context) => {
    const starting = parts.starting?.();
    const answer: StartingJson = { starting: starting !== undefined, share: starting?.share ?? 1 };
    return context.json(answer, 200, { "Cache-Control": "no-store" });
  });

  app.get("/metrics", async (context) => {
    const answers = Promise.all([parts.shards(), parts.sources()]);
    const [shards, sources] = await withDeadline(answers, "the shards", limits.answerWaitMs);
    const cpu = process.cpuUsage();
    const memory = process.memoryUsage();
    const text = selfMetricsText({
      facts: routes.facts,
      shards,
      sources,
      canary: parts.canary(),
      changeCounts: parts.feed.changeCounts,
      routes: routes.counters.list(),
      eventClientCount: routes.events.clientCount,
      eventCutCount: routes.events.cutCount,
      eventResetCount: routes.events.resetCount,
      signInFailedCount: routes.limiter.failedCount,
      signInRefusedCount: routes.limiter.refusedCount,
      process: {
        cpuSeconds: (cpu.user + cpu.system) / 1e6,
        residentBytes: memory.rss,
        heapBytes: memory.heapUsed,
      },
    });
    return context.body(text, 200, {
      "Content-Type": prometheusTextType,
      "Cache-Control": "no-store",
    });
  });
}

/** Not ready: closing, or a shard that does not answer. A full disk is no reason: we still judge. */
async function readinessProblem(routes: OperatorRouteParts): Promise<string | undefined> {
  if (routes.isClosing()) return "The program is closing.";
  const starting = routes.parts.starting?.();
  if (starting !== undefined) return `Starting: ${Math.floor(starting.share * 100)} %.`;
  try {
    await withDeadline(routes.parts.shards(), "the shards", probeWaitMs);
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.message}.` : "The shards do not answer.";
  }
}
