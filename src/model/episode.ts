/** An anomaly as people speak of it: something that began, went on, peaked and ended. */
import type { ExpectedRange, ValueRange } from "./expected.ts";
import type { CheckResult } from "./verdict.ts";

/**
 * "calm": several calm verdicts in a row. "stale": the metric stopped arriving. "accepted": it stayed
 * where it was for so long that this is what is normal now.
 */
export type EpisodeEnd = "calm" | "stale" | "accepted";

/** What the streaming detector listens to; see analyzer/detector. */
export type VoiceName = "point" | "short" | "drift" | "surprise" | "shape" | "onset";

export interface Voice {
  readonly voice: VoiceName;
  /** In its own standard deviations; "onset" in its own strength. */
  readonly strength: number;
}

/** Why the streaming detector told of it: as it was at that moment, never changed later. */
export interface EpisodeWhy {
  /** How rare, 0 to 1: a healthy metric has one sample in 10^(8 × score) that scores as high. */
  readonly score: number;
  readonly scoredMs: number;
  readonly expected: ExpectedRange;
  readonly voices: readonly Voice[];
  /** The metric's usual spacing. */
  readonly stepMs: number;
  /** The metric only counts up: every value here is its growth per second. */
  readonly isRate: boolean;
}

/** An anomaly like one that a person spoke of. */
export interface KnownAs {
  readonly feedbackId: string;
  readonly kind: "normal" | "confirmed";
  /** What the person called it. */
  readonly label: string;
  /** 0 to 100. */
  readonly likeness: number;
}

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
  /**
   * Where it was expected, as `why` says; without that where the last calm hour stayed, its 2nd and 98th
   * percentile, null if there was none.
   */
  readonly expected: ValueRange | null;
  /** Checks at the newest abnormal verdict, all nine. */
  readonly checks: readonly CheckResult[];
  readonly voteCount: number;
  /** "62 → 410; the last hour stayed between 40 and 75; 7 of 9 checks" */
  readonly sentence: string;
  /** Missing where the nine checks alone gave the verdict. */
  readonly why?: EpisodeWhy | undefined;
  /** "normal": it is shown greyed, and nothing is sent. */
  readonly known?: KnownAs | undefined;
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
