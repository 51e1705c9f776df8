/**
 * What a function takes: a table per function, which checks its arguments and is what /functions
 * tells Grafana's editor.
 *
 * Source: graphite-web 1.1.8 at work. Deviation: an argument of the wrong type is always an error; there
 * it is one only where a setting says so, and otherwise goes into the function and may break it.
 */
import { aggregateNames } from "./aggregates.ts";
import { parseTimeOffset } from "./at-time.ts";
import { GraphiteError, quoted } from "./errors.ts";
import type { Value } from "./values.ts";
import { valueText } from "./values.ts";

export type ParameterType =
  | "seriesList"
  | "seriesLists"
  | "string"
  | "float"
  | "integer"
  | "intOrInf"
  | "intOrInterval"
  | "interval"
  | "boolean"
  | "node"
  | "nodeOrTag"
  | "tag"
  | "date"
  | "aggFunc"
  | "aggOrSeriesFunc"
  | "any";

export interface Parameter {
  readonly name: string;
  readonly type: ParameterType;
  readonly required?: boolean;
  readonly multiple?: boolean;
  readonly default?: number | string | boolean;
  readonly options?: readonly (string | boolean | null)[];
  readonly suggestions?: readonly (string | number)[];
}

/**
 * Checks and converts one argument.
 * @param isSeriesFunction  whether a name is that of a function that combines series
 */
export function convert(
  value: Value,
  parameter: Parameter,
  functionName: string,
  isSeriesFunction: (name: string) => boolean,
): Value {
  if (value.kind === "none" && parameter.required !== true) return value;
  const converted = converters[parameter.type](value, isSeriesFunction);
  if (converted !== undefined) return converted;
  const shown = value.kind === "series" ? "series" : quoted(valueText(value));
  throw new GraphiteError(
    "bad-argument",
    `${functionName}() takes as ${parameter.name} ${expectations[parameter.type]}; found: ${shown}.`,
  );
}

type Converter = (value: Value, isSeriesFunction: (name: string) => boolean) => Value | undefined;

const expectations: Readonly<Record<ParameterType, string>> = {
  seriesList: "series",
  seriesLists: "lists of series, as map() makes them",
  string: "a quoted text",
  float: "a number",
  integer: "a whole number",
  intOrInf: "a whole number or inf",
  intOrInterval: 'a whole number or a length of time such as "5min"',
  interval: 'a length of time such as "5min"',
  boolean: "true or false",
  node: "the position of a part of the name",
  nodeOrTag: "the position of a part of the name, or a tag",
  tag: "a tag",
  date: "a moment",
  aggFunc: `one of ${aggregateNames.join(", ")}`,
  aggOrSeriesFunc: "an aggregation or a function that combines series",
  any: "anything",
};

const converters: Readonly<Record<ParameterType, Converter>> = {
  seriesList: (value) => (value.kind === "series" ? value : undefined),
  seriesLists: (value) => (value.kind === "lists" ? value : undefined),
  string: text,
  float: number,
  integer,
  intOrInf: (value) =>
    value.kind === "number" && value.value === Infinity ? value : integer(value),
  intOrInterval: (value) => (value.kind === "text" ? interval(value) : wholeNumber(value)),
  interval,
  boolean: flag,
  node: integer,
  nodeOrTag: (value) => (value.kind === "text" || value.kind === "number" ? value : undefined),
  tag: text,
  date: text,
  aggFunc: aggregate,
  aggOrSeriesFunc: (value, isSeriesFunction) =>
    aggregate(value) ?? (value.kind === "text" && isSeriesFunction(value.text) ? value : undefined),
  any: (value) => value,
};

/** A number may be given where a text is wanted; then it is one. */
function text(value: Value): Value | undefined {
  if (value.kind === "text") return value;
  if (value.kind === "number" || value.kind === "boolean") {
    return { kind: "text", text: valueText(value) };
  }
  return undefined;
}

function number(value: Value): Value | undefined {
  const found =
    value.kind === "number"
      ? value.value
      : value.kind === "text" && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value.text)
        ? Number(value.text)
        : undefined;
  return found === undefined ? undefined : { kind: "number", value: found, isInteger: false };
}

function integer(value: Value): Value | undefined {
  if (value.kind === "number") return value.isInteger ? value : undefined;
  if (value.kind !== "text" || !/^\s*[+-]?\d{1,15}\s*$/.test(value.text)) return undefined;
  return { kind: "number", value: Number(value.text), isInteger: true };
}

function wholeNumber(value: Value): Value | undefined {
  return value.kind === "number" && Number.isFinite(value.value) ? value : undefined;
}

function interval(value: Value): Value | undefined {
  if (value.kind !== "text") return undefined;
  try {
    parseTimeOffset(value.text);
    return value;
  } catch (error) {
    if (error instanceof GraphiteError) return undefined;
    throw error;
  }
}

function flag(value: Value): Value | undefined {
  if (value.kind === "boolean") return value;
  const said = value.kind === "text" || value.kind === "number" ? valueText(value) : "";
  const found = { true: true, false: false, "1": true, "0": false }[said.toLowerCase()];
  return found === undefined ? undefined : { kind: "boolean", value: found };
}

/** "sumSeries" is an old spelling of "sum". */
function aggregate(value: Value): Value | undefined {
  if (value.kind !== "text") return undefined;
  const isKnown = aggregateNames.some(
    (name) => value.text === name || value.text === `${name}Series`,
  );
  return isKnown ? value : undefined;
}
