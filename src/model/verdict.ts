/** What a check and the checks together say of one series at one moment. */
import type { ExpectedRange } from "./expected.ts";

/** The nine checks of the original, by its names and in its order. */
export const checkNames = [
  "first_hour_average",
  "mean_subtraction_cumulation",
  "stddev_from_average",
  "stddev_from_moving_average",
  "least_squares",
  "grubbs",
  "histogram_bins",
  "median_absolute_deviation",
  "ks_test",
] as const;

export type CheckName = (typeof checkNames)[number];

/**
 * One check's answer and what it compared.
 *
 * `lower` and `upper` bound the calm range of `observed`; a side that the check does not have is
 * null. `observed` is null where there was nothing to compare. Where `isValue` holds, the three are
 * on the scale of the metric itself, so that they can be drawn as lines on its graph.
 */
export interface CheckResult {
  readonly check: CheckName;
  /** "abstained": the check failed on this input; it neither votes nor silences the others. */
  readonly outcome: "fired" | "calm" | "abstained";
  readonly observed: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly isValue: boolean;
}

/** Why a series was not judged; the original's three reasons. */
export type VerdictStatus = "ok" | "TooShort" | "Stale" | "Boring";

/** Why a series is watched but not judged yet, and when it will be. */
export interface Learning {
  readonly reason: string;
  /** About, or at most; null where nobody can say. */
  readonly leftMs: number | null;
}

/** How the streaming detector sees a series now. */
export interface Standing {
  /** Of the newest sample; 0 while learning. */
  readonly score: number;
  readonly learning: Learning | null;
  readonly expected: ExpectedRange | null;
  /** "counter": judged by its growth; "sparse": judged as single events. */
  readonly nature: "steady" | "counter" | "sparse";
  /** What its senders state that it is; null where they do not, or contradict one another. */
  readonly stated: "gauge" | "counter" | null;
}

export interface Verdict {
  readonly status: VerdictStatus;
  /** Empty unless the status is "ok". */
  readonly checks: readonly CheckResult[];
  /** How many fired. */
  readonly voteCount: number;
  readonly isAnomalous: boolean;
  /** Missing where the nine checks alone judge. */
  readonly standing?: Standing | undefined;
}
