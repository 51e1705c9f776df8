/** What can be set about judging, with the original's defaults (its settings' names behind them). */
import { type CheckName, checkNames } from "../model/index.ts";

export interface JudgeSettings {
  /** FULL_DURATION: how much of a series is judged; also moves the "first hour". */
  readonly fullDurationMs: number;
  /** STALE_PERIOD: a series whose newest sample is older than this is not judged. */
  readonly stalePeriodMs: number;
  /** MIN_TOLERABLE_LENGTH: a series with fewer samples is not judged. */
  readonly minTolerableLength: number;
  /** MAX_TOLERABLE_BOREDOM: how many of the newest samples are looked at for … */
  readonly maxTolerableBoredom: number;
  /** BOREDOM_SET_SIZE: … exactly this many distinct values, which is not judged. */
  readonly boredomSetSize: number;
  /** CONSENSUS: how many checks must fire. */
  readonly consensus: number;
  /** ALGORITHMS: which of the nine are asked. */
  readonly checks: readonly CheckName[];
  /** ENABLE_SECOND_ORDER: see second-order.ts; heeded by `EpisodeTracker`. */
  readonly secondOrder: boolean;
  /** Count votes as the original did: a median check that ran and is calm counts as a vote. */
  readonly compat: boolean;
  /** Round the mean of the last three down, as Python 2 did for integers; only with `compat`. */
  readonly floorsTail: boolean;
}

export const defaultJudgeSettings: JudgeSettings = {
  fullDurationMs: 86_400_000,
  stalePeriodMs: 500_000,
  minTolerableLength: 1,
  maxTolerableBoredom: 100,
  boredomSetSize: 1,
  consensus: 6,
  checks: checkNames,
  secondOrder: false,
  compat: false,
  floorsTail: false,
};
