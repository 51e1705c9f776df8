/** What was expected of a series, and why. */

export interface ValueRange {
  readonly lower: number;
  readonly upper: number;
}

/** What an expectation rests on: how the metric was lately, at this hour of the day, or of the week. */
export type ExpectedBasis = "level" | "day" | "week";

export interface ExpectedRange extends ValueRange {
  readonly center: number;
  readonly basis: ExpectedBasis;
  /** For a person: "Mondays 03:00 UTC, 6 weeks". */
  readonly source: string;
}
