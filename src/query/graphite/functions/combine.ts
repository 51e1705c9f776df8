/** Functions that make one series of several. */
import { percentileOfSorted, sortedPresent } from "../aggregates.ts";
import { type Call, type GraphiteFunction } from "../call.ts";
import { GraphiteError } from "../errors.ts";
import { generalText } from "../number-text.ts";
import { makeSeries, type Series } from "../series.ts";
import { aggregateList } from "./aggregate-list.ts";
import { constantLine } from "./constant.ts";
import {
  aggregator,
  alsoCalled,
  define,
  optional,
  required,
  seriesList,
  seriesLists,
} from "./define.ts";
import { grouped } from "./nodes.ts";
import { combineRows, normalize, pathExpressions } from "./normalize.ts";

const simple = [
  ["sumSeries", "sum", "Adds the series."],
  ["averageSeries", "average", "The average of the series."],
  ["minSeries", "min", "The least of the series' values."],
  ["maxSeries", "max", "The greatest of the series' values."],
  ["diffSeries", "diff", "The first series less all others."],
  ["stddevSeries", "stddev", "The standard deviation over the series."],
  ["rangeOfSeries", "rangeOf", "The distance between the least and the greatest value."],
] as const;

const simpleFunctions = simple.map(([name, aggregate, description]) =>
  aggregator(define(name, "Combine", description, [seriesLists], (call) => one(call, aggregate))),
);

function one(call: Call, aggregate: string, list = call.allSeries()): readonly Series[] {
  return present(aggregateList(list, aggregate, call.scope.xFilesFactor));
}

function present(series: Series | undefined): readonly Series[] {
  return series === undefined ? [] : [series];
}

const withWildcards = [
  ["sumSeriesWithWildcards", "sum", "Adds series that are alike but for parts of the name."],
  ["averageSeriesWithWildcards", "average", "The average of series that are alike but for parts."],
  [
    "multiplySeriesWithWildcards",
    "multiply",
    "The product of series that are alike but for parts.",
  ],
] as const;

const positions = optional("position", "node", { multiple: true });

const wildcardFunctions = withWildcards.map(([name, aggregate, description]) =>
  aggregator(
    define(name, "Combine", description, [seriesList, positions], (call) =>
      withoutParts(call, aggregate, 1),
    ),
  ),
);

/** Series whose names are the same without some parts become one of that name. */
function withoutParts(call: Call, aggregate: string, restAt: number): readonly Series[] {
  const left = new Set(
    call.rest(restAt).map((value) => (value.kind === "number" ? value.value : -1)),
  );
  const keyOf = ({ name }: Series): string =>
    name
      .split(".")
      .filter((_, i) => !left.has(i))
      .join(".");
  const made: Series[] = [];
  for (const [name, group] of grouped(call.list(), keyOf)) {
    const series = aggregateList(group, aggregate, call.scope.xFilesFactor);
    if (series !== undefined) made.push({ ...series, name });
  }
  return made;
}

const multiplySeries = aggregator(
  define("multiplySeries", "Combine", "Multiplies the series.", [seriesLists], (call) => {
    const list = call.allSeries();
    return call.argumentCount === 1 && list.length === 1 ? list : one(call, "multiply", list);
  }),
);

const aggregate = define(
  "aggregate",
  "Combine",
  "Combines the series by a function of your choice.",
  [seriesList, required("func", "aggFunc"), optional("xFilesFactor", "float")],
  (call) => {
    const xFilesFactor = call.optionalNumber(2) ?? call.scope.xFilesFactor;
    return present(aggregateList(call.list(), call.text(1), xFilesFactor));
  },
);

const aggregateWithWildcards = define(
  "aggregateWithWildcards",
  "Combine",
  "Combines series that are alike but for parts of the name.",
  [seriesList, required("func", "aggFunc"), positions],
  (call) => withoutParts(call, call.text(1), 2),
);

const percentileOfSeries = define(
  "percentileOfSeries",
  "Combine",
  "The value below which n percent of the series lie, at each moment.",
  [seriesList, required("n", "float"), optional("interpolate", "boolean", { default: false })],
  (call) => {
    const n = call.number(1);
    if (!(n > 0)) {
      throw new GraphiteError("bad-argument", "percentileOfSeries() takes a percent above 0.");
    }
    const list = call.list();
    const rows = normalize(list);
    const [first] = list;
    if (rows === undefined || first === undefined) return [];
    const values = combineRows(rows, (row) =>
      percentileOfSorted(sortedPresent(row), n, call.flag(2)),
    );
    const name = `percentileOfSeries(${first.pathExpression},${generalText(n)})`;
    return [makeSeries({ ...rows, name, values, xFilesFactor: call.scope.xFilesFactor })];
  },
);

const countSeries = aggregator(
  define(
    "countSeries",
    "Combine",
    "How many series there are.",
    [optional("seriesLists", "seriesList", { multiple: true })],
    (call) => {
      if (call.argumentCount === 0) {
        return [{ ...constantLine(call, 0, "0"), pathExpression: "countSeries()" }];
      }
      const list = call.allSeries();
      const rows = normalize(list);
      if (rows === undefined) return [];
      const name = `countSeries(${pathExpressions(list)})`;
      const values = new Float64Array(rows.length).fill(list.length);
      return [makeSeries({ ...rows, name, values, xFilesFactor: call.scope.xFilesFactor })];
    },
  ),
);

const powSeries = aggregator(
  define(
    "powSeries",
    "Combine",
    "The first series to the power of the next, and so on.",
    [required("seriesList", "seriesList", { multiple: true })],
    (call) => {
      const list = call.allSeries();
      const rows = normalize(list);
      if (rows === undefined) return [];
      const name = `powSeries(${list.map((series) => series.name).join(",")})`;
      const values = combineRows(rows, (row) => row.reduce(power));
      return [makeSeries({ ...rows, name, values, xFilesFactor: call.scope.xFilesFactor })];
    },
  ),
);

/** Null where the result is no real number, or too large to be one. */
export function power(base: number, exponent: number): number {
  if (Number.isNaN(base) || Number.isNaN(exponent)) return NaN;
  const result = base ** exponent;
  return Number.isFinite(result) || !Number.isFinite(base) || !Number.isFinite(exponent)
    ? result
    : NaN;
}

const group = define(
  "group",
  "Combine",
  "The series of several arguments as one list.",
  [optional("seriesLists", "seriesList", { multiple: true })],
  (call) => call.allSeries(),
);

const [sumSeries, averageSeries] = simpleFunctions;

export const combineFunctions: readonly GraphiteFunction[] = [
  ...simpleFunctions,
  ...(sumSeries === undefined ? [] : [alsoCalled("sum", sumSeries)]),
  ...(averageSeries === undefined ? [] : [alsoCalled("avg", averageSeries)]),
  ...wildcardFunctions,
  multiplySeries,
  aggregate,
  aggregateWithWildcards,
  percentileOfSeries,
  countSeries,
  powSeries,
  group,
];
