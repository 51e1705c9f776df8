/** One row on its way through the voices. One object serves all series of a thread: nothing is made per row. */
export class Row {
  /** Deviation from the series' origin. */
  value = 0;
  seconds = 0;
  /** What a clock on the wall shows there, in seconds; see `judge` in detector.ts. */
  wallSeconds = 0;
  /** Since the series' first row. */
  ageSeconds = 0;
  /** The series' usual spacing. */
  stepSeconds = 0;
  /** How many rows there are in five minutes, at least 1: events are things of hours at any resolution. */
  fineness = 1;
  /** How many steps went by since the row before; 1 without a gap. */
  stepCount = 1;
  /** This row included. */
  rowCount = 0;
  /** Mean and deviation of all rows before. */
  mean = 0;
  deviation = 0;
}
