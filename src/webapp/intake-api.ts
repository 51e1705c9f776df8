/**
 * The routes by which senders push over HTTP, each as its protocol has it.
 *
 * They take metrics in and change nothing else, so that they ask for no token, as the ports without
 * HTTP do not; a token or password that a sender brings along is passed over. Another site's page may
 * not use them, see admission.ts.
 */
import type { Hono } from "hono";
import type { WebappEnv } from "./fault.ts";
import { IntakeDoor, isAllTaken, refusalText } from "./intake-body.ts";
import { addInfluxIntake } from "./intake-influx.ts";
import { addOpenTsdbIntake } from "./intake-opentsdb.ts";
import { addOtlpIntake } from "./intake-otlp.ts";
import { addPrometheusIntake } from "./intake-prometheus.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";

export interface IntakeApiParts {
  readonly parts: Pick<WebappParts, "bodies">;
  readonly limits: WebappLimits;
}

export function addIntakeApi(app: Hono<WebappEnv>, { parts, limits }: IntakeApiParts): void {
  const door = new IntakeDoor(parts.bodies, limits);
  addPrometheusIntake(app, door);
  addInfluxIntake(app, door);
  addOtlpIntake(app, door);
  addOpenTsdbIntake(app, door);

  // collectd's write_http: JSON, Command or KAIROSDB, which shows in the body.
  app.post("/collectd", async (context) => {
    const result = await door.take(context, { kind: "collectd" });
    if (!result.ok) return context.text(`${result.failure.message}\n`, result.failure.status);
    if (isAllTaken(result.counts)) return context.body(null, 204);
    return context.text(`${refusalText(result.counts)}\n`, 400);
  });
}
