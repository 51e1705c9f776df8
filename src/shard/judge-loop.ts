/**
 * Judges a shard's series round after round, in slices short enough that batches and questions
 * never wait long. What judging a series means is its sweep's: stream-sweep.ts or vote-sweep.ts.
 */
import type { Clock } from "../base/clock.ts";
import type {
  Episode,
  EpisodeEvent,
  SeriesWindow,
  Verdict,
  VerdictStatus,
} from "../model/index.ts";
import { MinuteMax } from "./minute-max.ts";
import { JudgeSchedule, type ScheduleOptions } from "./judge-schedule.ts";

/** No slice is begun anew after this; one series more may be under way. */
const sliceBudgetMs = 3;

/** Judges one series at a time. */
export interface SeriesSweep {
  readonly activeEpisodeCount: number;
  readonly abstainedCount: number;
  /**
   * @param events  what is to be recorded and shown is added to it
   * @returns whether all samples of the series were looked at; else it is asked again at once
   */
  judge(id: number, nowMs: number, events: EpisodeEvent[]): boolean;
  /** There is no series behind the id any more. */
  forget(id: number): void;
  /** Another process judges these series from now on, and goes on with their open episodes. */
  release(isGone: (name: string) => boolean): void;
  /** Takes over the episodes that were open when the program ended. */
  adopt(episodes: readonly Episode[], nowMs: number): EpisodeEvent[];
  /** What is thought of a series now; undefined where it is unknown. */
  verdictOf(name: string, nowMs: number): Verdict | undefined;
  /** As of the last time the series was judged; undefined before the first. */
  statusOf(id: number): SweepStatus | undefined;
}

/** "learning": it is watched, and known too little to be judged. */
export type SweepStatus = VerdictStatus | "learning";

export interface JudgeLoopOptions {
  readonly schedule?: ScheduleOptions;
  /** CPU time of this thread so far. */
  readonly threadCpuMs?: () => number;
}

export interface RoundStats {
  readonly seriesCount: number;
  /** A series that is being learned counts as too short. */
  readonly statusCounts: Record<VerdictStatus, number>;
  readonly learningCount: number;
  /** The longest round and the longest slice of the last minute or two. */
  readonly durationMs: number;
  readonly endedMs: number | null;
  readonly lagMs: number;
  readonly sliceMaxMs: number;
}

export class JudgeLoop {
  readonly #window: SeriesWindow;
  readonly #sweep: SeriesSweep;
  readonly #emit: (events: EpisodeEvent[]) => void;
  readonly #clock: Clock;
  readonly #threadCpuMs: () => number;
  readonly #schedule: JudgeSchedule;
  /** The series that was left half judged when the slice ended; -1 for none. */
  #unfinishedId = -1;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #isRunning = false;
  #roundStartedMs = 0;
  readonly #roundMax = new MinuteMax();
  readonly #sliceMax = new MinuteMax();
  #roundEndedMs: number | null = null;

  constructor(
    window: SeriesWindow,
    sweep: SeriesSweep,
    emit: (events: EpisodeEvent[]) => void,
    clock: Clock,
    options: JudgeLoopOptions = {},
  ) {
    this.#window = window;
    this.#sweep = sweep;
    this.#emit = emit;
    this.#clock = clock;
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
    const events = this.#sweep.adopt(episodes, this.#clock.nowMs());
    if (events.length > 0) this.#emit(events);
  }

  /** Lets go of series that another process judges from now on: it goes on with their episodes. */
  release(isGone: (name: string) => boolean): void {
    this.#sweep.release(isGone);
  }

  verdictOf(name: string): Verdict | undefined {
    return this.#sweep.verdictOf(name, this.#clock.nowMs());
  }

  stats(): RoundStats {
    const statusCounts = { ok: 0, TooShort: 0, Stale: 0, Boring: 0 };
    let seriesCount = 0;
    let learningCount = 0;
    for (let id = 0; id < this.#window.idCount; id++) {
      if (!this.#window.isLive(id)) continue;
      const status = this.#sweep.statusOf(id);
      if (status === undefined) continue;
      seriesCount += 1;
      if (status === "learning") learningCount += 1;
      statusCounts[status === "learning" ? "TooShort" : status] += 1;
    }
    const nowMs = this.#clock.elapsedMs();
    return {
      seriesCount,
      statusCounts,
      learningCount,
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

    let id = this.#unfinishedId >= 0 ? this.#unfinishedId : this.#nextDue(nowMs);
    this.#unfinishedId = -1;
    while (id >= 0) {
      const isDone = this.#sweep.judge(id, nowMs, events);
      this.#unfinishedId = isDone ? -1 : id;
      if (this.#clock.elapsedMs() - startedMs >= sliceBudgetMs) break;
      if (isDone) id = this.#nextDue(nowMs);
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

  readonly #revisionOf = (id: number): number => {
    if (this.#window.isLive(id)) return this.#window.revision(id);
    this.#sweep.forget(id);
    return -1;
  };

  #nextDue(nowMs: number): number {
    return this.#schedule.next(nowMs, this.#window.idCount, this.#revisionOf);
  }
}
