/**
 * Judges a shard's series round after round, in slices short enough that batches and questions
 * never wait long.
 *
 * For each series that is due: copy its last day into scratch columns, decide. Only an abnormal
 * series, or one whose episode is still open, costs more than that: the full verdict with its
 * numbers, and an event for the journal.
 */
import { type Decision, decision, type EpisodeTracker, type Judge } from "../analyzer/index.ts";
import type { Clock } from "../base/clock.ts";
import type { Episode, EpisodeEvent, SeriesWindow, Verdict } from "../model/index.ts";
import { MinuteMax } from "./minute-max.ts";
import { JudgeSchedule, type ScheduleOptions } from "./judge-schedule.ts";

/** No slice is begun anew after this; one series more may be under way. */
const sliceBudgetMs = 3;

/** Of a series with more samples than this in its window the newest are judged. */
export const judgedSampleCountMax = 131_072;

export interface JudgeLoopOptions {
  readonly fullDurationMs: number;
  readonly schedule?: ScheduleOptions;
  /** CPU time of this thread so far. */
  readonly threadCpuMs?: () => number;
}

export interface RoundStats {
  readonly seriesCount: number;
  readonly statusCounts: Record<"ok" | "TooShort" | "Stale" | "Boring", number>;
  /** The longest round and the longest slice of the last minute or two. */
  readonly durationMs: number;
  readonly endedMs: number | null;
  readonly lagMs: number;
  readonly sliceMaxMs: number;
}

export class JudgeLoop {
  readonly #window: SeriesWindow;
  readonly #judge: Judge;
  readonly #tracker: EpisodeTracker;
  readonly #emit: (events: EpisodeEvent[]) => void;
  readonly #clock: Clock;
  readonly #fullDurationMs: number;
  readonly #threadCpuMs: () => number;
  readonly #schedule: JudgeSchedule;
  readonly #timesMs = new Float64Array(judgedSampleCountMax);
  readonly #values = new Float64Array(judgedSampleCountMax);
  readonly #range = { fromMs: 0, untilMs: Infinity };
  /** By id: the last decision, and whether the tracker has to hear of a calm one. */
  #decisionOf = new Uint8Array(1024).fill(undecided);
  #isOpen = new Uint8Array(1024);
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #isRunning = false;
  #roundStartedMs = 0;
  readonly #roundMax = new MinuteMax();
  readonly #sliceMax = new MinuteMax();
  #roundEndedMs: number | null = null;

  constructor(
    window: SeriesWindow,
    judge: Judge,
    tracker: EpisodeTracker,
    emit: (events: EpisodeEvent[]) => void,
    clock: Clock,
    options: JudgeLoopOptions,
  ) {
    this.#window = window;
    this.#judge = judge;
    this.#tracker = tracker;
    this.#emit = emit;
    this.#clock = clock;
    this.#fullDurationMs = options.fullDurationMs;
    this.#threadCpuMs = options.threadCpuMs ?? (() => clock.elapsedMs());
    this.#schedule = new JudgeSchedule(options.schedule);
  }

  start(): void {
    this.#isRunning = true;
    this.#beginRound();
  }

  stop(): void {
    this.#isRunning = false;
    clearTimeout(this.#timer as NodeJS.Timeout);
    clearImmediate(this.#timer as NodeJS.Immediate);
  }

  /** Takes over the episodes that were open when the program ended. */
  adopt(episodes: readonly Episode[]): void {
    this.#tracker.adopt(episodes);
    const events: EpisodeEvent[] = [];
    for (const { name } of episodes) {
      const id = this.#window.find(name);
      if (id !== undefined) {
        this.#grow(id + 1);
        this.#isOpen[id] = 1;
        continue;
      }
      const event = this.#tracker.onCalm(name, "Stale", this.#clock.nowMs());
      if (event !== undefined) events.push(event);
    }
    if (events.length > 0) this.#emit(events);
  }

  /** Forgets episodes of series that another process judges from now on; it goes on with them. */
  release(isGone: (name: string) => boolean): void {
    this.#tracker.forget(isGone);
  }

  /** All nine checks on a series as it is now. */
  verdictOf(name: string): Verdict | undefined {
    const id = this.#window.find(name);
    if (id === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    const count = this.#copy(id, nowMs);
    return this.#judge.judge(this.#timesMs, this.#values, count, nowMs);
  }

  stats(): RoundStats {
    const statusCounts = { ok: 0, TooShort: 0, Stale: 0, Boring: 0 };
    let seriesCount = 0;
    const idCount = Math.min(this.#window.idCount, this.#decisionOf.length);
    for (let id = 0; id < idCount; id++) {
      if (!this.#window.isLive(id)) continue;
      const decided = this.#decisionOf[id]!;
      if (decided === undecided) continue;
      seriesCount += 1;
      statusCounts[statusOf(decided as Decision)] += 1;
    }
    const nowMs = this.#clock.elapsedMs();
    return {
      seriesCount,
      statusCounts,
      durationMs: this.#roundMax.max(nowMs),
      endedMs: this.#roundEndedMs,
      lagMs: this.#schedule.lagMs,
      sliceMaxMs: this.#sliceMax.max(nowMs),
    };
  }

  #beginRound(): void {
    this.#schedule.beginRound(this.#clock.nowMs());
    this.#roundStartedMs = this.#clock.elapsedMs();
    this.#slice();
  }

  #slice(): void {
    if (!this.#isRunning) return;
    const startedMs = this.#clock.elapsedMs();
    const startedCpuMs = this.#threadCpuMs();
    const nowMs = this.#clock.nowMs();
    const events: EpisodeEvent[] = [];
    this.#grow(this.#window.idCount);

    let id = this.#nextDue(nowMs);
    while (id >= 0) {
      this.#judgeOne(id, nowMs, events);
      if (this.#clock.elapsedMs() - startedMs >= sliceBudgetMs) break;
      id = this.#nextDue(nowMs);
    }

    if (events.length > 0) this.#emit(events);
    const workedMs = this.#clock.elapsedMs() - startedMs;
    this.#schedule.worked(workedMs);
    // The wall counts other programs' turns, and the system counts CPU in ticks of several ms: a slice
    // took no longer than either.
    const cpuMs = this.#threadCpuMs() - startedCpuMs;
    this.#sliceMax.add(Math.min(workedMs, cpuMs), startedMs);
    if (id >= 0) {
      this.#timer = setImmediate(() => {
        this.#slice();
      });
    } else this.#endRound();
  }

  #endRound(): void {
    const nowMs = this.#clock.nowMs();
    const restMs = this.#schedule.endRound(nowMs);
    const endedMs = this.#clock.elapsedMs();
    this.#roundMax.add(endedMs - this.#roundStartedMs, endedMs);
    this.#roundEndedMs = nowMs;
    this.#timer = setTimeout(() => {
      this.#beginRound();
    }, restMs);
  }

  readonly #revisionOf = (id: number): number =>
    this.#window.isLive(id) ? this.#window.revision(id) : -1;

  #nextDue(nowMs: number): number {
    return this.#schedule.next(nowMs, this.#window.idCount, this.#revisionOf);
  }

  #judgeOne(id: number, nowMs: number, events: EpisodeEvent[]): void {
    const count = this.#copy(id, nowMs);
    const decided = this.#judge.decide(this.#timesMs, this.#values, count, nowMs);
    this.#decisionOf[id] = decided;
    let event: EpisodeEvent | undefined;
    if (decided === decision.anomalous) {
      const name = this.#window.name(id);
      const verdict = this.#judge.judge(this.#timesMs, this.#values, count, nowMs);
      event = this.#tracker.onAnomalous(name, verdict, this.#timesMs, this.#values, count, nowMs);
      this.#isOpen[id] = 1;
    } else if (this.#isOpen[id] === 1) {
      const name = this.#window.name(id);
      event = this.#tracker.onCalm(name, statusOf(decided), nowMs, this.#window.newestMs(id));
      this.#isOpen[id] = this.#tracker.isActive(name) ? 1 : 0;
    }
    if (event !== undefined) events.push(event);
  }

  #copy(id: number, nowMs: number): number {
    this.#range.fromMs = nowMs - this.#fullDurationMs;
    return this.#window.copy(id, this.#range, this.#timesMs, this.#values);
  }

  #grow(idCount: number): void {
    if (idCount <= this.#decisionOf.length) return;
    const length = Math.max(idCount, this.#decisionOf.length * 2);
    const decisionOf = new Uint8Array(length).fill(undecided);
    const isOpen = new Uint8Array(length);
    decisionOf.set(this.#decisionOf);
    isOpen.set(this.#isOpen);
    this.#decisionOf = decisionOf;
    this.#isOpen = isOpen;
  }
}

const undecided = 255;

function statusOf(decided: Decision): "ok" | "TooShort" | "Stale" | "Boring" {
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
