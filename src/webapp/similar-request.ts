/**
 * A question to /kale/similar as it was asked: a name or an anomaly in a URL, or a shape in a body.
 * What the body says beside its values is read as if it were parameters, so both know the same ones.
 */
import {
  searchWindowOf,
  similarityMethodNames,
  type EpisodeJournal,
  type SimilarityQuery,
  type TimeRange,
} from "../model/index.ts";
import { quoted, type Fault } from "./fault.ts";
import { rangeLengthMaxMs, type Query } from "./query.ts";

const hourMs = 3_600_000;
const shapeCountMin = 2;
const shapeCountMax = 2_000;
const excludeCountMax = 100;
/** Of the grid; a search of more takes too much memory and time. */
const pointCountMax = 1_000;

export interface SimilarRequest {
  readonly query: SimilarityQuery;
  /** A newer search with the same page cancels this one. */
  readonly page: string | undefined;
}

export type ReadSimilarRequest =
  | { readonly ok: true; readonly request: SimilarRequest }
  | { readonly ok: false; readonly fault: Fault };

/** @param shape  what was drawn or posted; undefined where a series is asked for */
export function readSimilarRequest(
  query: Query,
  shape: Float64Array<ArrayBuffer> | undefined,
  episodes: EpisodeJournal,
): ReadSimilarRequest {
  const anomalyId = query.text("anomaly", { fallback: "", bytesMax: 100 });
  const episode = anomalyId === "" ? undefined : episodes.get(anomalyId);
  const name = query.seriesName() ?? episode?.name;
  const window = episode === undefined ? undefined : searchWindowOf(episode, query.nowMs);
  const range = rangeOf(query, window);
  const bandShare = query.fraction("band", { min: 0, max: 1 });
  const radius = optionalInteger(query, "radius", { min: 0, max: 1_000 });
  const slop = optionalInteger(query, "slop", { min: 0, max: 1_000 });
  const lagMaxMs = query.duration("lag", { maxMs: rangeLengthMaxMs });
  const inverse = query.optionalFlag("inverse");
  const pointCount = optionalInteger(query, "points", { min: 4, max: pointCountMax });
  const page = query.text("page", { fallback: "", bytesMax: 100 });
  const common = {
    range,
    method: query.choice("method", similarityMethodNames, "best"),
    filter: query.text("filter", { fallback: "", bytesMax: 512 }),
    exclude: query.list("exclude", { countMax: excludeCountMax, bytesMax: 512 }),
    limit: query.integer("limit", { fallback: 20, min: 1, max: 1_000 }),
    offset: query.integer("offset", { fallback: 0, min: 0, max: 9_000 }),
    ...(bandShare === undefined ? {} : { bandShare }),
    ...(radius === undefined ? {} : { radius }),
    ...(slop === undefined ? {} : { slop }),
    ...(lagMaxMs === undefined ? {} : { lagMaxMs }),
    ...(inverse === undefined ? {} : { inverse }),
    ...(pointCount === undefined ? {} : { pointCount }),
  };

  const fault = query.fault();
  if (fault !== undefined) return { ok: false, fault };
  if (anomalyId !== "" && episode === undefined) {
    const message = `No anomaly has the id ${quoted(anomalyId)}; old ones are forgotten.`;
    return { ok: false, fault: { code: "unknown-anomaly", message } };
  }
  if (shape !== undefined && name !== undefined) {
    const message = "A shape was given and a series too; one of them is looked for.";
    return { ok: false, fault: { code: "bad-field", message } };
  }
  const pageOf = page === "" ? undefined : page;
  if (shape !== undefined) {
    const target = { kind: "shape", values: shape } as const;
    return { ok: true, request: { query: { ...common, target }, page: pageOf } };
  }
  if (name === undefined) {
    const message =
      "What is looked for? Give the name of a series (name=), an anomaly (anomaly=), " +
      'or POST a shape as {"values":[…]}.';
    return { ok: false, fault: { code: "missing-parameter", message } };
  }
  const target = { kind: "series", name } as const;
  return { ok: true, request: { query: { ...common, target }, page: pageOf } };
}

export type ReadShape =
  | {
      readonly ok: true;
      readonly values: Float64Array<ArrayBuffer>;
      readonly parameters: URLSearchParams;
    }
  | { readonly ok: false; readonly message: string };

/** @param parameters  of the URL, to which those of the body are added */
export function readShape(body: unknown, parameters: URLSearchParams): ReadShape {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return { ok: false, message: 'The body is no JSON object, e.g. {"values":[1,2,5,2,1]}.' };
  }
  const { values, ...rest } = body as Record<string, unknown>;
  if (!Array.isArray(values) || !(values as unknown[]).every(Number.isFinite)) {
    return { ok: false, message: "Field values is no list of numbers." };
  }
  if (values.length < shapeCountMin || values.length > shapeCountMax) {
    const allowed = `${shapeCountMin} to ${shapeCountMax}`;
    return {
      ok: false,
      message: `Field values has ${values.length} numbers; allowed: ${allowed}.`,
    };
  }
  for (const [name, given] of Object.entries(rest)) {
    for (const one of Array.isArray(given) ? (given as unknown[]) : [given]) {
      if (typeof one !== "string" && typeof one !== "number" && typeof one !== "boolean") {
        return { ok: false, message: `Field ${quoted(name)} is no text, number or boolean.` };
      }
      parameters.append(name, String(one));
    }
  }
  return { ok: true, values: Float64Array.from(values as number[]), parameters };
}

/** The window of the anomaly, or the last hour, where the request names no other. */
function rangeOf(query: Query, window: TimeRange | undefined): TimeRange {
  const isNamed = query.has("from") || query.has("until");
  const asked = query.range({ fallbackMs: hourMs, lengthMaxMs: rangeLengthMaxMs });
  return window === undefined || isNamed ? asked : window;
}

function optionalInteger(
  query: Query,
  name: string,
  limits: { readonly min: number; readonly max: number },
): number | undefined {
  const value = query.integer(name, { fallback: limits.min, ...limits });
  return query.has(name) ? value : undefined;
}
