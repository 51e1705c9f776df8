/**
 * What /render is asked: parameters of the URL and of a form's body, read as graphite-web reads them.
 *
 * Parameters that are not known are passed over, as there: dashboards send many. Deviations: an
 * unknown format is an error, where graphite-web draws a picture; jsonp is refused, since it would let
 * any site's page read what is here; a zone that does not exist is an error.
 */
import { parseAtTime } from "./at-time.ts";
import { GraphiteError, quoted } from "./errors.ts";
import type { GraphiteQuery } from "./evaluate.ts";
import { TimeZone } from "../../base/time-zone.ts";

export const renderFormats = [
  "json",
  "csv",
  "raw",
  "pickle",
  "msgpack",
  "dygraph",
  "rickshaw",
  "svg",
  "png",
] as const;

export type RenderFormat = (typeof renderFormats)[number];

export interface RenderRequest {
  readonly query: GraphiteQuery;
  readonly format: RenderFormat;
  readonly maxDataPoints: number | undefined;
  readonly isWithoutNulls: boolean;
  readonly isPretty: boolean;
}

export const targetCountMax = 200;

/** @throws GraphiteError */
export function readRenderRequest(given: URLSearchParams, nowMs: number): RenderRequest {
  const range = readRange(given, nowMs);
  if (given.has("jsonp")) throw refused("jsonp is not answered here: ask for format=json");
  if ((lastOf(given, "graphType") ?? "line") !== "line")
    throw refused("graphType is line here, no other");
  let targets = given.getAll("target");
  if (targets.length === 0) targets = given.getAll("target[]");
  if (targets.length > targetCountMax) {
    throw new GraphiteError(
      "too-much",
      `${targets.length} targets; at most ${targetCountMax} are taken.`,
    );
  }
  const maxDataPoints = lastOf(given, "maxDataPoints") ?? "";
  const xFilesFactor = Number(lastOf(given, "xFilesFactor") ?? "0");
  if (!(xFilesFactor >= 0 && xFilesFactor <= 1)) throw refused("xFilesFactor goes from 0 to 1");
  const template = new Map<string, string>();
  for (const [key, value] of given) {
    const name = /^template\[(.+)\]$/.exec(key)?.[1];
    if (name !== undefined) template.set(name, value);
  }
  return {
    query: { ...range, targets, xFilesFactor, template },
    format: formatOf(given),
    maxDataPoints: /^\d{1,9}$/.test(maxDataPoints) ? Number(maxDataPoints) : undefined,
    isWithoutNulls: given.has("noNullPoints"),
    isPretty: (lastOf(given, "pretty") ?? "") !== "",
  };
}

type RequestRange = Pick<GraphiteQuery, "fromSeconds" | "untilSeconds" | "nowSeconds" | "zone">;

/** The range, a day unless given; the earlier moment is the beginning, whichever it was called. */
export function readRange(given: URLSearchParams, nowMs: number): RequestRange {
  const zone = readZone(given);
  const realNow = Math.floor(nowMs / 1000);
  const time = (name: string, fallback: string, nowSeconds: number): number => {
    const text = lastOf(given, name) ?? "";
    return parseAtTime(text === "" ? fallback : text, { nowSeconds, zone });
  };
  const nowSeconds = time("now", "now", realNow);
  const a = time("from", "-1d", nowSeconds);
  const b = time("until", "now", nowSeconds);
  if (a === b) throw refused("from and until are the same moment");
  return { fromSeconds: Math.min(a, b), untilSeconds: Math.max(a, b), nowSeconds, zone };
}

/** UTC unless a zone is asked for. */
export function readZone(given: URLSearchParams): TimeZone {
  const name = lastOf(given, "tz") ?? "";
  const zone = name === "" ? TimeZone.utc : TimeZone.of(name);
  if (zone !== undefined) return zone;
  throw refused(`tz is ${quoted(name)}, which is no zone such as Europe/Berlin`);
}

function formatOf(given: URLSearchParams): RenderFormat {
  if (!given.has("format")) {
    if (given.has("rawData")) return "raw";
    return given.has("pickle") ? "pickle" : "png";
  }
  const text = lastOf(given, "format") ?? "";
  const found = renderFormats.find((format) => format === text);
  if (found !== undefined) return found;
  throw refused(`format is ${quoted(text)}; known are ${renderFormats.join(", ")}`);
}

/** Of a parameter that is given several times the last one counts, as for graphite-web. */
function lastOf(given: URLSearchParams, name: string): string | undefined {
  return given.getAll(name).at(-1);
}

function refused(reason: string): GraphiteError {
  return new GraphiteError("bad-parameter", `${reason}.`);
}
