/**
 * A running mean and variance in two cells, and how far a value stands from them.
 *
 * Weights are equal over the first `memoryRows` rows and fade exponentially after (West, "Updating mean
 * and variance estimates", CACM 22, 1979). What is far out is taken in whole: an anomaly that widens
 * its own scale keeps what follows it quiet, which scores better than a robust scale does.
 */

/** @param at  the mean's cell; the variance's is the next */
export function addToHistory(
  cells: Float32Array,
  at: number,
  value: number,
  rowCount: number,
  memoryRows: number,
): void {
  const rate = 1 / (rowCount < memoryRows ? rowCount : memoryRows);
  const delta = value - cells[at]!;
  cells[at] = cells[at]! + rate * delta;
  cells[at + 1] = cells[at + 1]! + rate * ((1 - rate) * delta * delta - cells[at + 1]!);
}

/**
 * @param ofMean  what share of the mean the scale is at least, so that a value that never varied
 *   does not make its first small change infinite
 * @returns standard deviations above the mean; 0 while everything so far was one value and this is it
 */
export function standing(cells: Float32Array, at: number, value: number, ofMean: number): number {
  const mean = cells[at]!;
  const scale = Math.sqrt(cells[at + 1]!) + ofMean * Math.abs(mean);
  const distance = value - mean;
  if (distance === 0) return 0;
  const score = distance / (scale + 1e-30);
  return score > standingMax ? standingMax : score < -standingMax ? -standingMax : score;
}

/** Beyond this, more says nothing more. */
export const standingMax = 1000;
