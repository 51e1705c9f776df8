/**
 * What a graph of expressions is about, as it stands in an address, and a metric's name as an expression.
 *
 *     /graph?target=EXPR&target=EXPR      Graphite targets, drawn together
 *     /graph?multiples=web.*              a small graph for each node that fits the pattern
 *     /graph?multiples=tag:host           a small graph for each value of the tag
 *     /graph?target=…&layout=separate     a graph for each target
 *     /views/ID, /graph?view=ID           as the view says; what else the address says goes before it
 */
import type { ViewJson, ViewLayoutJson } from "../../src/webapp/contract.ts";
import { metricPath } from "./route.ts";

/** As many as are drawn and can still be told apart by their names. */
export const targetCountMax = 20;

/** One expression per line; empty lines say nothing. */
export function targetsOfText(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .slice(0, targetCountMax);
}

export function graphPath(targets: readonly string[]): string {
  const query = new URLSearchParams(targets.map((target) => ["target", target]));
  return `/graph?${query.toString()}`;
}

export function multiplesPath(pattern: string): string {
  return `/graph?${new URLSearchParams({ multiples: pattern }).toString()}`;
}

/** What is drawn, and how: the part of a view that an address can say. */
export interface Drawing {
  readonly targets: readonly string[];
  readonly layout: ViewLayoutJson;
}

/** @param view  what is drawn where the address asks for nothing else */
export function readDrawing(query: URLSearchParams, view: ViewJson | undefined): Drawing {
  const asked = query.getAll("target").slice(0, targetCountMax);
  const isSeparate = (query.get("layout") ?? view?.layout) === "separate";
  const layout = isSeparate ? "separate" : "overlaid";
  if (asked.length > 0) return { targets: asked, layout };
  const multiples = readMultiples(query.get("multiples") ?? "");
  if (multiples !== undefined) {
    return multiples.kind === "tree"
      ? { targets: [multiples.pattern], layout: "tree" }
      : { targets: [multiples.tag], layout: "tag" };
  }
  if (view === undefined) return { targets: [], layout };
  const { targets } = view;
  return view.layout === "tree" || view.layout === "tag"
    ? { targets, layout: view.layout }
    : { targets, layout };
}

/** As the field for small graphs takes it; "" where none are drawn. */
export function textOfMultiples({ targets, layout }: Drawing): string {
  if (layout === "tree") return targets[0] ?? "";
  return layout === "tag" ? `tag:${targets[0] ?? ""}` : "";
}

export function isSameDrawing(a: Drawing, b: Drawing): boolean {
  return a.layout === b.layout && a.targets.join("\n") === b.targets.join("\n");
}

/**
 * What a search's text asks to be drawn: an expression, or a line of a dashboard or of an address with
 * `target=` in it. A text that may be a name of a metric asks for nothing.
 */
export function graphAddressOf(text: string): string | undefined {
  const asked = text.trim();
  const written = /(?:^|[?&])target=(?!=)/.test(asked)
    ? asked.replace(/^[^?]*\?(?=.*target=)/, "")
    : "";
  if (written !== "") {
    const given = new URLSearchParams(written);
    const next = new URLSearchParams(given.getAll("target").map((target) => ["target", target]));
    for (const key of ["from", "until"]) {
      const time = given.get(key);
      if (time !== null) next.set(key, time);
    }
    if (next.has("from") && !next.has("until")) next.set("until", "now");
    return `/graph?${next.toString()}`;
  }
  return /^[A-Za-z_]\w*\(/.test(asked) || /\|\s*\w+\s*\(/.test(asked)
    ? graphPath([asked])
    : undefined;
}

export type Multiples =
  | { readonly kind: "tree"; readonly pattern: string }
  | { readonly kind: "tag"; readonly tag: string };

/** Undefined where nothing is asked for. */
export function readMultiples(text: string): Multiples | undefined {
  const asked = text.trim();
  if (asked.startsWith("tag:")) {
    const tag = asked.slice("tag:".length).trim();
    return tag === "" ? undefined : { kind: "tag", tag };
  }
  return asked === "" ? undefined : { kind: "tree", pattern: asked };
}

/** What stands beside a metric in the tree: "web.fe1.load" has "web.fe1.*"; none for a bare name. */
export function siblingsOf(name: string): string | undefined {
  const path = name.split(";")[0] ?? "";
  const dot = path.lastIndexOf(".");
  return dot > 0 && isPlain(path) ? `${path.slice(0, dot)}.*` : undefined;
}

/** Undefined where the name holds what the grammar has no way to write. */
export function targetOfName(name: string): string | undefined {
  const [path = "", ...tags] = name.split(";");
  if (tags.length === 0) return isPlain(path) ? path : undefined;
  if (/["\\]/.test(name)) return undefined;
  const conditions = [`name=${path}`, ...tags].map((condition) => `"${condition}"`);
  return `seriesByTag(${conditions.join(", ")})`;
}

/** The name that is being typed: the end of the text, where that may be part of one. */
export function nameAtEnd(text: string): string {
  return /[\w.:%-]{2,}$/.exec(text)?.[0] ?? "";
}

export interface Multiple {
  readonly label: string;
  readonly href: string;
  readonly target: string;
  /** Whether an abnormal series of this name is in it. */
  readonly holds: (name: string) => boolean;
}

/** A node as /metrics/find gives it. */
export interface FoundNode {
  readonly id: string;
  readonly leaf: number;
}

export function multiplesOfNodes(nodes: readonly FoundNode[]): Multiple[] {
  return nodes
    .map(({ id, leaf }): Multiple => {
      const pathOf = (name: string): string => name.split(";")[0] ?? "";
      if (leaf === 1) {
        return {
          label: id,
          href: metricPath(id),
          target: id,
          holds: (name) => pathOf(name) === id,
        };
      }
      const below = `${id}.*`;
      return {
        label: below,
        href: multiplesPath(below),
        target: below,
        holds: (name) => pathOf(name).startsWith(`${id}.`),
      };
    })
    .toSorted((a, b) => (a.label < b.label ? -1 : 1));
}

export function multiplesOfTag(tag: string, values: readonly string[]): Multiple[] {
  return values
    .filter((value) => !/["\\]/.test(value))
    .map((value) => {
      const target = `seriesByTag("${tag}=${value}")`;
      return {
        label: `${tag}=${value}`,
        href: graphPath([target]),
        target,
        holds: (name) => name.split(";").slice(1).includes(`${tag}=${value}`),
      };
    });
}

/** "… at character 14 …": where Kale stopped reading, from 0; undefined where it does not say. */
export function placeOfError(message: string): number | undefined {
  const found = /at character (\d+)/.exec(message)?.[1];
  return found === undefined ? undefined : Number(found) - 1;
}

function isPlain(path: string): boolean {
  return /^[\w.:%/+-]+$/.test(path) && !/^[\d.]+$/.test(path);
}
