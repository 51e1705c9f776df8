/** What pickle and MessagePack answers hold of each series, in graphite-web's words and order. */
import type { Series } from "../series.ts";

export type InfoValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "values"; readonly values: Float64Array };

export function seriesInfo(series: Series): readonly (readonly [string, InfoValue])[] {
  return [
    ["name", { kind: "text", text: series.name }],
    ["start", { kind: "integer", value: Math.trunc(series.start) }],
    ["end", { kind: "integer", value: Math.trunc(series.end) }],
    ["step", { kind: "integer", value: Math.trunc(series.step) }],
    ["values", { kind: "values", values: series.values }],
    ["pathExpression", { kind: "text", text: series.pathExpression }],
    ["valuesPerPoint", { kind: "integer", value: 1 }],
    ["consolidationFunc", { kind: "text", text: series.consolidation }],
    ["xFilesFactor", { kind: "float", value: series.xFilesFactor }],
  ];
}
