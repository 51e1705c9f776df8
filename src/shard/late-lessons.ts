/**
 * Lessons for series that are judged already, since judging could wait no longer (history-lessons.ts): somebody else
 * learns from the weeks and from the day for the series, and it goes on with that (analyzer/stream/rehearsal.ts).
 *
 * One at a time, beside everything else. Who is abnormal just then, or not read from the window yet, is asked again;
 * who has had no turn when the program ends gets to know its weeks as they come.
 */
import { setTimeout as rest } from "node:timers/promises";
import { type Judge, Rehearsal, type StreamJudge } from "../analyzer/index.ts";
import type { Clock } from "../base/clock.ts";
import { finish, runInSlices } from "../base/steps.ts";
import type { SampleColumns, SeriesWindow } from "../model/index.ts";
import type { KeptHistory } from "./kept-history.ts";
import { judgedSampleCountMax } from "./window-scratch.ts";

/** The thread is held no longer than this at once. */
const sliceMs = 2;
/** Two hours long. */
const tryCountMax = 120;
const tryAgainMs = 60_000;
const restMaxMs = 1000;

interface Pupil {
  readonly id: number;
  readonly name: string;
  /** Not before; by the clock that never goes back. */
  readonly dueMs: number;
  readonly tryCount: number;
}

export interface LateLessonsParts {
  readonly window: SeriesWindow;
  readonly stream: StreamJudge;
  readonly judge: Judge;
  readonly history: KeptHistory;
  readonly clock: Clock;
}

export class LateLessons {
  readonly #parts: LateLessonsParts;
  readonly #stalePeriodMs: number;
  readonly #pupils: Pupil[] = [];
  #isStopped = false;
  #taughtCount = 0;
  #missedCount = 0;

  constructor(parts: LateLessonsParts, options: { readonly stalePeriodMs: number }) {
    this.#parts = parts;
    this.#stalePeriodMs = options.stalePeriodMs;
  }

  /** Who is to have one yet. */
  get waitingCount(): number {
    return this.#pupils.length;
  }

  get taughtCount(): number {
    return this.#taughtCount;
  }

  /** Who was abnormal, or unread, however often it was its turn. */
  get missedCount(): number {
    return this.#missedCount;
  }

  /** @param ids  in the order of their turns */
  add(ids: readonly number[]): void {
    const { window } = this.#parts;
    for (const id of ids) {
      if (window.isLive(id))
        this.#pupils.push({ id, name: window.name(id), dueMs: 0, tryCount: 0 });
    }
  }

  /** Resolves when all had theirs, or the program ends. Nobody waits for it: never more than half of the thread. */
  async give(): Promise<void> {
    const { clock } = this.#parts;
    const pupils = this.#pupils;
    for (let next = pupils[0]; next !== undefined && !this.#isStopped; next = pupils[0]) {
      const startedMs = clock.elapsedMs();
      if (next.dueMs > startedMs) {
        await rest(restMaxMs, undefined, { ref: false });
        continue;
      }
      const outcome = await this.#teach(next);
      pupils.shift();
      const tryCount = next.tryCount + 1;
      if (outcome === "taught") this.#taughtCount += 1;
      else if (outcome === "busy" && tryCount === tryCountMax) this.#missedCount += 1;
      else if (outcome === "busy")
        pupils.push({ ...next, tryCount, dueMs: clock.elapsedMs() + tryAgainMs });
      const restMs = Math.min(restMaxMs, Math.ceil(clock.elapsedMs() - startedMs));
      await rest(Math.max(1, restMs), undefined, { ref: false });
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** @returns "busy": it may be tried again; "none": there is nothing to learn from, or the series is gone */
  async #teach({ id, name }: Pupil): Promise<"taught" | "busy" | "none"> {
    const { window, stream, judge, history, clock } = this.#parts;
    const isGone = (): boolean => this.#isStopped || !window.isLive(id) || window.name(id) !== name;
    const check = (): void => {
      if (isGone()) throw new Gone();
    };
    if (isGone()) return "none";
    if (stream.judgedMs(id) === -Infinity || stream.isWatched(id)) return "busy";
    const range = history.range();
    const kept = await history.read(name, range);
    if (kept === undefined || isGone()) return "none";
    const rehearsal = new Rehearsal(judge, {
      ...{ name, stated: window.stated(id), rules: stream.rules },
      stalePeriodMs: this.#stalePeriodMs,
    });
    try {
      const options = { sliceMs, check };
      if (!(await runInSlices(rehearsal.learn(kept), clock, options))) return "none";
      await runInSlices(rehearsal.take(this.#judgedSince(id, range.untilMs)), clock, options);
      // What came meanwhile is little, and taken in one go with what gives it to the series.
      finish(rehearsal.take(this.#judgedSince(id, range.untilMs)));
      return rehearsal.giveTo(stream, id) ? "taught" : "busy";
    } catch (error) {
      if (error instanceof Gone) return "none";
      throw error;
    }
  }

  #judgedSince(id: number, fromMs: number): SampleColumns {
    const { window, stream } = this.#parts;
    const range = { fromMs, untilMs: stream.judgedMs(id) + 1 };
    const countMax = Math.min(judgedSampleCountMax, window.sampleCountMax(id, range));
    const timesMs = new Float64Array(countMax);
    const values = new Float64Array(countMax);
    const count = window.copy(id, range, timesMs, values);
    return { timesMs: timesMs.subarray(0, count), values: values.subarray(0, count) };
  }
}

/** The series is gone, or its id another's, or the program ends. */
class Gone extends Error {}
