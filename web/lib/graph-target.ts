/**
 * What a graph of expressions is about, as it stands in an address, and a metric's name as an expression.
 *
 *     /graph?target=EXPR&target=EXPR      Graphite targets, drawn together
 *     /graph?multiples=web.*              a small graph for each node that fits the pattern
 *     /graph?multiples=tag:host           a small graph for each value of the tag
 */
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
