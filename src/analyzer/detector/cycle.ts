/**
 * How long is a cycle of the series, and so how many rows make a point of its shape (shape-voice.ts)? A cycle is told
 * from how often the series crosses its mean, upwards and with hysteresis; sixteen points are one.
 *
 * The first answer comes early and may be wrong: noise crosses often, and a series may begin unlike itself. Once more
 * crossings are known it is looked at again at every crossing. A cycle of half a day and more is then none: those are the
 * calendar's (baseline.ts), and the shape is that of the last rows, which tells of an outage sooner.
 */
import { addToHistory } from "./history.ts";
import { cell } from "./layout.ts";
import type { Row } from "./row.ts";

export const cyclePoints = 16;

/** When the cycle is told: after so many crossings, or rows; not before the fewest rows. */
export const crossingsWanted = 12;
const fewestRows = 100;
const mostRows = 1_000;
const hysteresis = 0.5;
const unknownCycleRows = 32;
const intervalMemory = 100;

/** With so many crossings it is told anew, and how far off the first answer has to be. */
const crossingsSettled = 30;
const strideRatioMax = 2;
const calendarCycleSeconds = 43_200;

/** Upward crossings of the mean, with hysteresis. @returns whether this row is one */
export function countCrossings(cells: Float32Array, base: number, row: Row): boolean {
  if (!(row.deviation > 0)) return false;
  const height = (row.value - row.mean) / row.deviation;
  const side = cells[base + cell.side]!;
  if (side >= 0 && height < -hysteresis) cells[base + cell.side] = -1;
  if (side > 0 || height <= hysteresis) return false;
  cells[base + cell.side] = 1;
  if (side < 0) addCrossing(cells, base, row.rowCount);
  return side < 0;
}

function addCrossing(cells: Float32Array, base: number, rowCount: number): void {
  const crossings = cells[base + cell.crossings]!;
  const interval = rowCount - cells[base + cell.lastCrossing]!;
  if (crossings > 0) {
    addToHistory(cells, base + cell.intervals, interval, crossings, intervalMemory);
  }
  cells[base + cell.crossings] = crossings + 1;
  cells[base + cell.lastCrossing] = rowCount;
}

/** Whether enough is known for a first stride. */
export function isCycleTold(cells: Float32Array, base: number, row: Row): boolean {
  if (!(row.deviation > 0) || row.rowCount <= fewestRows) return false;
  return cells[base + cell.crossings]! >= crossingsWanted || row.rowCount > mostRows;
}

/**
 * Whether the cycle has turned out to be another than the stride was made for: early crossings may be of noise, or of a
 * start that is like nothing after it.
 */
export function isCycleOther(cells: Float32Array, base: number, row: Row): boolean {
  if (cells[base + cell.crossings]! < crossingsSettled) return false;
  const stride = cells[base + cell.stride]!;
  const wanted = strideWanted(cells, base, row);
  return wanted > strideRatioMax * stride || stride > strideRatioMax * wanted;
}

/** How many rows should make a point, as a fraction: at least 1. */
export function strideWanted(cells: Float32Array, base: number, row: Row): number {
  const crossings = cells[base + cell.crossings]!;
  const interval = cells[base + cell.intervals]!;
  const isCalendars =
    crossings >= crossingsSettled && interval * row.stepSeconds >= calendarCycleSeconds;
  const isKnown = crossings > 2 && !isCalendars;
  return Math.max(1, (isKnown ? interval : unknownCycleRows) / cyclePoints);
}
