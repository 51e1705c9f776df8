/**
 * How far from expected, against how far this series usually is: of the row alone, and of a short mean,
 * which tells an hour of slightly wrong values from one odd value.
 *
 * The mean is of sizes, not of signed residuals, and fades over about six rows. Each is compared with its
 * own history (history.ts): the likelihood step of Lavin and Ahmad, "Evaluating Real-time Anomaly
 * Detection Algorithms" (2015), without its normal tail.
 */
import { addToHistory, standing } from "./history.ts";
import { cell } from "./layout.ts";
import type { Row } from "./row.ts";

const shortRows = 7;
const memoryRows = 1_000_000;
const ofMean = 0.05;
const learnedRows = 10;

export class ResidualVoice {
  /** Of this row's residual, in its own standard deviations. */
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
  const at = base + cell.shortResidual;
  const short = cells[at]! + (size - cells[at]!) / shortRows;
  cells[at] = short;
  const isLearned = row.rowCount > learnedRows;
  into.point = isLearned ? standing(cells, base + cell.pointHistory, size, ofMean) : 0;
  into.short = isLearned ? standing(cells, base + cell.shortHistory, short, ofMean) : 0;
  addToHistory(cells, base + cell.pointHistory, size, row.rowCount, memoryRows);
  addToHistory(cells, base + cell.shortHistory, short, row.rowCount, memoryRows);
}
