/**
 * GET /kale/cardinality: where the series are, by parts of their names. Counting goes through every name
 * in slices, so one count serves all who ask within some seconds.
 */
import type { Hono } from "hono";
import type { CardinalityReport, NamePartCount } from "../model/index.ts";
import type { CardinalityJson, NamePartJson } from "./contract.ts";
import { withDeadline } from "./deadline.ts";
import { answerFault, type WebappEnv } from "./fault.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { Query } from "./query.ts";

const keptMs = 5_000;
const limitMax = 100;

export function addCardinalityApi(
  app: Hono<WebappEnv>,
  { parts, limits }: { readonly parts: WebappParts; readonly limits: WebappLimits },
): void {
  let counting: Promise<CardinalityReport> | undefined;
  let countedMs = -Infinity;

  /** A count that fails is begun anew by the next who asks. */
  function counted(): Promise<CardinalityReport> {
    const { clock, cardinality } = parts;
    const isFresh = clock.elapsedMs() - countedMs < keptMs;
    if (counting !== undefined && isFresh) return counting;
    countedMs = clock.elapsedMs();
    const count =
      cardinality?.cardinality() ?? Promise.resolve({ seriesCount: 0, isWhole: true, parts: [] });
    counting = count;
    count.catch(() => {
      if (counting === count) counting = undefined;
    });
    return count;
  }

  app.get("/kale/cardinality", async (context) => {
    const query = new Query(context.req.url, parts.clock.nowMs());
    const limit = query.integer("limit", { fallback: 20, min: 1, max: limitMax });
    const fault = query.fault();
    if (fault !== undefined) return answerFault(context, fault);
    const report = await withDeadline(counted(), "the count of names", limits.searchWaitMs);
    const top = (of: (part: NamePartCount) => number, kinds?: string): NamePartJson[] =>
      report.parts
        .filter((part) => of(part) > 0 && (kinds === undefined || part.kind === kinds))
        .sort((a, b) => of(b) - of(a))
        .slice(0, limit)
        .map(namePartJson);
    return context.json<CardinalityJson>({
      series: report.seriesCount,
      whole: report.isWhole,
      bySeries: top((part) => part.seriesCount),
      byNewHour: top((part) => part.newHourCount),
      byNewDay: top((part) => part.newDayCount),
      byValues: top((part) => part.valueCount, "tag-key"),
    });
  });
}

function namePartJson(part: NamePartCount): NamePartJson {
  return {
    kind: part.kind,
    text: part.text,
    query: queryOf(part),
    series: part.seriesCount,
    newHour: part.newHourCount,
    newDay: part.newDayCount,
    values: part.valueCount,
  };
}

/** A glob over the whole name, in which what stands in the name for itself means nothing else. */
function queryOf({ kind, text }: NamePartCount): string {
  const literal = text.replace(/[*?[\]{}]/g, "?");
  if (kind === "path") return `${literal}.*`;
  return kind === "tag" ? `*;${literal}*` : `*;${literal}=*`;
}
