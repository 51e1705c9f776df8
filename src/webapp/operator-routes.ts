/**
 * For whoever runs the program: /healthz says that it answers, /readyz that it works, both what is
 * wrong meanwhile, /metrics how well, in Prometheus' text format; /kale/starting how far it is with
 * reading what it kept.
 *
 * The probes of others stay silent about storage (Prometheus' /-/healthy says "Healthy" with a full
 * disk, which its users report as a fault again and again), or fail with it, and take a program out of
 * service that still works. Ours answer 200 and name the faults, and fail for who asks with `strict=1`.
 */
import type { Context, Hono } from "hono";
import type { AttemptLimiter } from "./attempt-limiter.ts";
import type { StartingJson } from "./contract.ts";
import { withDeadline } from "./deadline.ts";
import type { EventHub } from "./event-hub.ts";
import { answerFault, type WebappEnv } from "./fault.ts";
import { currentFaults } from "./health.ts";
import type { HttpCounters } from "./http-counters.ts";
import type { WebappFacts, WebappLimits, WebappParts } from "./parts.ts";
import { prometheusTextType } from "./prometheus-text.ts";
import { Query } from "./query.ts";
import { selfMetricsText } from "./self-metrics.ts";

/** Probes give up after a second or two, so we do before them. */
const probeWaitMs = 1_000;

/** A probe of life that is given up ends in a restart, so this one must not wait as long. */
const lifeWaitMs = 500;

const noStore = { "Cache-Control": "no-store" };

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

  app.get("/healthz", async (context) => {
    const faults = await faultsOf(routes, lifeWaitMs).catch(oneSentence);
    return context.json({ status: faults.length === 0 ? "ok" : "degraded", faults }, 200, noStore);
  });

  app.get("/readyz", async (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const isStrict = query.flag("strict");
    const wrong = query.fault();
    if (wrong !== undefined) return answerFault(context, wrong);
    if (routes.isClosing()) return notReady(context, "The program is closing.");
    const starting = parts.starting?.();
    if (starting !== undefined) {
      return notReady(context, `Starting: ${Math.floor(starting.share * 100)} %.`);
    }
    try {
      const faults = await faultsOf(routes, probeWaitMs);
      if (isStrict && faults.length > 0) return notReady(context, faults.join(" "));
      const status = faults.length === 0 ? "ready" : "degraded";
      return context.json({ status, faults }, 200, noStore);
    } catch (error) {
      return notReady(context, oneSentence(error).join());
    }
  });

  app.get("/kale/starting", (context) => {
    const starting = parts.starting?.();
    const answer: StartingJson = { starting: starting !== undefined, share: starting?.share ?? 1 };
    return context.json(answer, 200, noStore);
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
    return context.body(text, 200, { "Content-Type": prometheusTextType, ...noStore });
  });
}

/** @returns nothing while the program starts, since its shards do not answer yet */
async function faultsOf({ parts }: OperatorRouteParts, waitMs: number): Promise<string[]> {
  if (parts.starting?.() !== undefined) return [];
  const shards = await withDeadline(parts.shards(), "the shards", waitMs);
  return currentFaults(shards, parts.journal());
}

function notReady(context: Context<WebappEnv>, message: string): Response {
  return answerFault(context, { code: "not-ready", message });
}

function oneSentence(error: unknown): string[] {
  if (!(error instanceof Error)) return ["The shards do not answer."];
  return [`${error.message.charAt(0).toUpperCase()}${error.message.slice(1)}.`];
}
