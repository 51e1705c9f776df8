/**
 * Prometheus remote write, versions 1 and 2: POST /api/v1/write.
 *
 * The content type tells the version. A request of version 2 is answered with how many samples,
 * histograms and exemplars were written, whatever the status; a sender of it takes silence for a
 * failure. What was refused in part is 400: the sender shall not send it again, and what was sound is
 * kept. 503 makes it wait and send again.
 *
 * Source: prometheus.io, "Remote-Write 1.0" and "2.0 [experimental]" (rc.4). Deviations: exemplars are
 * passed over, and told as not written; zstd, which vmagent tries first, is taken too.
 */
import type { Hono } from "hono";
import { quoted, type WebappContext, type WebappEnv } from "./fault.ts";
import { type IntakeDoor, isAllTaken, refusalText } from "./intake-body.ts";

export function addPrometheusIntake(app: Hono<WebappEnv>, door: IntakeDoor): void {
  app.post("/api/v1/write", async (context) => {
    const type = context.req.header("Content-Type") ?? "";
    const kind = kindOf(type);
    if (kind === undefined) {
      context.header("Connection", "close");
      const allowed = `${protobufType}, with proto=${messageV1} or proto=${messageV2}`;
      return context.text(`The content type is ${quoted(type)}; allowed: ${allowed}.\n`, 415);
    }
    const result = await door.take(context, { kind, encodingDefault: "snappy" });
    if (!result.ok) {
      if (kind === "prometheus-v2") tellWritten(context, 0, 0);
      return context.text(`${result.failure.message}\n`, result.failure.status);
    }
    const { counts } = result;
    if (kind === "prometheus-v2") {
      tellWritten(context, counts.takenPieceCount, counts.takenHistogramCount);
    }
    if (isAllTaken(counts)) return context.body(null, 204);
    return context.text(`${refusalText(counts)}\n`, 400);
  });
}

const protobufType = "application/x-protobuf";
const messageV1 = "prometheus.WriteRequest";
const messageV2 = "io.prometheus.write.v2.Request";

/** A request without a type, or without `proto`, is of version 1. */
function kindOf(type: string): "prometheus-v1" | "prometheus-v2" | undefined {
  const [name = "", ...parameters] = type.split(";").map((part) => part.trim());
  if (name !== "" && name.toLowerCase() !== protobufType) return undefined;
  const proto = parameters.find((parameter) => /^proto=/i.test(parameter))?.slice("proto=".length);
  switch (proto?.replaceAll('"', "") ?? messageV1) {
    case messageV1:
      return "prometheus-v1";
    case messageV2:
      return "prometheus-v2";
    default:
      return undefined;
  }
}

function tellWritten(context: WebappContext, sampleCount: number, histogramCount: number): void {
  context.header("X-Prometheus-Remote-Write-Samples-Written", String(sampleCount));
  context.header("X-Prometheus-Remote-Write-Histograms-Written", String(histogramCount));
  context.header("X-Prometheus-Remote-Write-Exemplars-Written", "0");
}
