/**
 * Many series as one: at every time at which any of them has a point, the aggregator over what each
 * counts as then.
 *
 *     at one of its points          that value
 *     between two of its points     by the aggregator's rule; a rate counts as the one before
 *     before the first, after the last of them   it does not count
 *
 * Source: opentsdb.net, "User Guide: aggregators, interpolation" (2.4).
 *
 * Times are gone through in blocks, so that what is held is blocks by series and not times by series.
 */
import type { Steps } from "../../base/steps.ts";
import type { SampleColumns } from "../../model/index.ts";

import { type Aggregator, hasValue, type Interpolation } from "./aggregators.ts";

const blockLength = 256;
/** Cells worked out between two yields. */
const cellsPerStep = 16_384;

export interface AggregateOptions {
  readonly aggregator: Aggregator;
  readonly isRate: boolean;
  /** Points after it are only used to interpolate. */
  readonly endMs: number;
}

/** @param series  in the order in which `first`, `last` and `diff` take them */
export function* aggregate(
  series: readonly SampleColumns[],
  { aggregator, isRate, endMs }: AggregateOptions,
): Steps<SampleColumns> {
  const union = yield* unionOf(series.map(({ timesMs }) => timesMs));
  let timeCount = union.length;
  while (timeCount > 0 && (union[timeCount - 1] ?? 0) > endMs) timeCount -= 1;
  const timesMs = union.slice(0, timeCount);
  const values = new Float64Array(timeCount);
  const interpolation = isRate ? "previous" : aggregator.interpolation;
  const isCount = aggregator.name === "count";

  const cells = new Float64Array(blockLength * series.length);
  const column = new Float64Array(series.length);
  const cursors = new Int32Array(series.length);
  let cellCount = 0;
  for (let from = 0; from < timeCount; from += blockLength) {
    const block = timesMs.subarray(from, from + blockLength);
    for (const [row, columns] of series.entries()) {
      const rowCells = cells.subarray(row * blockLength, (row + 1) * blockLength);
      cursors[row] = fillRow(columns, block, interpolation, cursors[row] ?? 0, rowCells);
      cellCount += block.length;
      if (cellCount >= cellsPerStep) {
        cellCount = 0;
        yield;
      }
    }
    for (let i = 0; i < block.length; i++) {
      for (let row = 0; row < series.length; row++) {
        column[row] = cells[row * blockLength + i] ?? NaN;
      }
      const isEmpty = !isCount && !hasValue(column, 0, series.length);
      values[from + i] = isEmpty ? NaN : aggregator.run(column, 0, series.length);
      cellCount += series.length;
      if (cellCount >= cellsPerStep) {
        cellCount = 0;
        yield;
      }
    }
  }
  return { timesMs, values };
}

/**
 * What a series counts as at each time of the block; NaN where it does not count.
 *
 * @param cursor  the first of its points that is not before the block, or earlier
 * @returns the cursor for the next block
 */
function fillRow(
  { timesMs, values }: SampleColumns,
  block: Float64Array,
  interpolation: Interpolation,
  cursor: number,
  cells: Float64Array,
): number {
  let at = cursor;
  for (let i = 0; i < block.length; i++) {
    const timeMs = block[i] ?? 0;
    while (at < timesMs.length && (timesMs[at] ?? 0) < timeMs) at += 1;
    if (at === timesMs.length) cells[i] = NaN;
    else if (timesMs[at] === timeMs) cells[i] = values[at] ?? NaN;
    else if (at === 0) cells[i] = NaN;
    else cells[i] = between(timesMs, values, at, timeMs, interpolation);
  }
  return at;
}

/** @param after  the point after the time; there is one before */
function between(
  timesMs: Float64Array,
  values: Float64Array,
  after: number,
  timeMs: number,
  interpolation: Interpolation,
): number {
  const beforeValue = values[after - 1] ?? NaN;
  switch (interpolation) {
    case "line": {
      const beforeMs = timesMs[after - 1] ?? 0;
      const share = (timeMs - beforeMs) / ((timesMs[after] ?? 0) - beforeMs);
      return beforeValue + share * ((values[after] ?? NaN) - beforeValue);
    }
    case "zero":
      return 0;
    case "largest":
      return Number.MAX_VALUE;
    case "smallest":
      return -Number.MAX_VALUE;
    case "previous":
      return beforeValue;
  }
}

/** All times, ascending, each once; two by two, so that lists that are alike stay as short as one. */
function* unionOf(lists: readonly Float64Array[]): Steps<Float64Array> {
  let rest = lists;
  while (rest.length > 1) {
    const merged: Float64Array[] = [];
    for (let i = 0; i < rest.length; i += 2) {
      const a = rest[i] ?? new Float64Array(0);
      const b = rest[i + 1];
      merged.push(b === undefined || isSame(a, b) ? a : mergedTimes(a, b));
      yield;
    }
    rest = merged;
  }
  return rest[0] ?? new Float64Array(0);
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function mergedTimes(a: Float64Array, b: Float64Array): Float64Array {
  const merged = new Float64Array(a.length + b.length);
  let atA = 0;
  let atB = 0;
  let written = 0;
  while (atA < a.length || atB < b.length) {
    const nextA = a[atA] ?? Infinity;
    const nextB = b[atB] ?? Infinity;
    merged[written++] = Math.min(nextA, nextB);
    if (nextA <= nextB) atA += 1;
    if (nextB <= nextA) atB += 1;
  }
  return merged.slice(0, written);
}
