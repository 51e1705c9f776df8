/**
 * `label_replace` and `label_join`: the same samples under other labels.
 *
 * The expression is RE2's and covers the whole value, as in Prometheus; the replacement is Go's
 * template: `$1`, `${1}`, `${name}`, `$$`.
 */
import { RE2JS } from "re2js";
import { executionError } from "./error.ts";
import type { LabelSet } from "./label-set.ts";

export type Relabel = (labels: LabelSet) => LabelSet;

/** @throws PromqlError */
export function labelReplacer(texts: readonly string[]): Relabel {
  const [target = "", template = "", source = "", pattern = ""] = texts;
  checkLabel(target, "destination", "label_replace");
  const compiled = compile(pattern);
  const parts = readTemplate(template);
  return (labels) => {
    const matcher = compiled.matcher(labels.get(source));
    if (!matcher.matches()) return labels;
    const groups = compiled.namedGroups();
    const text = parts.map((part) => {
      if (part.text !== undefined) return part.text;
      const number = /^\d+$/.test(part.group) ? Number(part.group) : groups[part.group];
      if (number === undefined || number > matcher.groupCount()) return "";
      return matcher.group(number) ?? "";
    });
    return labels.with(target, text.join(""));
  };
}

/** @throws PromqlError */
export function labelJoiner(texts: readonly string[]): Relabel {
  const [target = "", separator = "", ...sources] = texts;
  checkLabel(target, "destination", "label_join");
  for (const source of sources) checkLabel(source, "source", "label_join");
  return (labels) =>
    labels.with(target, sources.map((source) => labels.get(source)).join(separator));
}

function checkLabel(label: string, role: string, where: string): void {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) return;
  throw executionError(`invalid ${role} label name in ${where}(): ${label}`);
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw executionError(`invalid regular expression in label_replace(): ${pattern}`);
  }
}

type TemplatePart =
  | { readonly text: string; readonly group?: undefined }
  | { readonly text?: undefined; readonly group: string };

function readTemplate(template: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  const pattern = /\$(?:(\$)|(\w+)|\{(\w+)\})|[^$]+|\$/g;
  for (const [whole, dollar, bare, braced] of template.matchAll(pattern)) {
    const group = bare ?? braced;
    parts.push(group === undefined ? { text: dollar ?? whole } : { group });
  }
  return parts;
}
