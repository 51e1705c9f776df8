/** asPercent() and weightedAverage(): series against their total. */
import { sum } from "../aggregates.ts";
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError } from "../errors.ts";
import { makeSeries, type Series } from "../series.ts";
import { type Value, valueText } from "../values.ts";
import { aggregateList } from "./aggregate-list.ts";
import { ofPair } from "./combine-pairs.ts";
import { aggregator, alsoCalled, define, optional, required, seriesList } from "./define.ts";
import { grouped, keyOf } from "./nodes.ts";
import { combineRows, divide, normalize, pathExpressions } from "./normalize.ts";

const asPercent = aggregator(
  define(
    "asPercent",
    "Combine",
    "Each series as percent of a total: of all of them, of given series, or of a number.",
    [seriesList, optional("total", "any"), optional("nodes", "nodeOrTag", { multiple: true })],
    (call) => {
      const list = call.list();
      if (list.length === 0) return [];
      const total = call.value(1);
      const nodes = call.rest(2);
      return nodes.length > 0 ? byNodes(call, list, total, nodes) : plain(call, list, total);
    },
  ),
);

function percent(value: number, total: number): number {
  return divide(value, total) * 100;
}

function plain(call: Call, list: readonly Series[], total: Value): readonly Series[] {
  if (total.kind === "series") return ofSeries(call, list, total.list);
  const rows = normalize(list);
  if (rows === undefined) return [];
  let totals: Float64Array;
  let totalText: string;
  if (total.kind === "none") {
    totals = combineRows(rows, sum);
    totalText = `sumSeries(${pathExpressions(list)})`;
  } else if (total.kind === "number") {
    totals = new Float64Array(rows.length).fill(total.value);
    totalText = valueText(total);
  } else throw wrongTotal();
  return list.map((series, i) => {
    const column = rows.columns[i] ?? series.values;
    const name = `asPercent(${series.name},${totalText})`;
    const values = column.map((value, at) => percent(value, totals[at] ?? NaN));
    const { start, end } = series;
    const step = Math.max(series.step, rows.step);
    return makeSeries({ name, start, end, step, values, xFilesFactor: call.scope.xFilesFactor });
  });
}

function ofSeries(
  call: Call,
  list: readonly Series[],
  totals: readonly Series[],
): readonly Series[] {
  const [only] = totals;
  if (totals.length === list.length) {
    const sortedTotals = sortedByName(totals);
    return sortedByName(list).map((series, i) => ratio(call, series, sortedTotals[i]));
  }
  if (totals.length !== 1 || only === undefined) throw wrongTotal();
  return list.map((series) => ratio(call, series, only));
}

function ratio(call: Call, series: Series, total: Series | undefined): Series {
  if (total === undefined) {
    const nulls = new Float64Array(series.values.length).fill(NaN);
    const name = `asPercent(${series.name},MISSING)`;
    const { start, end, step } = series;
    return makeSeries({
      name,
      start,
      end,
      step,
      values: nulls,
      xFilesFactor: call.scope.xFilesFactor,
    });
  }
  return ofPair(call, `asPercent(${series.name},${total.name})`, series, total, percent);
}

function sortedByName(list: readonly Series[]): Series[] {
  return [...list].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function byNodes(
  call: Call,
  list: readonly Series[],
  total: Value,
  nodes: readonly Value[],
): readonly Series[] {
  if (total.kind !== "none" && total.kind !== "series") throw wrongTotal();
  const key = (series: Series): string => keyOf(series, nodes);
  const groups = grouped(list, key);
  const totals = new Map<string, Series>();
  for (const [name, group] of total.kind === "none" ? groups : grouped(total.list, key)) {
    totals.set(name, totalOf(call, group));
    if (!groups.has(name)) groups.set(name, []);
  }
  return [...groups].flatMap(([name, group]) => {
    const against = totals.get(name);
    if (group.length > 0) return group.map((series) => ratio(call, series, against));
    if (against === undefined) return [];
    const nulls = new Float64Array(against.values.length).fill(NaN);
    return [{ ...against, ...named(`asPercent(MISSING,${against.name})`), values: nulls }];
  });
}

function named(name: string): { name: string; pathExpression: string; tags: Map<string, string> } {
  return { name, pathExpression: name, tags: new Map([["name", name]]) };
}

function totalOf(call: Call, group: readonly Series[]): Series {
  const [first] = group;
  const rows = normalize(group);
  if (rows === undefined || first === undefined) throw wrongTotal();
  if (group.length === 1) return first;
  const name = `sumSeries(${pathExpressions(group)})`;
  const values = combineRows(rows, sum);
  return makeSeries({ ...rows, name, values, xFilesFactor: call.scope.xFilesFactor });
}

function wrongTotal(): GraphiteError {
  return new GraphiteError(
    "bad-argument",
    "asPercent() takes as total nothing, a number, one series, or as many series as are divided.",
  );
}

const weightedAverage = define(
  "weightedAverage",
  "Combine",
  "The average of series, each weighed by another one with the same parts of the name.",
  [
    required("seriesListAvg", "seriesList"),
    required("seriesListWeight", "seriesList"),
    optional("nodes", "nodeOrTag", { multiple: true }),
  ],
  (call) => {
    const averages = call.list(0);
    const weights = call.list(1);
    const nodes = call.rest(2);
    if (averages.length !== weights.length) {
      throw new GraphiteError(
        "bad-argument",
        `weightedAverage() takes as many weights as series; found ${weights.length} and ${averages.length}.`,
      );
    }
    const weightOf = new Map(weights.map((series) => [keyOf(series, nodes), series]));
    const products: Series[] = [];
    for (const [key, average] of new Map(averages.map((one) => [keyOf(one, nodes), one]))) {
      const weight = weightOf.get(key);
      if (weight === undefined) continue;
      const name = `product(${weight.name},${average.name})`;
      products.push(ofPair(call, name, average, weight, (a, b) => a * b));
    }
    const { xFilesFactor } = call.scope;
    const productSum = aggregateList(products, "sum", xFilesFactor);
    const weightSum = aggregateList(weights, "sum", xFilesFactor);
    if (productSum === undefined || weightSum === undefined) return [];
    const paths = (list: readonly Series[]): string =>
      [...new Set(list.map(({ pathExpression }) => pathExpression))].sort().join(",");
    const name = `weightedAverage(${paths(averages)}, ${paths(weights)}, ${nodes.map(valueText).join(",")})`;
    return [ofPair(call, name, productSum, weightSum, divide)];
  },
);

export const percentFunctions: readonly GraphiteFunction[] = [
  asPercent,
  alsoCalled("pct", asPercent),
  weightedAverage,
];
