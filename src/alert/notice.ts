/** What is said to people: one notice of one incident on one route, before it has a channel's form. */
import type { Episode } from "../model/index.ts";
import type { Severity } from "./alert-config.ts";

/**
 * "grew": more metrics, or worse, since it was told. "repeated": it lasts. "digest": what happened
 * since the last digest, told or not. "test": somebody asked for it.
 */
export type NoticeKind = "started" | "grew" | "repeated" | "ended" | "digest" | "test";

export interface Notice {
  readonly kind: NoticeKind;
  /** The same for all notices of one incident on one route: what receivers match start and end by. */
  readonly groupId: string;
  readonly route: string;
  readonly severity: Severity;
  readonly atMs: number;
  readonly startedMs: number;
  readonly endedMs: number | null;
  /** Metrics in all; `episodes` may hold fewer. */
  readonly metricCount: number;
  /** "12 metrics on 3 hosts"; missing in what was kept by an older Kale, and where there are none. */
  readonly title?: string;
  /** Saved collections that it looks like, best first; missing as above. */
  readonly seenBefore?: readonly { readonly name: string; readonly likeness: number }[];
  /** Earliest first, at most `noticeEpisodeCountMax`. */
  readonly episodes: readonly NoticeEpisode[];
}

export type NoticeEpisode = Pick<
  Episode,
  "id" | "name" | "startedMs" | "endedMs" | "observed" | "peak" | "peakMs" | "expected" | "sentence"
>;

export const noticeEpisodeCountMax = 100;

export function noticeEpisodeOf(episode: Episode): NoticeEpisode {
  const { id, name, startedMs, endedMs, observed, peak, peakMs, expected, sentence } = episode;
  return { id, name, startedMs, endedMs, observed, peak, peakMs, expected, sentence };
}
