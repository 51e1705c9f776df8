/**
 * Judges a series by the nine checks alone, as the original did.
 *
 * A row that comes is added to running sums, which tell in constant time of most series that the votes
 * cannot reach consensus (analyzer/votes/). Else, and every minute as thread time allows, the last day is
 * copied into scratch columns and decided in full; the sums then begin anew, and what they said is checked. Only an
 * abnormal series, or one whose episode is still open, costs more than that: the full verdict with its numbers, and an
 * event for the journal.
 *
 * In a storm that comes to more than a slice has room for. So it is done by priority: who most checks may fire of, then
 * who the sums cannot tell of, then by turns what is abnormal already and what is merely due (waiting-ids.ts).
 */
import {
  type Decision,
  decision,
  type EpisodeTracker,
  type Judge,
  RunningVotes,
} from "../analyzer/index.ts";
import type { ColumnPair } from "../kernel/index.ts";
import { grown } from "../base/grown.ts";
import type {
  Episode,
  EpisodeEvent,
  SeriesWindow,
  Verdict,
  VerdictStatus,
} from "../model/index.ts";
import { decideWindow, undecided } from "./decide-window.ts";
import type { SeriesSweep } from "./series-sweep.ts";
import { type Lane, lane } from "./waiting-ids.ts";
import { WindowScratch } from "./window-scratch.ts";

/** A verdict older than this is renewed even without new samples: windows move with the clock. */
const recheckMs = 60_000;
export class VoteSweep implements SeriesSweep {
  readonly #window: SeriesWindow;
  readonly #judge: Judge;
  readonly #tracker: EpisodeTracker;
  readonly #scratch: WindowScratch;
  readonly #votes: RunningVotes;
  #differenceCount = 0;
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
    this.#votes = new RunningVotes(judge.settings);
  }

  get tableBytes(): number {
    return this.#decisionOf.byteLength + this.#isOpen.byteLength + this.#decidedMs.byteLength;
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

  get differenceCount(): number {
    return this.#differenceCount;
  }

  /** Here nothing is learned. */
  readonly withheldCount = 0;
  readonly untoldCount = 0;
  readonly untoldSinceMs = undefined;

  tellNext(): boolean {
    return false;
  }

  take(id: number, timeMs: number, value: number, nowMs: number): Lane | 0 {
    const isKnown = id < this.#decisionOf.length && this.#decisionOf[id] !== undecided;
    const decided = this.#votes.take(id, timeMs, value, nowMs);
    if (!isKnown) return lane.unread;
    // What is open is looked at in full, since its episode goes on or ends.
    if (this.#isOpen[id] === 1) return lane.open;
    if (decided === undefined) return this.#votes.isSuspicious ? lane.urgent : lane.behind;
    this.#become(id, decided);
    return 0;
  }

  pass(from: number, until: number, nowMs: number, found: (id: number, to: Lane) => void): void {
    this.#grow(until);
    for (let id = from; id < until; id++) {
      if (this.#decisionOf[id] === undecided) {
        if (this.#window.isLive(id)) found(id, lane.unread);
      } else if (nowMs - this.#decidedMs[id]! >= recheckMs) found(id, lane.routine);
    }
  }

  judge(id: number, nowMs: number, events: EpisodeEvent[]): boolean {
    this.#grow(id + 1);
    const expected = this.#expected(id, nowMs);
    const decided = decideWindow(this.#judge, this.#scratch, id, nowMs, expected);
    const { timesMs, values, count, isWhole } = this.#scratch;
    this.#check(id, decided, timesMs[count - 1], nowMs);
    if (isWhole) this.#votes.rebase(id, timesMs, values, count, nowMs);
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
    this.#votes.forget(id);
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

  /** What bores without a base is read whole, so that rows which come can be told from one again. */
  #expected(id: number, nowMs: number): number {
    const before = this.#decisionOf[id]!;
    return this.#votes.decide(id, nowMs) ?? (before === decision.boring ? undecided : before);
  }

  /** Compares with what was said without the full computation, where both have seen the same samples. */
  #check(id: number, decided: Decision, newestMs: number | undefined, nowMs: number): void {
    if (this.#votes.newestMs(id) !== newestMs) return;
    const running = this.#votes.decide(id, nowMs);
    if (running !== undefined && running !== decided) this.#differenceCount += 1;
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
