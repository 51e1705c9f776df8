/** An anomaly as people speak of it: something that began, went on, peaked and ended. */
import type { CheckResult } from "./verdict.ts";

export interface ValueRange {
  readonly lower: number;
  readonly upper: number;
}

/** "calm": several calm verdicts in a row. "stale": the metric stopped arriving. */
export type EpisodeEnd = "calm" | "stale";

export interface Episode {
  /** Stable across restarts, safe in a URL. */
  readonly id: string;
  /** Name of the series. */
  readonly name: string;
  readonly startedMs: number;
  /** Time of the newest sample that was judged abnormal. */
  readonly lastSeenMs: number;
  readonly endedMs: number | null;
  readonly endReason: EpisodeEnd | null;
  /** The series' level before it began: median of the hour up to `startedMs`. */
  readonly before: number | null;
  /** The newest abnormal value. */
  readonly observed: number;
  /** The abnormal value that stood farthest from `before`, and when. */
  readonly peak: number;
  readonly peakMs: number;
  /** Where the last calm hour stayed: its 2nd and 98th percentile; null if there was none. */
  readonly expected: ValueRange | null;
  /** Checks at the newest abnormal verdict, all nine. */
  readonly checks: readonly CheckResult[];
  readonly voteCount: number;
  /** "62 → 410; the last hour stayed between 40 and 75; 7 of 9 checks" */
  readonly sentence: string;
}

export type EpisodeChange = "started" | "changed" | "ended";

export interface EpisodeEvent {
  readonly change: EpisodeChange;
  readonly episode: Episode;
}

const minuteMs = 60_000;

/** The window to search with: the episode's stretch with a margin, about an hour for a short one. */
export function searchWindowOf(
  episode: Pick<Episode, "startedMs" | "lastSeenMs">,
  nowMs: number,
): { readonly fromMs: number; readonly untilMs: number } {
  const lengthMs = Math.max(0, episode.lastSeenMs - episode.startedMs);
  const untilMs = Math.min(nowMs, episode.lastSeenMs + Math.max(5 * minuteMs, lengthMs / 4));
  const fromMs = Math.min(
    episode.startedMs - Math.max(15 * minuteMs, lengthMs / 2),
    untilMs - 60 * minuteMs,
  );
  return { fromMs, untilMs };
}
