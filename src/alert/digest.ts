/** The digest: once a day at a stated time, what was abnormal since the one before. */
import type { Episode } from "../model/index.ts";
import type { DigestConfig } from "./alert-config.ts";
import { noticeEpisodeCountMax, noticeEpisodeOf, type Notice } from "./notice.ts";
import { severityOf, worstOf } from "./severity.ts";
import { wallTimeOf } from "./wall-clock.ts";

/** The first digest of a new installation speaks of this long. */
export const firstDigestMs = 86_400_000;

/** @param lastMs  when the last one was made */
export function isDigestDue(config: DigestConfig, lastMs: number, nowMs: number): boolean {
  const now = wallTimeOf(nowMs, config.timeZone);
  if (!config.days.includes(now.day) || now.minute < config.atMinute) return false;
  const last = wallTimeOf(lastMs, config.timeZone);
  return last.date !== now.date || last.minute < config.atMinute;
}

/** @param episodes  that overlap the time since the last one, in any order */
export function digestOf(
  episodes: readonly Episode[],
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
): Notice {
  const sorted = [...episodes].sort((a, b) => a.startedMs - b.startedMs);
  return {
    kind: "digest",
    groupId: `digest-${Math.floor(nowMs)}`,
    route: "",
    severity: worstOf(sorted.map(severityOf)),
    atMs: nowMs,
    startedMs: sinceMs,
    endedMs: null,
    metricCount: new Set(sorted.map(({ name }) => name)).size,
    episodes: sorted.slice(0, noticeEpisodeCountMax).map(noticeEpisodeOf),
  };
}
