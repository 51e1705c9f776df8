/**
 * The streaming detector: one row of one series in, a score from 0 to 1 out, judged by what came before it.
 *
 * Order of a row: is it a counter (counter.ts) → what was to be expected (baseline.ts) → the voices
 * (residual.ts, short-memory.ts, shape-voice.ts, onset.ts) → one alarm per event (refractory.ts) →
 * one strength (fusion.ts) → how rare that is (calibration.ts). Every voice judges the row before it
 * learns from it; nothing is revised later. There is nothing to configure: all constants are the same for every series.
 *
 * Cost: fixed state (layout.ts), no allocation, a few microseconds. Rows may come at any spacing, with
 * gaps; a row whose time is not after the one before counts as a row without a step.
 */
import { calendarError, Expectation, expect, learnBaseline, startBaseline } from "./baseline.ts";
import { rarityScore } from "./calibration.ts";
import { hasBegunAnew, recogniseCounter, type Stated } from "./counter.ts";
import { agreement, fuse, rhythmStrength, spoken } from "./fusion.ts";
import { addToHistory } from "./history.ts";
import { cell, cellCount, clock, clockCount, type DetectorState, ringCount } from "./layout.ts";
import { judgeOnset } from "./onset.ts";
import { confirmed, tellOnce } from "./refractory.ts";
import { judgeResidual, ResidualVoice } from "./residual.ts";
import { Row } from "./row.ts";
import { hasRhythm, judgeShape } from "./shape-voice.ts";
import { judgeShortMemory, ShortMemoryVoice } from "./short-memory.ts";

const overallMemoryRows = 100_000;
const unknownStepSeconds = 60;
const fineStepSeconds = 300;
const gapStepsMax = 1_000;

/** Whole numbers up to here are exact in a cell; a second's data is there after 194 days. */
const rowCountMax = 2 ** 24 - 1;
const turnedBackRows = 2 ** 23;

/** From this share of the level's error on, the calendar explains nothing. */
const calendarUseless = 0.85;

/** Up to this the four voices are calm: at most a deviation each, and the shape is not asked. */
const calmFour = 1;

/** Judges rows of the series in a state. The readings are of the newest row, whoever's it was. */
export class Detector {
  readonly state: DetectorState;
  readonly row = new Row();
  readonly expectation = new Expectation();
  readonly residual = new ResidualVoice();
  readonly shortMemory = new ShortMemoryVoice();
  /** Of the newest whole cycle point, in standard deviations; see shape-voice.ts. */
  shape = 0;
  /** Whether something began, before refractory.ts; and what that told. */
  onset = 0;
  event = 0;
  agreed = 0;
  /** 0 where the series has no rhythm of its own. */
  rhythm = 0;
  /** What fusion.ts made of it all; the score is its rarity. */
  strength = 0;

  constructor(state: DetectorState) {
    this.state = state;
  }

  /**
   * @param series  index into the state
   * @param seconds  the row's time, Unix seconds in UTC
   * @param value  what is not finite is a gap: it scores 0 and leaves no trace
   * @param stated  what its sender says that the series is
   * @param wallShift  how far the wall that the profiles go by is ahead of UTC, in seconds
   * @returns 0 to 1; see calibration.ts for what it means
   */
  judge(series: number, seconds: number, value: number, stated?: Stated, wallShift = 0): number {
    if (!Number.isFinite(value)) return 0;
    const { cells, ring } = this.state;
    const { row } = this;
    const base = series * cellCount;
    const isUntold = this.#take(series, seconds, value, stated);
    row.wallSeconds = seconds + wallShift;

    expect(cells, base, row, this.expectation);
    const expected = this.expectation.value;
    if (isUntold) row.value = expected;
    judgeResidual(cells, base, row, expected, this.residual);
    judgeShortMemory(cells, base, row, this.shortMemory);
    this.onset = judgeOnset(cells, base, row, expected);
    const isRhythmic =
      hasRhythm(cells, base, row) && calendarError(cells, base, row) >= calendarUseless;
    const four = spoken(this.residual, this.shortMemory);
    const isAsked = isRhythmic || four > calmFour;
    this.shape = judgeShape(cells, ring, base, series * ringCount, row, isAsked);
    addToHistory(cells, base + cell.overall, row.value, row.rowCount, overallMemoryRows);
    learnBaseline(cells, base, row, this.expectation);

    this.agreed = agreement(four, this.shape);
    const told = tellOnce(cells, base, this.onset, row);
    this.event = confirmed(cells, base, this.agreed, row) && !isRhythmic ? told : 0;
    this.rhythm = isRhythmic ? rhythmStrength(this.shortMemory, this.shape) : 0;
    this.strength = fuse(this.agreed, this.event, this.rhythm);
    return rarityScore(this.strength);
  }

  /**
   * Fills the row, and keeps the clocks.
   * @returns whether the row says nothing, and counts as what was expected
   */
  #take(series: number, seconds: number, value: number, stated: Stated): boolean {
    const { cells, clocks } = this.state;
    const { row } = this;
    const base = series * cellCount;
    const at = series * clockCount;
    let judged = value;
    let isUntold = false;
    row.stepCount = 1;
    row.stepSeconds = unknownStepSeconds;
    if (cells[base + cell.rowCount] === 0) this.#start(series, seconds, value);
    else {
      const before = clocks[at + clock.lastValue]!;
      const elapsed = seconds - clocks[at + clock.last]!;
      const nature = recogniseCounter(cells, base, value, before, stated);
      isUntold = hasBegunAnew(stated, value, before) && nature === "counter";
      if (nature === "became-counter") this.#startAgain(series, seconds, 0);
      if (nature === "became-gauge") this.#startAgain(series, seconds, value);
      if (nature === "counter" || nature === "became-counter") {
        const risen = value >= before ? value - before : value;
        judged = risen / (elapsed > 0 ? elapsed : cells[base + cell.stepSeconds]! || 1);
      }
      this.#measureStep(base, elapsed);
    }
    const count = cells[base + cell.rowCount]! + 1;
    cells[base + cell.rowCount] = count;
    if (count >= rowCountMax) turnBack(cells, base);
    clocks[at + clock.last] = seconds;
    clocks[at + clock.lastValue] = value;
    row.rowCount = count;
    row.seconds = seconds;
    row.ageSeconds = Math.max(0, seconds - clocks[at + clock.first]!);
    row.value = judged - clocks[at + clock.origin]!;
    row.mean = cells[base + cell.overall]!;
    row.deviation = Math.sqrt(cells[base + cell.overall + 1]!);
    row.fineness = Math.max(1, fineStepSeconds / row.stepSeconds);
    return isUntold;
  }

  #start(series: number, seconds: number, origin: number): void {
    const at = series * clockCount;
    this.state.clocks[at + clock.first] = seconds;
    this.state.clocks[at + clock.origin] = origin;
    startBaseline(this.state.cells, series * cellCount);
  }

  /** What was learned of a gauge says nothing about a rate, nor the other way round. */
  #startAgain(series: number, seconds: number, origin: number): void {
    const { cells } = this.state;
    const base = series * cellCount;
    const isCounter = cells[base + cell.isCounter]!;
    const neededRows = cells[base + cell.neededRows]!;
    const stepSeconds = cells[base + cell.stepSeconds]!;
    this.state.clear(series);
    cells[base + cell.isCounter] = isCounter;
    cells[base + cell.neededRows] = neededRows;
    cells[base + cell.stepSeconds] = stepSeconds;
    this.#start(series, seconds, origin);
  }

  /** The usual spacing: taken as it is where it is as before, else crept to by a fiftieth a row. */
  #measureStep(base: number, elapsed: number): void {
    const { cells } = this.state;
    const { row } = this;
    const at = base + cell.stepSeconds;
    const step = cells[at]!;
    if (elapsed > 0) {
      if (step === 0 || Math.abs(elapsed - step) < 0.03 * elapsed) cells[at] = elapsed;
      else cells[at] = step * (elapsed > step ? 1.02 : 1 / 1.02);
      if (step > 0 && elapsed > 1.5 * step) {
        row.stepCount = Math.min(gapStepsMax, Math.round(elapsed / step));
      }
    }
    row.stepSeconds = cells[at]! || unknownStepSeconds;
  }
}

/** Rows are counted on from an earlier number, and with them what was noted by number. */
function turnBack(cells: Float32Array, base: number): void {
  for (const at of [cell.rowCount, cell.lastEventRow, cell.lastCrossing]) {
    cells[base + at] = Math.max(0, cells[base + at]! - turnedBackRows);
  }
}
