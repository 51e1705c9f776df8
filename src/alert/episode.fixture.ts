/** Episodes for tests of this folder. */
import type { Episode, EpisodeEvent } from "../model/index.ts";

/** Unix milliseconds of a time in RFC 3339. */
export function timeMs(text: string): number {
  // eslint-disable-next-line no-restricted-globals -- parses, and does not ask what time it is
  return Date.parse(text);
}

/** A Monday. */
export const noonMs = timeMs("2026-11-23T12:00:00Z");

export function episode(name: string, changes: Partial<Episode> = {}): Episode {
  return {
    id: `id-${name}`,
    name,
    startedMs: noonMs,
    lastSeenMs: noonMs + 30_000,
    endedMs: null,
    endReason: null,
    before: 10,
    observed: 50,
    peak: 50,
    peakMs: noonMs + 20_000,
    expected: { lower: 5, upper: 15 },
    checks: [],
    voteCount: 7,
    sentence: "10 → 50; the last hour stayed between 5 and 15",
    ...changes,
  };
}

export function started(...episodes: readonly Episode[]): EpisodeEvent[] {
  return episodes.map((one) => ({ change: "started", episode: one }));
}

export function ended(one: Episode, endedMs: number): EpisodeEvent[] {
  return [{ change: "ended", episode: { ...one, endedMs, endReason: "calm" } }];
}
