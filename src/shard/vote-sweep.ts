/**
 * Judges a series by the nine checks alone, as the original did.
 *
 * Copies its last day into scratch columns and decides. Only an abnormal series, or one whose episode is
 * still open, costs more than that: the full verdict with its numbers, and an event for the journal.
 */
import { type Decision, decision, type EpisodeTracker, type Judge } from "../analyzer/index.ts";
import type { ColumnPair } from "../kernel/index.ts";
import { grown } from "../base/grown.ts";
import type {
  Episode,
  EpisodeEvent,
  SeriesWindow,
  Verdict,
  VerdictStatus,
} from "../model/index.ts";
import type { SeriesSweep } from "./judge-loop.ts";
import { WindowScratch } from "./window-scratch.ts";

const undecided = 255;
/** A verdict older than this is renewed even without new samples: windows move with the clock. */
const recheckMs = 50_000;

export class VoteSweep implements SeriesSweep {
  readonly #window: SeriesWindow;
  readonly #judge: Judge;
  readonly #tracker: EpisodeTracker;
  readonly #scratch: WindowScratch;
  /** By id: the last decision, and whether the tracker has to hear of a calm one. */
  #decisionOf = new Uint8Array(1024).fill(undecided);
  #isOpen = new Uint8Array(1024);
  #decidedMs = new Float64Array(1024);
  readonly statusCounts = { ok: 0, learning: 0, Stale: 0, TooShort: 0, Boring: 0 };

  constructor(
    window: SeriesWindow,
    judge: Judge,
    tracker: EpisodeTracker,
    options: { readonly fullDurationMs: number; readonly columns?: ColumnPair },
  ) {
    this.#window = window;
    this.#judge = judge;
    this.#tracker = tracker;
    this.#scratch = new WindowScratch(window, options);
  }

  get activeEpisodeCount(): number {
    return this.#tracker.activeCount;
  }

  get abstainedCount(): number {
    return this.#judge.abstainedCount;
  }

  get refusedCount(): number {
    return this.#tracker.refusedCount;
  }

  readonly untoldCount = 0;
  readonly untoldSinceMs = undefined;

  tellNext(): boolean {
    return false;
  }

  /** All of a series is looked at once more. */
  take(): boolean {
    return false;
  }

  pass(
    from: number,
    until: number,
    nowMs: number,
    found: (id: number, isKnown: boolean) => void,
  ): void {
    this.#grow(until);
    for (let id = from; id < until; id++) {
      const isKnown = this.#decisionOf[id] !== undecided;
      if (isKnown ? nowMs - this.#decidedMs[id]! >= recheckMs : this.#window.isLive(id))
        found(id, isKnown);
    }
  }

  judge(id: number, nowMs: number, events: EpisodeEvent[]): boolean {
    this.#grow(id + 1);
    const { timesMs, values } = this.#scratch;
    const count = this.#scratch.copyFrom(id, nowMs);
    const decided = this.#judge.decide(timesMs, values, count, nowMs);
    this.#become(id, decided);
    this.#decidedMs[id] = nowMs;
    let event: EpisodeEvent | undefined;
    if (decided === decision.anomalous) {
      const name = this.#window.name(id);
      const verdict = this.#judge.judge(timesMs, values, count, nowMs);
      event = this.#tracker.onAnomalous(name, verdict, timesMs, values, count, nowMs);
      this.#isOpen[id] = 1;
    } else if (this.#isOpen[id] === 1) {
      const name = this.#window.name(id);
      event = this.#tracker.onCalm(name, statusOf(decided), nowMs, this.#window.newestMs(id));
      this.#isOpen[id] = this.#tracker.isActive(name) ? 1 : 0;
    }
    if (event !== undefined) events.push(event);
    return true;
  }

  forget(id: number): void {
    if (id < this.#decisionOf.length) this.#become(id, undecided);
  }

  release(isGone: (name: string) => boolean): void {
    this.#tracker.forget(isGone);
  }

  adopt(episodes: readonly Episode[], nowMs: number): EpisodeEvent[] {
    this.#tracker.adopt(episodes);
    const events: EpisodeEvent[] = [];
    for (const { name } of episodes) {
      const id = this.#window.find(name);
      if (id !== undefined) {
        this.#grow(id + 1);
        this.#isOpen[id] = 1;
        continue;
      }
      const event = this.#tracker.onCalm(name, "Stale", nowMs);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  verdictOf(name: string, nowMs: number): Verdict | undefined {
    const id = this.#window.find(name);
    if (id === undefined) return undefined;
    const count = this.#scratch.copyFrom(id, nowMs);
    return this.#judge.judge(this.#scratch.timesMs, this.#scratch.values, count, nowMs);
  }

  #become(id: number, decided: number): void {
    const before = this.#decisionOf[id]!;
    if (before !== undecided) this.statusCounts[statusOf(before as Decision)] -= 1;
    if (decided !== undecided) this.statusCounts[statusOf(decided as Decision)] += 1;
    this.#decisionOf[id] = decided;
  }

  #grow(idCount: number): void {
    if (idCount <= this.#decisionOf.length) return;
    const length = Math.max(idCount, this.#decisionOf.length * 2);
    const decisionOf = new Uint8Array(length).fill(undecided);
    decisionOf.set(this.#decisionOf);
    this.#decisionOf = decisionOf;
    this.#isOpen = grown(this.#isOpen, new Uint8Array(length));
    this.#decidedMs = grown(this.#decidedMs, new Float64Array(length));
  }
}

function statusOf(decided: Decision): VerdictStatus {
  switch (decided) {
    case decision.calm:
    case decision.anomalous:
      return "ok";
    case decision.tooShort:
      return "TooShort";
    case decision.stale:
      return "Stale";
    case decision.boring:
      return "Boring";
  }
}
