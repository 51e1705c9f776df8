/**
 * The functions that a query may call: what they take and give.
 *
 * Source: prometheus.io, "Query functions", as of 2.42. What is missing is named in `missing`, so
 * that a query learns why it is refused.
 */
import type { ValueType } from "./ast.ts";

export interface Signature {
  readonly args: readonly ValueType[];
  /** How many of `args`, counted from the end, may be left out. */
  readonly optionalCount: number;
  /** The last argument may come any number of times. */
  readonly isOpen: boolean;
  readonly result: ValueType;
}

function takes(
  args: readonly ValueType[],
  result: ValueType = "vector",
  options: { readonly optionalCount?: number; readonly isOpen?: boolean } = {},
): Signature {
  return {
    args,
    result,
    optionalCount: options.optionalCount ?? 0,
    isOpen: options.isOpen ?? false,
  };
}

const ofVector = takes(["vector"]);
const ofMatrix = takes(["matrix"]);
const ofTimes = takes(["vector"], "vector", { optionalCount: 1 });

const vectorNames = [
  ...["abs", "absent", "ceil", "exp", "floor", "ln", "log10", "log2", "sgn", "sort", "sort_desc"],
  ...["sqrt", "timestamp", "acos", "acosh", "asin", "asinh", "atan", "atanh", "cos", "cosh"],
  ...["sin", "sinh", "tan", "tanh", "deg", "rad"],
];

const matrixNames = [
  ...["absent_over_time", "avg_over_time", "changes", "count_over_time", "delta", "deriv"],
  ...["idelta", "increase", "irate", "last_over_time", "max_over_time", "min_over_time"],
  ...["present_over_time", "rate", "resets", "stddev_over_time", "stdvar_over_time"],
  "sum_over_time",
];

const timeNames = [
  ...["day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month"],
  "year",
];

export const signatures: ReadonlyMap<string, Signature> = new Map([
  ...vectorNames.map((name) => [name, ofVector] as const),
  ...matrixNames.map((name) => [name, ofMatrix] as const),
  ...timeNames.map((name) => [name, ofTimes] as const),
  ["clamp", takes(["vector", "scalar", "scalar"])],
  ["clamp_max", takes(["vector", "scalar"])],
  ["clamp_min", takes(["vector", "scalar"])],
  ["histogram_quantile", takes(["scalar", "vector"])],
  ["holt_winters", takes(["matrix", "scalar", "scalar"])],
  [
    "label_join",
    takes(["vector", "string", "string", "string"], "vector", { optionalCount: 1, isOpen: true }),
  ],
  ["label_replace", takes(["vector", "string", "string", "string", "string"])],
  ["pi", takes([], "scalar")],
  ["predict_linear", takes(["matrix", "scalar"])],
  ["quantile_over_time", takes(["scalar", "matrix"])],
  ["round", takes(["vector", "scalar"], "vector", { optionalCount: 1 })],
  ["scalar", takes(["vector"], "scalar")],
  ["time", takes([], "scalar")],
  ["vector", takes(["scalar"])],
]);

const nativeHistograms = "it needs native histograms, of which Kale keeps count and sum only";
const isExperimental = "it is experimental in Prometheus";

/** Functions and aggregations of Prometheus that are not here, and why. */
export const missing: ReadonlyMap<string, string> = new Map([
  ["histogram_avg", nativeHistograms],
  ["histogram_count", nativeHistograms],
  ["histogram_fraction", nativeHistograms],
  ["histogram_stddev", nativeHistograms],
  ["histogram_stdvar", nativeHistograms],
  ["histogram_sum", nativeHistograms],
  ["double_exponential_smoothing", `${isExperimental}; holt_winters is the same`],
  ["first_over_time", isExperimental],
  ["info", isExperimental],
  ["limit_ratio", isExperimental],
  ["limitk", isExperimental],
  ["mad_over_time", isExperimental],
  ["sort_by_label", isExperimental],
  ["sort_by_label_desc", isExperimental],
  ["ts_of_first_over_time", isExperimental],
  ["ts_of_last_over_time", isExperimental],
  ["ts_of_max_over_time", isExperimental],
  ["ts_of_min_over_time", isExperimental],
]);
