/** What is said of the room for metrics: on the status page always, above every page once it is scarce. */
import type { RoomJson } from "../../src/webapp/contract.ts";
import { counted, formatBytes, formatCount } from "./format.ts";

const refusalWords: Readonly<Record<RoomJson["refused"][number]["reason"], string>> = {
  "bad-name": "is too long",
  "series-limit": "is more than series-limit allows",
  "memory-limit": "is more than memory-limit has room for",
};

export interface RoomTrouble {
  readonly title: string;
  readonly words: string;
}

/** @returns undefined while there is room */
export function roomTrouble(room: RoomJson | null): RoomTrouble | undefined {
  if (room === null || !room.scarce) return undefined;
  const refused = room.refused.filter(({ reason }) => reason !== "bad-name");
  const words = refused.map(
    ({ reason, count, example }) =>
      `${counted(count, "sample")} of names that are not known yet refused, the last ${example}, which ${refusalWords[reason]}.`,
  );
  const title = refused.length > 0 ? "New metrics are refused" : "Soon no more metrics fit";
  return { title, words: [...words, moreWords(room), "Metrics that are known go on."].join(" ") };
}

export function moreWords({ moreMetrics, bytesPerMetric }: RoomJson): string {
  if (moreMetrics === null || bytesPerMetric === null)
    return "Too few metrics to tell how many fit.";
  return `Room for ${formatCount(moreMetrics)} more metrics at ${formatBytes(bytesPerMetric)} each.`;
}

export function refusedWords({ refused }: RoomJson): string {
  return refused
    .map(
      ({ reason, count, example }) => `${formatCount(count)} × ${example} ${refusalWords[reason]}`,
    )
    .join("; ");
}
