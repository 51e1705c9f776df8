/**
 * From verdicts to episodes: an anomaly that begins, goes on, peaks and ends.
 *
 *               onAnomalous                 onAnomalous
 *     (nothing) ───────────→ active (calm 0) ─────────→ active (calm 0)
 *                              │  ↑ onAnomalous
 *                       onCalm ↓  │
 *                            active (calm 1 … n - 1) ──onCalm──→ ended: "calm"
 *                              └────────onCalm, Stale──────────→ ended: "stale"
 *
 * A calm round counts only where new samples came: a metric of one sample a minute is not calm three
 * times because the sweep looked three times. And calm has to last: a level that hovers at the edge
 * of the vote is one episode, not twenty. An episode begins where the stretch beyond the limits
 * began, see onset.ts, but never before the last one of its metric ended. Pure: times are arguments, and the caller
 * records the events. The number of active episodes is limited; beyond it a new one is not kept,
 * and counted.
 */
import { assert } from "../base/assert.ts";
import {
  type Episode,
  type EpisodeEnd,
  type EpisodeEvent,
  hashName,
  type Verdict,
  type VerdictStatus,
} from "../model/index.ts";
import { HourBefore } from "./hour-before.ts";
import { onsetIndex } from "./onset.ts";
import { SecondOrder, type Trigger } from "./second-order.ts";
import { sentenceOf } from "./sentence.ts";

/** A change in the value is worth an event of its own from this share of what was told last. */
const changeShare = 0.1;
const changeIntervalMs = 30_000;

/** Abnormal verdicts farther apart than this are two triggers; every series is judged each minute. */
const quietGapMs = 300_000;

export interface EpisodeTrackerOptions {
  readonly activeCountMax: number;
  /** Calm rounds with new samples that end an episode. */
  readonly calmRoundCountMax: number;
  /** … and that have to reach this far beyond the newest abnormal sample. */
  readonly calmDurationMs: number;
  /** ENABLE_SECOND_ORDER: keep quiet about a metric that triggers by habit. */
  readonly secondOrder: boolean;
  /** Told of each trigger that second order takes note of. */
  readonly onTrigger?: (name: string, trigger: Trigger) => void;
}

export const defaultEpisodeTrackerOptions: EpisodeTrackerOptions = {
  activeCountMax: 10_000,
  calmRoundCountMax: 3,
  calmDurationMs: 120_000,
  secondOrder: false,
};

interface ActiveEpisode {
  episode: Episode;
  calmRoundCount: number;
  /** Newest sample known at the last verdict of either kind. */
  newestMs: number;
  /** What the last event told, and when it was sent. */
  told: Episode;
  toldMs: number;
}

export class EpisodeTracker {
  readonly #options: EpisodeTrackerOptions;
  readonly #active = new Map<string, ActiveEpisode>();
  /** When the last episode of a metric ended; of the newest `activeCountMax` metrics. */
  readonly #endedMs = new Map<string, number>();
  readonly #secondOrder: SecondOrder | undefined;
  /** Triggers that second order keeps quiet about: when each was last abnormal. */
  readonly #quiet = new Map<string, number>();
  readonly #hour = new HourBefore();
  #refusedCount = 0;

  constructor(options: Partial<EpisodeTrackerOptions> = {}) {
    this.#options = { ...defaultEpisodeTrackerOptions, ...options };
    assert(this.#options.activeCountMax >= 1, "at least one episode is kept");
    assert(this.#options.calmRoundCountMax >= 1, "an episode lasts at least one round");
    this.#secondOrder = this.#options.secondOrder
      ? new SecondOrder({ seriesCountMax: this.#options.activeCountMax })
      : undefined;
  }

  /** Second order goes on where another program ended; nothing without second order. */
  adoptTriggers(name: string, triggers: readonly Trigger[]): void {
    this.#secondOrder?.adopt(name, triggers);
  }

  get activeCount(): number {
    return this.#active.size;
  }

  /** How often an anomaly was not kept since there were too many. */
  get refusedCount(): number {
    return this.#refusedCount;
  }

  isActive(name: string): boolean {
    return this.#active.has(name);
  }

  get(name: string): Episode | undefined {
    return this.#active.get(name)?.episode;
  }

  /** Names of the active episodes; a snapshot, so that ending some while walking is fine. */
  activeNames(): string[] {
    return [...this.#active.keys()];
  }

  /**
   * Goes on with episodes of an earlier run; ended ones are passed over.
   * @returns how many were taken
   */
  adopt(episodes: readonly Episode[]): number {
    let count = 0;
    for (const episode of episodes) {
      if (episode.endedMs !== null || this.#active.has(episode.name)) continue;
      if (this.#active.size >= this.#options.activeCountMax) {
        this.#refusedCount += 1;
        continue;
      }
      this.#active.set(episode.name, {
        episode,
        calmRoundCount: 0,
        newestMs: episode.lastSeenMs,
        told: episode,
        toldMs: episode.lastSeenMs,
      });
      count += 1;
    }
    return count;
  }

  /** Forgets open episodes without ending them: somebody else goes on with them. */
  forget(isGone: (name: string) => boolean): void {
    for (const name of this.#active.keys()) if (isGone(name)) this.#active.delete(name);
  }

  /**
   * Takes an abnormal verdict.
   *
   * @param timesMs  `timesMs[0, count)` ascending, with `values` what was judged; count at least 1
   * @returns what to record and show; undefined where nothing noteworthy changed
   */
  onAnomalous(
    name: string,
    verdict: Verdict,
    timesMs: Float64Array,
    values: Float64Array,
    count: number,
    nowMs: number,
  ): EpisodeEvent | undefined {
    assert(count >= 1, "an abnormal series has a sample");
    const newestMs = timesMs[count - 1]!;
    const observed = newestFinite(values, count);
    const active = this.#active.get(name);
    if (active !== undefined) {
      active.calmRoundCount = 0;
      active.newestMs = newestMs;
      active.episode = goOn(active.episode, verdict, newestMs, observed);
      if (!isNoteworthy(active, nowMs)) return undefined;
      active.told = active.episode;
      active.toldMs = nowMs;
      return { change: "changed", episode: active.episode };
    }

    if (this.#active.size >= this.#options.activeCountMax) {
      this.#refusedCount += 1;
      return undefined;
    }
    if (this.#staysQuiet(name, observed, nowMs)) return undefined;
    const episode = this.#begin(name, verdict, timesMs, values, count, observed);
    this.#active.set(name, { episode, calmRoundCount: 0, newestMs, told: episode, toldMs: nowMs });
    return { change: "started", episode };
  }

  /**
   * Takes a verdict that is not abnormal, or none because of the status.
   *
   * @param newestMs  time of the series' newest sample; a round without a newer one than the
   *                  round before is no calm round. Left out: every round counts.
   */
  onCalm(
    name: string,
    status: VerdictStatus,
    nowMs: number,
    newestMs?: number,
  ): EpisodeEvent | undefined {
    const active = this.#active.get(name);
    if (active === undefined) return undefined;
    if (status === "Stale") return this.#end(active, "stale", nowMs);
    if (newestMs !== undefined) {
      if (newestMs <= active.newestMs) return undefined;
      active.newestMs = newestMs;
    }
    active.calmRoundCount += 1;
    if (active.calmRoundCount < this.#options.calmRoundCountMax) return undefined;
    const calmMs = (newestMs ?? nowMs) - active.episode.lastSeenMs;
    if (calmMs < this.#options.calmDurationMs) return undefined;
    return this.#end(active, "calm", nowMs);
  }

  /** Second order: a trigger it is quiet about stays so while the metric stays abnormal. */
  #staysQuiet(name: string, observed: number, nowMs: number): boolean {
    if (this.#secondOrder === undefined) return false;
    const quietMs = this.#quiet.get(name);
    if (quietMs !== undefined && nowMs - quietMs <= quietGapMs) {
      this.#quiet.set(name, nowMs);
      return true;
    }
    this.#quiet.delete(name);
    this.#options.onTrigger?.(name, { timeMs: nowMs, value: observed });
    if (this.#secondOrder.surfaces(name, observed, nowMs)) return false;
    if (this.#quiet.size < this.#options.activeCountMax) this.#quiet.set(name, nowMs);
    return true;
  }

  #end(active: ActiveEpisode, endReason: EpisodeEnd, nowMs: number): EpisodeEvent {
    this.#active.delete(active.episode.name);
    // A sample's time may lie ahead of the clock; an episode never ends before it was last seen.
    const endedMs = Math.max(nowMs, active.episode.lastSeenMs);
    this.#rememberEnd(active.episode.name, endedMs);
    return { change: "ended", episode: withSentence({ ...active.episode, endedMs, endReason }) };
  }

  #rememberEnd(name: string, endedMs: number): void {
    this.#endedMs.delete(name);
    this.#endedMs.set(name, endedMs);
    if (this.#endedMs.size <= this.#options.activeCountMax) return;
    const { value: oldest } = this.#endedMs.keys().next();
    if (oldest !== undefined) this.#endedMs.delete(oldest);
  }

  #begin(
    name: string,
    verdict: Verdict,
    timesMs: Float64Array,
    values: Float64Array,
    count: number,
    observed: number,
  ): Episode {
    const lastSeenMs = timesMs[count - 1]!;
    const endedMs = this.#endedMs.get(name) ?? -Infinity;
    let onset = onsetIndex(verdict.checks, values, count);
    while (onset < count - 1 && timesMs[onset]! <= endedMs) onset += 1;
    const startedMs = timesMs[onset]!;
    const { before, expected } = this.#hour.measure(timesMs, values, count, startedMs);
    let peak = count - 1;
    for (let i = onset; i < count; i++) {
      if (isFarther(values[i]!, values[peak]!, before)) peak = i;
    }
    return withSentence({
      id: episodeId(name, startedMs),
      name,
      startedMs,
      lastSeenMs,
      endedMs: null,
      endReason: null,
      before,
      observed,
      peak: values[peak]!,
      peakMs: timesMs[peak]!,
      expected,
      checks: verdict.checks,
      voteCount: verdict.voteCount,
    });
  }
}

/**
 * Start in milliseconds and hash of the name, both to base 36: stable across restarts, safe in a URL.
 * Two names with one hash that start in the same millisecond would share it: a chance of 1 in 4 billion.
 */
export function episodeId(name: string, startedMs: number): string {
  const bytes = new TextEncoder().encode(name);
  const hash = hashName(bytes, 0, bytes.length);
  return `${Math.trunc(startedMs).toString(36)}-${hash.toString(36).padStart(7, "0")}`;
}

function goOn(episode: Episode, verdict: Verdict, newestMs: number, observed: number): Episode {
  const { before } = episode;
  const isPeak = isFarther(observed, episode.peak, before);
  return withSentence({
    ...episode,
    lastSeenMs: Math.max(newestMs, episode.lastSeenMs),
    observed,
    peak: isPeak ? observed : episode.peak,
    peakMs: isPeak ? newestMs : episode.peakMs,
    checks: verdict.checks,
    voteCount: verdict.voteCount,
  });
}

/** Tells of the newest value while that is what is odd; of the peak once it is back or over. */
function withSentence(episode: Omit<Episode, "sentence">): Episode {
  const { before, observed, peak, expected, voteCount, checks } = episode;
  const isOver = episode.endedMs !== null;
  const isBack = expected !== null && observed >= expected.lower && observed <= expected.upper;
  const sentence = sentenceOf({
    ...{ before, expected, voteCount, isOver },
    observed: isOver || isBack ? peak : observed,
    checkCount: checks.length,
  });
  return { ...episode, sentence };
}

export function isFarther(value: number, than: number, before: number | null): boolean {
  const centre = before ?? 0;
  return Math.abs(value - centre) > Math.abs(than - centre);
}

function isNoteworthy({ episode, told, toldMs }: ActiveEpisode, nowMs: number): boolean {
  if (nowMs - toldMs >= changeIntervalMs) return true;
  if (episode.voteCount !== told.voteCount) return true;
  return hasMoved(episode.peak, told.peak) || hasMoved(episode.observed, told.observed);
}

export function hasMoved(value: number, toldValue: number): boolean {
  const size = Math.max(Math.abs(value), Math.abs(toldValue));
  return Math.abs(value - toldValue) > changeShare * size;
}

function newestFinite(values: Float64Array, count: number): number {
  let i = count - 1;
  while (i > 0 && !Number.isFinite(values[i])) i -= 1;
  return values[i]!;
}
