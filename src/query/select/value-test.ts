/**
 * One condition on a value as a test of texts, see `SeriesTest` in model/ports.ts.
 *
 * Regular expressions are RE2's, by re2js: linear in the value, whatever the pattern. Most patterns
 * that dashboards send are lists of texts between bars, as "all hosts" of a variable becomes; those,
 * and `.*` and `.+`, are tested without an expression. Source: Prometheus manual, "Querying basics":
 * the expression has to match the whole value, and a dot is any character.
 */
import { RE2JS, RE2JSSyntaxException } from "re2js";
import type { SeriesTest } from "../../model/index.ts";
import { excerptOf } from "./fault.ts";
import { compileGlob, matchesGlob } from "./glob.ts";

export const patternLengthMax = 65_536;
/** Instructions of one compiled expression: what a character of a value may cost. */
export const programSizeMax = 10_000;

export type ValueTest = (value: string) => boolean;

export type CompiledTest =
  | { readonly ok: true; readonly test: ValueTest }
  | {
      readonly ok: false;
      readonly code: "bad-pattern" | "too-large";
      readonly offset: number;
      readonly message: string;
    };

export function compileTest(test: SeriesTest, value: string): CompiledTest {
  if (value.length > patternLengthMax) {
    const message = `A value of ${value.length} characters is asked for; at most ${patternLengthMax} are taken.`;
    return { ok: false, code: "too-large", offset: patternLengthMax, message };
  }
  switch (test) {
    case "equal":
      return { ok: true, test: (text) => text === value };
    case "unequal":
      return { ok: true, test: (text) => text !== value };
    case "match":
      return compileExpression(value);
    case "mismatch": {
      const compiled = compileExpression(value);
      return compiled.ok ? { ok: true, test: (text) => !compiled.test(text) } : compiled;
    }
    case "glob": {
      const glob = compileGlob(value);
      if (!glob.ok) return { ...glob, code: "too-large" };
      return { ok: true, test: (text) => matchesGlob(glob.alternatives, text, text.length) };
    }
    case "wildcard":
      return { ok: true, test: wildcardTest(value) };
  }
}

/** A text as an expression that matches it and nothing else. */
export function quoteExpression(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`);
}

function compileExpression(pattern: string): CompiledTest {
  if (pattern === ".*") return { ok: true, test: () => true };
  if (pattern === ".+") return { ok: true, test: (text) => text !== "" };
  const words = wordsOf(pattern);
  if (words !== undefined) return { ok: true, test: (text) => words.has(text) };
  try {
    const expression = RE2JS.compile(pattern, RE2JS.DOTALL);
    if (expression.programSize() > programSizeMax) {
      const message = `The expression ${excerptOf(pattern)} is too large: it repeats or lists too much.`;
      return { ok: false, code: "too-large", offset: 0, message };
    }
    return { ok: true, test: (text) => expression.matches(text) };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    const found = error.getPattern() ?? "";
    const offset = Math.max(0, pattern.indexOf(found));
    const message =
      `The expression ${excerptOf(pattern)} is wrong at character ${offset + 1}: ` +
      `${error.getDescription()}${found === "" ? "" : ` ${excerptOf(found)}`}.`;
    return { ok: false, code: "bad-pattern", offset, message };
  }
}

/** The texts of `a|b\.c|d`, in brackets or not; undefined where the pattern is more than a list. */
function wordsOf(pattern: string): ReadonlySet<string> | undefined {
  const inside = /^\((?:\?:)?([^()]*)\)$/.exec(pattern)?.[1] ?? pattern;
  // A backslash before a letter or a digit has a meaning of its own.
  if (!/^(?:[^\\.+*?()|[\]{}^$]|\\[^A-Za-z0-9]|\|)*$/u.test(inside)) return undefined;
  const words = new Set<string>();
  let word = "";
  for (let i = 0; i < inside.length; i++) {
    if (inside.charAt(i) === "|") {
      words.add(word);
      word = "";
    } else {
      if (inside.charAt(i) === "\\") i += 1;
      word += inside.charAt(i);
    }
  }
  return words.add(word);
}

/** Each piece between stars is looked for after the one before; the first and last are held fast. */
function wildcardTest(pattern: string): ValueTest {
  const pieces = pattern.split("*");
  const first = pieces[0] ?? "";
  const last = pieces.at(-1) ?? "";
  if (pieces.length === 1) return (text) => text === pattern;
  const inner = pieces.slice(1, -1).filter((piece) => piece !== "");
  return (text) => {
    if (text.length < first.length + last.length) return false;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const piece of inner) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return at <= text.length - last.length;
  };
}
