/**
 * Did something begin? Three signs of it, in one sum: residuals that are large over some 24 rows against all
 * history, residuals over some 12 rows that set a record, and a value outside all it has been (range.ts).
 *
 * Rows mean rows of five minutes or more; finer ones are counted together, so that on data of one second
 * an event is a thing of hours as well. The record fades over 5,000 rows: after an outage the same again is no news, next week it may be. What
 * is told of this, and when, is decided by refractory.ts.
 */
import { addToHistory, standing } from "./history.ts";
import { cell } from "./layout.ts";
import { judgeRange } from "./range.ts";
import type { Row } from "./row.ts";

const recordRows = 13;
const longRows = 25;
const recordFadeRows = 5_000;
const memoryRows = 1_000_000;
const learnedRows = 50;

/** What each is worth: a record just set counts as three deviations, a tenth of the range beyond it as one. */
const recordWeight = 3;
const recordMax = 100;
const rangeWeight = 10;

/** @returns a strength, about 0 to 3 in calm times */
export function judgeOnset(cells: Float32Array, base: number, row: Row, expected: number): number {
  const novelty = judgeRange(cells, base, row);
  const size = Math.abs(row.value - expected);
  const middle = cells[base + cell.recordResidual]!;
  const recordMean = middle + (size - middle) / (recordRows * row.fineness);
  const record = cells[base + cell.record]!;
  const long = cells[base + cell.longResidual]!;
  const longMean = long + (size - long) / (longRows * row.fineness);
  const history = base + cell.longHistory;

  let strength = rangeWeight * novelty;
  if (row.rowCount > learnedRows * row.fineness) {
    if (record > 0) strength += recordWeight * Math.min(recordMax, recordMean / record);
    strength += Math.max(0, standing(cells, history, longMean, 0.05));
  }
  cells[base + cell.recordResidual] = recordMean;
  cells[base + cell.record] = Math.max(
    record * (1 - 1 / (recordFadeRows * row.fineness)),
    recordMean,
  );
  cells[base + cell.longResidual] = longMean;
  addToHistory(cells, history, longMean, row.rowCount, memoryRows);
  return strength;
}
