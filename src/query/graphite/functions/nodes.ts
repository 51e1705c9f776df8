/** Parts of names and tags: what aliasByNode(), groupByNode() and their like go by. */
import type { Series } from "../series.ts";
import { type Value, valueText } from "../values.ts";

/** The parts at the positions, or the tags, joined by dots. */
export function keyOf(series: Series, nodes: readonly Value[]): string {
  const path = series.name.endsWith(")") ? firstPath(series.name) : undefined;
  const [untagged = ""] = (path ?? series.name).split(";");
  const parts = untagged.split(".");
  return nodes.map((node) => partOf(series, parts, node)).join(".");
}

function partOf(series: Series, parts: readonly string[], node: Value): string {
  const part = node.kind === "number" ? parts.at(node.value) : undefined;
  return part ?? series.tags.get(valueText(node)) ?? "";
}

/** The first path within a name that is made of calls, e.g. "a.b" of "scale(sumSeries(a.b,c.d),2)". */
function firstPath(name: string): string | undefined {
  const calls = /^(?:\s*[A-Za-z_]\w*\s*\()*\s*/.exec(name)?.[0] ?? "";
  const rest = name.slice(calls.length);
  if (/^-?\d+(?:\.\d+)?(?=[,)]|$)/.test(rest)) return undefined;
  const path = /^(?:[^\s(){},.'"\\|]|\.(?=[^\s(),.'"\\|])|\{[^{}()]*\})+/.exec(rest)?.[0];
  return path;
}

/** Series by key, keys in the order they first came. */
export function grouped(
  list: readonly Series[],
  key: (series: Series) => string,
): Map<string, Series[]> {
  const groups = new Map<string, Series[]>();
  for (const series of list) {
    const name = key(series);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [series]);
    else group.push(series);
  }
  return groups;
}
