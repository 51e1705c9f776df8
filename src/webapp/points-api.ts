/**
 * /kale/points: samples of one series, reduced to what a graph can show. As JSON by the routes, like
 * all else; as columns, which pages ask for by the dozen, by direct-points.ts where nothing is odd.
 */
import type { Hono } from "hono";
import type { SampleColumns, TimeRange } from "../model/index.ts";
import type { PointsJson } from "./contract.ts";
import { withDeadline } from "./deadline.ts";
import { answerFault, unknownSeries, type Fault, type WebappEnv } from "./fault.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { encodePointColumns, pointColumnsType } from "./point-columns.ts";
import { Query, rangeLengthMaxMs } from "./query.ts";
import { pointCountMin, reducePoints } from "./reduce-points.ts";

export const pointsPath = "/kale/points";
/** Said of the answer in either form. */
export const pointsVary = "Accept";

const hourMs = 3_600_000;
const pointCountMax = 100_000;

export interface PointsParts {
  readonly parts: Pick<WebappParts, "series" | "clock">;
  readonly limits: Pick<WebappLimits, "answerWaitMs">;
}

export interface PointsRequest {
  readonly name: string;
  readonly range: TimeRange;
  readonly pointCountMax: number;
}

export function addPointsApi(app: Hono<WebappEnv>, api: PointsParts): void {
  app.get(pointsPath, async (context) => {
    const asked = readPointsRequest(context.req.url, api.parts.clock.nowMs());
    if ("code" in asked) return answerFault(context, asked);
    const samples = await samplesOf(asked, api);
    if (samples === undefined) return answerFault(context, unknownSeries(asked.name));
    context.header("Vary", pointsVary);
    if (wantsColumns(context.req.header("Accept"))) {
      const body = pointsBody(samples, asked);
      return context.body(body, 200, { "Content-Type": pointColumnsType });
    }
    const { name, range } = asked;
    const points = reducePoints(samples, range, asked.pointCountMax);
    return context.json<PointsJson>({
      name,
      from: range.fromMs / 1000,
      until: range.untilMs / 1000,
      points: Array.from(points.timesMs, (timeMs, i) => [
        timeMs / 1000,
        points.values[i] as number,
      ]),
      sampleCount: samples.timesMs.length,
    });
  });
}

/** @param target  of the request, from its path or its scheme on */
export function readPointsRequest(target: string, nowMs: number): PointsRequest | Fault {
  const query = new Query(target, nowMs);
  const name = query.requiredSeriesName();
  const range = query.range({ fallbackMs: hourMs, lengthMaxMs: rangeLengthMaxMs });
  const countMax = query.integer("maxPoints", {
    fallback: 2_000,
    min: pointCountMin,
    max: pointCountMax,
  });
  return query.fault() ?? { name, range, pointCountMax: countMax };
}

export function wantsColumns(accept: string | undefined): boolean {
  return accept?.includes(pointColumnsType) === true;
}

/** @returns undefined where the series is unknown; rejects with a DeadlineError */
export function samplesOf(
  { name, range }: PointsRequest,
  { parts, limits }: PointsParts,
): Promise<SampleColumns | undefined> {
  return withDeadline(parts.series.read(name, range), "the store", limits.answerWaitMs);
}

/** The samples as columns; whose buffer they take, see encodePointColumns(). */
export function pointsBody(
  samples: SampleColumns,
  { range, pointCountMax }: PointsRequest,
): Uint8Array<ArrayBuffer> {
  const sampleCount = samples.timesMs.length;
  return encodePointColumns(reducePoints(samples, range, pointCountMax), range, sampleCount);
}
