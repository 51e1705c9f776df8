/**
 * What a series' state says to others: what it expects, how wild it is at this hour, what it rests on.
 * Also the two ways in which others change it: what was learned meanwhile is taken back, or a new level
 * is taken over. `kale detect --stream` does neither.
 */
import { dayShape, type Expectation, expect, sizeShape, weekShape } from "./baseline.ts";
import type { Detector } from "./detector.ts";
import {
  cell,
  cellCount,
  clock,
  clockCount,
  type DetectorState,
  daySlotCount,
  ringCount,
  sizeSlotCount,
  weekSlotCount,
} from "./layout.ts";
import { readEnds, readProfile } from "./profile.ts";
import { Row } from "./row.ts";

const daySeconds = 86_400;
/** How much wider or narrower than usual an hour may be taken to be. */
const hourScaleMin = 0.6;
const hourScaleMax = 2.5;
const regularSpreadMax = 0.5;

export interface SeriesFacts {
  readonly rowCount: number;
  readonly ageSeconds: number;
  readonly stepSeconds: number;
  readonly lastSeconds: number;
  readonly isCounter: boolean;
}

export function factsOf(state: DetectorState, series: number): SeriesFacts {
  const { cells, clocks } = state;
  const base = series * cellCount;
  const at = series * clockCount;
  return {
    rowCount: cells[base + cell.rowCount]!,
    ageSeconds: ageSecondsOf(state, series),
    stepSeconds: cells[base + cell.stepSeconds]!,
    lastSeconds: clocks[at + clock.last]!,
    isCounter: cells[base + cell.isCounter] === 1,
  };
}

/** What the first value was: everything else is kept as a deviation from it. */
export function originOf(state: DetectorState, series: number): number {
  return state.clocks[series * clockCount + clock.origin]!;
}

/** The lowest value lately known; its range creeps in slowly, see range.ts. */
export function lowestOf(state: DetectorState, series: number): number {
  return state.cells[series * cellCount + cell.lowest]! + originOf(state, series);
}

export function highestOf(state: DetectorState, series: number): number {
  return state.cells[series * cellCount + cell.highest]! + originOf(state, series);
}

/** Rows judged and learned. */
export function rowCountOf(state: DetectorState, series: number): number {
  return state.cells[series * cellCount + cell.rowCount]!;
}

/** From its first row to its newest. */
export function ageSecondsOf(state: DetectorState, series: number): number {
  const at = series * clockCount;
  return Math.max(0, state.clocks[at + clock.last]! - state.clocks[at + clock.first]!);
}

export function lastSecondsOf(state: DetectorState, series: number): number {
  return state.clocks[series * clockCount + clock.last]!;
}

const askedRow = new Row();

/**
 * What the series would expect at a time; the values in `into` are deviations from the origin.
 *
 * @param wallSeconds  what the wall that its profiles go by shows then, as in all below
 */
export function expectAt(
  detector: Detector,
  series: number,
  { seconds, wallSeconds }: { readonly seconds: number; readonly wallSeconds: number },
  into: Expectation,
): void {
  const { cells, clocks } = detector.state;
  askedRow.seconds = seconds;
  askedRow.wallSeconds = wallSeconds;
  askedRow.ageSeconds = Math.max(0, seconds - clocks[series * clockCount + clock.first]!);
  expect(cells, series * cellCount, askedRow, into);
}

/**
 * Between which two values the profile in force lies around a time, see `readEnds`. `into` holds both as
 * deviations from the origin; the same twice where the level is expected.
 */
export function expectedEnds(
  state: DetectorState,
  series: number,
  wallSeconds: number,
  { baseline, value }: Expectation,
  step: number,
  into: { lower: number; upper: number },
): void {
  into.lower = value;
  into.upper = value;
  if (baseline === "level") return;
  const base = series * cellCount;
  const [at, shape] = baseline === "day" ? [cell.daySlots, dayShape] : [cell.weekSlots, weekShape];
  readEnds(state.cells, base + at, shape, wallSeconds, step, into);
}

/** What the profile by hour of the week says of a time; NaN where it was never there. */
export function onWeekday(state: DetectorState, series: number, wallSeconds: number): number {
  const at = series * cellCount + cell.weekSlots;
  return readProfile(state.cells, at, weekShape, wallSeconds) + originOf(state, series);
}

/** How wild the series is at this time of day, as a factor on how wild it is in all; about 1. */
export function hourScale(
  state: DetectorState,
  series: number,
  wallSeconds: number,
  ageSeconds: number,
): number {
  if (ageSeconds < daySeconds) return 1;
  const base = series * cellCount;
  const usual = state.cells[base + cell.usualSize]!;
  const now = readProfile(state.cells, base + cell.sizeSlots, sizeShape, wallSeconds);
  if (!(usual > 0) || Number.isNaN(now)) return 1;
  return Math.min(hourScaleMax, Math.max(hourScaleMin, now / usual));
}

/**
 * Whether a series crosses its mean at intervals that are alike, their deviation at most half their mean. What wanders
 * by chance has a deviation as large as the mean (the intervals of a random process are exponential), and
 * may still pass for a rhythm where only its shape is asked for (shape-voice.ts).
 */
export function isRegular(state: DetectorState, series: number): boolean {
  const at = series * cellCount + cell.intervals;
  const interval = state.cells[at]!;
  return state.cells[at + 1]! <= (regularSpreadMax * interval) ** 2;
}

/** Cells that an anomaly should not teach: what is expected, and how far from it is usual. */
const taught: readonly (readonly [at: number, count: number])[] = [
  [cell.overall, 2],
  [cell.level, 1],
  [cell.errors, 3],
  [cell.daySlots, daySlotCount],
  [cell.weekSlots, weekSlotCount],
  [cell.sizeSlots, sizeSlotCount],
  [cell.usualSize, 1],
  [cell.shortHistory, 2],
  [cell.pointHistory, 2],
  [cell.longHistory, 2],
];
const taughtCount = taught.reduce((sum, [, count]) => sum + count, 0);

/** What the series knows now, to be taken up again after an anomaly. */
export function rememberTaught(state: DetectorState, series: number): Float32Array {
  const kept = new Float32Array(taughtCount);
  const base = series * cellCount;
  let next = 0;
  for (const [at, count] of taught) {
    kept.set(state.cells.subarray(base + at, base + at + count), next);
    next += count;
  }
  return kept;
}

export function restoreTaught(state: DetectorState, series: number, kept: Float32Array): void {
  const base = series * cellCount;
  let next = 0;
  for (const [at, count] of taught) {
    state.cells.set(kept.subarray(next, next + count), base + at);
    next += count;
  }
}

/** Moves everything that is expected by `shift`: a new level is taken over. */
export function shiftExpected(state: DetectorState, series: number, shift: number): void {
  const { cells } = state;
  const base = series * cellCount;
  // Slots that were never visited are NaN and stay so.
  const move = (at: number, count: number): void => {
    for (let i = base + at; i < base + at + count; i++) cells[i] = cells[i]! + shift;
  };
  move(cell.level, 1);
  move(cell.daySlots, daySlotCount);
  move(cell.weekSlots, weekSlotCount);
}

/**
 * Turns what was learned by the clock of one wall to that of another, where the zone of a series is changed.
 *
 * @param ahead  how far the new wall is ahead of the old one, in seconds
 */
export function turnProfiles(state: DetectorState, series: number, ahead: number): void {
  const base = series * cellCount;
  for (const [at, shape] of [
    [cell.daySlots, dayShape],
    [cell.sizeSlots, sizeShape],
    [cell.weekSlots, weekShape],
  ] as const) {
    const before = state.cells.slice(base + at, base + at + shape.slotCount);
    const slotSeconds = shape.periodSeconds / shape.slotCount;
    for (let slot = 0; slot < shape.slotCount; slot++) {
      state.cells[base + at + slot] = readProfile(before, 0, shape, slot * slotSeconds - ahead);
    }
  }
}

/** Of one series, in all three arrays. */
export const seriesBytes = 8 * clockCount + 4 * cellCount + ringCount;

/** Copies a series' share of all three arrays to the start of `out`. */
export function saveSeries(state: DetectorState, series: number, out: Uint8Array): void {
  let at = 0;
  for (const part of partsOf(state, series)) {
    out.set(part, at);
    at += part.length;
  }
}

/** The reverse; `bytes` are `seriesBytes` long at least. */
export function loadSeries(state: DetectorState, series: number, bytes: Uint8Array): void {
  let at = 0;
  for (const part of partsOf(state, series)) {
    part.set(bytes.subarray(at, at + part.length));
    at += part.length;
  }
}

function partsOf({ clocks, cells, ring }: DetectorState, series: number): Uint8Array[] {
  return [
    new Uint8Array(clocks.buffer, clocks.byteOffset + 8 * clockCount * series, 8 * clockCount),
    new Uint8Array(cells.buffer, cells.byteOffset + 4 * cellCount * series, 4 * cellCount),
    new Uint8Array(ring.buffer, ring.byteOffset + ringCount * series, ringCount),
  ];
}
