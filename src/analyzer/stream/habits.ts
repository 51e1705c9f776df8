/**
 * What a series does by habit: the nightly job that is told twice and then known.
 *
 * When an episode ends calm, when in the day it began, how long it lasted and how far it went are kept. Two at
 * about the same time of day, a week apart at most or a month, make a habit: the next is not told, unless it goes
 * half as far again, or lasts half as long again and a quarter of an hour. A habit that was not seen for 40 days is forgotten,
 * so that monthly jobs are known too. Times of day are those of the series' wall.
 */

const minuteMs = 60_000;
const dayMs = 86_400_000;

const timesToLearn = 2;
/** How far apart two may begin to be the same. */
const slackMs = 30 * minuteMs;
const forgottenAfterMs = 40 * dayMs;
const excess = 1.5;
const lengthSlackMs = 15 * minuteMs;

/** Of one series; the one unseen for longest makes room. */
const habitCountMax = 4;

export interface Habit {
  /** When it began last; the time of day follows it. */
  lastMs: number;
  lengthMs: number;
  /** How far from expected it went, and to which value: what is expected may differ from night to night. */
  size: number;
  peak: number;
  /** On how many days. */
  count: number;
}

interface Reach {
  readonly size: number;
  readonly peak: number;
}

export class Habits {
  readonly #seriesCountMax: number;
  readonly #wallMs: (id: number, timeMs: number) => number;
  readonly #habits = new Map<number, Habit[]>();

  /** @param wallMs  what a series' wall shows at a time; it shows UTC if not said */
  constructor(
    options: { readonly seriesCountMax: number },
    wallMs: (id: number, timeMs: number) => number = utcMs,
  ) {
    this.#seriesCountMax = options.seriesCountMax;
    this.#wallMs = wallMs;
  }

  /** Of a series, to be kept over a restart. */
  of(id: number): readonly Habit[] {
    return this.#habits.get(id) ?? [];
  }

  restore(id: number, habits: readonly Habit[]): void {
    this.#put(
      id,
      habits.slice(0, habitCountMax).map((habit) => ({ ...habit })),
    );
  }

  forget(id: number): void {
    this.#habits.delete(id);
  }

  /** Takes note of what ended. */
  note(id: number, startedMs: number, lengthMs: number, { size, peak }: Reach): void {
    const habits = this.of(id).filter(({ lastMs }) => startedMs - lastMs < forgottenAfterMs);
    const known = habits.find((habit) => this.#isSameTime(id, habit.lastMs, startedMs));
    if (known !== undefined) {
      const gapMs = startedMs - known.lastMs;
      const isNewDay = gapMs > dayMs / 2;
      // What follows on the same day is part of it, and makes it no smaller.
      const fade = isNewDay ? 0.8 : 1;
      known.lengthMs = Math.max(lengthMs, fade * known.lengthMs);
      if (isNewDay || size > known.size) known.peak = peak;
      known.size = Math.max(size, fade * known.size);
      if (isNewDay) {
        known.count = isRegular(gapMs) ? known.count + 1 : 1;
        known.lastMs = startedMs;
      }
    } else {
      habits.sort((a, b) => b.lastMs - a.lastMs);
      habits.splice(habitCountMax - 1);
      habits.push({ lastMs: startedMs, lengthMs, size, peak, count: 1 });
    }
    this.#put(id, habits);
  }

  /**
   * It was seen again at its time, though not told: rare is what the detector asks, and what comes every
   * night is not. Cheap where a series has no habits.
   *
   * @param size  how far from expected; less than half as far is something else
   */
  seeAgain(id: number, timeMs: number, size: number): void {
    for (const habit of this.#habits.get(id) ?? []) {
      if (size < habit.size / 2 || !this.#isSameTime(id, habit.lastMs, timeMs)) continue;
      // By whole days: the time of day stays the one at which it began.
      const lastWallMs = this.#wallMs(id, habit.lastMs);
      const wallMs = this.#wallMs(id, timeMs);
      const gapMs = Math.round((wallMs - lastWallMs) / dayMs) * dayMs;
      if (gapMs <= 0) continue;
      if (isRegular(gapMs)) habit.count += 1;
      habit.lastMs = timeMs + (lastWallMs + gapMs - wallMs);
    }
  }

  /**
   * Whether what began then, and has come so far, is no more than what the series does at that time.
   *
   * @param went  how far from expected, and what that was
   */
  explains(
    id: number,
    startedMs: number,
    nowMs: number,
    went: { readonly size: number; readonly center: number },
  ): boolean {
    const habit = this.#habits
      .get(id)
      ?.find(({ lastMs }) => this.#isSameTime(id, lastMs, startedMs));
    if (habit === undefined || habit.count < timesToLearn) return false;
    if (startedMs - habit.lastMs >= forgottenAfterMs) return false;
    const lengthMaxMs = excess * habit.lengthMs + lengthSlackMs;
    const sizeMax = excess * Math.max(habit.size, Math.abs(habit.peak - went.center));
    return went.size <= sizeMax && nowMs - startedMs <= lengthMaxMs;
  }

  #isSameTime(id: number, aMs: number, bMs: number): boolean {
    const apart = this.#wallMs(id, bMs) - this.#wallMs(id, aMs);
    const ofDay = ((apart % dayMs) + dayMs) % dayMs;
    return Math.min(ofDay, dayMs - ofDay) <= slackMs;
  }

  #put(id: number, habits: Habit[]): void {
    this.#habits.delete(id);
    this.#habits.set(id, habits);
    if (this.#habits.size <= this.#seriesCountMax) return;
    const { value: oldest } = this.#habits.keys().next();
    if (oldest !== undefined) this.#habits.delete(oldest);
  }
}

function utcMs(...[, timeMs]: [id: number, timeMs: number]): number {
  return timeMs;
}

/** Daily, weekly, or monthly: two outages that fall on the same hour months apart are no habit. */
function isRegular(gapMs: number): boolean {
  const days = gapMs / dayMs;
  return days <= 8.5 || (days >= 27.5 && days <= 31.5);
}
