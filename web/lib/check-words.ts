/** The nine checks in words: how they are called on a page, on a limit line, and what they ask. */
import type { VerdictJson } from "../../src/webapp/contract.ts";

export interface CheckWords {
  readonly label: string;
  /** For a limit line on a graph, where there is little room. */
  readonly short: string;
  readonly question: string;
}

const words: Readonly<Record<string, CheckWords>> = {
  first_hour_average: {
    label: "first hour’s average",
    short: "first hour ± 3σ",
    question: "Is it more than 3 deviations from the hour of a day ago?",
  },
  mean_subtraction_cumulation: {
    label: "mean of all before",
    short: "mean before ± 3σ",
    question: "Is the newest value more than 3 deviations from the mean of all before it?",
  },
  stddev_from_average: {
    label: "deviation from average",
    short: "average ± 3σ",
    question: "Is the mean of the last three more than 3 deviations from the day’s average?",
  },
  stddev_from_moving_average: {
    label: "deviation from moving average",
    short: "moving average ± 3σ",
    question: "Is the newest value more than 3 deviations from the moving average?",
  },
  least_squares: {
    label: "least squares",
    short: "trend ± 3σ",
    question: "Are the last three far from the straight line through the day?",
  },
  grubbs: {
    label: "Grubbs’ test",
    short: "Grubbs",
    question: "Would Grubbs’ test call the mean of the last three an outlier? (upwards only)",
  },
  histogram_bins: {
    label: "histogram bins",
    short: "rare bin",
    question: "Does it lie in a range where few values of the day lie?",
  },
  median_absolute_deviation: {
    label: "median absolute deviation",
    short: "median ± 6 MAD",
    question: "Is it more than 6 median deviations from the median?",
  },
  ks_test: {
    label: "Kolmogorov–Smirnov",
    short: "Kolmogorov–Smirnov",
    question: "Do the last ten minutes have another distribution than the hour before?",
  },
};

/** A check that this page does not know yet is shown by its own name. */
export function wordsOfCheck(check: string): CheckWords {
  return words[check] ?? { label: check.replaceAll("_", " "), short: check, question: "" };
}

/** Why a metric was not judged. */
const statusWords: Readonly<Record<Exclude<VerdictJson["status"], "ok">, string>> = {
  TooShort: "it has too few samples yet",
  Stale: "nothing has arrived for more than 500 s",
  Boring: "its last 100 values are all the same",
};

export function wordsOfStatus(status: Exclude<VerdictJson["status"], "ok">): string {
  return statusWords[status];
}
