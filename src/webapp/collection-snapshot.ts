/** The samples of a window as they are now, few enough to be kept in a collection. */
import { collectionSampleCountMax, type CollectionItem, type TimeRange } from "../model/index.ts";
import { withDeadline } from "./deadline.ts";
import { quoted, type Fault } from "./fault.ts";
import type { WebappLimits, WebappParts } from "./parts.ts";
import { reducePoints } from "./reduce-points.ts";

export interface Window {
  readonly name: string;
  readonly range: TimeRange;
}

export type Snapshot =
  | { readonly ok: true; readonly items: readonly CollectionItem[] }
  | { readonly ok: false; readonly fault: Fault };

/** One after the other: two hundred long windows at once would fill the memory. */
export async function takeSnapshot(
  windows: readonly Window[],
  parts: WebappParts,
  limits: WebappLimits,
): Promise<Snapshot> {
  const items: CollectionItem[] = [];
  for (const { name, range } of windows) {
    const asked = parts.series.read(name, range);
    const samples = await withDeadline(asked, "the store", limits.answerWaitMs);
    if (samples === undefined) {
      const message = `No series has the name ${quoted(name)}; nothing was saved.`;
      return { ok: false, fault: { code: "unknown-series", message } };
    }
    const points = reducePoints(samples, range, collectionSampleCountMax);
    if (points.timesMs.length === 0) {
      const message = `${quoted(name)} has no samples in its window; nothing was saved.`;
      return { ok: false, fault: { code: "empty-window", message } };
    }
    const timesMs = Array.from(points.timesMs);
    items.push({ name, range, timesMs, values: Array.from(points.values) });
  }
  return { ok: true, items };
}
