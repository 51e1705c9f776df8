/** Functions that combine two lists of series, one by one. */
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError } from "../errors.ts";
import { makeSeries, renamed, type Series } from "../series.ts";
import { aggregateList } from "./aggregate-list.ts";
import { aggregator, define, optional, required, seriesList } from "./define.ts";
import { combineRows, divide, normalize } from "./normalize.ts";

const firstList = required("seriesListFirstPos", "seriesList");
const secondList = required("seriesListSecondPos", "seriesList");

const aggregateSeriesLists = define(
  "aggregateSeriesLists",
  "Combine",
  "Combines the first series of both lists, the second of both, and so on.",
  [firstList, secondList, required("func", "aggFunc"), optional("xFilesFactor", "float")],
  (call) => pairs(call, call.text(2), call.optionalNumber(3)),
);

const simple = [
  ["sumSeriesLists", "sum", "Adds the series of both lists, one by one."],
  ["diffSeriesLists", "diff", "The series of the first list less those of the second."],
  ["multiplySeriesLists", "multiply", "Multiplies the series of both lists, one by one."],
] as const;

const simpleFunctions = simple.map(([name, aggregate, description]) =>
  aggregator(
    define(name, "Combine", description, [firstList, secondList], (call) =>
      pairs(call, aggregate, undefined),
    ),
  ),
);

function pairs(call: Call, aggregate: string, xFilesFactor: number | undefined): readonly Series[] {
  const [first, second] = equallyLong(call.list(0), call.list(1), "the two lists");
  return first.flatMap((a, i) => {
    const b = second[i];
    if (b === undefined) return [];
    const made = aggregateList([a, b], aggregate, xFilesFactor ?? call.scope.xFilesFactor);
    if (made === undefined) return [];
    const short = aggregate.replace(/Series$/, "");
    return [{ ...made, name: `${short}Series(${a.name},${b.name})` }];
  });
}

function equallyLong(
  first: readonly Series[],
  second: readonly Series[],
  what: string,
): [readonly Series[], readonly Series[]] {
  if (first.length === second.length) return [first, second];
  throw new GraphiteError(
    "bad-argument",
    `${what} have to be equally long; found ${first.length} and ${second.length} series.`,
  );
}

const divideSeries = define(
  "divideSeries",
  "Combine",
  "Each series divided by another one.",
  [required("dividendSeriesList", "seriesList"), required("divisorSeries", "seriesList")],
  (call) => {
    const dividends = call.list(0);
    const [divisor, ...others] = call.list(1);
    if (others.length > 0) {
      throw new GraphiteError(
        "bad-argument",
        `divideSeries() divides by exactly one series; found ${others.length + 1}.`,
      );
    }
    if (divisor !== undefined) return dividends.map((series) => quotient(call, series, divisor));
    return dividends.map((series) => {
      const nulls = new Float64Array(series.values.length).fill(NaN);
      return renamed(series, `divideSeries(${series.name},MISSING)`, nulls);
    });
  },
);

const divideSeriesLists = define(
  "divideSeriesLists",
  "Combine",
  "The series of the first list divided by those of the second, one by one.",
  [required("dividendSeriesList", "seriesList"), required("divisorSeriesList", "seriesList")],
  (call) => {
    const [dividends, divisors] = equallyLong(call.list(0), call.list(1), "dividends and divisors");
    return dividends.flatMap((series, i) => {
      const divisor = divisors[i];
      return divisor === undefined ? [] : [quotient(call, series, divisor)];
    });
  },
);

function quotient(call: Call, dividend: Series, divisor: Series): Series {
  const name = `divideSeries(${dividend.name},${divisor.name})`;
  return ofPair(call, name, dividend, divisor, divide);
}

/** A series of what is made of both values at each moment. */
export function ofPair(
  call: Call,
  name: string,
  a: Series,
  b: Series,
  combine: (a: number, b: number) => number,
): Series {
  const rows = normalize([a, b]);
  if (rows === undefined) return a;
  const values = combineRows(rows, (row) => combine(row[0]!, row[1]!));
  return makeSeries({ ...rows, name, values, xFilesFactor: call.scope.xFilesFactor });
}

const unique = define(
  "unique",
  "Filter Series",
  "The series of all arguments; of those with one name the first.",
  [required("seriesLists", "seriesList", { multiple: true })],
  (call) => {
    const seen = new Set<string>();
    return call.allSeries().filter(({ name }) => {
      const isNew = !seen.has(name);
      seen.add(name);
      return isNew;
    });
  },
);

const fallbackSeries = define(
  "fallbackSeries",
  "Special",
  "The series, or others where there are none.",
  [seriesList, required("fallback", "seriesList")],
  (call) => (call.list(0).length > 0 ? call.list(0) : call.list(1)),
);

export const pairFunctions: readonly GraphiteFunction[] = [
  aggregateSeriesLists,
  ...simpleFunctions,
  divideSeries,
  divideSeriesLists,
  unique,
  fallbackSeries,
];
