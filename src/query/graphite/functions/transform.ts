/** Functions of one value: each value of each series becomes another one. */
import { max, min } from "../aggregates.ts";
import type { Call, GraphiteFunction } from "../call.ts";
import { floatText, generalText, integerText, roundEven } from "../number-text.ts";
import { derived, renamed, type Series, tagged } from "../series.ts";
import { power } from "./combine.ts";
import { define, optional, required, seriesList } from "./define.ts";

interface Plain {
  readonly name: string;
  readonly description: string;
  readonly tagText: string;
  readonly change: (value: number) => number;
}

const plain: readonly Plain[] = [
  { name: "absolute", description: "Without their sign.", tagText: "1", change: Math.abs },
  { name: "exp", description: "e to the power of each value.", tagText: "e", change: finiteExp },
  {
    name: "invert",
    description: "One divided by each value.",
    tagText: "1",
    change: (v) => power(v, -1),
  },
  {
    name: "squareRoot",
    description: "The square root.",
    tagText: "1",
    change: (v) => power(v, 0.5),
  },
  {
    name: "sigmoid",
    description: "1 / (1 + exp(-value)).",
    tagText: "sigmoid",
    change: (v) => 1 / (1 + Math.exp(-v)),
  },
  { name: "logit", description: "log(value / (1 - value)).", tagText: "logit", change: logit },
];

function finiteExp(value: number): number {
  const result = Math.exp(value);
  return Number.isFinite(result) || !Number.isFinite(value) ? result : NaN;
}

function logit(value: number): number {
  const odds = value / (1 - value);
  return odds > 0 && Number.isFinite(odds) ? Math.log(odds) : NaN;
}

const plainFunctions = plain.map(({ name, description, tagText, change }) =>
  define(name, "Transform", description, [seriesList], (call) =>
    call.each(call.list(), (series) =>
      renamed(tagged(series, name, tagText), `${name}(${series.name})`, series.values.map(change)),
    ),
  ),
);

interface WithNumber {
  readonly name: string;
  readonly parameter: string;
  readonly description: string;
  /** How the number stands in the name. */
  readonly text: (value: number) => string;
  readonly change: (value: number, number: number) => number;
}

const withNumber: readonly WithNumber[] = [
  {
    name: "scale",
    parameter: "factor",
    description: "Multiplies by a number.",
    text: generalText,
    change: (a, b) => a * b,
  },
  {
    name: "offset",
    parameter: "factor",
    description: "Adds a number.",
    text: generalText,
    change: (a, b) => a + b,
  },
  {
    name: "add",
    parameter: "constant",
    description: "Adds a number.",
    text: integerText,
    change: (a, b) => a + b,
  },
  {
    name: "pow",
    parameter: "factor",
    description: "To the power of a number.",
    text: generalText,
    change: power,
  },
];

const numberFunctions = withNumber.map(({ name, parameter, description, text, change }) =>
  define(name, "Transform", description, [seriesList, required(parameter, "float")], (call) => {
    const number = call.number(1);
    return call.each(call.list(), (series) =>
      renamed(
        tagged(series, name, floatText(number)),
        `${name}(${series.name},${text(number)})`,
        series.values.map((value) => change(value, number)),
      ),
    );
  }),
);

const scaleToSeconds = define(
  "scaleToSeconds",
  "Transform",
  "Values per step become values per so many seconds.",
  [seriesList, required("seconds", "float")],
  (call) => {
    const seconds = call.number(1);
    return call.each(call.list(), (series) => {
      const factor = seconds / series.step;
      const values = series.values.map((value) => roundEven(value * factor, 6));
      const name = `scaleToSeconds(${series.name},${integerText(seconds)})`;
      return renamed(tagged(series, "scaleToSeconds", floatText(seconds)), name, values);
    });
  },
);

const round = define(
  "round",
  "Transform",
  "Rounds to so many places behind the point, or before it where negative.",
  [seriesList, optional("precision", "integer")],
  (call) => {
    const given = call.optionalNumber(1);
    const digits = Math.max(-300, Math.min(20, given ?? 0));
    return call.each(call.list(), (series) => {
      const name =
        given === undefined
          ? `round(${series.name})`
          : `round(${series.name},${generalText(given)})`;
      const values = series.values.map((value) => roundEven(value, digits));
      return renamed(tagged(series, "round", String(given ?? 0)), name, values);
    });
  },
);

const logarithm = define(
  "log",
  "Transform",
  "The logarithm; values that are not above 0 become null.",
  [seriesList, optional("base", "integer", { default: 10 })],
  (call) => {
    const base = call.number(1);
    return call.each(call.list(), (series) => {
      const values = series.values.map((value) =>
        value > 0 ? Math.log(value) / Math.log(base) : NaN,
      );
      return derived(tagged(series, "log", String(base)), {
        name: `log(${series.name}, ${base})`,
        values,
      });
    });
  },
);

const offsetToZero = define(
  "offsetToZero",
  "Transform",
  "Takes the least value off, so that the series begins at 0.",
  [seriesList],
  (call) =>
    call.each(call.list(), (series) => {
      const least = min(series.values);
      const values = series.values.map((value) => value - least);
      const text = Number.isNaN(least) ? "None" : floatText(least);
      return renamed(tagged(series, "offsetToZero", text), `offsetToZero(${series.name})`, values);
    }),
);

const minMax = define(
  "minMax",
  "Transform",
  "Brings each series between 0, its least value, and 1, its greatest.",
  [seriesList],
  (call) =>
    call.each(call.list(), (series) => {
      const least = min(series.values);
      const width = max(series.values) - least;
      const values = series.values.map((value) => {
        if (Number.isNaN(value)) return NaN;
        return width === 0 ? 0 : (value - least) / width;
      });
      return renamed(series, `minMax(${series.name})`, values);
    }),
);

const isNonNull = define(
  "isNonNull",
  "Transform",
  "1 where there is a value, 0 where there is none.",
  [seriesList],
  (call) =>
    call.each(call.list(), (series) => {
      const values = series.values.map((value) => (Number.isNaN(value) ? 0 : 1));
      return renamed(tagged(series, "isNonNull", "1"), `isNonNull(${series.name})`, values);
    }),
);

const transformNull = define(
  "transformNull",
  "Transform",
  "Puts a number where there is no value; where a reference is given, only where that has one.",
  [
    seriesList,
    optional("default", "float", { default: 0 }),
    optional("referenceSeries", "seriesList"),
  ],
  (call) => {
    const fallback = call.number(1);
    const reference = call.list(2);
    const fallbackText = call.rest(1).length > 0 ? floatText(fallback) : "0";
    return call.each(call.list(), (series) => {
      const values = withFallback(call, series, reference, fallback);
      const isReferred = reference.length > 0;
      const tail = isReferred ? ",referenceSeries" : "";
      const name = `transformNull(${series.name},${generalText(fallback)}${tail})`;
      const tags = tagged(series, "transformNull", fallbackText);
      return renamed(isReferred ? tagged(tags, "referenceSeries", "1") : tags, name, values);
    });
  },
);

function withFallback(
  call: Call,
  series: Series,
  reference: readonly Series[],
  fallback: number,
): Float64Array {
  if (reference.length === 0) {
    return series.values.map((value) => (Number.isNaN(value) ? fallback : value));
  }
  let length = series.values.length;
  for (const { values } of reference) length = Math.max(length, values.length);
  call.takePoints(length);
  return Float64Array.from({ length }, (_, i) => {
    const value = series.values[i] ?? NaN;
    if (!Number.isNaN(value)) return value;
    return reference.some(({ values }) => !Number.isNaN(values[i] ?? NaN)) ? fallback : NaN;
  });
}

export const transformFunctions: readonly GraphiteFunction[] = [
  ...plainFunctions,
  ...numberFunctions,
  scaleToSeconds,
  round,
  logarithm,
  offsetToZero,
  minMax,
  isNonNull,
  transformNull,
];
