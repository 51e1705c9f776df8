/**
 * InfluxDB's doors for writing: POST /write (version 1), POST /api/v2/write (version 2), and what
 * senders of version 1 ask first: GET /ping, and CREATE DATABASE at /query.
 *
 * Databases, buckets, organisations, users and tokens are passed over: there is one Kale. Lines that
 * are refused are told by 400, as InfluxDB does it, and the others are kept; its senders do not send
 * such a batch again.
 *
 * Source: docs.influxdata.com, "InfluxDB 1.8 API reference" and "API v2: Write data"; InfluxDB 1.6.7 and
 * Telegraf 1.37 at work. Deviations: only CREATE DATABASE is a query; no database is missing.
 */
import type { Hono } from "hono";
import type { BodyPrecision } from "../model/index.ts";
import { quoted, type WebappContext, type WebappEnv } from "./fault.ts";
import { type IntakeDoor, isAllTaken, readSenderBody, refusalText } from "./intake-body.ts";

export function addInfluxIntake(app: Hono<WebappEnv>, door: IntakeDoor): void {
  app.post("/write", (context) => write(context, door, answerV1));
  app.post("/api/v2/write", (context) => write(context, door, answerV2));

  app.get("/ping", (context) => {
    // Clients look for the version to know the API by.
    context.header("X-Influxdb-Version", "1.8.0");
    context.header("X-Influxdb-Build", "Kale");
    return context.body(null, 204);
  });

  app.get("/query", (context) => answerQuery(context, context.req.query("q") ?? ""));
  app.post("/query", async (context) => {
    const read = await readSenderBody(context);
    if (!read.ok) return answerV1(context, read.failure.status, read.failure.message);
    const form = new URLSearchParams(new TextDecoder().decode(read.bytes));
    return answerQuery(context, form.get("q") ?? context.req.query("q") ?? "");
  });
}

type ErrorStatus = 400 | 413 | 415 | 501 | 503;

type ErrorAnswer = (context: WebappContext, status: ErrorStatus, message: string) => Response;

async function write(
  context: WebappContext,
  door: IntakeDoor,
  answer: ErrorAnswer,
): Promise<Response> {
  const asked = context.req.query("precision") ?? "";
  const precision = asked === "" ? "ns" : precisions.get(asked);
  if (precision === undefined) {
    context.header("Connection", "close");
    const message = `precision is ${quoted(asked)}; allowed: ${[...precisions.keys()].join(", ")}`;
    return answer(context, 400, message);
  }
  const result = await door.take(context, { kind: "influx", precision });
  if (!result.ok) return answer(context, result.failure.status, result.failure.message);
  if (isAllTaken(result.counts)) return context.body(null, 204);
  return answer(context, 400, `partial write: ${refusalText(result.counts)}`);
}

const precisions: ReadonlyMap<string, BodyPrecision> = new Map([
  ["ns", "ns"],
  ["n", "ns"],
  ["us", "us"],
  ["u", "us"],
  ["µ", "us"],
  ["ms", "ms"],
  ["s", "s"],
  ["m", "m"],
  ["h", "h"],
]);

function answerV1(context: WebappContext, status: ErrorStatus, message: string): Response {
  context.header("X-Influxdb-Error", headerText(message));
  return context.json({ error: message }, status);
}

const codesV2: Readonly<Record<ErrorStatus, string>> = {
  400: "invalid",
  413: "request too large",
  415: "unsupported media type",
  501: "not implemented",
  503: "unavailable",
};

function answerV2(context: WebappContext, status: ErrorStatus, message: string): Response {
  return context.json({ code: codesV2[status], message }, status);
}

/** A header takes printable ASCII; examples of refused lines hold anything. */
function headerText(message: string): string {
  return message.slice(0, 500).replaceAll(/[^\x20-\x7e]/g, "?");
}

const queryCharsMax = 4096;
const createDatabase = /^CREATE\s+DATABASE\s+(?:"(?:[^"\\]|\\.)+"|\w+)(?:\s+WITH\s[^;]*)?;?$/i;

function answerQuery(context: WebappContext, query: string): Response {
  const text = query.trim();
  if (text.length <= queryCharsMax && createDatabase.test(text)) {
    return context.json({ results: [{ statement_id: 0 }] });
  }
  const message =
    "Kale takes what is written in InfluxDB's line protocol, and answers no query but " +
    `CREATE DATABASE; found: ${quoted(text)}`;
  return answerV1(context, 400, message);
}
