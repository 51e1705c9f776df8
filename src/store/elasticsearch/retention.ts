/**
 * What is too old goes: the data stream begins a new index every day, and an index of it whose newest
 * hour is past the retention is dropped whole. Not by the engine's own life-cycle policies, which differ
 * between Elasticsearch and OpenSearch and are missing in a bare one.
 *
 * Several processes do this at the same time without harm: each step may be done twice.
 */
import {
  backingIndexes,
  deleteByQuery,
  deleteIndex,
  type EngineClient,
  rollover,
  search,
} from "../../engine/index.ts";
import { dayMs } from "./open-hours.ts";
import type { IndexNames } from "./options.ts";

const rolloverConditions = { max_age: "1d", max_docs: 50_000_000, max_size: "30gb" };
/** How much longer names are kept than points. */
const nameGraceDays = 1;

export async function applyRetention(
  client: EngineClient,
  indexes: IndexNames,
  options: { readonly nowMs: number; readonly retentionMs: number },
): Promise<{ readonly droppedIndexes: readonly string[] }> {
  const { nowMs, retentionMs } = options;
  await rollover(client, indexes.points, rolloverConditions);
  const droppedIndexes: string[] = [];
  const all = await backingIndexes(client, indexes.points);
  for (const index of all.slice(0, -1)) {
    const newestMs = await newestHourMs(client, index);
    if (newestMs === null || newestMs < nowMs - retentionMs - dayMs / 24) {
      await deleteIndex(client, index);
      droppedIndexes.push(index);
    }
  }
  const lastDay = Math.floor((nowMs - retentionMs) / dayMs) - nameGraceDays;
  await deleteByQuery(client, indexes.names, { range: { seenDay: { lt: lastDay } } });
  return { droppedIndexes };
}

async function newestHourMs(client: EngineClient, index: string): Promise<number | null> {
  const aggs = { newest: { max: { field: "@timestamp" } } };
  const { aggregations } = await search(client, index, { size: 0, aggs });
  return (aggregations?.["newest"] as { value: number | null } | undefined)?.value ?? null;
}
