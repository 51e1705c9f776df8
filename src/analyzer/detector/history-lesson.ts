/**
 * What a series did over weeks, learned at once: for history that was kept or imported and never judged.
 *
 * Only what needs weeks is learned, and of means over minutes: the profiles of day and week, the series' age, its range,
 * and whether it is a counter (of every row). How wild it is, its level, its rhythm and which profile is
 * believed are then learned from the rows of the last day, one by one, as ever. A tenth of the cost of judging the
 * rows, and no verdict. What was an anomaly then teaches as any other row does: a quarter or less of it a visit.
 */
import type { Steps } from "../../base/steps.ts";
import { dayShape, startBaseline, weekShape } from "./baseline.ts";
import { recogniseCounter, type Stated } from "./counter.ts";
import { cell, cellCount, clock, clockCount, type DetectorState } from "./layout.ts";
import { learnProfile } from "./profile.ts";

const minuteMs = 60_000;
/** Less teaches a profile nothing. */
export const lessonSpanMinMs = 1440 * minuteMs;
/** Rows between two yields: some tenths of a millisecond. */
const rowsPerStep = 2048;
const stepsAsked = 101;

export interface Lesson {
  /** Ascending; values are finite. */
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  readonly stated: Stated;
  /** How far the wall is ahead of UTC that the profiles go by, in seconds. */
  readonly wallShift: (timeMs: number) => number;
}

/**
 * Begins a series with what came before its next row. It has one row then: all that is counted by rows begins.
 * Until the last step the series counts as never judged; nobody else may touch it.
 * @returns whether there was enough of it; else the series is as it was
 */
export function* learnHistory(
  state: DetectorState,
  series: number,
  lesson: Lesson,
): Steps<boolean> {
  const { timesMs, values, stated } = lesson;
  const count = timesMs.length;
  if (count < 2 || timesMs[count - 1]! - timesMs[0]! < lessonSpanMinMs) return false;
  const { cells, clocks } = state;
  const base = series * cellCount;
  state.clear(series);
  const learner = new Learner(state, series, lesson);
  learner.begin(timesMs[0]!, values[0]!);
  for (let i = 1; i < count; i++) {
    const [before, value, timeMs] = [values[i - 1]!, values[i]!, timesMs[i]!];
    const nature = recogniseCounter(cells, base, value, before, stated);
    if (nature === "became-counter") learner.begin(timeMs, 0);
    if (nature === "became-gauge") learner.begin(timeMs, value);
    const isRate = nature === "counter" || nature === "became-counter";
    const elapsed = (timeMs - timesMs[i - 1]!) / 1000;
    if (i % rowsPerStep === 0) yield;
    if (elapsed > 0) learner.add(timeMs, isRate ? Math.max(0, value - before) / elapsed : value);
  }
  learner.finish();
  const at = series * clockCount;
  clocks[at + clock.last] = timesMs[count - 1]! / 1000;
  clocks[at + clock.lastValue] = values[count - 1]!;
  return true;
}

/** Gathers the rows of a minute, and teaches them. */
class Learner {
  readonly #state: DetectorState;
  readonly #series: number;
  readonly #lesson: Lesson;
  readonly #stepSeconds: number;
  #firstMs = 0;
  #origin = 0;
  #minute = -1;
  #sum = 0;
  #count = 0;
  #lowest = Infinity;
  #highest = -Infinity;
  #mean = 0;
  #taught = 0;

  constructor(state: DetectorState, series: number, lesson: Lesson) {
    this.#state = state;
    this.#series = series;
    this.#lesson = lesson;
    this.#stepSeconds = usualStepSeconds(lesson.timesMs);
  }

  begin(firstMs: number, origin: number): void {
    startBaseline(this.#state.cells, this.#series * cellCount);
    this.#firstMs = firstMs;
    this.#origin = origin;
    this.#minute = -1;
    this.#sum = this.#count = this.#mean = this.#taught = 0;
    this.#lowest = Infinity;
    this.#highest = -Infinity;
  }

  add(timeMs: number, value: number): void {
    const minute = Math.floor(timeMs / minuteMs);
    if (minute !== this.#minute && this.#count > 0) this.#teach();
    this.#minute = minute;
    this.#sum += value;
    this.#count += 1;
  }

  #teach(): void {
    const { cells } = this.#state;
    const base = this.#series * cellCount;
    const value = this.#sum / this.#count - this.#origin;
    const timeMs = this.#minute * minuteMs;
    const wall = timeMs / 1000 + this.#lesson.wallShift(timeMs);
    const step = Math.max(minuteMs / 1000, this.#stepSeconds);
    const age = Math.max(0, (timeMs - this.#firstMs) / 1000);
    learnProfile(cells, base + cell.daySlots, dayShape, wall, step, age, value);
    learnProfile(cells, base + cell.weekSlots, weekShape, wall, step, age, value);
    this.#lowest = Math.min(this.#lowest, value);
    this.#highest = Math.max(this.#highest, value);
    this.#taught += 1;
    this.#mean += (value - this.#mean) / this.#taught;
    this.#sum = this.#count = 0;
  }

  finish(): void {
    const { cells, clocks } = this.#state;
    const base = this.#series * cellCount;
    if (this.#count > 0) this.#teach();
    clocks[this.#series * clockCount + clock.first] = this.#firstMs / 1000;
    clocks[this.#series * clockCount + clock.origin] = this.#origin;
    cells[base + cell.rowCount] = 1;
    cells[base + cell.stepSeconds] = this.#stepSeconds;
    cells[base + cell.level] = this.#mean;
    cells[base + cell.overall] = this.#mean;
    cells[base + cell.drift] = this.#mean;
    cells[base + cell.lowest] = Number.isFinite(this.#lowest) ? this.#lowest : 0;
    cells[base + cell.highest] = Number.isFinite(this.#highest) ? this.#highest : 0;
  }
}

/** The median of the first ones. */
function usualStepSeconds(timesMs: Float64Array): number {
  const steps = new Float64Array(Math.min(stepsAsked, timesMs.length - 1));
  for (let i = 0; i < steps.length; i++) steps[i] = (timesMs[i + 1]! - timesMs[i]!) / 1000;
  return steps.sort()[steps.length >> 1]!;
}
