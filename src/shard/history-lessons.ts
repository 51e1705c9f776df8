/**
 * Series of which nothing was learned yet learn from what is kept of them, before they are judged: after `kale import`,
 * or a version that does not read what the one before had learned. Without it a series would know of
 * its weeks only the last day, which is what the window holds.
 *
 *     unlearned ─→ withheld ─┬─ nothing older than the window is kept ──────────────┐
 *                            ├─ lesson, one series at a time (history-lesson.ts) ───┼─→ judged from the window on
 *                            └─ `waitMaxMs` are over ───────────────────────────────┘          ↓
 *                                                                              late lesson, beside
 *
 * No series waits longer than that: who gets no lesson by then is judged by its last day, and counted. So the
 * order is by who profits: series that get samples before silent ones, then the longest history first. The
 * store tells how long it is without reading it.
 *
 * The rest has its lesson while it is judged (late-lessons.ts).
 */
import { setTimeout as rest } from "node:timers/promises";
import { type Judge, lessonSpanMinMs, type StreamJudge } from "../analyzer/index.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import { runInSlices } from "../base/steps.ts";
import type { LessonStats, SeriesStore, SeriesWindow } from "../model/index.ts";
import { HistoryPace } from "./history-pace.ts";
import { KeptHistory } from "./kept-history.ts";
import { LateLessons } from "./late-lessons.ts";
import type { StreamSweep } from "./stream-sweep.ts";

const hourMs = 3_600_000;
const waitMaxMsUsual = 180_000;
/** The thread is held no longer than this at once. */
const sliceMs = 2;
export interface HistoryLessonsParts {
  readonly store: Pick<SeriesStore, "read" | "keptExtents">;
  readonly window: SeriesWindow;
  readonly stream: StreamJudge;
  readonly judge: Judge;
  readonly sweep: Pick<StreamSweep, "withhold" | "allow">;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface HistoryLessonsOptions {
  readonly fullDurationMs: number;
  readonly stalePeriodMs: number;
  /** No series is withheld for longer. */
  readonly waitMaxMs?: number;
}

export class HistoryLessons {
  readonly #parts: HistoryLessonsParts;
  readonly #options: Required<HistoryLessonsOptions>;
  readonly #pace = new HistoryPace();
  readonly #withheld = new Set<number>();
  /** Whose lesson is under way: it is let go when that has ended. */
  #pupil: number | undefined;
  #isOver = false;
  #isStopped = false;
  readonly #history: KeptHistory;
  readonly #late: LateLessons;
  #deadlineMs = Infinity;
  /** Who is to have a lesson, by profit. */
  #order: readonly number[] = [];
  /** Since when lessons are given. */
  #startedMs = 0;
  #givenCount = 0;
  #taughtCount = 0;

  constructor(parts: HistoryLessonsParts, options: HistoryLessonsOptions) {
    this.#parts = parts;
    this.#options = { waitMaxMs: waitMaxMsUsual, ...options };
    this.#history = new KeptHistory(parts, options);
    this.#late = new LateLessons({ ...parts, history: this.#history }, options);
  }

  stats(): LessonStats {
    const waitingCount = this.#withheld.size;
    return {
      waitingCount,
      endMs: waitingCount === 0 ? null : this.#parts.clock.nowMs() + this.#leftMs(waitingCount),
      laterCount: this.#late.waitingCount,
      taughtCount: this.#taughtCount + this.#late.taughtCount,
      missedCount: this.#late.missedCount,
      unreadableCount: this.#history.unreadableCount,
    };
  }

  /**
   * Once, when what was learned before is back and before anything is judged: when the call returns, who may need
   * a lesson is withheld. Resolves when nobody is any more.
   */
  async give(): Promise<void> {
    const { store, sweep, clock } = this.#parts;
    // Where nobody can say what is kept, it lies on other machines: to ask them for weeks of each would take hours.
    if (store.keptExtents === undefined) return;
    const ids = this.#unlearnedIds();
    if (ids.length === 0) return;
    this.#deadlineMs = clock.elapsedMs() + this.#options.waitMaxMs;
    const untilMs = clock.nowMs() + this.#options.waitMaxMs;
    for (const id of ids) {
      sweep.withhold(id, untilMs);
      this.#withheld.add(id);
    }
    // Also where a disk hangs.
    const timer = setTimeout(() => {
      this.#endLate();
    }, this.#options.waitMaxMs);
    timer.unref();
    try {
      await this.#teach(ids);
    } finally {
      clearTimeout(timer);
    }
    this.#letGo();
    this.#tellCounts();
  }

  /** Once `give` is over: for those that it left. Resolves when all had theirs, or the program ends. */
  async giveLate(): Promise<void> {
    if (this.#late.waitingCount === 0) return;
    await this.#late.give();
    this.#tellCounts();
  }

  /** Whoever waits is let go without a lesson, since the program ends. */
  stop(): void {
    this.#isStopped = true;
    this.#late.stop();
    this.#letGo();
    const leftCount = this.#late.waitingCount;
    if (leftCount === 0) return;
    this.#parts.logger.warn(
      "series had not learned yet from what is kept of them when the program ended; they get to know their weeks as these come",
      { leftCount },
    );
  }

  async #teach(ids: readonly number[]): Promise<void> {
    const { clock } = this.#parts;
    const due = await this.#byProfit(ids);
    this.#order = due;
    if (this.#isOver) {
      if (!this.#isStopped) this.#postpone(due);
      return;
    }
    const pupils = new Set(due);
    for (const id of ids) if (!pupils.has(id)) this.#allow(id);
    this.#startedMs = clock.elapsedMs();
    for (const id of due) {
      if (this.#isTimeUp()) return;
      const startedMs = clock.elapsedMs();
      if (await this.#teachOne(id)) this.#taughtCount += 1;
      this.#givenCount += 1;
      this.#allow(id);
      await this.#rest(clock.elapsedMs() - startedMs);
    }
  }

  #isTimeUp(): boolean {
    if (this.#parts.clock.elapsedMs() >= this.#deadlineMs) this.#endLate();
    return this.#isOver;
  }

  /** Those of which more is kept than the window holds, as far as the store can tell. */
  async #byProfit(ids: readonly number[]): Promise<number[]> {
    const { store, window, clock } = this.#parts;
    const range = this.#history.range();
    const freshMs = clock.nowMs() - this.#options.stalePeriodMs;
    let extents;
    try {
      extents = await store.keptExtents!(ids, range);
    } catch (error) {
      this.#warn("what is kept of the series cannot be listed; they learn from the window", error);
      return [];
    }
    const placeCount = ids.length;
    const keys = new Float64Array(placeCount);
    let count = 0;
    for (const [place, id] of ids.entries()) {
      const firstMs = extents.firstMs[place]!;
      if (!(extents.lastMs[place]! - firstMs >= lessonSpanMinMs) || !window.isLive(id)) continue;
      const silence = window.newestMs(id) >= freshMs ? 0 : 1;
      const afterHours = Math.floor((firstMs - range.fromMs) / hourMs);
      // All in one double: sorting 100,000 numbers holds the thread for milliseconds, a comparison by a function does not.
      keys[count++] = (silence * 1024 + afterHours) * placeCount + place;
    }
    return Array.from(keys.subarray(0, count).sort(), (key) => ids[key % placeCount]!);
  }

  /** @returns whether there was enough to learn from */
  async #teachOne(id: number): Promise<boolean> {
    const { window, stream, clock } = this.#parts;
    if (!window.isLive(id)) return false;
    const name = window.name(id);
    const kept = await this.#history.read(name, this.#history.range());
    // The id may be another's by now, or the time up.
    const check = (): void => {
      if (!window.isLive(id) || window.name(id) !== name) throw new Gone();
    };
    if (this.#isOver || kept === undefined) return false;
    this.#pupil = id;
    try {
      check();
      stream.state(id, window.stated(id));
      return await runInSlices(stream.learnHistory(id, kept), clock, { sliceMs, check });
    } catch (error) {
      if (error instanceof Gone) return false;
      throw error;
    } finally {
      this.#pupil = undefined;
    }
  }

  async #rest(workedMs: number): Promise<void> {
    const { clock } = this.#parts;
    const restMs = this.#pace.restMs(workedMs);
    const startedMs = clock.elapsedMs();
    await rest(restMs);
    this.#pace.noteRest(restMs, clock.elapsedMs() - startedMs);
  }

  /** The time is up: the rest is judged without. */
  #endLate(): void {
    if (this.#isOver) return;
    this.#postpone(this.#order.filter((id) => id !== this.#pupil && this.#withheld.has(id)));
    this.#letGo();
  }

  #postpone(ids: readonly number[]): void {
    this.#late.add(ids);
    const laterCount = this.#late.waitingCount;
    if (laterCount === 0) return;
    this.#parts.logger.warn(
      "judging waits no longer for series to learn from what is kept of them: the rest is judged by its last day, " +
        "and learns from its weeks beside that",
      { laterCount, afterSeconds: this.#options.waitMaxMs / 1000 },
    );
  }

  #letGo(): void {
    this.#isOver = true;
    for (const id of this.#withheld) if (id !== this.#pupil) this.#allow(id);
  }

  #allow(id: number): void {
    if (this.#withheld.delete(id)) this.#parts.sweep.allow(id);
  }

  /** As it goes now, and no longer than anybody waits. */
  #leftMs(waitingCount: number): number {
    const elapsedMs = this.#parts.clock.elapsedMs();
    const limitMs = Math.max(0, this.#deadlineMs - elapsedMs);
    if (this.#givenCount === 0) return limitMs;
    return Math.min(limitMs, ((elapsedMs - this.#startedMs) / this.#givenCount) * waitingCount);
  }

  #unlearnedIds(): number[] {
    const { window, stream } = this.#parts;
    const ids: number[] = [];
    for (let id = 0; id < window.idCount; id++) {
      if (window.isLive(id) && stream.judgedMs(id) === -Infinity) ids.push(id);
    }
    return ids;
  }

  #tellCounts(): void {
    const { laterCount, taughtCount, missedCount, unreadableCount } = this.stats();
    if (taughtCount + unreadableCount === 0) return;
    const facts = { taughtCount, laterCount, missedCount, unreadableCount };
    this.#parts.logger.info("series learned from what is kept of them", facts);
  }

  #warn(what: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#parts.logger.warn(what, { reason });
  }
}

/** The series is gone, or its id another's. */
class Gone extends Error {}
