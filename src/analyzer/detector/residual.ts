/**
 * How far from expected, against how far this series usually is: of the row alone, and of a short mean,
 * which tells an hour of slightly wrong values from one odd value.
 *
 * A row's residual is first brought to the size usual at its time of day, so that a series which is wild by
 * day and still by night is judged by the night's measure at night. The hour's own size is believed by
 * how many rows it rests on. Then both are compared with their own history (history.ts): the
 * likelihood step of Lavin and Ahmad, "Evaluating Real-time Anomaly Detection Algorithms" (2015), without
 * its normal tail. The short mean is of sizes, not of signed residuals, and fades over about six rows.
 */
import { sizeShape } from "./baseline.ts";
import { addToHistory, standing } from "./history.ts";
import { cell } from "./layout.ts";
import { learnProfile, readProfile } from "./profile.ts";
import type { Row } from "./row.ts";

const shortRows = 7;
const memoryRows = 1_000_000;
const ofMean = 0.05;
const learnedRows = 10;

const daySeconds = 86_400;
const slotShareMax = 0.8;
/** With so many rows behind it, an hour's own size gets half of that share. */
const slotRowsHalf = 100;

export class ResidualVoice {
  /** Of this row's residual, brought to its time of day, in its own standard deviations. */
  point = 0;
  /** Of the short mean. */
  short = 0;
}

export function judgeResidual(
  cells: Float32Array,
  base: number,
  row: Row,
  expected: number,
  into: ResidualVoice,
): void {
  const size = Math.abs(row.value - expected);
  const slots = base + cell.sizeSlots;
  const usual = base + cell.usualSize;
  const scaled =
    size * sizeScale(cells[usual]!, readProfile(cells, slots, sizeShape, row.wallSeconds), row);
  const at = base + cell.shortResidual;
  const short = cells[at]! + (size - cells[at]!) / shortRows;
  cells[at] = short;
  const isLearned = row.rowCount > learnedRows;
  into.point = isLearned ? standing(cells, base + cell.pointHistory, scaled, ofMean) : 0;
  into.short = isLearned ? standing(cells, base + cell.shortHistory, short, ofMean) : 0;

  cells[usual] = cells[usual]! + (size - cells[usual]!) / Math.min(row.rowCount, memoryRows);
  learnProfile(cells, slots, sizeShape, row.wallSeconds, row.stepSeconds, row.ageSeconds, size);
  addToHistory(cells, base + cell.pointHistory, scaled, row.rowCount, memoryRows);
  addToHistory(cells, base + cell.shortHistory, short, row.rowCount, memoryRows);
}

/** @returns what a residual is multiplied with: 1 where the hour is like all hours, or not known yet */
function sizeScale(usual: number, usualNow: number, row: Row): number {
  if (!(usual > 0) || Number.isNaN(usualNow) || row.ageSeconds < daySeconds) return 1;
  const slotRows = row.ageSeconds / sizeShape.slotCount / row.stepSeconds;
  const share = (slotShareMax * slotRows) / (slotRows + slotRowsHalf);
  return usual / (usual + share * (usualNow - usual));
}
