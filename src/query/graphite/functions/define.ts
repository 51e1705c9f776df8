/** The parts that tables of functions are made of. */
import type { Call, FunctionGroup, GraphiteFunction } from "../call.ts";
import type { Parameter, ParameterType } from "../parameters.ts";

export const seriesList: Parameter = { name: "seriesList", type: "seriesList", required: true };
export const seriesLists: Parameter = {
  name: "seriesLists",
  type: "seriesList",
  required: true,
  multiple: true,
};

export function required(
  name: string,
  type: ParameterType,
  more: Omit<Partial<Parameter>, "name" | "type"> = {},
): Parameter {
  return { name, type, required: true, ...more };
}

export function optional(
  name: string,
  type: ParameterType,
  more: Omit<Partial<Parameter>, "name" | "type"> = {},
): Parameter {
  return { name, type, ...more };
}

export function define(
  name: string,
  group: FunctionGroup,
  description: string,
  parameters: readonly Parameter[],
  run: (call: Call) => ReturnType<GraphiteFunction["run"]>,
): GraphiteFunction {
  return { name, group, description, parameters, run };
}

/** The same function under another name. */
export function alsoCalled(name: string, definition: GraphiteFunction): GraphiteFunction {
  return { ...definition, name };
}

export function aggregator(definition: GraphiteFunction): GraphiteFunction {
  return { ...definition, isAggregator: true };
}

export const intervalSuggestions = ["10min", "1h", "1d"] as const;
export const shiftSuggestions = ["1h", "6h", "12h", "1d", "2d", "7d", "14d", "30d"] as const;
export const windowSuggestions = [5, 7, 10, "1min", "5min", "10min", "30min", "1hour"] as const;
