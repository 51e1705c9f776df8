/**
 * Which anomalies a series would have had under given rules, from samples that are kept. Pure.
 *
 * A judge of its own is fed all samples in order; those before the range only teach it. What people said of
 * anomalies is asked where it is given. Where a series was silent for longer than the
 * stale period, its open anomaly ends there, as it would have.
 */
import type { Steps } from "../../base/steps.ts";
import type { Episode, KnownAs, RuleBook, SampleColumns, TimeRange } from "../../model/index.ts";
import type { Judge } from "../judge.ts";
import { SamplesWindow } from "./samples-window.ts";
import { StreamJudge } from "./stream-judge.ts";
import type { StreamWindow } from "./stream-window.ts";

export interface EpisodeReplay {
  readonly name: string;
  /** Oldest first. */
  readonly samples: SampleColumns;
  /** What senders state of the series, see model/stated-type.ts. */
  readonly stated: number;
  readonly rules: RuleBook;
  /** Only anomalies that were under way in it are answered. */
  readonly range: TimeRange;
  readonly stalePeriodMs: number;
  /** What people said of anomalies, asked over a window of the samples. */
  readonly saidOver?: ((window: StreamWindow) => Said) | undefined;
}

export interface Said {
  knownAs(id: number, episode: Episode): KnownAs | undefined;
  isConfirmed(name: string): boolean;
}

/** @returns by start; one that had not ended at the last sample has no end */
export function* replayEpisodes(asked: EpisodeReplay, judge: Judge): Steps<Episode[]> {
  const { name, samples, stated, rules, range, stalePeriodMs } = asked;
  const window = new SamplesWindow(name, samples);
  const said = asked.saidOver?.(new SamplesWindow(name, samples));
  const stream = new StreamJudge(window, judge, {
    ...{ activeCountMax: 1, stalePeriodMs },
    ...(said === undefined ? {} : { knownAs: (id, episode) => said.knownAs(id, episode) }),
  });
  stream.useRules(rules);
  if (said !== undefined) stream.useConfirmed((metric) => said.isConfirmed(metric));
  stream.state(0, stated);
  const found = new Map<string, Episode>();
  let beforeMs = -Infinity;
  for (const [i, timeMs] of samples.timesMs.entries()) {
    if (timeMs >= range.untilMs) break;
    if (timeMs <= beforeMs) continue;
    const silent = stream.look(0, beforeMs, timeMs);
    if (silent !== undefined) found.set(silent.episode.id, silent.episode);
    // Of its own time: nothing is news, so only begin and end are told.
    const event = stream.take(0, timeMs, samples.values[i]!, Infinity);
    if (event !== undefined) found.set(event.episode.id, event.episode);
    beforeMs = timeMs;
    yield;
  }
  const open = stream.episodeOf(0);
  if (open !== undefined) found.set(open.id, open);
  return [...found.values()].filter(
    ({ startedMs, endedMs }) =>
      startedMs < range.untilMs && (endedMs === null || endedMs >= range.fromMs),
  );
}
