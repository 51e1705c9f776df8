/**
 * Judges a series by the streaming detector: feeds it the samples that have come since it was last
 * looked at, each once, oldest first.
 *
 * A sample that is not later than the newest one judged comes too late to be judged; it is kept and
 * drawn. Where so many come late that they are history being filled in, the series is learned anew from
 * all the window holds.
 */
import type { Judge, StreamJudge } from "../analyzer/index.ts";
import type { Episode, EpisodeEvent, SeriesWindow, Verdict } from "../model/index.ts";
import type { SeriesSweep, SweepStatus } from "./judge-loop.ts";
import { judgedSampleCountMax, type WindowScratch } from "./window-scratch.ts";

/** Samples fed at a time: some milliseconds of work. */
const portionCount = 512;

/** Where the window holds so many more samples than were ever judged, history was filled in. */
const refillCountMin = 60;
const refillShare = 0.1;

const seen = { never: 0, ok: 1, learning: 2, stale: 3 } as const;

export class StreamSweep implements SeriesSweep {
  readonly #window: SeriesWindow;
  readonly #stream: StreamJudge;
  readonly #judge: Judge;
  readonly #scratch: WindowScratch;
  readonly #stalePeriodMs: number;
  readonly #fullDurationMs: number;
  readonly #timesMs = new Float64Array(judgedSampleCountMax);
  readonly #values = new Float64Array(judgedSampleCountMax);
  readonly #range = { fromMs: 0, untilMs: Infinity };
  // By id.
  #revisions = new Float64Array(1024);
  /** Rows fed in all, and since the revision was noted. */
  #judgedCounts = new Float64Array(1024);
  #judgedLately = new Float64Array(1024);
  #seen = new Uint8Array(1024);

  constructor(
    parts: {
      readonly window: SeriesWindow;
      readonly stream: StreamJudge;
      readonly judge: Judge;
      readonly scratch: WindowScratch;
    },
    options: { readonly stalePeriodMs: number; readonly fullDurationMs: number },
  ) {
    this.#window = parts.window;
    this.#stream = parts.stream;
    this.#judge = parts.judge;
    this.#scratch = parts.scratch;
    this.#stalePeriodMs = options.stalePeriodMs;
    this.#fullDurationMs = options.fullDurationMs;
  }

  get activeEpisodeCount(): number {
    return this.#stream.activeCount;
  }

  get abstainedCount(): number {
    return this.#judge.abstainedCount;
  }

  judge(id: number, nowMs: number, events: EpisodeEvent[]): boolean {
    this.#grow(id + 1);
    const revision = this.#window.revision(id);
    if (this.#seen[id] === seen.never) this.#countKnown(id);
    if (this.#stream.state(id, this.#window.stated(id))) this.#learnAnew(id);
    if (!this.#feed(id, nowMs, events)) return false;
    const arrived = revision - this.#revisions[id]!;
    this.#revisions[id] = revision;
    const hasLate = arrived > this.#judgedLately[id]!;
    this.#judgedLately[id] = 0;
    if (hasLate && this.#isRefilled(id, nowMs)) {
      this.#learnAnew(id);
      return false;
    }
    this.#note(id, nowMs);
    const event = this.#stream.look(id, this.#window.newestMs(id), nowMs);
    if (event !== undefined) events.push(event);
    return true;
  }

  forget(id: number): void {
    if (id >= this.#seen.length || this.#seen[id] === seen.never) return;
    this.#stream.forget(id);
    this.#revisions[id] = 0;
    this.#judgedCounts[id] = 0;
    this.#judgedLately[id] = 0;
    this.#seen[id] = seen.never;
  }

  /** The window has let go of them before. */
  release(): void {
    for (let id = 0; id < this.#seen.length; id++) if (!this.#window.isLive(id)) this.forget(id);
  }

  adopt(episodes: readonly Episode[], nowMs: number): EpisodeEvent[] {
    const events: EpisodeEvent[] = [];
    for (const episode of episodes) {
      if (episode.endedMs !== null) continue;
      const id = this.#window.find(episode.name);
      if (id !== undefined) {
        this.#stream.adopt(id, episode);
        continue;
      }
      const endedMs = Math.max(nowMs, episode.lastSeenMs);
      events.push({ change: "ended", episode: { ...episode, endedMs, endReason: "stale" } });
    }
    return events;
  }

  verdictOf(name: string, nowMs: number): Verdict | undefined {
    const id = this.#window.find(name);
    if (id === undefined) return undefined;
    const { timesMs, values } = this.#scratch;
    const count = this.#scratch.copyFrom(id, nowMs);
    const { checks, voteCount } = this.#judge.examine(timesMs, values, count, nowMs);
    const isStale = nowMs - this.#window.newestMs(id) > this.#stalePeriodMs;
    const standing = this.#stream.standingOf(id, nowMs / 1000);
    return {
      status: count === 0 ? "TooShort" : isStale ? "Stale" : "ok",
      checks,
      voteCount,
      isAnomalous: this.#stream.isActive(id),
      standing,
    };
  }

  statusOf(id: number): SweepStatus | undefined {
    const was = this.#seen[id] ?? seen.never;
    if (was === seen.never) return undefined;
    return was === seen.ok ? "ok" : was === seen.stale ? "Stale" : "learning";
  }

  /**
   * Feeds the next portion.
   * @returns whether nothing is left
   */
  #feed(id: number, nowMs: number, events: EpisodeEvent[]): boolean {
    const afterMs = this.#stream.judgedMs(id);
    if (this.#window.newestMs(id) <= afterMs) return true;
    this.#range.fromMs = Math.max(afterMs + 1, nowMs - this.#fullDurationMs);
    const held = this.#window.copy(id, this.#range, this.#timesMs, this.#values);
    const count = Math.min(held, portionCount);
    for (let i = 0; i < count; i++) {
      const event = this.#stream.take(id, this.#timesMs[i]!, this.#values[i]!, nowMs);
      if (event !== undefined) events.push(event);
    }
    this.#judgedCounts[id] = this.#judgedCounts[id]! + count;
    this.#judgedLately[id] = this.#judgedLately[id]! + count;
    return count === held;
  }

  /** What an earlier run has judged of the window counts as judged. */
  #countKnown(id: number): void {
    this.#range.fromMs = 0;
    this.#range.untilMs = this.#stream.judgedMs(id) + 1;
    this.#judgedCounts[id] = this.#window.sampleCountMax(id, this.#range);
    this.#range.untilMs = Infinity;
    this.#seen[id] = seen.learning;
  }

  #isRefilled(id: number, nowMs: number): boolean {
    this.#range.fromMs = nowMs - this.#fullDurationMs;
    const held = this.#window.sampleCountMax(id, this.#range);
    return held > (1 + refillShare) * this.#judgedCounts[id]! + refillCountMin;
  }

  #learnAnew(id: number): void {
    const episode = this.#stream.episodeOf(id);
    const stated = this.#stream.statedOf(id);
    this.#stream.forget(id);
    this.#stream.state(id, stated);
    if (episode !== undefined) this.#stream.adopt(id, episode);
    this.#judgedCounts[id] = 0;
  }

  #note(id: number, nowMs: number): void {
    const isStale = nowMs - this.#window.newestMs(id) > this.#stalePeriodMs;
    this.#seen[id] = isStale
      ? seen.stale
      : this.#stream.learningOf(id) === null
        ? seen.ok
        : seen.learning;
  }

  #grow(idCount: number): void {
    if (idCount <= this.#seen.length) return;
    const length = Math.max(idCount, this.#seen.length * 2);
    this.#revisions = grown(this.#revisions, length);
    this.#judgedCounts = grown(this.#judgedCounts, length);
    this.#judgedLately = grown(this.#judgedLately, length);
    const was = new Uint8Array(length);
    was.set(this.#seen);
    this.#seen = was;
  }
}

function grown(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length);
  longer.set(column);
  return longer;
}
