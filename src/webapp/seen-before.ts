/**
 * "Seen before: NAME, 93 %": what a window looks like among the saved collections. It is a word beside
 * another answer, so that answer never fails or waits long for it.
 */
import type { SeenBefore, SimilarityTarget, TimeRange } from "../model/index.ts";
import type { SeenBeforeJson } from "./contract.ts";
import { withDeadline } from "./deadline.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";

/** @returns undefined where it could not be told, or not in time */
export async function seenBeforeJson(
  parts: WebappParts,
  limits: WebappLimits,
  name: string,
  range: TimeRange,
): Promise<SeenBeforeJson[] | undefined> {
  return await targetSeenBeforeJson(parts, limits, { kind: "series", name }, range);
}

/** The same for what a search looks for. */
export async function targetSeenBeforeJson(
  parts: WebappParts,
  limits: WebappLimits,
  target: SimilarityTarget,
  range: TimeRange,
): Promise<SeenBeforeJson[] | undefined> {
  try {
    const asked =
      target.kind === "series"
        ? parts.seenBefore.seenBefore(target.name, range)
        : parts.seenBefore.shapeSeenBefore(target.values);
    const found = await withDeadline(asked, "the match with collections", limits.seenWaitMs);
    return found.map(seenJson);
  } catch (error) {
    const name = target.kind === "series" ? target.name : "a shape";
    parts.logger.warn("collections could not be matched", { name, error: String(error) });
    return undefined;
  }
}

export function seenJson(seen: SeenBefore): SeenBeforeJson {
  return {
    collection: seen.collectionId,
    name: seen.collectionName,
    metric: seen.itemName,
    likeness: seen.likeness,
    from: seen.range.fromMs / 1000,
    until: seen.range.untilMs / 1000,
  };
}
