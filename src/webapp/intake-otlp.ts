/**
 * OTLP over HTTP, metrics only: POST /v1/metrics, in protobuf or JSON.
 *
 * The answer is in the encoding of the request. What was refused in part is 200 with
 * `partial_success`, which is never sent again; failures are a `google.rpc.Status`.
 *
 *     ExportMetricsServiceResponse  { partial_success = 1 { rejected_data_points = 1, error_message = 2 } }
 *     Status                        { code = 1, message = 2 }
 *
 * Source: "OTLP Specification 1.9", OTLP/HTTP Response; google/rpc/status.proto and code.proto.
 */
import type { Hono } from "hono";
import { quoted, type WebappContext, type WebappEnv } from "./fault.ts";
import { type IntakeDoor, type IntakeFailure, isAllTaken, refusalText } from "./intake-body.ts";

export function addOtlpIntake(app: Hono<WebappEnv>, door: IntakeDoor): void {
  app.post("/v1/metrics", async (context) => {
    const type = context.req.header("Content-Type") ?? "";
    const encoding = encodingOf(type);
    if (encoding === undefined) {
      context.header("Connection", "close");
      const message = `The content type is ${quoted(type)}; allowed: ${protobufType}, ${jsonType}.`;
      return answerStatus(context, "json", { status: 415, message });
    }
    const kind = encoding === "json" ? "otlp-json" : "otlp-protobuf";
    const result = await door.take(context, { kind });
    if (!result.ok) return answerStatus(context, encoding, result.failure);
    const { counts } = result;
    if (!counts.isIntact) {
      return answerStatus(context, encoding, { status: 400, message: refusalText(counts) });
    }
    if (isAllTaken(counts)) return answerPartial(context, encoding);
    return answerPartial(context, encoding, {
      rejectedCount: counts.refusedPieceCount,
      message: refusalText(counts),
    });
  });
}

type Encoding = "protobuf" | "json";

const protobufType = "application/x-protobuf";
const jsonType = "application/json";

function encodingOf(type: string): Encoding | undefined {
  const name = type.split(";", 1)[0]?.trim().toLowerCase();
  if (name === protobufType) return "protobuf";
  return name === jsonType ? "json" : undefined;
}

interface Partial {
  readonly rejectedCount: number;
  readonly message: string;
}

function answerPartial(context: WebappContext, encoding: Encoding, partial?: Partial): Response {
  if (encoding === "json") {
    // 64-bit integers are text in ProtoJSON.
    const partialSuccess = partial && {
      rejectedDataPoints: String(partial.rejectedCount),
      errorMessage: partial.message,
    };
    return context.json(partialSuccess === undefined ? {} : { partialSuccess });
  }
  const message =
    partial === undefined
      ? []
      : bytesField(1, [
          ...integerField(1, partial.rejectedCount),
          ...bytesField(2, new TextEncoder().encode(partial.message)),
        ]);
  return answerBytes(context, 200, message);
}

/** Of google/rpc/code.proto. */
const codes: Readonly<Record<IntakeFailure["status"], number>> = {
  400: 3, // INVALID_ARGUMENT
  413: 8, // RESOURCE_EXHAUSTED
  415: 3,
  501: 12, // UNIMPLEMENTED
  503: 14, // UNAVAILABLE
};

function answerStatus(
  context: WebappContext,
  encoding: Encoding,
  { status, message }: IntakeFailure,
): Response {
  const code = codes[status];
  if (encoding === "json") return context.json({ code, message }, status);
  const text = bytesField(2, new TextEncoder().encode(message));
  return answerBytes(context, status, [...integerField(1, code), ...text]);
}

function answerBytes(
  context: WebappContext,
  status: 200 | IntakeFailure["status"],
  bytes: readonly number[],
): Response {
  return context.body(Uint8Array.from(bytes), status, { "Content-Type": protobufType });
}

function integerField(field: number, value: number): number[] {
  return [field << 3, ...varint(value)];
}

function bytesField(field: number, bytes: Iterable<number>): number[] {
  const content = [...bytes];
  return [(field << 3) | 2, ...varint(content.length), ...content];
}

/** @param value  whole, 0 or more, exact in a double */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
