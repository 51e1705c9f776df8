/** What an argument of a function is, once it is evaluated. */
import { floatText } from "./number-text.ts";
import type { Literal } from "./grammar.ts";
import type { Series } from "./series.ts";

export type Value =
  | Literal
  | { readonly kind: "series"; readonly list: readonly Series[] }
  | { readonly kind: "lists"; readonly lists: readonly (readonly Series[])[] };

/** As graphite-web writes it into names. */
export function valueText(value: Value): string {
  switch (value.kind) {
    case "number":
      return value.isInteger ? String(value.value) : floatText(value.value);
    case "text":
      return value.text;
    case "boolean":
      return value.value ? "True" : "False";
    case "none":
      return "None";
    case "series":
      return value.list.map(({ name }) => name).join(",");
    case "lists":
      return value.lists.map((list) => list.map(({ name }) => name).join(",")).join(";");
  }
}
