/**
 * Two voices that know only the recent past: how far from a fading mean (drift), and how far from what
 * the last six values foretold (surprise).
 *
 * The forecast is an autoregression learned by recursive least squares with forgetting (Haykin, "Adaptive
 * Filter Theory", ch. 10) on values standardised by the series' own mean and deviation. Deviations:
 * the inverse correlation matrix is symmetric and kept as a triangle; an error counts as at most six
 * deviations when learning, so that an outage does not teach itself; a matrix that has grown without
 * limit, as it does on a constant series, starts again.
 */
import { addToHistory, standing } from "./history.ts";
import { cell, lagCount } from "./layout.ts";
import type { Row } from "./row.ts";

const driftRate = 1 - 2 ** (-1 / 50);
const forgetting = 0.9995;
const priorVariance = 100;
const varianceMax = 1e4;
const errorMax = 6;
const lagMax = 20;
const shortRows = 7;
const surpriseMemoryRows = 2_000;
const historyMemoryRows = 1_000_000;

/** Rows until each is listened to. */
const driftRows = 20;
const surpriseRows = 60;

/** A surprise is measured in its own usual size, and at least in this share of the series' deviation. */
const surpriseFloor = 0.02;

export class ShortMemoryVoice {
  drift = 0;
  surprise = 0;
  /** A short mean of surprises against its own history. */
  shortSurprise = 0;
}

const gain = new Float64Array(lagCount);

export function judgeShortMemory(
  cells: Float32Array,
  base: number,
  row: Row,
  into: ShortMemoryVoice,
): void {
  judgeDrift(cells, base, row, into);
  into.surprise = 0;
  into.shortSurprise = 0;
  if (row.rowCount <= driftRows || !(row.deviation > 0)) return;

  if (row.stepCount > lagCount) {
    startLags(cells, base, row);
    return;
  }
  const size = Math.abs(learnForecast(cells, base, row)) * row.deviation;
  const usual = base + cell.surprise;
  const at = base + cell.shortSurprise;
  const learned = row.rowCount - driftRows;
  if (row.rowCount > surpriseRows) {
    into.surprise = Math.min(1000, size / (cells[usual]! + surpriseFloor * row.deviation));
  }
  cells[usual] = cells[usual]! + (size - cells[usual]!) / Math.min(learned, surpriseMemoryRows);
  cells[at] = cells[at]! + (size - cells[at]!) / shortRows;
  if (learned > surpriseRows - driftRows) {
    into.shortSurprise = standing(cells, base + cell.surpriseHistory, cells[at], 0.05);
  }
  addToHistory(cells, base + cell.surpriseHistory, cells[at], learned, historyMemoryRows);
}

/** The value against a mean that fades by half over 50 rows, and over every 50 steps without rows. */
function judgeDrift(cells: Float32Array, base: number, row: Row, into: ShortMemoryVoice): void {
  const mean = base + cell.drift;
  const variance = mean + 1;
  if (row.rowCount === 1) cells[mean] = row.value;
  const delta = row.value - cells[mean]!;
  const deviation = Math.sqrt(cells[variance]!);
  into.drift =
    row.rowCount > driftRows && delta !== 0
      ? Math.min(1000, Math.abs(delta) / (deviation + 0.001 * row.deviation + 1e-30))
      : 0;
  const rate = row.stepCount > 1 ? 1 - (1 - driftRate) ** row.stepCount : driftRate;
  cells[mean] = cells[mean]! + rate * delta;
  cells[variance] = (1 - rate) * (cells[variance]! + rate * delta * delta);
}

/** One step of recursive least squares; exported for its test. @returns the error, in the series' deviations */
export function learnForecast(cells: Float32Array, base: number, row: Row): number {
  const weights = base + cell.lagWeights;
  const lags = base + cell.lags;
  const triangle = base + cell.lagTriangle;
  const value = (row.value - row.mean) / row.deviation;
  if (cells[triangle] === 0) startTriangle(cells, triangle);

  let forecast = 0;
  for (let i = 0; i < lagCount; i++) forecast += cells[weights + i]! * cells[lags + i]!;
  const error = value - forecast;

  let denominator = forgetting;
  for (let i = 0; i < lagCount; i++) {
    let sum = 0;
    for (let j = 0; j < lagCount; j++) sum += cells[triangle + at(i, j)]! * cells[lags + j]!;
    gain[i] = sum;
    denominator += sum * cells[lags + i]!;
  }
  const learned = clamped(error, errorMax) / denominator;
  let isRunaway = !(denominator > 0);
  for (let i = 0; i < lagCount; i++) {
    cells[weights + i] = cells[weights + i]! + gain[i]! * learned;
    for (let j = 0; j <= i; j++) {
      const k = triangle + at(i, j);
      cells[k] = (cells[k]! - (gain[i]! * gain[j]!) / denominator) / forgetting;
    }
    if (!(cells[triangle + at(i, i)]! < varianceMax)) isRunaway = true;
    if (!(cells[triangle + at(i, i)]! > 0)) isRunaway = true;
  }
  if (isRunaway) startTriangle(cells, triangle);
  for (let i = lagCount - 1; i > 0; i--) cells[lags + i] = cells[lags + i - 1]!;
  cells[lags] = clamped(value, lagMax);
  return error;
}

/** After a gap as long as all it remembers, nothing was foretold: the row only begins the memory again. */
function startLags(cells: Float32Array, base: number, row: Row): void {
  const lags = base + cell.lags;
  cells.fill(0, lags, lags + lagCount);
  cells[lags] = clamped((row.value - row.mean) / row.deviation, lagMax);
}

function clamped(value: number, limit: number): number {
  return value > limit ? limit : value < -limit ? -limit : value;
}

function startTriangle(cells: Float32Array, triangle: number): void {
  for (let i = 0; i < lagCount; i++) {
    for (let j = 0; j <= i; j++) cells[triangle + at(i, j)] = i === j ? priorVariance : 0;
  }
}

/** Where row i, column j of a symmetric matrix lies in its lower triangle. */
function at(i: number, j: number): number {
  return i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i;
}
