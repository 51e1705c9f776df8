import { calendarError, Expectation, expect, learnBaseline, startBaseline } from "./baseline.ts";
import { recogniseCounter } from "./counter.ts";
import { addToHistory } from "./history.ts";
import { cell, cellCount, clock, clockCount, type DetectorState, ringCount } from "./layout.ts";
import { judgeOnset } from "./onset.ts";
import { judgeResidual, ResidualVoice } from "./residual.ts";
import { Row } from "./row.ts";
import { agreement, fuse, rhythmStrength } from "./fusion.ts";
import { tellOnce } from "./refractory.ts";
import { hasRhythm, judgeShape } from "./shape-voice.ts";
import { judgeShortMemory, ShortMemoryVoice } from "./short-memory.ts";

const overallMemoryRows = 100_000;

export class Detector {
  readonly state: DetectorState;
  readonly row = new Row();
  readonly expectation = new Expectation();
  readonly residual = new ResidualVoice();
  readonly shortMemory = new ShortMemoryVoice();
  onset = 0;
  shape = 0;
  agreed = 0; event = 0; rhythm = 0; isRhythmic = false;
  constructor(state: DetectorState) {
    this.state = state;
  }

  judge(series: number, seconds: number, raw: number): number {
    const { cells, clocks, ring } = this.state;
    const base = series * cellCount;
    const clockBase = series * clockCount;
    const ringBase = series * ringCount;
    const { row } = this;
    if (!Number.isFinite(raw)) return 0;
    let count = cells[base + cell.rowCount]!;
    let value = raw;
    const last = clocks[clockBase + clock.last]!;
    if (count === 0) {
      clocks[clockBase + clock.first] = seconds;
      clocks[clockBase + clock.origin] = raw;
      startBaseline(cells, base);
      row.stepCount = 1;
      row.stepSeconds = 60;
    } else {
      const before = clocks[clockBase + clock.lastValue]!;
      const nature = recogniseCounter(cells, base, raw, before);
      if (nature === "became-counter" || nature === "became-gauge") {
        const keep = [cells[base + cell.isCounter]!, cells[base + cell.neededRows]!];
        this.state.clear(series);
        cells[base + cell.isCounter] = keep[0]!; cells[base + cell.neededRows] = keep[1]!;
        startBaseline(cells, base);
        count = 0;
        clocks[clockBase + clock.first] = seconds;
        clocks[clockBase + clock.origin] = nature === "became-counter" ? 0 : raw;
      }
      const elapsed = seconds - last;
      if (nature === "counter" || nature === "became-counter") value = elapsed > 0 ? (raw >= before ? raw - before : raw) / elapsed : 0;
      this.#measureStep(base, elapsed);
    }
    clocks[clockBase + clock.last] = seconds;
    clocks[clockBase + clock.lastValue] = raw;
    count += 1;
    if (count < 1e7) cells[base + cell.rowCount] = count;
    row.rowCount = count;
    row.fineness = Math.max(1, 300 / row.stepSeconds);
    row.seconds = seconds;
    row.value = value - clocks[clockBase + clock.origin]!;
    row.ageSeconds = Math.max(0, seconds - clocks[clockBase + clock.first]!);
    row.mean = cells[base + cell.overall]!;
    row.deviation = Math.sqrt(cells[base + cell.overall + 1]!);

    expect(cells, base, row, this.expectation);
    judgeResidual(cells, base, row, this.expectation.value, this.residual);
    judgeShortMemory(cells, base, row, this.shortMemory);
    this.onset = judgeOnset(cells, base, row, this.expectation.value);
    this.shape = judgeShape(cells, ring, base, ringBase, row);
    addToHistory(cells, base + cell.overall, row.value, count, overallMemoryRows);
    learnBaseline(cells, base, row, this.expectation);
    this.agreed = agreement(this.residual, this.shortMemory, this.shape);
    this.event = tellOnce(cells, base, this.onset, row);
    this.isRhythmic = hasRhythm(cells, base, row) && calendarError(cells, base, row) >= 0.85;
    this.rhythm = this.isRhythmic ? rhythmStrength(this.shortMemory, this.shape) : 0;
    return fuse(this.agreed, this.isRhythmic ? 0 : this.event, this.rhythm);
  }

  #measureStep(base: number, elapsed: number): void {
    const { cells } = this.state;
    const at = base + cell.stepSeconds;
    const step = cells[at]!;
    this.row.stepCount = 1;
    if (!(elapsed > 0)) { this.row.stepSeconds = step || 60; return; }
    if (step === 0 || Math.abs(elapsed - step) < 0.03 * elapsed) cells[at] = elapsed;
    else cells[at] = step * (elapsed > step ? 1.02 : 1 / 1.02);
    if (step > 0 && elapsed > 1.5 * step) this.row.stepCount = Math.min(1000, Math.round(elapsed / step));
    this.row.stepSeconds = cells[at]!;
  }
}
