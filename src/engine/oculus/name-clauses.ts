/**
 * Filters on names, as clauses of the engine's query language that take exactly what `nameMatcher`
 * takes. Differs only for characters beyond the basic plane, which are one `?` here and two there.
 */
import { type GlobPart, parseNameGlob } from "../../model/index.ts";
import { regexpLengthMax } from "./shape-index.ts";

export type NameClause = Readonly<Record<string, unknown>>;

/** @returns nothing where every name is taken; undefined where the engine cannot be asked that */
export function filterClauses(filter: string): readonly NameClause[] | undefined {
  if (filter === "" || filter === "*") return [];
  if (!isGlob(filter)) {
    return [{ wildcard: { lower: { value: `*${escapeWildcard(filter.toLowerCase())}*` } } }];
  }
  const clause = globClause(filter);
  return clause && [clause];
}

/** For the query's `must_not`. A text without wildcards is the name, or a part between dots. */
export function exclusionClauses(exclude: readonly string[]): readonly NameClause[] | undefined {
  const texts = exclude.filter((text) => !isGlob(text));
  const clauses: NameClause[] = texts.length === 0 ? [] : [{ terms: { parts: texts } }];
  for (const glob of exclude.filter(isGlob)) {
    const clause = globClause(glob);
    if (clause === undefined) return undefined;
    clauses.push(clause);
  }
  return clauses;
}

function isGlob(text: string): boolean {
  return /[*?[{]/.test(text);
}

function globClause(text: string): NameClause | undefined {
  const should = parseNameGlob(text).map(alternativeClause);
  if (should.some((clause) => clause === undefined)) return undefined;
  return { bool: { should, minimum_should_match: 1 } };
}

function alternativeClause(glob: readonly GlobPart[]): NameClause | undefined {
  if (glob.every(({ kind }) => kind !== "set")) {
    return { wildcard: { name: { value: glob.map(wildcardOf).join("") } } };
  }
  if (glob.some((part) => part.kind === "set" && part.chars === "" && !part.isNegated)) {
    return { match_none: {} };
  }
  const value = glob.map(regexpOf).join("");
  return value.length > regexpLengthMax
    ? undefined
    : { regexp: { name: { value, flags: "NONE" } } };
}

function wildcardOf(part: GlobPart): string {
  if (part.kind === "text") return escapeWildcard(part.char);
  return part.kind === "any" ? "?" : "*";
}

function escapeWildcard(text: string): string {
  return text.replaceAll(/[\\*?]/g, String.raw`\$&`);
}

function regexpOf(part: GlobPart): string {
  switch (part.kind) {
    case "text":
      return escapeRegexp(part.char);
    case "any":
      return ".";
    case "run":
      return ".*";
    case "set":
      return part.chars === "" ? "." : `[${part.isNegated ? "^" : ""}${escapeRegexp(part.chars)}]`;
  }
}

function escapeRegexp(text: string): string {
  return text.replaceAll(/[.?+*|{}[\]()"\\#@&<>~^/-]/g, String.raw`\$&`);
}
