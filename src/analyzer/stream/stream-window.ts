/** What judging sees of the samples behind a row: its series' last day. */
export interface StreamWindow {
  /** Fills the columns with the series up to a time, oldest first. @returns how many samples */
  copy(id: number, untilMs: number): number;
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
  name(id: number): string;
}
