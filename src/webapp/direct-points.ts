/**
 * The short way from a request for points as columns to its answer: no Request, no Response and no
 * route in between, which together take longer than reading and sending a day of samples.
 *
 * Only what is plain goes this way: a GET that is allowed, of which nothing is wrong. All else is left
 * to the routes, so what is refused, why and in which words is said there and nowhere else; and the
 * guard, the form of the query and the failures are the routes' own functions.
 */
import type { ServerResponse } from "node:http";
import { assert } from "../base/assert.ts";
import { failureOf } from "./failure.ts";
import { faultJson, faultStatus, unknownSeries, type Refusal } from "./fault.ts";
import { refusalRule, securityHeaders, type GuardOptions } from "./guard.ts";
import type { HttpCounters } from "./http-counters.ts";
import type { DirectAnswer } from "./listener.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { pointColumnsType } from "./point-columns.ts";
import {
  pointsBody,
  pointsPath,
  pointsVary,
  readPointsRequest,
  samplesOf,
  wantsColumns,
  type PointsRequest,
} from "./points-api.ts";
import { ruleFor } from "./route-rules.ts";

export interface DirectPointsParts {
  readonly parts: WebappParts;
  readonly limits: WebappLimits;
  readonly guard: GuardOptions;
  readonly counters: HttpCounters;
}

/** What a URL is made of, without a fragment; the routes know what to do with others. */
const plainTarget = /^\/kale\/points\?[\w!$%&'()*+,\-./:;=?@~]*$/;
const plainHost = /^[\w.-]+(?::\d{1,5})?$/;

const plainHeaders = ["Cache-Control", "no-store", ...Object.entries(securityHeaders).flat()];
const columnsHeaders = [...plainHeaders, "Vary", pointsVary, "Content-Type", pointColumnsType];
const faultHeaders = [...plainHeaders, "Content-Type", "application/json"];

export function directPoints(api: DirectPointsParts): DirectAnswer {
  assert(ruleFor("GET", pointsPath) === undefined, "everybody may read points, signed in or not");
  const { clock } = api.parts;
  const refusalOf = refusalRule(api.guard);
  return (incoming, outgoing) => {
    const { url: target = "" } = incoming;
    if (incoming.method !== "GET" || !plainTarget.test(target)) return false;
    const head = { method: "GET", path: pointsPath, headers: incoming.headers };
    if (!wantsColumns(head.headers.accept) || !plainHost.test(head.headers.host ?? ""))
      return false;
    if (refusalOf(head) !== undefined) return false;
    const asked = readPointsRequest(target, clock.nowMs());
    if ("code" in asked) return false;
    void answer(asked, outgoing, api);
    return true;
  };
}

async function answer(
  asked: PointsRequest,
  outgoing: ServerResponse,
  api: DirectPointsParts,
): Promise<void> {
  const { clock, logger } = api.parts;
  const startedMs = clock.elapsedMs();
  let refusal: Refusal | undefined;
  try {
    const samples = await samplesOf(asked, api);
    if (samples === undefined) refusal = { fault: unknownSeries(asked.name), headers: {} };
    else sendColumns(outgoing, pointsBody(samples, asked));
  } catch (error) {
    refusal = failureOf(error, pointsPath, logger);
  }
  if (refusal !== undefined) sendRefusal(outgoing, refusal);
  const status = refusal === undefined ? 200 : faultStatus(refusal.fault.code);
  api.counters.add(pointsPath, status, clock.elapsedMs() - startedMs);
}

/**
 * The body's memory is given back as soon as it is written: the collector, who sees so much of it outside
 * its heap, would otherwise go through the whole heap for every few hundred answers.
 */
function sendColumns(outgoing: ServerResponse, body: Uint8Array<ArrayBuffer>): void {
  outgoing.writeHead(200, [...columnsHeaders, "Content-Length", String(body.byteLength)]);
  outgoing.end(body, () => void body.buffer.transfer(0));
}

function sendRefusal(outgoing: ServerResponse, refusal: Refusal): void {
  const body = Buffer.from(JSON.stringify(faultJson(refusal.fault)));
  const length = ["Content-Length", String(body.byteLength)];
  const own = Object.entries(refusal.headers).flat();
  outgoing.writeHead(faultStatus(refusal.fault.code), [...faultHeaders, ...own, ...length]);
  outgoing.end(body);
}
