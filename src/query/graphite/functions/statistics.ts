/** Functions that tell one thing of each series: a percentile, a trend, one number as a line. */
import { aggregateOf, percentileOfSorted, sortedPresent } from "../aggregates.ts";
import { parseAtTime } from "../at-time.ts";
import type { Call, GraphiteFunction } from "../call.ts";
import { GraphiteError } from "../errors.ts";
import { floatText, generalText, integerText } from "../number-text.ts";
import { derived, makeSeries, renamed, type Series, tagged } from "../series.ts";
import { constantLine } from "./constant.ts";
import { define, optional, required, seriesList } from "./define.ts";

const percent = required("n", "float");

const nPercentile = define(
  "nPercentile",
  "Calculate",
  "The value below which n percent of a series' values lie, as a line.",
  [seriesList, percent],
  (call) => {
    const n = percentOf(call);
    return call.each(call.list(), (series) => {
      const value = percentileOfSorted(sortedPresent(series.values), n);
      if (Number.isNaN(value)) return undefined;
      const { start, end, step } = series;
      const length = Math.max(0, Math.trunc((end - start) / step));
      call.takePoints(length);
      return derived(tagged(series, "nPercentile", floatText(n)), {
        name: `nPercentile(${series.name}, ${generalText(n)})`,
        values: new Float64Array(length).fill(value),
      });
    });
  },
);

function percentOf(call: Call): number {
  const n = call.number(1);
  if (n > 0) return n;
  throw new GraphiteError("bad-argument", "A percentile goes from above 0 to 100.");
}

const removeAbovePercentile = define(
  "removeAbovePercentile",
  "Filter Data",
  "Leaves out values above the series' percentile.",
  [seriesList, percent],
  (call) => removeBeyond(call, "removeAbovePercentile", (value, limit) => value > limit),
);

const removeBelowPercentile = define(
  "removeBelowPercentile",
  "Filter Data",
  "Leaves out values below the series' percentile.",
  [seriesList, percent],
  (call) => removeBeyond(call, "removeBelowPercentile", (value, limit) => value < limit),
);

function removeBeyond(
  call: Call,
  kind: string,
  isBeyond: (value: number, limit: number) => boolean,
): Promise<readonly Series[]> {
  const n = percentOf(call);
  return call.each(call.list(), (series) => {
    const limit = percentileOfSorted(sortedPresent(series.values), n);
    const values = series.values.map((value) => (isBeyond(value, limit) ? NaN : value));
    const marked = Number.isNaN(limit) ? series : tagged(series, "nPercentile", floatText(n));
    return renamed(marked, `${kind}(${series.name}, ${generalText(n)})`, values);
  });
}

const removeAboveValue = define(
  "removeAboveValue",
  "Filter Data",
  "Leaves out values above a number.",
  [seriesList, percent],
  (call) => removeValues(call, "removeAboveValue", (value, limit) => value > limit),
);

const removeBelowValue = define(
  "removeBelowValue",
  "Filter Data",
  "Leaves out values below a number.",
  [seriesList, percent],
  (call) => removeValues(call, "removeBelowValue", (value, limit) => value < limit),
);

function removeValues(
  call: Call,
  kind: string,
  isBeyond: (value: number, limit: number) => boolean,
): Promise<readonly Series[]> {
  const limit = call.number(1);
  return call.each(call.list(), (series) => {
    const values = series.values.map((value) => (isBeyond(value, limit) ? NaN : value));
    return renamed(series, `${kind}(${series.name}, ${generalText(limit)})`, values);
  });
}

const linearRegression = define(
  "linearRegression",
  "Calculate",
  "The straight line that lies closest to the series, in the range or in another one.",
  [seriesList, optional("startSourceAt", "date"), optional("endSourceAt", "date")],
  async (call) => {
    const { evaluator, scope } = call;
    const fromText = call.optionalText(1);
    const untilText = call.optionalText(2);
    const fromSeconds =
      fromText === undefined ? scope.fromSeconds : parseAtTime(fromText, evaluator);
    const untilSeconds =
      untilText === undefined ? scope.untilSeconds : parseAtTime(untilText, evaluator);
    const sources = await evaluator.again(call.scopeAt({ fromSeconds, untilSeconds }));
    const tag = `${fromSeconds}, ${untilSeconds}`;
    return await call.each(call.list(), (series, i) => {
      const source = sources[i];
      const line = source === undefined ? undefined : regression(source);
      if (line === undefined) return undefined;
      const { start, step } = series;
      const values = series.values.map((_, at) => line.offset + (start + at * step) * line.factor);
      const name = `linearRegression(${series.name}, ${tag})`;
      return derived(tagged(series, "linearRegressions", tag), { name, values });
    });
  },
);

/** Least squares over time; undefined where fewer than two values are there. */
function regression({
  values,
  start,
  step,
}: Series): { factor: number; offset: number } | undefined {
  let n = 0;
  let sumI = 0;
  let sumV = 0;
  let sumII = 0;
  let sumIV = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    n += 1;
    sumI += i;
    sumV += value;
    sumII += i * i;
    sumIV += i * value;
  }
  const denominator = n * sumII - sumI * sumI;
  if (denominator === 0) return undefined;
  const factor = (n * sumIV - sumI * sumV) / denominator / step;
  return { factor, offset: (sumII * sumV - sumIV * sumI) / denominator - factor * start };
}

const aggregateLine = define(
  "aggregateLine",
  "Calculate",
  "One number of each series, such as its average, as a line.",
  [
    seriesList,
    optional("func", "aggFunc", { default: "average" }),
    optional("keepStep", "boolean", { default: false }),
  ],
  (call) => {
    const aggregateName = call.text(1);
    const aggregate = aggregateOf(aggregateName);
    return call.each(call.list(), (series) => {
      const value = aggregate(series.values);
      const isMissing = Number.isNaN(value);
      const name = `aggregateLine(${series.name}, ${isMissing ? "None" : generalText(value)})`;
      if (call.flag(2)) {
        return derived(series, {
          name,
          values: new Float64Array(series.values.length).fill(value),
        });
      }
      const text = isMissing
        ? "None"
        : aggregateName === "count"
          ? integerText(value)
          : floatText(value);
      return { ...constantLine(call, value, text), name, pathExpression: name };
    });
  },
);

const identity = define(
  "identity",
  "Calculate",
  "The time itself, in seconds, once a minute.",
  [required("name", "string")],
  (call) => {
    const name = call.text(0);
    const { fromSeconds: start, untilSeconds: end, xFilesFactor } = call.scope;
    const length = Math.ceil((end - start) / 60);
    call.takePoints(length);
    const values = Float64Array.from({ length }, (_, i) => start + i * 60);
    const pathExpression = `identity("${name}")`;
    return [makeSeries({ name, pathExpression, start, end, step: 60, values, xFilesFactor })];
  },
);

export const statisticsFunctions: readonly GraphiteFunction[] = [
  nPercentile,
  removeAbovePercentile,
  removeBelowPercentile,
  removeAboveValue,
  removeBelowValue,
  linearRegression,
  aggregateLine,
  identity,
];
