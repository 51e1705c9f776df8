/** Functions that choose among series, and put them in order. */
import {
  type Aggregate,
  aggregateOf,
  average,
  count,
  hasEnough,
  max,
  min,
  percentileOfSorted,
  sortedPresent,
} from "../aggregates.ts";
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError, quoted } from "../errors.ts";
import { compilePattern } from "../pattern.ts";
import type { Series } from "../series.ts";
import { define, optional, required, seriesList } from "./define.ts";

const limitNumber = required("n", "float");
const howMany = required("n", "integer");
const averageFunc = optional("func", "aggFunc", { default: "average" });

const operators: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  "=": (value, limit) => value === limit,
  "!=": (value, limit) => value !== limit,
  ">": (value, limit) => value > limit,
  ">=": (value, limit) => value >= limit,
  "<": (value, limit) => Number.isNaN(value) || value < limit,
  "<=": (value, limit) => Number.isNaN(value) || value <= limit,
};

function filtered(
  call: Call,
  aggregate: string,
  operator: string,
  limit: number,
): readonly Series[] {
  const passes = operators[operator];
  if (passes === undefined) {
    const known = Object.keys(operators).join(" ");
    throw new GraphiteError(
      "bad-argument",
      `There is no operator ${quoted(operator)}; known are ${known}.`,
    );
  }
  const valueOf = aggregateOf(aggregate);
  return call.list().filter(({ values }) => passes(valueOf(values), limit));
}

const filterSeries = define(
  "filterSeries",
  "Filter Series",
  "Series of which a number, such as the average, stands so to a limit.",
  [
    seriesList,
    required("func", "aggFunc"),
    required("operator", "string", { options: Object.keys(operators).sort() }),
    required("threshold", "float"),
  ],
  (call) => filtered(call, call.text(1), call.text(2), call.number(3)),
);

const limits = [
  ["averageAbove", "average", ">", "Series whose average lies above a number."],
  ["averageBelow", "average", "<=", "Series whose average lies at or below a number."],
  ["currentAbove", "last", ">", "Series whose last value lies above a number."],
  ["currentBelow", "last", "<=", "Series whose last value lies at or below a number."],
  ["maximumAbove", "max", ">", "Series whose greatest value lies above a number."],
  ["maximumBelow", "max", "<=", "Series whose greatest value lies at or below a number."],
  ["minimumAbove", "min", ">", "Series whose least value lies above a number."],
  ["minimumBelow", "min", "<=", "Series whose least value lies at or below a number."],
] as const;

const limitFunctions = limits.map(([name, aggregate, operator, description]) =>
  define(name, "Filter Series", description, [seriesList, limitNumber], (call) =>
    filtered(call, aggregate, operator, call.number(1)),
  ),
);

/** Equal ones stay in their order; a series without a value comes after all others, or before. */
function sortedBy(
  list: readonly Series[],
  valueOf: Aggregate,
  direction: "ascending" | "descending",
): Series[] {
  const keys = new Map(
    list.map((series) => {
      const value = valueOf(series.values);
      return [series, Number.isNaN(value) ? -Infinity : value];
    }),
  );
  const sign = direction === "ascending" ? 1 : -1;
  return [...list].sort((a, b) => {
    const [x = 0, y = 0] = [keys.get(a), keys.get(b)];
    return x < y ? -sign : x > y ? sign : 0;
  });
}

const ranks = [
  ["highestAverage", "average", "descending", "The n series with the greatest average."],
  ["highestCurrent", "current", "descending", "The n series with the greatest last value."],
  ["highestMax", "max", "descending", "The n series with the greatest maximum."],
  ["lowestAverage", "average", "ascending", "The n series with the least average."],
  ["lowestCurrent", "current", "ascending", "The n series with the least last value."],
] as const;

const rankFunctions = [
  ...ranks.map(([name, aggregate, direction, description]) =>
    define(name, "Filter Series", description, [seriesList, howMany], (call) =>
      sortedBy(call.list(), aggregateOf(aggregate), direction).slice(0, call.number(1)),
    ),
  ),
  ...(
    [
      ["highest", "descending", "The n series with the greatest average, or other number."],
      ["lowest", "ascending", "The n series with the least average, or other number."],
    ] as const
  ).map(([name, direction, description]) =>
    define(
      name,
      "Filter Series",
      description,
      [seriesList, optional("n", "integer", { default: 1 }), averageFunc],
      (call) =>
        sortedBy(call.list(), aggregateOf(call.text(2)), direction).slice(0, call.number(1)),
    ),
  ),
];

const limit = define(
  "limit",
  "Filter Series",
  "The first n series.",
  [seriesList, howMany],
  (call) => call.list().slice(0, call.number(1)),
);

const mostDeviant = define(
  "mostDeviant",
  "Filter Series",
  "The n series that stand farthest from their own average.",
  [seriesList, howMany],
  (call) => {
    const there = call.list().filter(({ values }) => count(values) > 0);
    return sortedBy(there, variance, "descending").slice(0, call.number(1));
  },
);

function variance(values: Float64Array): number {
  const mean = average(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isNaN(values[i])) squares += (values[i]! - mean) ** 2;
  }
  return squares / count(values);
}

const averageOutsidePercentile = define(
  "averageOutsidePercentile",
  "Filter Series",
  "Series whose average lies outside of the middle n percent of all averages.",
  [seriesList, limitNumber],
  (call) => {
    const [low, high] = outerPercents(call);
    const averages = call.list().map(({ values }) => average(values));
    const sorted = sortedPresent(Float64Array.from(averages));
    const least = percentileOfSorted(sorted, low);
    const most = percentileOfSorted(sorted, high);
    return call.list().filter((_, i) => !(least < averages[i]! && averages[i]! < most));
  },
);

const removeBetweenPercentile = define(
  "removeBetweenPercentile",
  "Filter Series",
  "Series that lie outside of the middle n percent of all series at some moment.",
  [seriesList, limitNumber],
  (call) => {
    const [low, high] = outerPercents(call);
    const list = call.list();
    let length = Infinity;
    for (const { values } of list) length = Math.min(length, values.length);
    if (list.length === 0) return [];
    const isOutside = list.map(() => false);
    for (let i = 0; i < length; i++) {
      const column = Float64Array.from(list, ({ values }) => values[i]!);
      const sorted = sortedPresent(column);
      const least = percentileOfSorted(sorted, low);
      const most = percentileOfSorted(sorted, high);
      for (let j = 0; j < list.length; j++) {
        if (column[j]! <= least || column[j]! >= most) isOutside[j] = true;
      }
    }
    return list.filter((_, j) => isOutside[j]);
  },
);

function outerPercents(call: Call): [number, number] {
  const given = call.number(1);
  const high = given < 50 ? 100 - given : given;
  return [100 - high, high];
}

const removeEmptySeries = define(
  "removeEmptySeries",
  "Filter Series",
  "Leaves out series without a value, or with too few of them.",
  [seriesList, optional("xFilesFactor", "float")],
  (call) => {
    const enough = call.optionalNumber(1) ?? 0;
    return call.list().filter(({ values }) => hasEnough(count(values), values.length, enough));
  },
);

const grep = define(
  "grep",
  "Filter Series",
  "Series in whose name a regular expression is found.",
  [seriesList, required("pattern", "string")],
  (call) => {
    const pattern = compilePattern(call.text(1));
    return call.list().filter(({ name }) => pattern.isFoundIn(name));
  },
);

const exclude = define(
  "exclude",
  "Filter Series",
  "Series in whose name a regular expression is not found.",
  [seriesList, required("pattern", "string")],
  (call) => {
    const pattern = compilePattern(call.text(1));
    return call.list().filter(({ name }) => !pattern.isFoundIn(name));
  },
);

const useSeriesAbove = define(
  "useSeriesAbove",
  "Filter Series",
  "Of series whose greatest value lies above a number: others, whose names are made of theirs.",
  [
    seriesList,
    required("value", "float"),
    required("search", "string"),
    required("replace", "string"),
  ],
  async (call) => {
    const pattern = compilePattern(call.text(2));
    const names = call
      .list()
      .filter(({ values }) => max(values) > call.number(1))
      .map(({ name }) => pattern.replace(name, call.text(3)));
    if (names.length === 0) return [];
    const found = await call.evaluator.target(`group(${names.join(",")})`, { ...call.scope });
    return found.filter(({ values }) => values.length > 0);
  },
);

const sortBy = define(
  "sortBy",
  "Sorting",
  "Sorts by a number of each series, such as its average.",
  [seriesList, averageFunc, optional("reverse", "boolean", { default: false })],
  (call) =>
    sortedBy(call.list(), aggregateOf(call.text(1)), call.flag(2) ? "descending" : "ascending"),
);

const sortByName = define(
  "sortByName",
  "Sorting",
  "Sorts by name; naturally, so that 2 comes before 10, where asked.",
  [
    seriesList,
    optional("natural", "boolean", { default: false }),
    optional("reverse", "boolean", { default: false }),
  ],
  (call) => {
    const keyOf = ({ name }: Series): string =>
      call.flag(1)
        ? name.replaceAll(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, "").padStart(10, "0"))
        : name;
    const sign = call.flag(2) ? -1 : 1;
    const keys = new Map(call.list().map((series) => [series, keyOf(series)]));
    return [...call.list()].sort((a, b) => {
      const [x = "", y = ""] = [keys.get(a), keys.get(b)];
      return x < y ? -sign : x > y ? sign : 0;
    });
  },
);

const sortByTotal = define(
  "sortByTotal",
  "Sorting",
  "The greatest sum first.",
  [seriesList],
  (call) => sortedBy(call.list(), aggregateOf("sum"), "descending"),
);

const sortByMaxima = define(
  "sortByMaxima",
  "Sorting",
  "The greatest maximum first.",
  [seriesList],
  (call) => sortedBy(call.list(), max, "descending"),
);

const sortByMinima = define(
  "sortByMinima",
  "Sorting",
  "The least minimum first; series that never rise above 0 are left out.",
  [seriesList],
  (call) =>
    sortedBy(
      call.list().filter(({ values }) => max(values) > 0),
      min,
      "ascending",
    ),
);

export const filterFunctions: readonly GraphiteFunction[] = [
  filterSeries,
  ...limitFunctions,
  ...rankFunctions,
  limit,
  mostDeviant,
  averageOutsidePercentile,
  removeBetweenPercentile,
  removeEmptySeries,
  grep,
  exclude,
  useSeriesAbove,
  sortBy,
  sortByName,
  sortByTotal,
  sortByMaxima,
  sortByMinima,
];
