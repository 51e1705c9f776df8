/** From the shards' room for metrics to that of the whole program. */
import type { ShardStats } from "../model/index.ts";
import type { RoomJson } from "./contract.ts";

/** With fewer metrics the tables that are there anyway would count as theirs. */
const metricCountMin = 100;
const scarceShare = 0.9;

export function roomJson(shards: readonly ShardStats[]): RoomJson | null {
  const room: RoomJson = {
    limitBytes: 0,
    usedBytes: 0,
    fullBytes: 0,
    bytesPerMetric: null,
    seriesLimit: 0,
    moreMetrics: null,
    scarce: false,
    refused: [],
  };
  let seriesCount = 0;
  for (const { store, room: ofShard } of shards) {
    if (ofShard === undefined) return null;
    seriesCount += store.seriesCount;
    room.limitBytes += ofShard.bytesMax;
    room.usedBytes += ofShard.usedBytes;
    room.fullBytes += Math.round(ofShard.fullBytes);
    room.seriesLimit += ofShard.seriesCountMax;
    for (const { reason, count, lastExample } of ofShard.refusedNames) {
      const known = room.refused.find((refused) => refused.reason === reason);
      if (known === undefined) room.refused.push({ reason, count, example: lastExample });
      else known.count += count;
    }
  }
  if (seriesCount >= metricCountMin) {
    room.bytesPerMetric = Math.round(room.fullBytes / seriesCount);
    const byMemory = (room.limitBytes - room.fullBytes) / (room.fullBytes / seriesCount);
    const byNames = room.seriesLimit - seriesCount;
    room.moreMetrics = Math.max(0, Math.floor(Math.min(byMemory, byNames)));
  }
  room.scarce =
    room.fullBytes > scarceShare * room.limitBytes ||
    seriesCount > scarceShare * room.seriesLimit ||
    room.refused.some(({ reason }) => reason !== "bad-name");
  return room;
}
