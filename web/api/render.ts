/** Graphite's own routes, as far as our pages ask them: series by expression, the tree, tags. */
import type { Point } from "../lib/columns.ts";
import type { FoundNode } from "../lib/graph-target.ts";
import { withQuery } from "../lib/route.ts";
import { fetchJson, unreachable, type FetchResult } from "./fetch-json.ts";

export interface RenderedLine {
  readonly label: string;
  readonly points: readonly Point[];
}

export interface RenderQuery {
  readonly targets: readonly string[];
  readonly from: number;
  readonly until: number;
  readonly maxPoints: number;
}

interface RenderedJson {
  readonly target: string;
  readonly datapoints: readonly (readonly [number | null, number])[];
}

/** What is wrong with an expression comes back as a failure in Kale's words. */
export async function fetchRender(
  { targets, from, until, maxPoints }: RenderQuery,
  signal: AbortSignal,
): Promise<FetchResult<RenderedLine[]>> {
  const body = new URLSearchParams(targets.map((target) => ["target", target]));
  body.set("from", String(Math.floor(from)));
  body.set("until", String(Math.ceil(until)));
  body.set("format", "json");
  body.set("maxDataPoints", String(maxPoints));
  try {
    const response = await fetch("/render", { method: "POST", body, signal });
    if (!response.ok) {
      const message = (await response.text()).trim();
      return { ok: false, failure: { code: "refused", status: response.status, message } };
    }
    const list = (await response.json()) as RenderedJson[];
    return { ok: true, value: list.map(lineOf) };
  } catch (error) {
    return { ok: false, failure: unreachable(error, undefined) };
  }
}

export function fetchNodes(
  query: string,
  signal: AbortSignal,
): Promise<FetchResult<readonly FoundNode[]>> {
  return fetchJson(withQuery("/metrics/find", { query }), signal);
}

interface TagJson {
  readonly values: readonly { readonly value: string }[];
}

export function fetchTag(tag: string, signal: AbortSignal): Promise<FetchResult<TagJson>> {
  return fetchJson(`/tags/${encodeURIComponent(tag)}`, signal);
}

function lineOf({ target, datapoints }: RenderedJson): RenderedLine {
  const points = datapoints.flatMap(([value, time]): Point[] =>
    value === null ? [] : [[time, value]],
  );
  return { label: target, points };
}
