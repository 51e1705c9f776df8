/**
 * What is told of an episode: when it began, from where to where it went, the nine checks beside, the sentence,
 * and whether a person knows it. This is the costly part, a copy of the day for each.
 */
import type { Episode, EpisodeEnd, EpisodeEvent, KnownAs } from "../../model/index.ts";
import { episodeId, isFarther } from "../episodes.ts";
import { HourBefore } from "../hour-before.ts";
import type { Judge } from "../judge.ts";
import { onsetIndex } from "../onset.ts";
import type { Begun, OpenEpisode, Untold } from "./open-episode.ts";
import { streamSentence } from "./stream-sentence.ts";
import type { StreamWindow } from "./stream-window.ts";

const hourMs = 3_600_000;

export class EpisodeTeller {
  readonly #window: StreamWindow;
  readonly #judge: Judge;
  readonly #knownAs: ((id: number, episode: Episode) => KnownAs | undefined) | undefined;
  readonly #hour = new HourBefore();

  /** @param knownAs  whether an episode is like one that a person spoke of */
  constructor(
    window: StreamWindow,
    judge: Judge,
    knownAs: ((id: number, episode: Episode) => KnownAs | undefined) | undefined,
  ) {
    this.#window = window;
    this.#judge = judge;
    this.#knownAs = knownAs;
  }

  recognised(id: number, episode: Episode): Episode {
    return this.#knownAs === undefined
      ? episode
      : { ...episode, known: this.#knownAs(id, episode) };
  }

  /** An episode that begins now. */
  begin(id: number, begun: Begun): Episode {
    return this.recognised(id, withSentence(this.#begun(id, begun)));
  }

  /** One that began a while ago; what went on since is in its sketch. */
  beginLate(id: number, sketch: Episode, untold: Untold): Episode {
    const begun = this.#begun(id, untold);
    const { lastSeenMs, observed } = sketch;
    const isPeak = isFarther(sketch.peak, begun.peak, untold.why.expected.center);
    const peak = isPeak ? { peak: sketch.peak, peakMs: sketch.peakMs } : {};
    return this.recognised(id, withSentence({ ...begun, lastSeenMs, observed, ...peak }));
  }

  /** Of an episode that is not told yet: what goes on is noted here until it is. */
  sketch(id: number, { why, timeMs, observed, run }: Begun): Episode {
    const { lower, upper, center } = why.expected;
    return {
      id: "",
      name: this.#window.name(id),
      startedMs: timeMs - (run - 1) * why.stepMs,
      lastSeenMs: timeMs,
      endedMs: null,
      endReason: null,
      before: center,
      observed,
      peak: observed,
      peakMs: timeMs,
      expected: { lower, upper },
      checks: [],
      voteCount: 0,
      why,
      sentence: "",
    };
  }

  /** It goes on; its checks and sentence are those of now. */
  change(open: OpenEpisode): EpisodeEvent {
    const { id } = open;
    const timeMs = open.episode.lastSeenMs;
    const count = this.#window.copy(id, timeMs);
    const { timesMs, values } = this.#window;
    const { checks, voteCount } = this.#judge.examine(timesMs, values, count, timeMs);
    open.episode = this.recognised(id, withSentence({ ...open.episode, checks, voteCount }));
    open.told = open.episode;
    open.toldMs = timeMs;
    return { change: "changed", episode: open.episode };
  }

  end(id: number, last: Episode, endReason: EpisodeEnd, atMs: number): EpisodeEvent {
    const endedMs = Math.max(atMs, last.lastSeenMs);
    const episode = withSentence({ ...last, endedMs, endReason });
    return { change: "ended", episode: this.recognised(id, episode) };
  }

  #begun(id: number, { why, timeMs, observed, run, afterMs }: Begun): Omit<Episode, "sentence"> {
    const name = this.#window.name(id);
    const count = this.#window.copy(id, timeMs);
    const { timesMs, values } = this.#window;
    const { checks, voteCount } = this.#judge.examine(timesMs, values, count, timeMs);
    const { lower, upper, center } = why.expected;
    const limits = [
      { check: "grubbs", outcome: "fired", observed, lower, upper, isValue: true },
    ] as const;
    let onset = why.isRate ? Math.max(0, count - run) : onsetIndex(limits, values, count);
    const earliestMs = Math.max(timeMs - Math.max(hourMs, run * why.stepMs), afterMs);
    while (onset < count - 1 && timesMs[onset]! <= earliestMs) onset += 1;
    const startedMs = count === 0 ? timeMs : timesMs[onset]!;
    const { before } = why.isRate
      ? { before: center }
      : this.#hour.measure(timesMs, values, count, startedMs);
    let peak = observed;
    let peakMs = timeMs;
    for (let i = onset; i < count && !why.isRate; i++) {
      if (!isFarther(values[i]!, peak, center)) continue;
      peak = values[i]!;
      peakMs = timesMs[i]!;
    }
    return {
      id: episodeId(name, startedMs),
      name,
      startedMs,
      lastSeenMs: timeMs,
      endedMs: null,
      endReason: null,
      before: before ?? center,
      observed,
      peak,
      peakMs,
      expected: { lower, upper },
      checks,
      voteCount,
      why,
    };
  }
}

/** Tells of the newest value while that is what is odd; of the peak once it is over. */
function withSentence(episode: Omit<Episode, "sentence">): Episode {
  return { ...episode, sentence: streamSentence(episode) };
}
