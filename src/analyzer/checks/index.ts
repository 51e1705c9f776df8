/** The nine checks by the original's names. */
import type { CheckName } from "../../model/index.ts";
import type { Answer, Check, Comparison } from "./check.ts";
import { checkFirstHourAverage } from "./first-hour-average.ts";
import { checkGrubbs } from "./grubbs.ts";
import { checkHistogramBins } from "./histogram-bins.ts";
import { checkKsTest } from "./ks-test.ts";
import { checkLeastSquares } from "./least-squares.ts";
import { checkMeanSubtractionCumulation } from "./mean-subtraction-cumulation.ts";
import { checkMedianAbsoluteDeviation } from "./median-absolute-deviation.ts";
import { checkStddevFromAverage } from "./stddev-from-average.ts";
import { checkStddevFromMovingAverage } from "./stddev-from-moving-average.ts";
import type { SeriesFacts } from "../facts.ts";

export type { Answer, Check, Comparison };

export const checksByName: Readonly<Record<CheckName, Check>> = {
  first_hour_average: checkFirstHourAverage,
  mean_subtraction_cumulation: checkMeanSubtractionCumulation,
  stddev_from_average: checkStddevFromAverage,
  stddev_from_moving_average: checkStddevFromMovingAverage,
  least_squares: checkLeastSquares,
  grubbs: checkGrubbs,
  histogram_bins: checkHistogramBins,
  median_absolute_deviation: checkMedianAbsoluteDeviation,
  ks_test: checkKsTest,
};

/** What it costs to run a check, cheapest first: the order in which a mere yes or no is sought. */
export const checksByCost: readonly CheckName[] = [
  "mean_subtraction_cumulation",
  "stddev_from_average",
  "grubbs",
  "first_hour_average",
  "stddev_from_moving_average",
  "histogram_bins",
  "least_squares",
  "ks_test",
  "median_absolute_deviation",
];

/**
 * Runs one check so that its failure is its own: what it throws, and numbers that are none, become
 * an abstention. The original silenced the whole metric instead.
 */
export function runCheck(
  check: Check,
  facts: SeriesFacts,
  comparison: Comparison,
  wantsNumbers: boolean,
): Answer {
  try {
    return check(facts, comparison, wantsNumbers);
  } catch {
    comparison.observed = null;
    comparison.lower = null;
    comparison.upper = null;
    return "abstained";
  }
}
