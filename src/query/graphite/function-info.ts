/** What /functions tells of each function, in graphite-web's form; Grafana's editor lives by it. */
import { aggregateNames } from "./aggregates.ts";
import type { GraphiteFunction } from "./call.ts";
import { graphiteFunctions } from "./functions/index.ts";
import type { Parameter } from "./parameters.ts";

export interface FunctionInfo {
  readonly name: string;
  /** e.g. "scale(seriesList, factor)" */
  readonly function: string;
  readonly description: string;
  readonly module: string;
  readonly group: string;
  readonly params: readonly Record<string, unknown>[];
}

export function functionInfos(): Record<string, FunctionInfo> {
  const names = [...graphiteFunctions.keys()].sort();
  const infos: Record<string, FunctionInfo> = {};
  for (const name of names) {
    const definition = graphiteFunctions.get(name);
    if (definition !== undefined) infos[name] = infoOf(definition);
  }
  return infos;
}

function infoOf(definition: GraphiteFunction): FunctionInfo {
  const { name, group, description, parameters } = definition;
  return {
    name,
    function: `${name}(${parameters.map(signatureOf).join(", ")})`,
    description,
    module: "kale.graphite",
    group,
    params: parameters.map(parameterInfo),
  };
}

function signatureOf(parameter: Parameter): string {
  if (parameter.multiple === true) return `*${parameter.name}`;
  if (parameter.required === true) return parameter.name;
  return `${parameter.name}=${String(parameter.default ?? "None")}`;
}

function parameterInfo(parameter: Parameter): Record<string, unknown> {
  const options =
    parameter.type === "aggFunc"
      ? aggregateNames
      : parameter.type === "aggOrSeriesFunc"
        ? [...aggregateNames, ...aggregatorNames()].sort()
        : parameter.options;
  return {
    name: parameter.name,
    type: parameter.type,
    ...(parameter.required === true ? { required: true } : {}),
    // As graphite-web writes it: a number that reads as Infinity.
    ...(parameter.default === undefined ? {} : { default: parameter.default }),
    ...(parameter.multiple === true ? { multiple: true } : {}),
    ...(options === undefined ? {} : { options }),
    ...(parameter.suggestions === undefined ? {} : { suggestions: parameter.suggestions }),
  };
}

function aggregatorNames(): string[] {
  return [...graphiteFunctions.values()]
    .filter(({ isAggregator }) => isAggregator === true)
    .map(({ name }) => name);
}

/** JSON in which Infinity stands as 1e9999, where JSON itself has no word for it. */
export function infinityJson(value: unknown): string {
  const mark = "\u0000infinity";
  const text = JSON.stringify(value, (_, one: unknown) => (one === Infinity ? mark : one));
  return text.replaceAll(JSON.stringify(mark), "1e9999");
}
