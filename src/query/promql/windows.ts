/**
 * Samples as a step sees them: the newest one within the lookback, or all of a range before it.
 *
 * Ranges are closed on both sides, as in Prometheus before 3.0: a sample exactly `rangeMs` old counts.
 *
 * A staleness marker, a NaN with bits of its own, ends a series: an instant selector sees nothing
 * after it, a range leaves it out. Kale's stores keep none; columns of another origin may.
 */
import type { SampleColumns } from "../../model/index.ts";
import type { SlidingExtreme } from "./sliding.ts";
import type { Grid, StepSeries } from "./step-series.ts";
import type { AtModifier, TimeShift } from "./ast.ts";

/** How far back the newest sample may lie unless told otherwise. */
export const lookbackMsDefault = 300_000;

/** Where the steps of a grid look, given offset and @. */
export interface Sight {
  readonly firstMs: number;
  /** 0 where all steps look at one time. */
  readonly stepMs: number;
  readonly count: number;
}

/** @param ends  of the query as a whole, which `start()` and `end()` mean */
export function sightOf(
  grid: Grid,
  shift: TimeShift,
  ends: { readonly startMs: number; readonly endMs: number },
): Sight {
  const { count } = grid;
  if (shift.at === undefined) {
    return { firstMs: grid.startMs - shift.offsetMs, stepMs: grid.stepMs, count };
  }
  return { firstMs: fixedMs(shift.at, ends) - shift.offsetMs, stepMs: 0, count };
}

function fixedMs(
  at: AtModifier,
  ends: { readonly startMs: number; readonly endMs: number },
): number {
  if (at === "start") return ends.startMs;
  return at === "end" ? ends.endMs : at.timeMs;
}

export function lastMs(sight: Sight): number {
  return sight.firstMs + (sight.count - 1) * sight.stepMs;
}

/**
 * Fills the steps at which the series has a newest sample that is young enough.
 *
 * @param columns  with the samples of the whole sight and the lookback before it
 * @param isTime   takes the time of the sample, in seconds, for its value
 */
export function fillNewest(
  into: StepSeries,
  columns: SampleColumns,
  { sight, lookbackMs, isTime = false }: NewestOptions,
): void {
  const { timesMs, values } = columns;
  let next = 0;
  for (let step = 0; step < sight.count; step++) {
    const atMs = sight.firstMs + step * sight.stepMs;
    while (next < timesMs.length && timesMs[next]! <= atMs) next += 1;
    const newest = next - 1;
    if (newest < 0 || timesMs[newest]! < atMs - lookbackMs) continue;
    const value = values[newest]!;
    if (Number.isNaN(value) && isStale(values, newest)) continue;
    into.has[step] = 1;
    into.values[step] = isTime ? timesMs[newest]! / 1000 : value;
  }
}

export interface NewestOptions {
  readonly sight: Sight;
  readonly lookbackMs: number;
  readonly isTime?: boolean;
}

const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function isStale(values: Float64Array<ArrayBuffer>, i: number): boolean {
  const words = new Uint32Array(values.buffer, values.byteOffset + 8 * i, 2);
  const [low, high] = isLittleEndian ? [words[0], words[1]] : [words[1], words[0]];
  return high === 0x7ff00000 && low === 2;
}

/** @returns the columns themselves where no staleness marker is among them */
export function withoutStale(columns: SampleColumns): SampleColumns {
  const { timesMs, values } = columns;
  let staleCount = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!) && isStale(values, i)) staleCount += 1;
  }
  if (staleCount === 0) return columns;
  const kept = {
    timesMs: new Float64Array(values.length - staleCount),
    values: new Float64Array(values.length - staleCount),
  };
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!) && isStale(values, i)) continue;
    kept.timesMs[at] = timesMs[i]!;
    kept.values[at++] = values[i]!;
  }
  return kept;
}

/** The samples of one range, given to a range function; one object serves all steps. */
export class Window {
  timesMs: Float64Array = new Float64Array(0);
  values: Float64Array = new Float64Array(0);
  /** Indexes of the first sample in the range, and behind the last. */
  from = 0;
  until = 0;
  /** Ends of the range, offset counted in. */
  startMs = 0;
  endMs = 0;
  /** The time that is asked for, offset not counted in. */
  atMs = 0;
  /** Scalar arguments of the function at this step. */
  first = 0;
  second = 0;
  /** What the function found. */
  result = 0;

  /** Where the value is less than the one before it, over all samples; for counters. */
  resets: readonly number[] = [];

  /** What a function keeps from one range to the next; see sliding.ts. */
  extreme: SlidingExtreme | undefined;
  sums: Float64Array | undefined;
  changes: Uint32Array | undefined;
  hasSums = false;
}

/**
 * Is given the ranges of one series in order: neither end of them ever goes back.
 * @returns whether there is a result, which is then in the window
 */
export type RangeFunction = (window: Window) => boolean;

export interface WindowOptions {
  readonly grid: Grid;
  readonly sight: Sight;
  readonly rangeMs: number;
  readonly scalars: readonly Float64Array[];
}

/** Applies the function to the range before each step that holds at least one sample. */
export function fillWindows(
  into: StepSeries,
  columns: SampleColumns,
  apply: RangeFunction,
  { grid, sight, rangeMs, scalars }: WindowOptions,
): void {
  const window = new Window();
  const { timesMs, values } = columns;
  window.timesMs = timesMs;
  window.values = values;
  window.resets = resetsOf(values);
  const [first, second] = scalars;
  let from = 0;
  let until = 0;
  for (let step = 0; step < sight.count; step++) {
    const endMs = sight.firstMs + step * sight.stepMs;
    const startMs = endMs - rangeMs;
    while (until < timesMs.length && timesMs[until]! <= endMs) until += 1;
    while (from < until && timesMs[from]! < startMs) from += 1;
    if (from === until) continue;
    window.from = from;
    window.until = until;
    window.startMs = startMs;
    window.endMs = endMs;
    window.atMs = grid.startMs + step * grid.stepMs;
    if (first !== undefined) window.first = first[step]!;
    if (second !== undefined) window.second = second[step]!;
    if (!apply(window)) continue;
    into.has[step] = 1;
    into.values[step] = window.result;
  }
}

function resetsOf(values: Float64Array): number[] {
  const resets: number[] = [];
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) resets.push(i);
  return resets;
}
