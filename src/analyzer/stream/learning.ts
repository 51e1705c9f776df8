/** Is a series known well enough to be judged, and if not, what is missing and for how long? */
import type { Learning } from "../../model/index.ts";
import { ageSecondsOf, type DetectorState, factsOf, rowCountOf } from "../detector/index.ts";

const minuteMs = 60_000;

/** A series is judged once it has so many rows, over so long. */
const learnedRows = 60;
const learnedMs = 30 * minuteMs;

/** Of the newest row, as the detector counts it. */
export function isRowLearned(row: {
  readonly rowCount: number;
  readonly ageSeconds: number;
}): boolean {
  return row.rowCount >= learnedRows && row.ageSeconds * 1000 >= learnedMs;
}

/** The same of a series; says the same as `learningOf`. */
export function isSeriesLearned(state: DetectorState, index: number): boolean {
  return isRowLearned({
    rowCount: rowCountOf(state, index),
    ageSeconds: ageSecondsOf(state, index),
  });
}

/** @returns null where nothing is missing */
export function learningOf(state: DetectorState, index: number): Learning | null {
  const { rowCount, ageSeconds, stepSeconds } = factsOf(state, index);
  const stepMs = stepSeconds * 1000;
  if (rowCount < learnedRows) {
    const leftMs = Math.max(
      (learnedRows - rowCount) * (stepMs > 0 ? stepMs : minuteMs),
      learnedMs - ageSeconds * 1000,
    );
    return { reason: `${rowCount} of the ${learnedRows} samples that are needed first`, leftMs };
  }
  if (ageSeconds * 1000 >= learnedMs) return null;
  const knownMinutes = Math.floor(ageSeconds / 60);
  return {
    reason: `${knownMinutes} of the ${learnedMs / minuteMs} minutes that are needed first`,
    leftMs: learnedMs - ageSeconds * 1000,
  };
}
