/**
 * The anomalies that are on: how each goes on, is told of, and ends.
 *
 * To tell of an episode costs far more than to judge a row: a copy of the day, the nine checks, the
 * sentence. With `tellsLater` what is news waits in a queue for `tellNext`, new episodes before changes
 * and the rarer before the less rare, so that a storm of anomalies cannot hold up judging. What is
 * told is the same, only later.
 */
import { assert } from "../../base/assert.ts";
import {
  areSameFloors,
  defaultFloors,
  type Episode,
  type EpisodeEnd,
  type EpisodeEvent,
} from "../../model/index.ts";
import { isFarther } from "../episodes.ts";
import type { Armed } from "./armed-series.ts";
import type { EpisodeTeller } from "./episode-teller.ts";
import type { Habits } from "./habits.ts";
import {
  type Begun,
  isNoteworthy,
  type JudgedRow,
  openEpisode,
  type OpenEpisode,
  type Untold,
} from "./open-episode.ts";
import { TellingQueue } from "./telling-queue.ts";

const minuteMs = 60_000;

/** So many calm rows, reaching so far, end an episode. */
const calmRowCountMin = 3;
const calmMs = 2 * minuteMs;

/** Of what waits to be told; a score is at most 1. */
const rulePriority = 1;
const newsPriority = 2;
/** Rows older than this are history: only begin and end are told of it. */
const liveAgeMs = 10 * minuteMs;

/** Of the mean level while abnormal. */
const newLevelRows = 120;

export interface OpenEpisodesOptions {
  readonly activeCountMax: number;
  /** What is news is told by `tellNext`, and not at once. */
  readonly tellsLater?: boolean;
}

export class OpenEpisodes {
  readonly #teller: EpisodeTeller;
  readonly #habits: Habits;
  readonly #options: OpenEpisodesOptions;
  readonly #open = new Map<number, OpenEpisode>();
  /** When the last one of a series ended, of those that ended lately. */
  readonly #endedMs = new Map<number, number>();
  readonly #tellings: TellingQueue<OpenEpisode>;
  /** Over before they were told. */
  readonly #endedUntold = new Set<OpenEpisode>();
  #refusedCount = 0;

  constructor(teller: EpisodeTeller, habits: Habits, options: OpenEpisodesOptions) {
    assert(options.activeCountMax >= 1, "at least one episode is kept");
    this.#teller = teller;
    this.#habits = habits;
    this.#options = options;
    this.#tellings = new TellingQueue({ countMax: options.activeCountMax });
  }

  get count(): number {
    return this.#open.size;
  }

  get isFull(): boolean {
    return this.#open.size >= this.#options.activeCountMax;
  }

  /** How often an anomaly was not kept since there were too many. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  get untoldCount(): number {
    return this.#tellings.count;
  }

  get untoldSinceMs(): number | undefined {
    return this.#tellings.sinceMs;
  }

  get ids(): number[] {
    return [...this.#open.keys()];
  }

  /** As it was told; undefined for none. */
  episodeOf(id: number): Episode | undefined {
    const open = this.#open.get(id);
    return open?.untold === undefined ? open?.episode : undefined;
  }

  /** What the series knew before its episode; undefined where nobody knows. */
  keptOf(id: number): Float32Array | undefined {
    return this.#open.get(id)?.kept;
  }

  has(id: number): boolean {
    return this.#open.has(id);
  }

  refuse(): void {
    this.#refusedCount += 1;
  }

  /** The series is gone: nobody hears of its episode any more. */
  forget(id: number): void {
    const open = this.#open.get(id);
    if (open !== undefined) open.isGone = true;
    this.#open.delete(id);
    for (const ended of this.#endedUntold) if (ended.id === id) ended.isGone = true;
    this.#endedMs.delete(id);
  }

  /** Goes on with an episode of an earlier run. There is room. */
  adopt(id: number, episode: Episode): void {
    const open = openEpisode(id, episode, undefined, episode.lastSeenMs);
    open.isAdopted = true;
    this.#open.set(id, open);
  }

  /** Whether the next row is the first of an episode of an earlier run. */
  isAdopted(id: number): boolean {
    return this.#open.get(id)?.isAdopted === true;
  }

  /** What the series of an adopted episode knew before it. */
  keep(id: number, kept: Float32Array | undefined): void {
    const open = this.#open.get(id);
    assert(open !== undefined, "an episode that was adopted is open");
    open.kept = kept;
    open.isAdopted = false;
  }

  /** Looks anew which are like ones that a person spoke of. */
  recogniseAgain(): EpisodeEvent[] {
    const events: EpisodeEvent[] = [];
    for (const [id, open] of this.#open) {
      if (open.untold !== undefined) continue;
      const before = open.episode.known;
      open.episode = this.#teller.recognised(id, open.episode);
      if (open.episode.known?.feedbackId === before?.feedbackId) continue;
      events.push({ change: "changed", episode: open.episode });
    }
    return events;
  }

  /** Whether one that begins with this row finds no room; it is counted then. */
  refusesBegin(row: JudgedRow): boolean {
    if (!this.#isLater(row) || !this.#tellings.isFull) return false;
    this.#refusedCount += 1;
    return true;
  }

  /** What armed the series has lasted. There is room. */
  begin(id: number, { why, kept }: Armed, row: JudgedRow, run: number): EpisodeEvent | undefined {
    const { timeMs, observed } = row;
    const afterMs = this.#endedMs.get(id) ?? -Infinity;
    const begun: Begun = { why, timeMs, observed, run, afterMs };
    if (!this.#isLater(row)) {
      const episode = this.#teller.begin(id, begun);
      this.#open.set(id, openEpisode(id, episode, kept, timeMs));
      return { change: "started", episode };
    }
    const open = openEpisode(id, this.#teller.sketch(id, begun), kept, timeMs);
    open.untold = { ...begun, ended: undefined };
    this.#open.set(id, open);
    this.#queue(open, newsPriority + why.score, row);
    return undefined;
  }

  /**
   * The next row of a series with an episode.
   *
   * @param accept  called where the series has kept its level for so long that it is the new normal: takes
   *   over its mean and how far from it the series strayed
   */
  goOn(
    id: number,
    row: JudgedRow,
    accept: (mean: number, spread: number) => void,
  ): EpisodeEvent | undefined {
    const open = this.#open.get(id);
    assert(open !== undefined, "an active series has an episode");
    const { timeMs, observed, isOdd, floors, nowMs } = row;
    // Rows that an earlier run has judged already are only learned from.
    if (timeMs <= open.episode.lastSeenMs) return undefined;
    open.rows += 1;
    const rate = 1 / Math.min(open.rows, newLevelRows);
    open.mean += rate * (observed - open.mean);
    open.spread += rate * (Math.abs(observed - open.mean) - open.spread);
    if (floors.isIgnored) return this.end(id, "calm", timeMs);
    if (!isOdd) {
      open.calmRows += 1;
      const isLong = timeMs - open.episode.lastSeenMs >= calmMs;
      const isOver = open.calmRows >= calmRowCountMin && isLong;
      return isOver ? this.end(id, "calm", timeMs) : undefined;
    }
    open.calmRows = 0;
    const center = open.episode.why?.expected.center ?? null;
    const isPeak = isFarther(observed, open.episode.peak, center);
    open.episode = {
      ...open.episode,
      lastSeenMs: timeMs,
      observed,
      ...(isPeak ? { peak: observed, peakMs: timeMs } : {}),
    };
    if (timeMs - open.episode.startedMs >= floors.newNormalAfterMs) {
      accept(open.mean, open.spread);
      return this.end(id, "accepted", timeMs);
    }
    if (open.untold !== undefined || open.isQueued) return undefined;
    if (nowMs - timeMs > liveAgeMs || !isNoteworthy(open, timeMs)) return undefined;
    if (!this.#isLater(row)) return this.#teller.change(open);
    // Without room the next row asks again.
    if (!this.#tellings.isFull) this.#queue(open, open.episode.why?.score ?? 0, row);
    return undefined;
  }

  /** @returns what to tell; undefined where its begin was not told yet, or there is none */
  end(id: number, reason: EpisodeEnd, atMs: number): EpisodeEvent | undefined {
    const open = this.#open.get(id);
    if (open === undefined) return undefined;
    this.#open.delete(id);
    const { startedMs, lastSeenMs, peak, why } = open.episode;
    this.#rememberEnd(id, Math.max(atMs, lastSeenMs));
    if (reason === "calm" && why !== undefined) {
      const size = Math.abs(peak - why.expected.center);
      this.#habits.note(id, startedMs, lastSeenMs - startedMs, { size, peak });
    }
    if (open.untold === undefined) return this.#teller.end(id, open.episode, reason, atMs);
    open.untold.ended = { reason, atMs };
    this.#endedUntold.add(open);
    return undefined;
  }

  /**
   * Tells the most important of what waits.
   *
   * @param events  what is to be recorded and shown is added to it
   * @returns false where nothing waits
   */
  tellNext(events: EpisodeEvent[]): boolean {
    const open = this.#tellings.pop();
    if (open === undefined) return false;
    open.isQueued = false;
    this.#endedUntold.delete(open);
    if (open.isGone) return true;
    if (open.untold !== undefined) this.#tellBegin(open, open.untold, events);
    else if (this.#open.get(open.id) === open) events.push(this.#teller.change(open));
    return true;
  }

  #tellBegin(open: OpenEpisode, untold: Untold, events: EpisodeEvent[]): void {
    const { id } = open;
    const { lastSeenMs } = open.episode;
    open.episode = this.#teller.beginLate(id, open.episode, untold);
    open.untold = undefined;
    open.told = open.episode;
    open.toldMs = lastSeenMs;
    events.push({ change: "started", episode: open.episode });
    const { ended } = untold;
    if (ended === undefined) return;
    events.push(this.#teller.end(id, open.episode, ended.reason, ended.atMs));
  }

  #isLater({ timeMs, nowMs }: JudgedRow): boolean {
    return this.#options.tellsLater === true && nowMs - timeMs <= liveAgeMs;
  }

  /** A metric that rules speak of comes before one that nobody asked for. */
  #queue(open: OpenEpisode, priority: number, { floors, nowMs }: JudgedRow): void {
    const interest = areSameFloors(floors, defaultFloors) ? 0 : rulePriority;
    this.#tellings.push(open, priority + interest, nowMs);
    open.isQueued = true;
  }

  #rememberEnd(id: number, endedMs: number): void {
    this.#endedMs.delete(id);
    this.#endedMs.set(id, endedMs);
    if (this.#endedMs.size <= this.#options.activeCountMax) return;
    const { value: oldest } = this.#endedMs.keys().next();
    if (oldest !== undefined) this.#endedMs.delete(oldest);
  }
}
