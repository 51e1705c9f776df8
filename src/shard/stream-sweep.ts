/**
 * Judges a series by the streaming detector: feeds it each sample once, oldest first. A sample goes to the
 * detector as it comes, where nothing before it is left to feed; else what is left is read from the window.
 *
 * A sample that is not later than the newest one judged comes too late to be judged; it is kept and
 * drawn. Where so many come late that they are history being filled in, the series is learned anew from
 * all the window holds.
 */
import type { Judge, StreamJudge } from "../analyzer/index.ts";
import { grown } from "../base/grown.ts";
import type {
  Episode,
  EpisodeEvent,
  Learning,
  SeriesWindow,
  Standing,
  Verdict,
} from "../model/index.ts";
import type { SeriesSweep, SweepStatus } from "./series-sweep.ts";
import { type Lane, lane } from "./waiting-ids.ts";
import { judgedSampleCountMax, type WindowScratch } from "./window-scratch.ts";

/** Samples fed at a time: some milliseconds of work. */
const portionCount = 512;

/** Where the window holds so many more samples than were ever judged, history was filled in. */
const refillCountMin = 60;
const refillShare = 0.1;

const seen = { never: 0, ok: 1, learning: 2, stale: 3 } as const;
const statuses = [undefined, "ok", "learning", "Stale"] as const;

/** Bits: nothing is left to feed; a sample came too late since the last look; it waits for its history. */
const isCaughtUp = 1;
const hasLate = 2;
const isWithheld = 4;

const roomMin = 1024;

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
  #judgedMs = new Float64Array(roomMin);
  #revisions = new Uint32Array(roomMin);
  /** Rows fed in all, and since the revision was noted. */
  #judgedCounts = new Uint32Array(roomMin);
  #judgedLately = new Uint32Array(roomMin);
  #seen = new Uint8Array(roomMin);
  #flags = new Uint8Array(roomMin);
  #withheldCount = 0;
  #withheldUntilMs = 0;
  readonly statusCounts = { ok: 0, learning: 0, Stale: 0, TooShort: 0, Boring: 0 };

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

  get tableBytes(): number {
    return (
      this.#judgedMs.byteLength +
      this.#revisions.byteLength +
      this.#judgedCounts.byteLength +
      this.#judgedLately.byteLength +
      this.#seen.byteLength +
      this.#flags.byteLength
    );
  }

  get activeEpisodeCount(): number {
    return this.#stream.activeCount;
  }

  get abstainedCount(): number {
    return this.#judge.abstainedCount;
  }

  take(id: number, timeMs: number, value: number, nowMs: number, events: EpisodeEvent[]): Lane | 0 {
    if (id >= this.#seen.length) return lane.unread;
    if ((this.#flags[id]! & isCaughtUp) === 0)
      return this.#flags[id] === isWithheld ? 0 : lane.unread;
    if (timeMs <= this.#judgedMs[id]! || timeMs < nowMs - this.#fullDurationMs) {
      this.#flags[id] = isCaughtUp | hasLate;
      return 0;
    }
    const event = this.#stream.take(id, timeMs, value, nowMs);
    if (event !== undefined) events.push(event);
    this.#judgedMs[id] = timeMs;
    this.#judgedCounts[id] = this.#judgedCounts[id]! + 1;
    this.#judgedLately[id] = this.#judgedLately[id]! + 1;
    if (this.#seen[id] !== seen.ok) this.#note(id, timeMs, nowMs);
    return 0;
  }

  tellNext(events: EpisodeEvent[]): boolean {
    return this.#stream.tellNext(events);
  }

  /** Here is only one way to a verdict. */
  readonly differenceCount = 0;

  get untoldCount(): number {
    return this.#stream.untoldCount;
  }

  get untoldSinceMs(): number | undefined {
    return this.#stream.untoldSinceMs;
  }

  get refusedCount(): number {
    return this.#stream.refusedCount;
  }

  get withheldCount(): number {
    return this.#withheldCount;
  }

  /**
   * The series, of which nothing was judged yet, is not judged until it is allowed: it learns from its history first.
   * @param untilMs  when that is at the latest, for whoever asks
   */
  withhold(id: number, untilMs: number): void {
    this.#grow(id + 1);
    if (this.#flags[id] !== isWithheld) this.#withheldCount += 1;
    this.#flags[id] = isWithheld;
    this.#withheldUntilMs = untilMs;
  }

  /** Its next row, or the round, finds it. */
  allow(id: number): void {
    if (this.#flags[id] !== isWithheld) return;
    this.#withheldCount -= 1;
    this.#flags[id] = 0;
  }

  judge(id: number, nowMs: number, events: EpisodeEvent[]): boolean {
    this.#grow(id + 1);
    if (this.#flags[id] === isWithheld) {
      if (this.#seen[id] === seen.never) this.#become(id, seen.learning);
      return true;
    }
    const revision = this.#window.revision(id);
    if (this.#seen[id] === seen.never || this.#judgedMs[id] === 0) {
      this.#countKnown(id);
      // Who has little to read comes before who has a day; of the latter one is read to its end before the next.
      if (this.#leftCountMax(id, nowMs) > portionCount) return false;
    }
    this.#flags[id] = 0;
    if (this.#stream.state(id, this.#window.stated(id))) this.#learnAnew(id);
    if (!this.#feed(id, nowMs, events)) return false;
    const arrived = (revision - this.#revisions[id]!) >>> 0;
    const isLate = arrived > this.#judgedLately[id]!;
    this.#revisions[id] = revision;
    this.#judgedLately[id] = 0;
    if (isLate && this.#isRefilled(id, nowMs)) {
      this.#learnAnew(id);
      return false;
    }
    this.#flags[id] = isCaughtUp;
    const newestMs = this.#window.newestMs(id);
    this.#note(id, newestMs, nowMs);
    const event = this.#stream.look(id, newestMs, nowMs);
    if (event !== undefined) events.push(event);
    return true;
  }

  pass(from: number, until: number, nowMs: number, found: (id: number, to: Lane) => void): void {
    this.#grow(until);
    const isSeen = this.#seen;
    const flags = this.#flags;
    const judgedMs = this.#judgedMs;
    const freshMs = nowMs - this.#stalePeriodMs;
    for (let id = from; id < until; id++) {
      const was = isSeen[id]!;
      if (flags[id] === isWithheld) continue;
      if (was === seen.never || judgedMs[id] === 0) {
        if (this.#window.isLive(id)) found(id, lane.unread);
      } else if (flags[id] !== isCaughtUp || (was !== seen.stale && judgedMs[id]! < freshMs)) {
        found(id, lane.behind);
      }
    }
  }

  forget(id: number): void {
    if (id >= this.#seen.length) return;
    this.allow(id);
    if (this.#seen[id] === seen.never) return;
    this.#stream.forget(id);
    this.#revisions[id] = 0;
    this.#judgedMs[id] = 0;
    this.#judgedCounts[id] = 0;
    this.#judgedLately[id] = 0;
    this.#flags[id] = 0;
    this.#become(id, seen.never);
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
    const unread = this.#unreadOf(id, nowMs);
    return {
      status: count === 0 ? "TooShort" : isStale ? "Stale" : "ok",
      checks,
      voteCount,
      isAnomalous: this.#stream.isActive(id),
      standing: withLearning(standing, unread),
    };
  }

  /** Why what is kept of the series counts for nothing yet; undefined where it counts. */
  #unreadOf(id: number, nowMs: number): Learning | undefined {
    const flags = this.#flags[id] ?? 0;
    if (flags === isWithheld) {
      const leftMs = Math.max(0, this.#withheldUntilMs - nowMs);
      return { reason: "it first learns from what is kept of its weeks", leftMs };
    }
    if ((flags & isCaughtUp) !== 0 || this.#window.newestMs(id) === -Infinity) return undefined;
    return { reason: "the samples that are kept of it are being read", leftMs: null };
  }

  /** As of the last time the series was looked at; undefined before the first. */
  statusOf(id: number): SweepStatus | undefined {
    return statuses[this.#seen[id] ?? seen.never];
  }

  /**
   * Feeds the next portion.
   * @returns whether nothing is left
   */
  #feed(id: number, nowMs: number, events: EpisodeEvent[]): boolean {
    const afterMs = this.#judgedMs[id]!;
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
    if (count > 0) this.#judgedMs[id] = this.#timesMs[count - 1]!;
    return count === held;
  }

  #leftCountMax(id: number, nowMs: number): number {
    this.#range.fromMs = Math.max(this.#judgedMs[id]! + 1, nowMs - this.#fullDurationMs);
    return this.#window.sampleCountMax(id, this.#range);
  }

  /** What an earlier run has judged of the window counts as judged. */
  #countKnown(id: number): void {
    this.#judgedMs[id] = this.#stream.judgedMs(id);
    this.#range.fromMs = 0;
    this.#range.untilMs = this.#judgedMs[id] + 1;
    this.#judgedCounts[id] = this.#window.sampleCountMax(id, this.#range);
    this.#range.untilMs = Infinity;
    this.#become(id, seen.learning);
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
    this.#judgedMs[id] = -Infinity;
    this.#judgedCounts[id] = 0;
  }

  #note(id: number, newestMs: number, nowMs: number): void {
    const isStale = nowMs - newestMs > this.#stalePeriodMs;
    const isKnown = this.#stream.isLearned(id);
    this.#become(id, isStale ? seen.stale : isKnown ? seen.ok : seen.learning);
  }

  #become(id: number, is: number): void {
    const before = statuses[this.#seen[id]!];
    const after = statuses[is];
    if (before !== undefined) this.statusCounts[before] -= 1;
    if (after !== undefined) this.statusCounts[after] += 1;
    this.#seen[id] = is;
  }

  #grow(idCount: number): void {
    if (idCount <= this.#seen.length) return;
    const length = Math.max(idCount, this.#seen.length * 2);
    this.#judgedMs = grown(this.#judgedMs, new Float64Array(length));
    this.#revisions = grown(this.#revisions, new Uint32Array(length));
    this.#judgedCounts = grown(this.#judgedCounts, new Uint32Array(length));
    this.#judgedLately = grown(this.#judgedLately, new Uint32Array(length));
    this.#seen = grown(this.#seen, new Uint8Array(length));
    this.#flags = grown(this.#flags, new Uint8Array(length));
  }
}

/** Who knows enough is judged meanwhile by what it knows. */
function withLearning(standing: Standing, unread: Learning | undefined): Standing {
  const { learning } = standing;
  return { ...standing, learning: learning === null ? null : (unread ?? learning) };
}
